"""From a stored message to what may be said of it: the only place that reads a case for a letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Case, CaseEvent
from models.delivery import Delivery
from models.outbox import OutboxMessage
from models.panels.duties import DutyReminder, title_of
from models.panels.panel import Panel
from notifications.facts import AN_AGENCY_WAS_NOT_REACHED, Declared, Item, Kind, Link, OfPanel, Reference, Site
from notifications.rungs import REMINDER_ESCALATED, REMINDER_MINIMUM_OVER
from notifications.telling import ReminderTold, reminder_told
from notifications.truth import why_nobody_waits
from notifications.wording import notices
from workflows.calendar import Calendar
from workflows.dates import london_day
from workflows.definition import Procedure
from workflows.distance import working_days_ahead, working_days_late
from workflows.registry import procedure
from workflows.roles import PANEL_MEMBER

About = tuple[Kind, Declared, date | None, str]

HOLD_CLOCKS = frozenset({"hold_review"})


@dataclass(frozen=True, slots=True)
class Desk:
    """What letters are written with: the site they lead to, the working days and the moment."""

    site: Site
    calendar: Calendar
    now: datetime

    @property
    def today(self) -> date:
        return london_day(self.now)


def item_of(session: Session, delivery: Delivery, message: OutboxMessage, desk: Desk) -> Item:
    """Return what is told of one message to one person. Raises NotForAMessage and KeyError."""
    if "duty" in message.payload:
        return _of_a_duty(session, delivery, message, desk)
    if "unreached" in message.payload:
        return _of_what_did_not_reach(session, delivery, message, desk)
    case = session.get_one(Case, message.case_id)
    rules = procedure(case.workflow_key, case.regime_key)
    reference = Reference(case.reference)
    reminder = reminder_told(message.payload) if "reminder" in message.payload else None
    about = _deadline(rules, reminder, message, desk) if reminder else _notice(session, rules, message)
    kind, words, on, says = about
    return Item(
        kind=kind,
        reference=reference,
        words=words,
        link=_page_of_a_case(reference, rules, reminder, message, desk, kind),
        today=desk.today,
        on=on,
        says=says,
        working_days=_working_days(rules, reminder, desk) if reminder else 0,
        should_have_come=_should_have_come(delivery, reminder, desk),
        for_somebody_else=delivery.instead_of is not None,
        escalated=message.notice_key == REMINDER_ESCALATED,
    )


def _page_of_a_case(
    reference: Reference,
    rules: Procedure,
    reminder: ReminderTold | None,
    message: OutboxMessage,
    desk: Desk,
    kind: Kind,
) -> Link:
    """Return where the thing itself is read: the date, or what happened; at the top of the case, what is waited for."""
    if reminder:
        return desk.site.date(reference, rules.clocks_by_key[reminder.clock])
    if kind == "told" and message.event_sequence is not None:
        return desk.site.event(reference, message.event_sequence)
    return desk.site.case(reference)


def _of_a_duty(session: Session, delivery: Delivery, message: OutboxMessage, desk: Desk) -> Item:
    """Return what is told of what a panel owes: what it is and by when, and never what somebody wrote of it."""
    reminder = session.get_one(DutyReminder, message.payload["duty"])
    meeting, due_on = reminder.meeting, reminder.due_on
    meant = min(london_day(delivery.meant_for), reminder.falls_on if reminder.late else date.max)
    return Item(
        kind="late" if due_on < desk.today else "due",
        reference=OfPanel(reminder.panel.board.reference_prefix, meeting.held_on if meeting else None),
        words=Declared(title_of(reminder.kind, reminder.role)),
        link=desk.site.link(_page_of_a_duty(reminder)),
        today=desk.today,
        on=due_on,
        working_days=0 if due_on < desk.today else working_days_ahead(desk.today, due_on, desk.calendar),
        should_have_come=meant if meant < desk.today else None,
        for_somebody_else=delivery.instead_of is not None,
        escalated=reminder.escalated,
    )


def _of_what_did_not_reach(session: Session, delivery: Delivery, message: OutboxMessage, desk: Desk) -> Item:
    """Return what is told of a message that reached nobody at an agency, and never which agency: that was typed."""
    case = session.get(Case, message.case_id) if message.case_id else None
    panel = session.get_one(Panel, message.payload["panel"]) if case is None else None
    return Item(
        kind="asked",
        reference=Reference(case.reference) if case else OfPanel(panel.board.reference_prefix if panel else ""),
        words=Declared(AN_AGENCY_WAS_NOT_REACHED),
        link=desk.site.link("/messages/failed"),
        today=desk.today,
        on=london_day(message.created_at),
        says=message.notice_key,
        should_have_come=_should_have_come(delivery, None, desk),
        for_somebody_else=delivery.instead_of is not None,
    )


def _page_of_a_duty(reminder: DutyReminder) -> str:
    if reminder.action is not None:
        return f"/account/asked/action/{reminder.action.id}"
    assert reminder.meeting is not None
    of_meeting = f"/panels/{reminder.panel.board.reference_prefix}/meetings/{reminder.meeting.held_on.isoformat()}"
    if reminder.kind == "reading":
        return f"{of_meeting}/interests" if reminder.role == PANEL_MEMBER else of_meeting
    return f"{of_meeting}/minutes" if reminder.kind == "minutes" else of_meeting


def _deadline(rules: Procedure, reminder: ReminderTold, message: OutboxMessage, desk: Desk) -> About:
    words = Declared(rules.clocks_by_key[reminder.clock].title)
    if message.notice_key == REMINDER_MINIMUM_OVER:
        return "told", words, reminder.due_on, REMINDER_MINIMUM_OVER
    late = reminder.due_on < desk.today
    kind: Kind = "hold" if reminder.clock in HOLD_CLOCKS else "late" if late else "due"
    return kind, words, reminder.due_on, ""


def _working_days(rules: Procedure, reminder: ReminderTold, desk: Desk) -> int:
    """Return in how many working days it is due or how many late, where pages say it in working days too."""
    if reminder.due_on < desk.today:
        return working_days_late(rules.clocks_by_key[reminder.clock], reminder.due_on, desk.today, desk.calendar)
    return working_days_ahead(desk.today, reminder.due_on, desk.calendar)


def _notice(session: Session, rules: Procedure, message: OutboxMessage) -> About:
    step = rules.step(message.payload["step"])
    event = session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == message.case_id, CaseEvent.sequence == message.event_sequence)
    ).one_or_none()
    on = event.happened_first if event is not None and event.happened_precision == "day" else None
    kind = notices()[message.notice_key].kind
    if kind == "asked" and message.case_id and why_nobody_waits(session, message.case_id, step.key):
        # What it asked for has been done by now: it is news, and asks for nothing.
        return "told", Declared(step.done), on, ""
    return kind, Declared(step.done), on, message.notice_key


def _should_have_come(delivery: Delivery, reminder: ReminderTold | None, desk: Desk) -> date | None:
    """Return the day the message was meant for where that has passed: it was swept late, or sent late."""
    meant = london_day(delivery.meant_for)
    if reminder is not None and reminder.late:
        meant = min(meant, reminder.falls_on)
    return meant if meant < desk.today else None
