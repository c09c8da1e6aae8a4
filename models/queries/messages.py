"""What a person was told, newest first, as far as they may still see what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Integer, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from models.case import Case, Deadline
from models.delivery import Delivery, DemonstrationLetter
from models.outbox import OutboxMessage
from models.queries.access import may_see, may_see_what_is_asked
from models.reminder import Reminder
from workflows.roles import AGENCY_LEAD


@dataclass(frozen=True, slots=True)
class Told:
    """One thing a person was told, with the agency that owes it and what: nothing where no agency does."""

    delivery: Delivery
    message: OutboxMessage
    asked_of: str


def told_to(session: Session, person_id: int, on: date, *, page: int, size: int) -> tuple[Sequence[Told], int]:
    """Return one page of what a person was told or is about to be, and how many pages there are.

    Whoever sees of a case only what is asked of their agency reads of an agency where they were told as its lead.
    """
    whole = may_see(person_id, on)
    may_read_of_whom = and_(Deadline.agency.is_not(None), or_(whole, Delivery.role == AGENCY_LEAD))
    same = and_(
        Deadline.case_id == Reminder.case_id,
        Deadline.clock_key == Reminder.clock_key,
        Deadline.subject == Reminder.subject,
    )
    told = (
        select(Delivery, OutboxMessage, case((may_read_of_whom, Deadline.subject), else_=""))
        .join(OutboxMessage, OutboxMessage.id == Delivery.message_id)
        .outerjoin(Case, Case.id == OutboxMessage.case_id)
        .outerjoin(Reminder, Reminder.id == OutboxMessage.payload["reminder"].astext.cast(Integer))
        .outerjoin(Deadline, same)
        .where(Delivery.person_id == person_id, Delivery.outcome.is_distinct_from("suppressed"))
        .where(or_(OutboxMessage.case_id.is_(None), whole, may_see_what_is_asked(person_id, on)))
    )
    count = session.scalar(select(func.count()).select_from(told.subquery())) or 0
    rows = session.execute(told.order_by(Delivery.id.desc()).limit(size).offset((page - 1) * size))
    return [Told(*row) for row in rows], max(1, -(-count // size))


def mark_seen(session: Session, delivery_ids: Sequence[int], now: datetime) -> None:
    """Record when messages were first seen on the site."""
    unseen = update(Delivery).where(Delivery.id.in_(delivery_ids), Delivery.seen_at.is_(None))
    session.execute(unseen.values(seen_at=now))


def demonstration_letters(session: Session, most: int = 50) -> Sequence[DemonstrationLetter]:
    """Return the letters a demonstration would have sent, newest first."""
    return session.scalars(select(DemonstrationLetter).order_by(DemonstrationLetter.id.desc()).limit(most)).all()
