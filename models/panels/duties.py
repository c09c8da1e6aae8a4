"""What a panel owes that no case does, by which day: an action, a pack, minutes, and a pack to be read.

Each is worked out from what is stored about the panel, so that there is nothing to keep in step; only that somebody
was reminded is stored, once. Every number of days here is a local default: no guidance gives one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, false, func, or_, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from models.base import Base, Identifier
from models.panels.minutes import PanelMinutes
from models.panels.panel import Attendance, Meeting, Panel, PanelAction
from models.people import Person
from models.reminder import AnAnswer, ReminderOutcome, holds_of_an_answer
from workflows.calendar import Calendar, CalendarTooShort
from workflows.dates import day_in_words, london_day
from workflows.roles import PANEL_MEMBER

Kind = Literal["action", "pack", "minutes", "reading"]

TITLES: dict[Kind, str] = {
    "action": "Do what the panel decided",
    "pack": "Read over and release the pack",
    "minutes": "Approve the minutes",
    "reading": "Say whether you have an interest, and read the pack",
}

NOT_READ = "A member has not said whether they have an interest"
"""What whoever runs the panel is told of a pack that a member has not read."""

OWNER = "owner"
"""Whoever hears of an action: one person, an agency's leads, or nobody but the coordinator. No role of the law."""

PACK_BEFORE, READING_BEFORE, MINUTES_AFTER = 5, 1, 10
"""Working days before a meeting for its pack and for reading it, and after it for its minutes. Local defaults."""

REMEMBERED = timedelta(days=60)
"""How long what is done or over is still looked at, so that what was missed in an outage is recorded as not said."""


class DutyReminder(Base):
    """One rung of the ladder of one duty, for one role or person: recorded once, said or not said, and why."""

    __tablename__ = "duty_reminder"
    __table_args__ = (
        UniqueConstraint(
            "kind", "action_id", "meeting_id", "due_on", "rung", "role", "person_id",
            name="uq_duty_reminder_once", postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("kind IN ('action', 'pack', 'minutes', 'reading')", name="kind"),
        CheckConstraint("num_nonnulls(action_id, meeting_id) = 1", name="is_of_an_action_or_a_meeting"),
        CheckConstraint("outcome IN ('told', 'overtaken', 'no_longer_true')", name="outcome"),
        CheckConstraint("(outcome = 'told') = (because IS NULL)", name="says_why_it_was_not_told"),
        Index(None, "panel_id", "id"),
    )  # fmt: skip

    id: Mapped[Identifier]
    panel_id: Mapped[int] = mapped_column(ForeignKey(Panel.board_id))
    kind: Mapped[Kind] = mapped_column(Text)
    action_id: Mapped[int | None] = mapped_column(ForeignKey(PanelAction.id))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey(Meeting.id))
    due_on: Mapped[date]
    rung: Mapped[str]
    role: Mapped[str]
    """A role at the panel, `owner` for whoever hears of an action, or `panel_member`."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    """The member whose pack is to be read; null for any other duty."""
    falls_on: Mapped[date]
    recorded_at: Mapped[datetime]
    outcome: Mapped[ReminderOutcome] = mapped_column(Text)
    because: Mapped[str | None]
    late: Mapped[bool] = mapped_column(default=False, server_default=false())
    escalated: Mapped[bool] = mapped_column(default=False, server_default=false())

    panel: Mapped[Panel] = relationship()
    action: Mapped[PanelAction | None] = relationship()
    meeting: Mapped[Meeting | None] = relationship()


class DutyAnswer(AnAnswer, Base):
    """What somebody answered to the reminders of something a panel owes; of a pack to be read, the member alone."""

    __tablename__ = "duty_answer"
    __table_args__ = (
        *holds_of_an_answer(),
        CheckConstraint("duty IN ('action', 'pack', 'minutes', 'reading')", name="duty"),
        CheckConstraint("num_nonnulls(action_id, meeting_id) = 1", name="is_of_an_action_or_a_meeting"),
        Index(None, "action_id"),
        Index(None, "meeting_id"),
    )

    duty: Mapped[Kind] = mapped_column(Text)
    action_id: Mapped[int | None] = mapped_column(ForeignKey(PanelAction.id))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey(Meeting.id))


@dataclass(frozen=True, slots=True)
class Over:
    """From which day nothing more was to be said of a duty, and why; neither while it is owed."""

    on: date | None = None
    because: str = ""


STILL_OWED = Over()


@dataclass(frozen=True, slots=True)
class Duty:
    """Something a panel owes by a day. `known_on` is the day it could first be known."""

    kind: Kind
    panel_id: int
    due_on: date
    known_on: date
    over: Over = STILL_OWED
    action: PanelAction | None = None
    meeting: Meeting | None = None
    member_id: int | None = None
    """The person who is to read the pack."""


def title_of(kind: Kind, role: str) -> str:
    """Return what is said of a duty to whoever hears of it in a role: of a pack, the member is told what to do."""
    return NOT_READ if kind == "reading" and role != PANEL_MEMBER else TITLES[kind]


def duties(session: Session, today: date, calendar: Calendar, *, panel_id: int | None = None) -> Iterator[Duty]:
    """Yield what panels owe, or one of them, and what was over lately."""
    yield from _actions(session, today, panel_id)
    for meeting in _meetings(session, today, panel_id):
        if meeting.cases:
            yield from _of_meeting(session, meeting, today, calendar)


def _actions(session: Session, today: date, panel_id: int | None) -> Iterator[Duty]:
    lately = or_(PanelAction.done_on.is_(None), PanelAction.done_at > datetime.combine(today - REMEMBERED, time(), UTC))
    found = select(PanelAction).join(Meeting).where(lately).options(joinedload(PanelAction.meeting))
    if panel_id is not None:
        found = found.where(Meeting.panel_id == panel_id)
    for action in session.scalars(found.order_by(PanelAction.due_on, PanelAction.id)):
        known_on = london_day(action.created_at)
        yield Duty("action", action.meeting.panel_id, action.due_on, known_on, _action_over(action), action=action)


def _meetings(session: Session, today: date, panel_id: int | None) -> Iterator[Meeting]:
    """Yield the meetings that are to come, or were held lately or have minutes still to be approved."""
    since = today - REMEMBERED
    approved = select(PanelMinutes.meeting_id).where(PanelMinutes.approved_at.is_not(None))
    found = select(Meeting).where(or_(Meeting.held_on >= since, Meeting.id.not_in(approved)))
    if panel_id is not None:
        found = found.where(Meeting.panel_id == panel_id)
    yield from session.scalars(found.order_by(Meeting.held_on, Meeting.id))


def _of_meeting(session: Session, meeting: Meeting, today: date, calendar: Calendar) -> Iterator[Duty]:
    """Yield what is owed for one meeting: its pack, the reading of it once it is released, and then its minutes."""

    def owed(kind: Kind, working_days: int, known_on: date, over: Over, member_id: int | None = None) -> Duty:
        due_on = calendar.add_working_days(meeting.held_on, working_days)
        return Duty(kind, meeting.panel_id, due_on, known_on, over, meeting=meeting, member_id=member_id)

    try:
        yield owed("pack", -PACK_BEFORE, _listed_on(meeting), _pack_over(meeting, today))
        if meeting.pack_released_at is not None:
            released_on = london_day(meeting.pack_released_at)
            for each in meeting.attendances:
                over = _reading_over(meeting, each, today)
                yield owed("reading", -READING_BEFORE, released_on, over, each.member.person_id)
        if meeting.held_on <= today:
            yield owed("minutes", MINUTES_AFTER, meeting.held_on, _minutes_over(session, meeting))
    except CalendarTooShort:
        return


def why_over(session: Session, reminder: DutyReminder, today: date) -> str:
    """Return why what a reminder is about is no longer owed, in words; nothing where it still is."""
    if reminder.action is not None:
        return _action_over(reminder.action).because
    assert reminder.meeting is not None
    meeting = reminder.meeting
    if not meeting.cases:
        return "Nothing is listed for the meeting any more"
    if reminder.kind == "pack":
        return _pack_over(meeting, today).because
    if reminder.kind == "minutes":
        return _minutes_over(session, meeting).because
    theirs = next((each for each in meeting.attendances if each.member.person_id == reminder.person_id), None)
    return _reading_over(meeting, theirs, today).because if theirs else "They are not invited to the meeting any more"


def _action_over(action: PanelAction) -> Over:
    if action.done_on is None:
        return STILL_OWED
    known_on = london_day(action.done_at) if action.done_at else action.done_on
    return Over(known_on, f"It had been done by {day_in_words(action.done_on)}")


def _pack_over(meeting: Meeting, today: date) -> Over:
    return _before_the_meeting(meeting, meeting.pack_released_at, "The pack was released", today)


def _reading_over(meeting: Meeting, attendance: Attendance, today: date) -> Over:
    """Return when a member had said in which of the cases now listed they have an interest, after which they read."""
    considered = attendance.interests_considered_at
    latest = max(each.listed_at for each in meeting.cases)
    done_at = considered if considered is not None and latest <= considered else None
    return _before_the_meeting(meeting, done_at, "They had looked at what is listed", today)


def _minutes_over(session: Session, meeting: Meeting) -> Over:
    approved = session.scalar(select(func.min(PanelMinutes.approved_at)).where(PanelMinutes.meeting_id == meeting.id))
    return Over(london_day(approved), "The minutes were approved") if approved else STILL_OWED


def _before_the_meeting(meeting: Meeting, done_at: datetime | None, words: str, today: date) -> Over:
    if done_at is not None and london_day(done_at) <= meeting.held_on:
        return Over(london_day(done_at), words)
    return (
        Over(meeting.held_on + timedelta(days=1), "The meeting had been held")
        if today > meeting.held_on
        else STILL_OWED
    )


def _listed_on(meeting: Meeting) -> date:
    """Return the day the first case was listed, from which there is a pack to make."""
    return london_day(min(each.listed_at for each in meeting.cases))
