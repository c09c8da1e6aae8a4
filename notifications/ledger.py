"""The ledger of a case: what was due to be said, what became of it and why, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models.case import Case, Deadline
from models.delivery import Delivery
from models.outbox import OutboxMessage
from models.people import Person
from models.reminder import AnAnswer, Reminder, ReminderAnswer
from notifications.chosen import ladder_of
from notifications.thresholds import Answer, Reckoning, Threshold, Watched, thresholds
from workflows.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message for one person; `instead_of` is the name of whoever they stand in for."""

    name: str
    delivery: Delivery
    instead_of: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was due to be said: a reminder, or what a step tells; with its message, if there is one."""

    case: Case
    reminder: Reminder | None
    message: OutboxMessage | None
    sent: tuple[Sent, ...] = ()
    asked_of: str = ""
    """The agency that owes it, and what, where it stands in a list of its own and not under its date."""


A_co = TypeVar("A_co", bound=AnAnswer, covariant=True)


@dataclass(frozen=True, slots=True)
class Answered(Generic[A_co]):
    """An answer, and who gave it."""

    answer: A_co
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger has of one deadline: what was said, what was answered, and what comes next."""

    deadline: Deadline
    lines: tuple[Line, ...]
    answers: tuple[Answered[ReminderAnswer], ...]
    ahead: tuple[Threshold, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything about a case: by deadline, of deadlines there are no more, and what its steps told."""

    entries: tuple[Entry, ...]
    of_the_past: tuple[Line, ...]
    notices: tuple[Line, ...]


def ledger_of(session: Session, case: Case, calendar: Calendar, today: date) -> Ledger:
    """Return the ledger of a case."""
    reminders = list(session.scalars(select(Reminder).where(Reminder.case_id == case.id).order_by(Reminder.falls_on)))
    messages = list(
        session.scalars(select(OutboxMessage).where(OutboxMessage.case_id == case.id).order_by(OutboxMessage.id))
    )
    sent = sent_of(session, [each.id for each in messages])
    by_key = {each.dedupe_key: each for each in messages}
    lines = [_line(case, each, by_key.get(key_of(each)), sent) for each in reminders]
    answers = answers_about(session, case)
    entries = tuple(
        _entry(session, case, deadline, lines, answers, calendar, today)
        for deadline in session.scalars(
            select(Deadline)
            .where(Deadline.case_id == case.id, Deadline.due_last.is_not(None))
            .order_by(Deadline.ordinal)
        )
    )
    shown = {id(line) for entry in entries for line in entry.lines}
    notices = [each for each in messages if "reminder" not in each.payload]
    return Ledger(
        entries,
        tuple(line for line in lines if id(line) not in shown),
        tuple(_line(case, None, each, sent) for each in reversed(notices)),
    )


def key_of(reminder: Reminder) -> str:
    """Return what the message of a reminder is known by."""
    return f"reminder:{reminder.id}"


def _line(
    case: Case, reminder: Reminder | None, message: OutboxMessage | None, sent: dict[int, tuple[Sent, ...]]
) -> Line:
    return Line(case, reminder, message, sent.get(message.id, ()) if message else ())


def _entry(
    session: Session,
    case: Case,
    deadline: Deadline,
    lines: Sequence[Line],
    answers: Sequence[Answered[ReminderAnswer]],
    calendar: Calendar,
    today: date,
) -> Entry:
    theirs = [each for each in answers if is_about(each.answer, deadline)]
    mine = tuple(line for line in lines if line.reminder is not None and is_about(line.reminder, deadline))
    ahead = _ahead(session, case, deadline, mine, theirs, calendar, today)
    return Entry(deadline, mine, tuple(theirs), ahead)


def is_about(each: Reminder | ReminderAnswer, deadline: Deadline) -> bool:
    """Return whether a reminder or an answer is about a deadline, on the day it is due now."""
    key = (each.clock_key, each.subject, each.due_on)
    return key == (deadline.clock_key, deadline.subject, deadline.due_last)


def _ahead(
    session: Session,
    case: Case,
    deadline: Deadline,
    lines: Sequence[Line],
    answers: Sequence[Answered[ReminderAnswer]],
    calendar: Calendar,
    today: date,
) -> tuple[Threshold, ...]:
    """Return what will be said of a deadline if nothing changes, in order."""
    first, last = deadline.due_first, deadline.due_last
    if first is None or last is None or deadline.met_last or deadline.voided_on:
        return ()
    given = tuple(
        Answer(each.answer.kind, each.answer.role, each.answer.from_on, each.answer.until_on) for each in answers
    )
    reminders = [line.reminder for line in lines if line.reminder is not None]
    said = frozenset((each.rung, each.role) for each in reminders if each.outcome != "no_longer_true")
    watched = Watched(first, last, known_on=date.min, starts_on=deadline.starts_on, answers=given, recorded=said)
    found = thresholds(ladder_of(session, case, deadline.clock_key), watched, Reckoning(calendar))
    return tuple(each for each in found if each.falls_on > today)


def sent_of(session: Session, message_ids: Sequence[int]) -> dict[int, tuple[Sent, ...]]:
    absent = aliased(Person)
    rows = session.execute(
        select(Delivery, Person.name, absent.name)
        .join(Person, Person.id == Delivery.person_id)
        .outerjoin(absent, absent.id == Delivery.instead_of)
        .where(Delivery.message_id.in_(message_ids))
        .order_by(Delivery.id)
    )
    found: dict[int, tuple[Sent, ...]] = {}
    for delivery, name, instead_of in rows:
        found[delivery.message_id] = (*found.get(delivery.message_id, ()), Sent(name, delivery, instead_of))
    return found


def answers_about(session: Session, case: Case) -> list[Answered[ReminderAnswer]]:
    """Return every answer to the reminders of a case, with who gave it."""
    rows = session.execute(
        select(ReminderAnswer, Person.name)
        .join(Person, Person.id == ReminderAnswer.person_id)
        .where(ReminderAnswer.case_id == case.id)
        .order_by(ReminderAnswer.id)
    )
    return [Answered(answer, name) for answer, name in rows]
