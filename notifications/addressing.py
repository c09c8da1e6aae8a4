"""Addressing messages: each becomes one delivery to each person it is for, once, however often this is run.

A message nobody is there to receive is kept, said to be so, and looked at again later.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from models.agency import Board
from models.case import Case
from models.delivery import Delivery, MessageChoice, MessageRule
from models.outbox import UNADDRESSED, OutboxMessage
from notifications.choices import Choice
from notifications.recipient import Recipient
from notifications.recipients import recipients_of
from notifications.settling import settle_messages
from notifications.truth import Wait, why_it_waits, why_not_true
from notifications.unreached import tell_who_depends
from workflows.calendar import Calendar
from workflows.dates import LONDON, london_day
from workflows.roles import AGENCY_LEAD

NOBODY = "Nobody holds this role"
# A local default: a role left empty is looked at again the next hour, and given up after a month.
LOOK_AGAIN = timedelta(hours=1)
MOST_LOOKS = 24 * 30


def address_waiting(
    sessions: sessionmaker[Session],
    now: datetime,
    calendar: Calendar,
    *,
    until: Callable[[], bool] = lambda: False,
    most: int = 2_000,
) -> int:
    """Address the messages whose time has come, each in a transaction of its own, and return how many were.

    A message that cannot be addressed is put off and does not hold up the next.
    """
    addressed = 0
    while addressed < most and not until():
        with sessions.begin() as session:
            message = _next(session, now)
            if message is None:
                break
            try:
                with session.begin_nested():
                    address(session, message, now, calendar)
            except OperationalError:
                raise
            except Exception as wrong:  # noqa: BLE001 - one message must not keep the others from being addressed
                session.refresh(message)
                _put_off(message, now, f"It could not be addressed: {type(wrong).__name__}")
            addressed += 1
    return addressed


def address(session: Session, message: OutboxMessage, now: datetime, calendar: Calendar) -> None:
    """Make a delivery for each person the message is for, unless it is no longer true or is to wait."""
    if because := why_not_true(session, message, now):
        message.last_error = because
        if not _settled_by_deliveries(session, message, now):
            _settle(message, "suppressed", because, now)
        return
    if wait := why_it_waits(session, message, now, calendar):
        let_wait(message, wait)
        return
    recipients = recipients_of(session, message, now)
    if not recipients:
        _put_off(message, now, NOBODY)
        _tell_who_depends(session, message, now)
        return
    choices = choices_of(session, [each.person_id for each in recipients])
    rule = rule_of(session, message)
    by_law = bool(message.payload.get("by_law"))
    rows = [
        _row(session, message, each, choices[each.person_id].within(rule, by_law=by_law), now, calendar)
        for each in recipients
    ]
    message.last_error = None
    if _add(session, rows) < len(rows):
        _settled_by_deliveries(session, message, now)
    message.addressed_at = now
    _tell_who_depends(session, message, now)


def _tell_who_depends(session: Session, message: OutboxMessage, now: datetime) -> None:
    if message.recipient_role == AGENCY_LEAD:
        session.flush()
        tell_who_depends(session, [message.id], now)


def address_again(session: Session, message: OutboxMessage, now: datetime) -> None:
    """Have a message addressed once more, if anybody is to hear it now: one it was for may not be told any more.

    Whoever came after them, or stands in for them, is told instead; of an action, whoever does for the person it names.
    """
    may_be_for_others = message.recipient_person_id is None or "duty" in message.payload
    if may_be_for_others and recipients_of(session, message, now):
        message.addressed_at, message.not_before = None, now


def let_wait(message: OutboxMessage, wait: Wait) -> None:
    """Have a message addressed, once more if it was already, when there is no longer a reason for it to wait."""
    message.addressed_at, message.not_before, message.last_error = None, wait.until, wait.because


def _settled_by_deliveries(session: Session, message: OutboxMessage, now: datetime) -> bool:
    """Let a message come to what those have come to who were to hear it before; return whether there were any."""
    ids = session.scalars(select(Delivery.id).where(Delivery.message_id == message.id)).all()
    if ids:
        message.addressed_at = now
        session.flush()
        settle_messages(session, ids, now)
    return bool(ids)


def _add(session: Session, rows: Sequence[Mapping[str, object]]) -> int:
    """Add deliveries, each once, and return how many are to be sent.

    One that was not sent because the person might not be told then is to be sent after all.
    """
    add = insert(Delivery).values(list(rows))
    afresh = ("role", "instead_of", "channel", "timing", "send_after", "attempts")
    add = add.on_conflict_do_update(
        index_elements=["message_id", "person_id"],
        set_={name: add.excluded[name] for name in afresh} | {"outcome": None, "settled_at": None, "because": None},
        where=Delivery.outcome == "suppressed",
    )
    return len(session.scalars(add.returning(Delivery.id)).all())


def _next(session: Session, now: datetime) -> OutboxMessage | None:
    """Return the message waiting longest that no other process is addressing, locked."""
    waiting = select(OutboxMessage).where(UNADDRESSED, OutboxMessage.not_before <= now)
    return session.scalar(
        waiting.order_by(OutboxMessage.not_before, OutboxMessage.id).limit(1).with_for_update(skip_locked=True)
    )


def _row(
    session: Session, message: OutboxMessage, to: Recipient, choice: Choice, now: datetime, calendar: Calendar
) -> dict[str, object]:
    had_todays = choice.timing == "digest" and _had_todays_digest(session, to.person_id, now)
    meant_for = choice.send_after(min(message.not_before, now), calendar, had_todays=False)
    return {
        "message_id": message.id,
        "person_id": to.person_id,
        "role": to.role,
        "instead_of": to.instead_of,
        "channel": choice.channel,
        "timing": choice.timing,
        "created_at": now,
        "meant_for": meant_for,
        "send_after": choice.send_after(now, calendar, had_todays=had_todays),
        "attempts": 0,
    }


def _had_todays_digest(session: Session, person_id: int, now: datetime) -> bool:
    midnight = datetime.combine(london_day(now), time(), LONDON)
    had = exists().where(
        Delivery.person_id == person_id,
        Delivery.channel == "mail",
        Delivery.timing == "digest",
        Delivery.handed_over_at >= midnight,
    )
    return bool(session.scalar(select(had)))


def choices_of(session: Session, ids: Collection[int]) -> Mapping[int, Choice]:
    """Return how each of these people chose to be told."""
    stored = {
        each.person_id: each for each in session.scalars(select(MessageChoice).where(MessageChoice.person_id.in_(ids)))
    }
    return {person_id: Choice.of(stored.get(person_id)) for person_id in ids}


def rule_of(session: Session, message: OutboxMessage) -> MessageRule | None:
    """Return the rule of the board or panel whose message it is, within which people choose; often none."""
    if "panel" in message.payload:
        return session.get(MessageRule, message.payload["panel"])
    if message.case_id is None:
        return None
    board = select(Board.id).join(Case, Case.board_id == Board.id).where(Case.id == message.case_id)
    return session.scalar(select(MessageRule).where(MessageRule.board_id == board.scalar_subquery()))


def _put_off(message: OutboxMessage, now: datetime, because: str) -> None:
    message.attempts += 1
    message.last_error = because
    message.not_before = now + LOOK_AGAIN
    if message.attempts >= MOST_LOOKS:
        _settle(message, "failed", because, now)


def _settle(message: OutboxMessage, outcome: str, because: str, now: datetime) -> None:
    message.outcome, message.settled_at, message.last_error = outcome, now, because  # type: ignore[assignment]
