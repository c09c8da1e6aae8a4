"""Whether what a message says is still so, asked of what is stored at the moment it is to be sent (P20)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import Integer, Select, cast, exists, select
from sqlalchemy.orm import Session

from models.case import Case, CaseEvent, Deadline, Hold
from models.delivery import Delivery
from models.outbox import OutboxMessage
from models.panels.duties import DutyReminder
from models.reminder import AnAnswer, AnswerKind, Reminder, ReminderAnswer
from notifications import because
from notifications.duty_recipients import last_seen, why_a_duty_is_over
from notifications.recipients import agencies_not_reached
from notifications.rungs import REMINDER_ESCALATED
from notifications.thresholds import seen_until
from workflows import registry
from workflows.calendar import Calendar
from workflows.dates import LONDON, london_day

WAITS = frozenset({"decision_awaited", "recommendation_awaited", "report_submitted", "ready_for_panel"})
"""Notices that somebody's turn has come: true while the case stands where the step left it."""

ASKS = frozenset({"scoping_requested", "agency_report_requested", "report_requested"})
"""Notices that an agency is asked for something: true while it is owed."""

HOLDS = frozenset({"hold_authorised"})
"""Notices that a hold began: true until it is released."""


def why_not_true(session: Session, message: OutboxMessage, now: datetime) -> str | None:
    """Return why a message is no longer true, in words, or nothing where it still is."""
    if "duty" in message.payload:
        return why_a_duty_is_over(session, message, now)
    if "unreached" in message.payload:
        return _why_reached(session, session.get_one(OutboxMessage, message.payload["unreached"]), now)
    if message.case_id is None:
        return None
    if reminder_id := message.payload.get("reminder"):
        return _of_a_reminder(session, session.get_one(Reminder, reminder_id), now)
    if message.event_sequence is None:
        return None
    return _of_a_step(session, message, message.case_id, message.event_sequence)


def _why_reached(session: Session, message: OutboxMessage, now: datetime) -> str | None:
    """Return why it need not be said any more that a message reached nobody at an agency."""
    if because_over := why_not_true(session, message, now):
        return because_over
    if not agencies_not_reached(session, message):
        return "The agency has been reached, or is written to again"
    given_up = select(Delivery.decided_at).where(Delivery.message_id == message.id, Delivery.outcome == "failed")
    decided = session.scalars(given_up).all()
    return "It was decided not to send it again" if decided and all(decided) else None


# --- Reminders ---------------------------------------------------------------


def _of_a_reminder(session: Session, reminder: Reminder, now: datetime) -> str | None:
    deadline = session.scalar(
        select(Deadline)
        .where(Deadline.case_id == reminder.case_id, Deadline.clock_key == reminder.clock_key)
        .where(Deadline.subject == reminder.subject)
        .execution_options(populate_existing=True)
    )
    if deadline is None or deadline.due_last is None:
        return because.TAKEN_BACK
    return (
        _why_it_is_over(deadline)
        or _why_it_moved(deadline, reminder)
        or _why_it_was_put_off(session, reminder, now)
        or _why_it_was_overtaken(session, reminder)
    )


def _why_it_is_over(deadline: Deadline) -> str | None:
    if deadline.met_last is not None:
        return because.done(deadline.met_last)
    if deadline.voided_on is not None:
        return because.no_longer_asked_for(deadline.voided_on)
    return None


def _why_it_moved(deadline: Deadline, reminder: Reminder) -> str | None:
    if deadline.due_last is None or deadline.due_last == reminder.due_on:
        return None
    return because.moved(reminder.due_on, deadline.due_last)


def _why_it_was_put_off(session: Session, reminder: Reminder, now: datetime) -> str | None:
    """Return who put off what is told to their role, if that lasts today; what goes up never is.

    Whether they did before it was recorded is not asked: a sweep under way at that moment has not seen it.
    """
    if reminder.notice_key == REMINDER_ESCALATED:
        return None
    put_off = _answers("snoozed", reminder).where(ReminderAnswer.role == reminder.role)
    return because.put_off_on(session.scalar(put_off.limit(1)), london_day(now))


def _answers(kind: AnswerKind, reminder: Reminder) -> Select[ReminderAnswer]:
    """Return the query of what was answered about what a reminder speaks of, the newest first."""
    return (
        select(ReminderAnswer)
        .where(ReminderAnswer.case_id == reminder.case_id, ReminderAnswer.clock_key == reminder.clock_key)
        .where(ReminderAnswer.subject == reminder.subject, ReminderAnswer.due_on == reminder.due_on)
        .where(ReminderAnswer.kind == kind)
        .order_by(ReminderAnswer.id.desc())
    )


def _why_it_was_overtaken(session: Session, reminder: Reminder) -> str | None:
    later = exists().where(
        Reminder.case_id == reminder.case_id,
        Reminder.clock_key == reminder.clock_key,
        Reminder.subject == reminder.subject,
        Reminder.due_on == reminder.due_on,
        Reminder.role == reminder.role,
        Reminder.outcome == "told",
        Reminder.falls_on > reminder.falls_on,
    )
    return because.OVERTAKEN if session.scalar(select(later)) else None


# --- What goes up, and was seen before it had ---------------------------------


class Wait(NamedTuple):
    """That a message is not sent before a moment, and why."""

    until: datetime
    because: str


def why_it_waits(session: Session, message: OutboxMessage, now: datetime, calendar: Calendar) -> Wait | None:
    """Return until when a message that goes up is to wait, because what it speaks of has been seen (ADR 41)."""
    if message.notice_key != REMINDER_ESCALATED:
        return None
    seen: AnAnswer | None
    if "duty" in message.payload:
        seen = last_seen(session, session.get_one(DutyReminder, message.payload["duty"]))
    else:
        reminder = session.get_one(Reminder, message.payload["reminder"])
        seen = session.scalar(_answers("seen", reminder).limit(1))
    if seen is None or london_day(now) > (last := seen_until(seen.from_on, calendar)):
        return None
    words = because.waits(seen.role, seen.from_on, last)
    return Wait(datetime.combine(last + timedelta(days=1), time(), LONDON), words)


# --- Notices of a step -------------------------------------------------------


def _of_a_step(session: Session, message: OutboxMessage, case_id: int, sequence: int) -> str | None:
    standing = _standing_version(session, case_id, sequence)
    if standing is None:
        return None
    if standing.kind == "strike_out":
        return "The step it tells of was struck out"
    if message.notice_key in WAITS:
        return why_nobody_waits(session, case_id, standing.step)
    if message.notice_key in ASKS:
        return _why_nothing_is_asked(session, case_id, sequence)
    if message.notice_key in HOLDS:
        return _why_there_is_no_hold(session, case_id, sequence)
    return None


def _standing_version(session: Session, case_id: int, sequence: int) -> CaseEvent | None:
    """Return the newest version of an event: a correction or strike-out if there was one."""
    versions = select(CaseEvent).where(
        CaseEvent.case_id == case_id, (CaseEvent.sequence == sequence) | (CaseEvent.supersedes == sequence)
    )
    return session.scalar(versions.order_by(CaseEvent.sequence.desc()).limit(1))


def why_nobody_waits(session: Session, case_id: int, step: str) -> str | None:
    """Return, in words, that a case does not stand any more where a step left it; nothing where it does."""
    case = session.get_one(Case, case_id, populate_existing=True)
    procedure = registry.procedure(case.workflow_key, case.regime_key)
    after = procedure.step(step).after
    if after is None or case.state == after or case.state in procedure.hold_states:
        return None
    return f"The case has moved on: {procedure.state(case.state).words}"


def _why_nothing_is_asked(session: Session, case_id: int, sequence: int) -> str | None:
    started_by = cast(Deadline.explanation["started"].astext, Integer)
    owed = exists().where(
        Deadline.case_id == case_id,
        started_by == sequence,
        Deadline.met_first.is_(None),
        Deadline.voided_on.is_(None),
    )
    return None if session.scalar(select(owed)) else "What was asked for has come, or is no longer asked for"


def _why_there_is_no_hold(session: Session, case_id: int, sequence: int) -> str | None:
    held = exists().where(Hold.case_id == case_id, Hold.event_sequence == sequence, Hold.released_first.is_(None))
    return None if session.scalar(select(held)) else "The hold was released"
