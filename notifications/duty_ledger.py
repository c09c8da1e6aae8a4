"""The ledger of what panels owe: what was to be said, to whom, what became of it and why; and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from models.delivery import Delivery
from models.outbox import OutboxMessage
from models.panels.duties import DutyReminder, Kind, duties
from models.panels.meetings import withheld_from
from models.panels.panel import PanelAction
from notifications.duties import LADDERS
from notifications.ledger import Sent, sent_of
from notifications.thresholds import Reckoning, Threshold
from workflows.calendar import Calendar

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
    return _lines(session, and_(DutyReminder.panel_id == panel_id, _not_withheld(seen_by)))


def duties_told(session: Session, person_id: int) -> list[DutyLine]:
    """Return the reminders of duties that were addressed to a person."""
    theirs = exists().where(Delivery.message_id == OutboxMessage.id, Delivery.person_id == person_id)
    return _lines(session, and_(theirs, _not_withheld(person_id)), only=person_id)


def ahead(session: Session, panel_id: int, today: date, calendar: Calendar) -> list[Ahead]:
    """Return what comes next of what a panel owes, in order."""
    by = Reckoning(calendar)
    found = [
        Ahead(duty.kind, each)
        for duty in duties(session, today, calendar, panel_id=panel_id)
        if duty.over.on is None
        for each in by.thresholds(LADDERS[duty.kind], duty.due_on, duty.due_on)
        if each.falls_on > today
    ]
    return sorted(dict.fromkeys(found), key=lambda each: (each.threshold.falls_on, each.kind))


def _not_withheld(person_id: int) -> ColumnElement[bool]:
    withheld = select(PanelAction.id).where(PanelAction.case_id.in_(withheld_from(person_id)))
    return or_(DutyReminder.action_id.is_(None), DutyReminder.action_id.not_in(withheld))


def _lines(session: Session, which: ColumnElement[bool], only: int | None = None) -> list[DutyLine]:
    key = func.concat("duty:", cast(DutyReminder.id, OutboxMessage.dedupe_key.type))
    rows: Sequence[tuple[DutyReminder, OutboxMessage | None]] = [
        (reminder, message)
        for reminder, message in session.execute(
            select(DutyReminder, OutboxMessage)
            .outerjoin(OutboxMessage, OutboxMessage.dedupe_key == key)
            .where(which)
            .options(joinedload(DutyReminder.panel), joinedload(DutyReminder.meeting))
            .order_by(DutyReminder.id.desc())
            .limit(MOST)
        )
    ]
    sent = sent_of(session, [message.id for _, message in rows if message])
    return [
        DutyLine(reminder, message, tuple(_shown(sent.get(message.id, ()) if message else (), only)))
        for reminder, message in rows
    ]


def _shown(sent: Sequence[Sent], only: int | None) -> list[Sent]:
    return [each for each in sent if only in (None, each.delivery.person_id)]
