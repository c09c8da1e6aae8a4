"""The ledger of a person: what was addressed to them and what was for a role of theirs and went to nobody, and why.

Of the dates of cases and of what panels owe in one list; whoever asks is shown what they may see of it today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Integer, SQLColumnExpression, and_, cast, exists, func, literal, or_, select
from sqlalchemy.orm import Session, joinedload

from models.case import Case
from models.delivery import Delivery
from models.outbox import OutboxMessage
from models.panels.duties import OWNER, DutyReminder
from models.panels.panel import PanelAction, PanelBoard
from models.people import Appointment, Person
from models.queries.access import may_see, may_see_what_is_asked
from models.queries.capacities import capacities_of
from models.queries.duties import AT_THE_PANEL
from models.queries.messages import REMINDER_TOLD, agency_told_of
from models.reminder import Reminder
from notifications.duty_ledger import MESSAGE_KEY, DutyLine, not_withheld_action
from notifications.ledger import Line, Sent
from workflows.roles import AGENCY_LEAD, AUDITOR, CDOP_COORDINATOR, PANEL_MEMBER

MOST = 200
"""What a page of a ledger shows at most, the newest first."""

Told = Line | DutyLine


@dataclass(frozen=True, slots=True)
class Asking:
    """Whose ledger it is, who asks, and on which day."""

    session: Session
    person_id: int
    seen_by: int
    on: date

    @property
    def is_their_own(self) -> bool:
        return self.seen_by == self.person_id

    def sees_case(self) -> ColumnElement[bool]:
        """Return the condition on `Case` that it may be named: whoever asks sees it, or is the agency's own lead."""
        sees = self.sees_whole_case()
        return or_(sees, may_see_what_is_asked(self.seen_by, self.on)) if self.is_their_own else sees

    def sees_whole_case(self) -> ColumnElement[bool]:
        """Return the condition on `Case` that whoever asks sees all of it, and so of which agency a date is."""
        return may_see(self.seen_by, self.on)

    def sees_duty(self) -> ColumnElement[bool]:
        """Return the condition on `DutyReminder` that it may be told: the person’s own, or of a panel run or audited.

        Nothing is told of an action about a case that is withheld from whoever asks.
        """
        free = not_withheld_action(self.seen_by)
        if self.is_their_own:
            return free
        panels = capacities_of(self.session, self.seen_by, self.on).boards((*AT_THE_PANEL, AUDITOR))
        return and_(free, DutyReminder.panel_id.in_(panels))


def delivered_to(asking: Asking) -> list[Told]:
    """Return what was addressed to the person, the newest first."""
    duty_id = cast(
        func.coalesce(OutboxMessage.payload["duty"].astext, OutboxMessage.payload["of_duty"].astext), Integer
    )
    rows = asking.session.execute(
        select(
            Delivery,
            OutboxMessage,
            Case,
            DutyReminder,
            Person.name,
            agency_told_of(REMINDER_TOLD, or_(asking.sees_whole_case(), Delivery.role == AGENCY_LEAD)),
        )
        .join(OutboxMessage, OutboxMessage.id == Delivery.message_id)
        .outerjoin(Case, Case.id == OutboxMessage.case_id)
        .outerjoin(DutyReminder, and_(OutboxMessage.case_id.is_(None), DutyReminder.id == duty_id))
        .outerjoin(Person, Person.id == Delivery.instead_of)
        .where(
            Delivery.person_id == asking.person_id,
            or_(
                and_(Case.id.is_not(None), asking.sees_case()),
                and_(DutyReminder.id.is_not(None), asking.sees_duty()),
            ),
        )
        .options(joinedload(DutyReminder.panel), joinedload(DutyReminder.meeting), joinedload(DutyReminder.action))
        .order_by(Delivery.id.desc())
        .limit(MOST)
    )
    return [_line(*row) for row in rows]


def _line(
    delivery: Delivery,
    message: OutboxMessage,
    case: Case | None,
    duty: DutyReminder | None,
    absent: str | None,
    asked_of: str,
) -> Told:
    sent = (Sent("", delivery, absent),)
    if case is not None:
        return Line(case, None, message, sent, asked_of)
    assert duty is not None
    return DutyLine(duty, message, sent)


def not_said_to(asking: Asking) -> list[Told]:
    """Return what was for a role the person has today and went to nobody, the newest first, with why.

    Reminders that were not told, and messages that were settled before anybody was addressed.
    """
    found: list[tuple[datetime, Told]] = [*_dates_not_said(asking), *_duties_not_said(asking)]
    return [line for _, line in sorted(found, key=lambda each: each[0], reverse=True)[:MOST]]


def _dates_not_said(asking: Asking) -> Sequence[tuple[datetime, Line]]:
    message_key = func.concat("reminder:", cast(Reminder.id, OutboxMessage.dedupe_key.type))
    rows = asking.session.execute(
        select(Reminder, OutboxMessage, Case, agency_told_of(Reminder.id, asking.sees_whole_case()))
        .join(Case, Case.id == Reminder.case_id)
        .outerjoin(OutboxMessage, OutboxMessage.dedupe_key == message_key)
        .where(
            or_(Reminder.outcome != "told", OutboxMessage.outcome == "suppressed"),
            _holds(asking.person_id, Reminder.role, asking.on),
            asking.sees_case(),
        )
        .order_by(Reminder.id.desc())
        .limit(MOST)
    )
    return [
        (reminder.recorded_at, Line(case, reminder, message, asked_of=asked_of))
        for reminder, message, case, asked_of in rows
    ]


def _duties_not_said(asking: Asking) -> Sequence[tuple[datetime, DutyLine]]:
    rows = asking.session.execute(
        select(DutyReminder, OutboxMessage)
        .outerjoin(OutboxMessage, OutboxMessage.dedupe_key == MESSAGE_KEY)
        .outerjoin(PanelAction, PanelAction.id == DutyReminder.action_id)
        .where(
            or_(DutyReminder.outcome != "told", OutboxMessage.outcome == "suppressed"),
            _was_for(asking.person_id, asking.on),
            asking.sees_duty(),
        )
        .options(joinedload(DutyReminder.panel), joinedload(DutyReminder.meeting), joinedload(DutyReminder.action))
        .order_by(DutyReminder.id.desc())
        .limit(MOST)
    )
    return [(reminder.recorded_at, DutyLine(reminder, message, ())) for reminder, message in rows]


def _holds(person_id: int, role: SQLColumnExpression[str], on: date) -> ColumnElement[bool]:
    served = exists().where(PanelBoard.panel_id == Appointment.board_id, PanelBoard.board_id == Case.board_id)
    place = or_(
        Appointment.case_id == Case.id, Appointment.board_id == Case.board_id, served.correlate(Appointment, Case)
    )
    holds = exists().where(
        Appointment.person_id == literal(person_id), Appointment.role == role, Appointment.held_on(on), place
    )
    return holds.correlate(Case, Reminder)


def _was_for(person_id: int, on: date) -> ColumnElement[bool]:
    """Return the condition on `DutyReminder`, beside its action, that it was for a role of a person at the panel.

    Or for them by name: an action of theirs or of an agency they lead, or a pack they were to read.
    """
    held = exists().where(
        Appointment.person_id == literal(person_id), Appointment.held_on(on),
        Appointment.board_id == DutyReminder.panel_id, Appointment.role.in_(AT_THE_PANEL),
    )  # fmt: skip
    coordinates = held.where(Appointment.role == CDOP_COORDINATOR).correlate(DutyReminder)
    leads = exists().where(
        Appointment.person_id == literal(person_id), Appointment.held_on(on), Appointment.role == AGENCY_LEAD,
        Appointment.agency_id == PanelAction.owner_agency_id,
    )  # fmt: skip
    unowned = and_(PanelAction.owner_person_id.is_(None), PanelAction.owner_agency_id.is_(None), coordinates)
    theirs = or_(PanelAction.owner_person_id == person_id, leads.correlate(PanelAction), unowned)
    return or_(
        held.where(Appointment.role == DutyReminder.role).correlate(DutyReminder),
        and_(DutyReminder.role == OWNER, theirs),
        and_(DutyReminder.role == PANEL_MEMBER, DutyReminder.person_id == person_id),
    )
