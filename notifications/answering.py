"""What people answer to a reminder: that they have seen it, or that it is to come again on a later day, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from models import audit
from models.case import Case, Deadline
from models.errors import EntryRefused
from models.histories import lock_cases
from models.next_rung import TO_RECKON, NextRung
from models.reminder import ReminderAnswer
from notifications.chosen import ladder_of
from notifications.rungs import Ladder
from notifications.thresholds import Reckoning
from workflows.calendar import Calendar
from workflows.dates import day_in_words, london_day
from workflows.roles import ROLES

LONGEST = 20
"""Working days a reminder may be put off for. Local default: a month of working days."""


class NotAnswered(EntryRefused):
    """The answer to a reminder cannot be taken."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers about a deadline, in which of their roles, and when."""

    session: Session
    case: Case
    deadline: Deadline
    person_id: int
    role: str
    now: datetime

    @property
    def today(self) -> date:
        return london_day(self.now)

    def seen(self) -> None:
        """Record that it has been seen, so that it does not go up while that lasts. Raises NotAnswered."""
        self._refuse_what_is_over()
        if self.deadline.due_last is None or self.today <= self.deadline.due_last:
            raise NotAnswered("until_on", "This is not late, so it does not go up to anybody yet")
        self._add(ReminderAnswer(kind="seen"))

    def put_off(self, until_on: date, reason: str, calendar: Calendar) -> None:
        """Have the reminders of this role come again after a day, for a reason. Raises NotAnswered.

        What goes up still does; and a limit of the guidance is not put off past the day on which it goes up.
        """
        self._refuse_what_is_over()
        if not reason.strip():
            raise NotAnswered("reason", "Say why it can wait")
        self._refuse_the_day(until_on, calendar)
        self._add(ReminderAnswer(kind="snoozed", until_on=until_on, reason=reason.strip()))

    def _refuse_what_is_over(self) -> None:
        if self.deadline.due_last is None or self.deadline.met_last or self.deadline.voided_on:
            raise NotAnswered("until_on", "This is no longer owed, so nobody is reminded of it")

    def _refuse_the_day(self, until_on: date, calendar: Calendar) -> None:
        if until_on <= self.today:
            raise NotAnswered("until_on", "The day must be after today")
        last = calendar.add_working_days(self.today, LONGEST)
        if until_on > last:
            raise NotAnswered(
                "until_on",
                f"The day must be on or before {day_in_words(last)}, which is {LONGEST} working days from today",
            )
        up = self._goes_up_first(calendar)
        if up is not None and until_on >= up[0]:
            day, role = up
            words = f"This goes up to the {ROLES[role]} on {day_in_words(day)}. Choose an earlier day"
            raise NotAnswered("until_on", words)

    def _goes_up_first(self, calendar: Calendar) -> tuple[date, str] | None:
        """Return when and to whom a limit of the guidance next goes up; nothing for a limit the board set itself."""
        ladder = ladder_of(self.session, self.case, self.deadline.clock_key)
        first, last = self.deadline.due_first, self.deadline.due_last
        if not ladder.statutory or first is None or last is None:
            return None
        found = Reckoning(calendar).thresholds(ladder, first, last)
        ahead = (each for each in found if each.rung.escalates and each.falls_on > self.today)
        return next(((each.falls_on, each.role) for each in ahead), None)

    def _add(self, answer: ReminderAnswer) -> None:
        deadline = self.deadline
        # The case before its deadline, as a step does, so that neither ever waits for the other in a circle.
        lock_cases(self.session.connection(), [self.case.id])
        answer.case_id, answer.clock_key, answer.subject = self.case.id, deadline.clock_key, deadline.subject
        answer.due_on = deadline.due_last or self.today
        answer.person_id, answer.role = self.person_id, self.role
        answer.answered_at, answer.from_on = self.now, self.today
        self.session.add(answer)
        self.session.execute(update(NextRung).where(NextRung.deadline_id == deadline.id).values(falls_on=TO_RECKON))
        until = answer.until_on.isoformat() if answer.until_on else None
        audit.record(
            self.session, "reminder_seen" if answer.kind == "seen" else "reminder_put_off", at=self.now,
            person_id=self.person_id, role=self.role, case_id=self.case.id,
            detail={"clock": deadline.clock_key, "until": until},
        )  # fmt: skip


def role_to_answer_in(ladder: Ladder, roles: Collection[str]) -> str | None:
    """Return the role in which somebody answers about a deadline: one its ladder tells, the nearest to it first."""
    told = [role for rung in ladder.rungs for role in rung.to]
    return next((role for role in (*told, ladder.office, *ladder.chain) if role in roles), None)
