"""Reminders of what a panel owes and no case does: the sweep that records each exactly once.

The same engine as for the dates of cases: rungs and what is to be said of them are `notifications.rungs` and
`notifications.thresholds`, and what is told goes through the outbox. Only what is watched differs (ADR 59).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from models.outbox import OutboxMessage
from models.panels.duties import OWNER, Duty, DutyAnswer, DutyReminder, Kind, duties
from models.reminder import ReminderBasis
from notifications.chosen import ladders_of
from notifications.duty_ladders import PANEL_DUTIES
from notifications.rungs import Ladder
from notifications.thresholds import Answer, Reckoning, ToRecord, Watched, to_say
from workflows.calendar import Calendar
from workflows.dates import london_day
from workflows.roles import AGENCY_LEAD, CDOP_COORDINATOR, PANEL_MEMBER

Owed = tuple[Kind, int | None, int | None, date, int | None]
"""A duty by its kind, its action or meeting, its day and, where a pack is to be read, the member."""


@dataclass(frozen=True, slots=True)
class ToTell:
    """One rung of one duty that is newly to be recorded."""

    duty: Duty
    ladder: Ladder
    each: ToRecord

    @property
    def role(self) -> str | None:
        """The role the message is for, as pages name it; none for one person."""
        action, role = self.duty.action, self.each.threshold.role
        if role != OWNER or action is None:
            return role
        if action.owner_person_id is not None:
            return None
        return AGENCY_LEAD if action.owner_agency_id is not None else CDOP_COORDINATOR

    @property
    def person_id(self) -> int | None:
        """The one person the message is for; none where it is for whoever holds a role."""
        role, action = self.each.threshold.role, self.duty.action
        if role == OWNER and action is not None:
            return action.owner_person_id
        return self.duty.member_id if role == PANEL_MEMBER else None

    def row(self, now: datetime) -> dict[str, object]:
        """Return it as it is stored."""
        duty, each = self.duty, self.each
        return {
            "panel_id": duty.panel_id,
            "kind": duty.kind,
            "action_id": duty.action.id if duty.action else None,
            "meeting_id": duty.meeting.id if duty.meeting else None,
            "due_on": duty.due_on,
            "rung": each.threshold.rung.key,
            "role": each.threshold.role,
            "person_id": duty.member_id,
            "falls_on": each.threshold.falls_on,
            "recorded_at": now,
            "outcome": each.outcome,
            "because": each.because,
            "late": each.late,
            "escalated": each.threshold.rung.escalates,
        }


def sweep_duties(sessions: sessionmaker[Session], now: datetime, calendar: Calendar) -> int:
    """Record everything that is to be said of duties by `now` and was not yet recorded; return how much that was.

    Any number of sweeps may run at once: the unique key of a reminder makes it one, and its message goes with it.
    """
    with sessions.begin() as session:
        began_on = session.scalar(select(ReminderBasis.began_on)) or london_day(now)
        found = list(_to_tell(session, london_day(now), calendar, began_on))
        return sum(_recorded(session, each, now) for each in found)


def _to_tell(session: Session, today: date, calendar: Calendar, began_on: date) -> Iterator[ToTell]:
    """Yield what is newly to be recorded; a sweep with nothing to say writes nothing."""
    by, found = Reckoning(calendar), list(duties(session, today, calendar))
    ladders, kept = duty_ladders(session, {each.panel_id for each in found}), kept_of(session, found)
    for duty in found:
        known_on = max(duty.known_on, began_on)
        if known_on > today:
            continue
        ladder, known = ladders(duty.panel_id, duty.kind), kept.known(duty)
        for each in to_say(ladder, kept.watched(duty, known_on), by, today).reminders:
            if (each.threshold.rung.key, each.threshold.role) not in known:
                yield ToTell(duty, ladder, each)


Ladders = Callable[[int, Kind], Ladder]
"""What gives the ladder of a kind of duty as a panel, by its id, has it."""


def duty_ladders(session: Session, panel_ids: Iterable[int]) -> Ladders:
    """Return the ladders of these panels, read once."""
    ladder = ladders_of(session.connection(), panel_ids)
    return lambda panel_id, kind: ladder(panel_id, PANEL_DUTIES, kind)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored of some duties, by what is owed: what was answered, and what the ledger has, in order."""

    answers: Mapping[Owed, Sequence[DutyAnswer]]
    said: Mapping[Owed, Sequence[DutyReminder]]

    def watched(self, duty: Duty, known_on: date) -> Watched:
        """Return a duty as the reckoning of ladders takes it."""
        owed, heard = what_is_owed(duty), dict[str, date]()
        given = tuple(Answer(a.kind, a.role, a.from_on, a.until_on) for a in self.answers.get(owed, ()))
        said = [each for each in self.said.get(owed, ()) if each.outcome != "no_longer_true"]
        for each in said:
            if each.outcome == "told":
                heard[each.role] = max(each.falls_on, heard.get(each.role, date.min))
        return Watched(
            duty.due_on, duty.due_on, known_on, None, duty.over.on, duty.over.because, given, heard,
            frozenset((each.rung, each.role) for each in said),
        )  # fmt: skip

    def known(self, duty: Duty) -> frozenset[tuple[str, str]]:
        """Return the rungs of a duty that the ledger has, with the role, whatever became of them."""
        return frozenset((each.rung, each.role) for each in self.said.get(what_is_owed(duty), ()))


def kept_of(session: Session, found: Sequence[Duty]) -> Kept:
    """Return what is stored of these duties."""
    actions = {each.action.id for each in found if each.action}
    meetings = {each.meeting.id for each in found if each.meeting}
    answers, said = defaultdict[Owed, list[DutyAnswer]](list), defaultdict[Owed, list[DutyReminder]](list)
    about = or_(DutyAnswer.action_id.in_(actions), DutyAnswer.meeting_id.in_(meetings))
    for answer in session.scalars(select(DutyAnswer).where(about).order_by(DutyAnswer.id)):
        member_id = answer.person_id if answer.role == PANEL_MEMBER else None
        answers[answer.duty, answer.action_id, answer.meeting_id, answer.due_on, member_id].append(answer)
    of_these = or_(DutyReminder.action_id.in_(actions), DutyReminder.meeting_id.in_(meetings))
    for each in session.scalars(select(DutyReminder).where(of_these).order_by(DutyReminder.id)):
        said[each.kind, each.action_id, each.meeting_id, each.due_on, each.person_id].append(each)
    return Kept(answers, said)


def what_is_owed(duty: Duty) -> Owed:
    """Return what makes a duty the same as another, with the day it is due."""
    action, meeting = duty.action, duty.meeting
    return duty.kind, action.id if action else None, meeting.id if meeting else None, duty.due_on, duty.member_id


def _recorded(session: Session, found: ToTell, now: datetime) -> bool:
    """Record one reminder, with its message where it is told; return whether no other sweep had."""
    row = found.row(now)
    add = insert(DutyReminder).values(row).on_conflict_do_nothing().returning(DutyReminder.id)
    reminder_id = session.scalar(add)
    if reminder_id is None:
        return False
    if row["outcome"] == "told":
        session.add(
            OutboxMessage(
                notice_key=_notice(found), recipient_role=found.role, recipient_person_id=found.person_id,
                created_at=now, not_before=now, dedupe_key=f"duty:{reminder_id}",
                payload={"duty": reminder_id, "panel": found.duty.panel_id},
            )
        )  # fmt: skip
        session.flush()
    return True


def _notice(found: ToTell) -> str:
    """Return the notice under which a duty is told: the same as for the dates of cases."""
    return found.ladder.notice_key(found.each.threshold.rung)
