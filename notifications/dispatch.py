"""Sending what is addressed: claimed by one process, checked again, handed over, and what became of it recorded.

No transaction is open while a server is spoken to. Before it is, the delivery says in a transaction of its own that
it is being handed over, with the key of the letter: whatever ends the process after that leaves a fate nobody knows,
which is recorded as such and never sent again unasked (P16). One delivery that cannot be sent delays no other (P17).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import CursorResult, and_, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models.delivery import Delivery
from models.outbox import OutboxMessage, Outcome
from models.people import Person
from notifications import wording
from notifications.addressing import address_again, choices_of, let_wait, rule_of
from notifications.composing import Desk, item_of
from notifications.facts import Item
from notifications.lost import LOST, record_lost
from notifications.office import Office
from notifications.recipients import may_still_receive
from notifications.senders.letter import DeliveryFailed, FateUnknown, Letter
from notifications.settling import settle_letter, settle_messages, written
from notifications.truth import why_it_waits, why_not_true

log = logging.getLogger(__name__)

# Local defaults.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
"""How long to wait after each failed attempt. After the last, the delivery is given up where it can be seen."""
UNREACHABLE_FOR = timedelta(days=5)
"""How long to go on trying while no server takes any letter at all."""

UNSENT = Delivery.outcome.is_(None)


class ClaimLost(Exception):
    """Another process has taken a delivery, because this one was too slow."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A letter about to be handed over, and the deliveries that go in it."""

    letter: Letter
    ids: Sequence[int]


def send_waiting(office: Office, *, until: Callable[[], bool] = lambda: False, most: int = 10_000) -> int:
    """Send what is due, one letter after another, and return how many deliveries were dealt with.

    Stops when nothing is left, when `until` says so, or when no letter to anyone is being taken.
    """
    record_lost(office)
    dealt_with = 0
    for _ in range(most):
        if until():
            break
        ids = claim(office)
        if not ids:
            break
        dealt_with += len(ids)
        if not _send(office, ids):
            break
    return dealt_with


def claim(office: Office) -> Sequence[int]:
    """Return the deliveries this process alone may now send: one, or all that go in one person’s morning mail.

    The person is locked while the rows are marked, so that two processes never share out one morning.
    """
    now = office.clock()
    free = and_(UNSENT, Delivery.send_after <= now, Delivery.handed_over_at.is_(None))
    free = and_(free, or_(Delivery.lease_until.is_(None), Delivery.lease_until < now))
    with office.sessions.begin() as session:
        first = session.execute(
            select(Delivery.id, Delivery.person_id, Delivery.channel, Delivery.timing)
            .join(Person, Person.id == Delivery.person_id)
            .where(free)
            .order_by(Delivery.send_after, Delivery.id)
            .limit(1)
            .with_for_update(of=Person, key_share=True, skip_locked=True)
        ).one_or_none()
        if first is None:
            return ()
        together = Delivery.id == first.id
        if (first.channel, first.timing) == ("mail", "digest"):
            same = and_(Delivery.person_id == first.person_id, Delivery.channel == "mail", Delivery.timing == "digest")
            together = or_(together, same)
        claimed = (
            update(Delivery)
            .where(free, together)
            .values(claimed_by=office.name, lease_until=now + office.lease, attempts=Delivery.attempts + 1)
            .returning(Delivery.id)
        )
        return sorted(session.scalars(claimed))


def _send(office: Office, ids: Sequence[int]) -> bool:
    """Deal with what was claimed. Return whether there is any point in going on with others."""
    try:
        with office.sessions.begin() as session:
            prepared = _prepare(session, office, ids)
    except ClaimLost:
        return True
    except OperationalError:
        # The database is away, which says nothing of the delivery: it is tried again when the claim has run out.
        raise
    except Exception as wrong:  # noqa: BLE001 - one delivery must not keep the others from being sent
        log.warning("Deliveries %s could not be prepared: %s", list(ids), type(wrong).__name__)
        _failed(office, ids, f"It could not be written: {type(wrong).__name__}", permanent=len(ids) == 1)
        return True
    if prepared is None:
        return True
    key = prepared.letter.key
    try:
        receipt = office.sender.send(prepared.letter)
    except FateUnknown as lost:
        settle_letter(office, prepared.ids, key, "unknown", str(lost) or LOST)
    except DeliveryFailed as refused:
        _failed(office, prepared.ids, str(refused), permanent=refused.permanent, everyone=refused.everyone)
        return not refused.everyone
    except Exception as wrong:  # noqa: BLE001 - a sender that breaks leaves a fate nobody knows
        log.warning("The sender broke: %s", type(wrong).__name__)
        settle_letter(office, prepared.ids, key, "unknown", f"The sender broke: {type(wrong).__name__}")
    else:
        settle_letter(office, prepared.ids, key, "sent", receipt.words)
    return True


def _prepare(session: Session, office: Office, ids: Sequence[int]) -> Prepared | None:
    """Return the letter to hand over, with what is no longer to be said left out of it; or nothing if nothing is left.

    The deliveries in it are marked as handed over. Raises ClaimLost when another process has taken one.
    """
    desk = office.desk()
    mine = select(Delivery, OutboxMessage).join(OutboxMessage, OutboxMessage.id == Delivery.message_id)
    rows = session.execute(mine.where(Delivery.id.in_(ids), Delivery.claimed_by == office.name, UNSENT)).all()
    items = {delivery.id: item for delivery, message in rows if (item := _checked(session, delivery, message, desk))}
    by_mail = [delivery for delivery, _ in rows if delivery.id in items and delivery.channel == "mail"]
    for delivery, _ in rows:
        if delivery.id in items and delivery.channel == "application":
            _close(delivery, "sent", "Shown on the site", desk.now)
    session.flush()
    settle_messages(session, [delivery.id for delivery, _ in rows if delivery.outcome], desk.now)
    if not by_mail or _let_sleep(session, by_mail, desk):
        return None
    key = f"reviews.{uuid4().hex}"
    morning = by_mail[0].timing == "digest"
    words = wording.letter([items[delivery.id] for delivery in by_mail], office.site, morning=morning)
    _hand_over(session, office, [delivery.id for delivery in by_mail], key)
    person = session.get_one(Person, by_mail[0].person_id)
    letter = Letter(to=person.email, subject=words.subject, text=words.text, key=key)
    return Prepared(letter, [delivery.id for delivery in by_mail])


def _let_sleep(session: Session, by_mail: Sequence[Delivery], desk: Desk) -> bool:
    """Put off what would come in somebody’s quiet hours; return whether it would.

    What is addressed keeps to them already. What a server did not take for hours, or nobody sent, comes due at any.
    """
    person_id, message = by_mail[0].person_id, by_mail[0].message
    choice = choices_of(session, [person_id])[person_id].within(rule_of(session, message), by_law=False)
    morning = choice.once_not_quiet(desk.now, desk.calendar)
    if morning == desk.now:
        return False
    for delivery in by_mail:
        delivery.send_after, delivery.attempts = morning, delivery.attempts - 1
        delivery.claimed_by = delivery.lease_until = None
    return True


def _checked(session: Session, delivery: Delivery, message: OutboxMessage, desk: Desk) -> Item | None:
    """Return what is to be said, or settle the delivery: it is not to be said now, or not to them, or says nothing."""
    try:
        with session.begin_nested():
            because = _why_not_now(session, delivery, message, desk)
            if because is None:
                return item_of(session, delivery, message, desk)
    except OperationalError:
        raise
    except Exception as wrong:  # noqa: BLE001 - one item must not keep the rest of a morning mail from being sent
        log.warning("Delivery %s cannot be written: %s", delivery.id, type(wrong).__name__)
        _close(delivery, "failed", f"It could not be written: {type(wrong).__name__}", desk.now)
        return None
    _close(delivery, "suppressed", because, desk.now)
    return None


def _why_not_now(session: Session, delivery: Delivery, message: OutboxMessage, desk: Desk) -> str | None:
    """Return why a message is not for this person now; it is addressed again to others, or when it need not wait."""
    if because := why_not_true(session, message, desk.now):
        return because
    if wait := why_it_waits(session, message, desk.now, desk.calendar):
        let_wait(message, wait)
        return wait.because
    if because := may_still_receive(session, delivery.person_id, message, desk.now):
        address_again(session, message, desk.now)
        return because
    return None


def _close(delivery: Delivery, outcome: Outcome, because: str, now: datetime) -> None:
    delivery.outcome, delivery.settled_at, delivery.because = outcome, now, because
    delivery.claimed_by = delivery.lease_until = None


def _hand_over(session: Session, office: Office, ids: Sequence[int], key: str) -> None:
    """Mark the deliveries as being handed over in the letter of this key, if every one is still ours."""
    now = office.clock()
    ours = and_(Delivery.id.in_(ids), Delivery.claimed_by == office.name, Delivery.lease_until >= now, UNSENT)
    values = {"handed_over_at": now, "lease_until": now + office.lease, "letter_key": key}
    marked: CursorResult[int] = session.execute(update(Delivery).where(ours).values(**values))  # type: ignore[assignment]
    if marked.rowcount != len(ids):
        raise ClaimLost


def _failed(office: Office, ids: Sequence[int], because: str, *, permanent: bool, everyone: bool = False) -> None:
    """Record that nobody received it: to be tried again later, or given up where it can be seen."""

    def write(session: Session) -> None:
        now = office.clock()
        ours = select(Delivery).where(Delivery.id.in_(ids), Delivery.claimed_by == office.name, UNSENT)
        for delivery in session.scalars(ours.with_for_update()):
            delivery.because, delivery.handed_over_at = because, None
            delivery.claimed_by = delivery.lease_until = None
            wait = _wait(delivery, now, everyone=everyone)
            if everyone:
                delivery.attempts -= 1
            if permanent or wait is None:
                delivery.outcome, delivery.settled_at = "failed", now
            else:
                delivery.send_after = now + wait
        session.flush()
        settle_messages(session, ids, now)

    written(office, write)


def _wait(delivery: Delivery, now: datetime, *, everyone: bool) -> timedelta | None:
    """Return how long to wait before the next attempt, or nothing where there is to be none.

    While no server takes anything, attempts are not counted: only time is.
    """
    if everyone:
        return WAITS[1] if now - delivery.created_at < UNREACHABLE_FOR else None
    return WAITS[delivery.attempts - 1] if delivery.attempts <= len(WAITS) else None
