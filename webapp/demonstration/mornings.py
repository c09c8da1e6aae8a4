"""The last few mornings of a demonstration: what was found to be said, and the mails it would have sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session, sessionmaker

from models.bank_holidays import calendar_in_force
from models.database import make_sessions
from models.delivery import Delivery
from models.outbox import OutboxMessage
from notifications.addressing import address_waiting
from notifications.dispatch import send_waiting
from notifications.duties import sweep_duties
from notifications.facts import Site
from notifications.office import Office
from notifications.reminders import sweep
from notifications.senders.letter import DeliveryFailed, FateUnknown, Letter, Receipt
from notifications.senders.log import LogSender
from webapp.loading import FROM_A_SCRIPT
from workflows.calendar import Calendar
from workflows.dates import LONDON

MORNINGS = 4
NOT_TAKEN = "board.chair@"
LOST = "subgroup.chair@"


class AwkwardSender(LogSender):
    """Keeps letters as a demonstration does, but for one it refuses and one it loses, so that both can be seen."""

    def send(self, letter: Letter) -> Receipt:
        """Keep the letter. Raises DeliveryFailed and FateUnknown for those it is awkward about."""
        if letter.to.startswith(NOT_TAKEN):
            raise DeliveryFailed("The mail server answered 550", permanent=True)
        if letter.to.startswith(LOST):
            raise FateUnknown("The mail server was lost after the letter had been handed over")
        return super().send(letter)


def live_through(engine: Engine, site_address: str, now: datetime) -> int:
    """Let the last mornings pass as they would have, unless messages have been sent before; return how many letters."""
    sessions = make_sessions(engine)
    with sessions() as session:
        if session.scalar(select(Delivery.id).limit(1)) is not None:
            return 0
        calendar = calendar_in_force(session)
    mornings = sorted(_mornings_before(now, calendar))
    _tell_what_happened_since(sessions, mornings[0])
    awkward = mornings[-2]
    return sum(
        _live(engine, sessions, site_address, morning, calendar, AwkwardSender if morning == awkward else LogSender)
        for morning in mornings
    )


def _mornings_before(now: datetime, calendar: Calendar) -> Iterator[datetime]:
    """Yield seven o'clock in London on the last working days, the latest first."""
    day, found = now.astimezone(LONDON).date(), 0
    while found < MORNINGS:
        seven = datetime.combine(day, time(7), LONDON).astimezone(UTC)
        if calendar.is_working_day(day) and seven <= now:
            yield seven
            found += 1
        day -= timedelta(days=1)


def _tell_what_happened_since(sessions: sessionmaker[Session], first: datetime) -> None:
    """Let the steps of the last days be told. What was loaded about earlier ones stays untold."""
    lately = update(OutboxMessage).where(OutboxMessage.last_error == FROM_A_SCRIPT, OutboxMessage.created_at >= first)
    with sessions.begin() as session:
        session.execute(lately.values(outcome=None, settled_at=None, last_error=None))


def _live(
    engine: Engine,
    sessions: sessionmaker[Session],
    site_address: str,
    morning: datetime,
    calendar: Calendar,
    sender: type[LogSender],
) -> int:
    office = Office(
        sessions=sessions,
        sender=sender(sessions, lambda: morning),
        clock=lambda: morning,
        site=Site(site_address),
        calendar=lambda: calendar,
        name="demonstration",
    )
    sweep(engine, morning, calendar)
    sweep_duties(sessions, morning, calendar)
    address_waiting(sessions, morning, calendar)
    return send_waiting(office)
