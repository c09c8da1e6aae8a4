"""Messages that were given up, or whose fate nobody knows: found, sent again or left, each time by a person.

Each decision is made once: of two people who decide on the same delivery, the second is told that it was done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, true, update
from sqlalchemy.orm import Session

from models import audit
from models.case import Case
from models.delivery import Delivery
from models.outbox import OutboxMessage
from notifications.settling import settle_messages

UNDECIDED = and_(Delivery.outcome.in_(("failed", "unknown")), Delivery.decided_at.is_(None))
NOT_ADDRESSED = and_(
    OutboxMessage.addressed_at.is_(None),
    or_(OutboxMessage.attempts > 0, OutboxMessage.outcome == "failed"),
    or_(OutboxMessage.outcome.is_(None), OutboxMessage.outcome == "failed"),
)
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """Which cases the person looking may see: a condition on `Case`; all of them for an administrator."""

    cases: ColumnElement[bool]

    @classmethod
    def everything(cls) -> Seen:
        return cls(true())


def undecided(session: Session, seen: Seen) -> Sequence[tuple[Delivery, OutboxMessage, Case]]:
    """Return the deliveries somebody has to decide about, the oldest first, as far as may be seen."""
    found = (
        select(Delivery, OutboxMessage, Case)
        .join(OutboxMessage, OutboxMessage.id == Delivery.message_id)
        .join(Case, Case.id == OutboxMessage.case_id)
        .where(UNDECIDED, seen.cases)
        .order_by(Delivery.settled_at, Delivery.id)
        .limit(MOST_SHOWN)
    )
    return [(delivery, message, case) for delivery, message, case in session.execute(found)]


def without_recipient(session: Session, seen: Seen) -> Sequence[tuple[OutboxMessage, Case]]:
    """Return the messages nobody is there to receive, the oldest first, as far as may be seen."""
    found = (
        select(OutboxMessage, Case)
        .join(Case, Case.id == OutboxMessage.case_id)
        .where(NOT_ADDRESSED, seen.cases)
        .order_by(OutboxMessage.created_at, OutboxMessage.id)
        .limit(MOST_SHOWN)
    )
    return [(message, case) for message, case in session.execute(found)]


def send_again(session: Session, delivery: Delivery, *, person_id: int, now: datetime) -> bool:
    """Let a delivery be sent once more, as soon as may be; return whether nobody had decided otherwise before.

    Whoever is told again after a fate nobody knows may have it twice: that is why a person decides.
    """
    again = {
        "outcome": None, "settled_at": None, "attempts": 0, "send_after": now, "handed_over_at": None,
        "claimed_by": None, "lease_until": None,
    }  # fmt: skip
    return _decide(session, delivery, "message_sent_again", again, person_id=person_id, now=now)


def leave(session: Session, delivery: Delivery, *, person_id: int, now: datetime) -> bool:
    """Let a delivery be, as it is; return whether nobody had decided otherwise before."""
    left = {"decided_at": now, "decided_by": person_id}
    return _decide(session, delivery, "message_left", left, person_id=person_id, now=now)


def _decide(
    session: Session, delivery: Delivery, action: str, values: Mapping[str, object], *, person_id: int, now: datetime
) -> bool:
    before = delivery.outcome
    changed: CursorResult[int] = session.execute(  # type: ignore[assignment]
        update(Delivery).where(Delivery.id == delivery.id, UNDECIDED, Delivery.outcome == before).values(**values)
    )
    if changed.rowcount != 1:
        return False
    settle_messages(session, [delivery.id], now)
    case_id = session.scalar(select(OutboxMessage.case_id).where(OutboxMessage.id == delivery.message_id))
    detail = {"delivery": delivery.id, "outcome": before}
    audit.record(session, action, at=now, person_id=person_id, case_id=case_id, detail=detail)
    return True
