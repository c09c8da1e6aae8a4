"""What a person was told, newest first, as far as they may still see what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Integer, ScalarSelect, SQLColumnExpression, and_, case, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from models.case import Case, Deadline
from models.delivery import Delivery, DemonstrationLetter
from models.outbox import OutboxMessage
from models.panels.duties import DutyReminder
from models.people import Person
from models.queries.access import may_see, may_see_what_is_asked
from models.reminder import Reminder
from workflows.roles import AGENCY_LEAD, PANEL_MEMBER


@dataclass(frozen=True, slots=True)
class Told:
    """One thing a person was told, with who owes it: an agency and what, or a member of a panel; else nothing."""

    delivery: Delivery
    message: OutboxMessage
    asked_of: str


REMINDER_TOLD = OutboxMessage.payload["reminder"].astext.cast(Integer)
"""The id of the reminder that a message tells; none where it tells of a step."""


def agency_told_of(reminder_id: SQLColumnExpression[int], may_be_read: ColumnElement[bool]) -> ColumnElement[str]:
    """Return, for each row about a reminder, the agency that owes what it is about, and what; else nothing.

    Nothing too where the row does not meet `may_be_read`, or the date is there no more.
    """
    reminder = aliased(Reminder)
    same = and_(
        Deadline.case_id == reminder.case_id,
        Deadline.clock_key == reminder.clock_key,
        Deadline.subject == reminder.subject,
    )
    owed = select(Deadline.subject).join(reminder, same).where(reminder.id == reminder_id, Deadline.agency.is_not(None))
    named = owed.correlate_except(Deadline, reminder).scalar_subquery()
    return case((may_be_read, func.coalesce(named, "")), else_="")


def _member_told_of() -> ScalarSelect[str]:
    """Return, for each message, the member of a panel whose part of a meeting somebody else is told of; else null."""
    duty_id = OutboxMessage.payload["duty"].astext.cast(Integer)
    owed = select(Person.name).join(DutyReminder, DutyReminder.person_id == Person.id)
    told = owed.where(DutyReminder.id == duty_id, DutyReminder.role != PANEL_MEMBER)
    return told.correlate_except(DutyReminder, Person).scalar_subquery()


def told_to(session: Session, person_id: int, on: date, *, page: int, size: int) -> tuple[Sequence[Told], int]:
    """Return one page of what a person was told or is about to be, and how many pages there are.

    Whoever sees of a case only what is asked of their agency reads of an agency where they were told as its lead.
    """
    whole = may_see(person_id, on)
    agency = agency_told_of(REMINDER_TOLD, or_(whole, Delivery.role == AGENCY_LEAD))
    told = (
        select(Delivery, OutboxMessage, func.coalesce(_member_told_of(), agency))
        .join(OutboxMessage, OutboxMessage.id == Delivery.message_id)
        .outerjoin(Case, Case.id == OutboxMessage.case_id)
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
