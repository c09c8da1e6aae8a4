"""Reminders of what a panel owes and no case does: their ladders, and the sweep that records each exactly once.

The same engine as for the dates of cases: rungs and what is to be said of them are `notifications.rungs` and
`notifications.thresholds`, and what is told goes through the outbox. Only what is watched differs (ADR 59).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from models.outbox import OutboxMessage
from models.panels.duties import Duty, DutyReminder, Kind, duties
from models.reminder import ReminderBasis
from notifications.rungs import ON_THE_DAY, Ladder, Rung, after, before
from notifications.thresholds import Reckoning, ToRecord, Watched, to_say
from workflows.calendar import Calendar
from workflows.dates import london_day
from workflows.roles import AGENCY_LEAD, CDOP_CHAIR, CDOP_COORDINATOR, PANEL_MEMBER

OWNER = "owner"
"""Whoever hears of an action: one person, an agency's leads, or nobody but the coordinator."""

DUTIES = "DOMAIN 11 gives actions to the chair and the office. Local default"

LADDERS: Mapping[Kind, Ladder] = {
    "action": Ladder(
        (
            Rung("ahead", before(5), (OWNER,)),
            Rung("due", ON_THE_DAY, (OWNER,)),
            Rung("overdue", after(1), (OWNER, CDOP_COORDINATOR)),
            Rung("goes_up_1", after(5), (CDOP_CHAIR,), escalates=True),
        ),
        (CDOP_CHAIR,),
        f"DOMAIN 7: an overdue action goes up. {DUTIES}",
        CDOP_COORDINATOR,
    ),
    "pack": Ladder(
        (Rung("due", ON_THE_DAY, (CDOP_COORDINATOR,)), Rung("goes_up_1", after(2), (CDOP_CHAIR,), escalates=True)),
        (CDOP_CHAIR,),
        f"DOMAIN 8.1: packs are read before a meeting. {DUTIES}",
        CDOP_COORDINATOR,
    ),
    "minutes": Ladder(
        (
            Rung("ahead", before(5), (CDOP_COORDINATOR,)),
            Rung("due", ON_THE_DAY, (CDOP_COORDINATOR, CDOP_CHAIR)),
            Rung("overdue", after(5), (CDOP_COORDINATOR, CDOP_CHAIR)),
        ),
        (CDOP_CHAIR,),
        f"DOMAIN 11: minutes are approved. {DUTIES}",
        CDOP_COORDINATOR,
    ),
    "reading": Ladder(
        (Rung("ahead", before(3), (PANEL_MEMBER,)), Rung("due", ON_THE_DAY, (PANEL_MEMBER,))),
        (),
        f"DOMAIN 4.3: a member declares an interest before a case is reviewed. {DUTIES}",
        CDOP_COORDINATOR,
    ),
}


@dataclass(frozen=True, slots=True)
class ToTell:
    """One rung of one duty that is newly to be recorded."""

    duty: Duty
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
        is_owner = self.each.threshold.role == OWNER and self.duty.action is not None
        return self.duty.action.owner_person_id if is_owner and self.duty.action else self.duty.member_id

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
        known = _known(session, min((each.duty.due_on for each in found), default=date.max))
        return sum(_recorded(session, each, now) for each in found if _key(each.row(now)) not in known)


def _to_tell(session: Session, today: date, calendar: Calendar, began_on: date) -> Iterator[ToTell]:
    by = Reckoning(calendar)
    for duty in duties(session, today, calendar):
        known_on, over = max(duty.known_on, began_on), duty.over
        watched = Watched(duty.due_on, duty.due_on, known_on, over_on=over.on, over_because=over.because)
        if known_on > today:
            continue
        for each in to_say(LADDERS[duty.kind], watched, by, today).reminders:
            yield ToTell(duty, each)


_KEY = ("kind", "action_id", "meeting_id", "due_on", "rung", "role", "person_id")


def _key(row: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(row[column] for column in _KEY)


def _known(session: Session, first: date) -> set[tuple[object, ...]]:
    """Return the keys of what was recorded of duties due from a day on; a sweep with nothing to say writes nothing."""
    columns = [getattr(DutyReminder, column) for column in _KEY]
    return {tuple(row) for row in session.execute(select(*columns).where(DutyReminder.due_on >= first))}


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
    return LADDERS[found.duty.kind].notice_key(found.each.threshold.rung)
