"""Messages that were given up, or whose fate nobody knows: found, sent again or left, each time by a person.

Each decision is made once: of two people who decide on the same delivery, the second is told that it was done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, and_, cast, or_, select, true, update
from sqlalchemy.orm import Session, contains_eager, joinedload

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
    """What the person looking may see: a condition on `Case`, and panels; everything for an administrator."""

    cases: ColumnElement[bool]
    panels: frozenset[int] | None = frozenset()

    @classmethod
    def everything(cls) -> Seen:
        return cls(true(), None)

    def messages(self) -> ColumnElement[bool]:
        """Return the condition on a message, beside its case if it has one, that it may be seen."""
        panel_id = cast(OutboxMessage.payload["panel"].astext, Integer)
        of_a_panel = true() if self.panels is None else panel_id.in_(self.panels)
        told_of_a_panel = and_(OutboxMessage.case_id.is_(None), OutboxMessage.payload.has_key("panel"), of_a_panel)
        return or_(and_(OutboxMessage.case_id.is_not(None), self.cases), told_of_a_panel)


@dataclass(frozen=True, slots=True)
class GivenUp:
    """What went together in one letter to one person, or would have: the deliveries, and the case each tells of.

    What tells of no case tells of what a panel owes.
    """

    deliveries: Sequence[Delivery]
    cases: Sequence[Case | None]

    @property
    def key(self) -> int:
        """What stands for it in an address: its first delivery."""
        return self.deliveries[0].id

    @property
    def ids(self) -> list[int]:
        return [delivery.id for delivery in self.deliveries]


def undecided(session: Session, seen: Seen) -> Sequence[GivenUp]:
    """Return what somebody has to decide about, the oldest first, as far as may be seen."""
    found = (
        select(Delivery, Case)
        .join(OutboxMessage, OutboxMessage.id == Delivery.message_id)
        .outerjoin(Case, Case.id == OutboxMessage.case_id)
        .options(contains_eager(Delivery.message), joinedload(Delivery.person))
        .where(UNDECIDED, seen.messages())
        .order_by(Delivery.settled_at, Delivery.id)
        .limit(MOST_SHOWN)
    )
    letters: dict[object, list[tuple[Delivery, Case | None]]] = {}
    for delivery, case in session.execute(found):
        letters.setdefault((delivery.letter_key or delivery.id, delivery.outcome), []).append((delivery, case))
    return [GivenUp([each for each, _ in told], [case for _, case in told]) for told in letters.values()]


def without_recipient(session: Session, seen: Seen) -> Sequence[tuple[OutboxMessage, Case | None]]:
    """Return the messages nobody is there to receive, the oldest first, as far as may be seen."""
    found = (
        select(OutboxMessage, Case)
        .outerjoin(Case, Case.id == OutboxMessage.case_id)
        .where(NOT_ADDRESSED, seen.messages())
        .order_by(OutboxMessage.created_at, OutboxMessage.id)
        .limit(MOST_SHOWN)
    )
    return [(message, case) for message, case in session.execute(found)]


def send_again(session: Session, letter: GivenUp, *, person_id: int, now: datetime) -> bool:
    """Let it be sent once more, as soon as may be; return whether nobody had decided otherwise before.

    Whoever is told again after a fate nobody knows may have it twice: that is why a person decides.
    """
    again = {
        "outcome": None, "settled_at": None, "attempts": 0, "send_after": now, "handed_over_at": None,
        "claimed_by": None, "lease_until": None,
    }  # fmt: skip
    return _decide(session, letter, "message_sent_again", again, person_id=person_id, now=now)


def leave(session: Session, letter: GivenUp, *, person_id: int, now: datetime) -> bool:
    """Let it be, as it is; return whether nobody had decided otherwise before."""
    left = {"decided_at": now, "decided_by": person_id}
    return _decide(session, letter, "message_left", left, person_id=person_id, now=now)


def look_again(session: Session, message_id: int, seen: Seen, *, person_id: int, now: datetime) -> bool:
    """Let somebody be looked for again to receive a message given up for want of anybody; return whether it was."""
    found = session.execute(
        select(OutboxMessage.case_id)
        .outerjoin(Case, Case.id == OutboxMessage.case_id)
        .where(OutboxMessage.id == message_id, NOT_ADDRESSED, OutboxMessage.outcome == "failed", seen.messages())
        .with_for_update(of=OutboxMessage)
    ).one_or_none()
    if found is None:
        return False
    again = {"outcome": None, "settled_at": None, "attempts": 0, "not_before": now}
    session.execute(update(OutboxMessage).where(OutboxMessage.id == message_id).values(**again))
    detail = {"message": message_id}
    audit.record(session, "message_looked_at_again", at=now, person_id=person_id, case_id=found.case_id, detail=detail)
    return True


def _decide(
    session: Session, letter: GivenUp, action: str, values: Mapping[str, object], *, person_id: int, now: datetime
) -> bool:
    before = letter.deliveries[0].outcome
    still = and_(Delivery.id.in_(letter.ids), UNDECIDED, Delivery.outcome == before)
    decided = session.scalars(update(Delivery).where(still).values(**values).returning(Delivery.id)).all()
    settle_messages(session, decided, now)
    told = select(Delivery.id, OutboxMessage.case_id).join(OutboxMessage, OutboxMessage.id == Delivery.message_id)
    for delivery_id, case_id in session.execute(told.where(Delivery.id.in_(decided)).order_by(Delivery.id)):
        detail = {"delivery": delivery_id, "outcome": before}
        audit.record(session, action, at=now, person_id=person_id, case_id=case_id, detail=detail)
    return bool(decided)
