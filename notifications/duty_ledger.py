"""The ledger of what panels owe: what was to be said, to whom, what became of it and why; and what comes next."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, cast, func, or_, select
from sqlalchemy.orm import Session, joinedload

from models.outbox import OutboxMessage
from models.panels.duties import Duty, DutyAnswer, DutyReminder, Kind, duties
from models.panels.meetings import withheld_from
from models.panels.panel import PanelAction
from models.people import Person
from notifications.duties import duty_ladders, kept_of, what_is_owed
from notifications.ledger import Answered, Sent, sent_of
from notifications.thresholds import Reckoning, Threshold, thresholds
from workflows.calendar import Calendar

MESSAGE_KEY = func.concat("duty:", cast(DutyReminder.id, OutboxMessage.dedupe_key.type))
"""What the message of a reminder is known by."""

MOST = 200
"""What a page of the ledger shows at most, the newest first."""


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One reminder of a duty, the message it went in and what became of that for each person."""

    reminder: DutyReminder
    message: OutboxMessage | None
    sent: tuple[Sent, ...]


@dataclass(frozen=True, slots=True)
class Ahead:
    """What will be said of an open duty if nothing changes."""

    kind: Kind
    threshold: Threshold


def duty_ledger(session: Session, panel_id: int, seen_by: int) -> list[DutyLine]:
    """Return what was to be said of the duties of a panel, without what is withheld from whoever asks."""
    return _lines(session, and_(DutyReminder.panel_id == panel_id, not_withheld_action(seen_by)))


def ahead(session: Session, panel_id: int, today: date, calendar: Calendar) -> list[Ahead]:
    """Return what comes next of what a panel owes, in order."""
    open_ones = [each for each in duties(session, today, calendar, panel_id=panel_id) if each.over.on is None]
    found = [Ahead(duty.kind, each) for duty, coming in _coming(session, open_ones, today, calendar) for each in coming]
    return sorted(dict.fromkeys(found), key=lambda each: (each.threshold.falls_on, each.kind))


@dataclass(frozen=True, slots=True)
class DutyEntry:
    """What the ledger has of one duty: what was said, what was answered, and what comes next."""

    duty: Duty
    lines: tuple[DutyLine, ...]
    answers: tuple[Answered[DutyAnswer], ...]
    ahead: tuple[Threshold, ...]


def entry_of(session: Session, duty: Duty, today: date, calendar: Calendar) -> DutyEntry:
    """Return the ledger of one duty."""
    kind, action_id, meeting_id, due_on, member_id = what_is_owed(duty)
    same = {"kind": kind, "action_id": action_id, "meeting_id": meeting_id, "due_on": due_on, "person_id": member_id}
    is_said_of_it = and_(*(getattr(DutyReminder, name).is_not_distinct_from(value) for name, value in same.items()))
    given = kept_of(session, [duty]).answers.get(what_is_owed(duty), ())
    names = {each.id: each.name for each in _people(session, {each.person_id for each in given})}
    coming = [each for _, found in _coming(session, [duty], today, calendar) for each in found]
    return DutyEntry(
        duty,
        tuple(reversed(_lines(session, is_said_of_it))),
        tuple(Answered(each, names[each.person_id]) for each in given),
        tuple(coming) if duty.over.on is None else (),
    )


def _people(session: Session, ids: Collection[int]) -> Sequence[Person]:
    return session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id)).all()


def _coming(
    session: Session, found: Sequence[Duty], today: date, calendar: Calendar
) -> Iterator[tuple[Duty, list[Threshold]]]:
    """Yield each duty with what will be said of it if nothing changes, in order."""
    by, ladders = Reckoning(calendar), duty_ladders(session, {each.panel_id for each in found})
    kept = kept_of(session, found)
    for duty in found:
        every = thresholds(ladders(duty.panel_id, duty.kind), kept.watched(duty, duty.known_on), by)
        yield duty, [each for each in every if each.falls_on > today]


def not_withheld_action(person_id: int) -> ColumnElement[bool]:
    withheld = select(PanelAction.id).where(PanelAction.case_id.in_(withheld_from(person_id)))
    return or_(DutyReminder.action_id.is_(None), DutyReminder.action_id.not_in(withheld))


def _lines(session: Session, which: ColumnElement[bool]) -> list[DutyLine]:
    rows: Sequence[tuple[DutyReminder, OutboxMessage | None]] = [
        (reminder, message)
        for reminder, message in session.execute(
            select(DutyReminder, OutboxMessage)
            .outerjoin(OutboxMessage, OutboxMessage.dedupe_key == MESSAGE_KEY)
            .where(which)
            .options(joinedload(DutyReminder.panel), joinedload(DutyReminder.meeting))
            .order_by(DutyReminder.id.desc())
            .limit(MOST)
        )
    ]
    sent = sent_of(session, [message.id for _, message in rows if message])
    return [DutyLine(reminder, message, sent.get(message.id, ()) if message else ()) for reminder, message in rows]
