"""What people answer to a reminder: that they have seen it, or that it is to come again on a later day, and why.

The same two answers for the dates of cases and for what panels owe: `About` is what they differ in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypedDict

from sqlalchemy import update
from sqlalchemy.orm import Session

from models import audit
from models.case import Case, Deadline
from models.errors import EntryRefused
from models.histories import lock_cases
from models.next_rung import TO_RECKON, NextRung
from models.reminder import AnswerKind, ReminderAnswer
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


class Given(TypedDict):
    """An answer as it is stored, whatever it is about."""

    due_on: date
    person_id: int
    role: str
    kind: AnswerKind
    answered_at: datetime
    from_on: date
    until_on: date | None
    reason: str | None


class About(Protocol):
    """What an answer is about. Without a due day nothing is owed."""

    @property
    def title(self) -> str:
        """What is due, in words."""
        ...

    @property
    def due_days(self) -> tuple[date, date] | None:
        """The first and the last day it may be due; nothing where it is no longer owed."""
        ...

    @property
    def ladder(self) -> Ladder:
        """Who is reminded of it when."""
        ...

    def keep(self, answer: Given) -> None:
        """Store the answer, and record that it was given."""
        ...


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers about what, in which of their roles, and when."""

    about: About
    person_id: int
    role: str
    now: datetime

    @property
    def today(self) -> date:
        return london_day(self.now)

    def seen(self) -> None:
        """Record that it has been seen, so that it does not go up while that lasts. Raises NotAnswered."""
        _, last = self._owed()
        if self.today <= last:
            raise NotAnswered("until_on", "This is not late, so it does not go up to anybody yet")
        self._keep("seen", last)

    def put_off(self, until_on: date, reason: str, calendar: Calendar) -> None:
        """Have the reminders of this role come again after a day, for a reason. Raises NotAnswered.

        What goes up still does; and a limit of the guidance is not put off past the day on which it goes up.
        """
        first, last = self._owed()
        if not reason.strip():
            raise NotAnswered("reason", "Say why it can wait")
        self._refuse_the_day(until_on, calendar, first, last)
        self._keep("snoozed", last, until_on, reason.strip())

    def _owed(self) -> tuple[date, date]:
        if self.about.due_days is None:
            raise NotAnswered("until_on", "This is no longer owed, so nobody is reminded of it")
        return self.about.due_days

    def _refuse_the_day(self, until_on: date, calendar: Calendar, first: date, last: date) -> None:
        if until_on <= self.today:
            raise NotAnswered("until_on", "The day must be after today")
        longest = calendar.add_working_days(self.today, LONGEST)
        if until_on > longest:
            raise NotAnswered(
                "until_on",
                f"The day must be on or before {day_in_words(longest)}, which is {LONGEST} working days from today",
            )
        up = self._goes_up_first(calendar, first, last)
        if up is not None and until_on >= up[0]:
            day, role = up
            words = f"This goes up to the {ROLES[role]} on {day_in_words(day)}. Choose an earlier day"
            raise NotAnswered("until_on", words)

    def _goes_up_first(self, calendar: Calendar, first: date, last: date) -> tuple[date, str] | None:
        """Return when and to whom a limit of the guidance next goes up; nothing for a limit set here."""
        ladder = self.about.ladder
        if not ladder.statutory:
            return None
        found = Reckoning(calendar).thresholds(ladder, first, last)
        ahead = (each for each in found if each.rung.escalates and each.falls_on > self.today)
        return next(((each.falls_on, each.role) for each in ahead), None)

    def _keep(self, kind: AnswerKind, due_on: date, until_on: date | None = None, reason: str | None = None) -> None:
        self.about.keep(
            Given(
                due_on=due_on, person_id=self.person_id, role=self.role, kind=kind, answered_at=self.now,
                from_on=self.today, until_on=until_on, reason=reason,
            )
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DateOfCase:
    """A date of a case, about which somebody answers."""

    session: Session
    case: Case
    deadline: Deadline

    @property
    def title(self) -> str:
        return self.deadline.title

    @property
    def due_days(self) -> tuple[date, date] | None:
        deadline = self.deadline
        if deadline.met_last or deadline.voided_on or deadline.due_first is None or deadline.due_last is None:
            return None
        return deadline.due_first, deadline.due_last

    @property
    def ladder(self) -> Ladder:
        return ladder_of(self.session, self.case, self.deadline.clock_key)

    def keep(self, answer: Given) -> None:
        """Store the answer, and have the sweep reckon the date again."""
        deadline = self.deadline
        # The case before its deadline, as a step does, so that neither ever waits for the other in a circle.
        lock_cases(self.session.connection(), [self.case.id])
        about = {"case_id": self.case.id, "clock_key": deadline.clock_key, "subject": deadline.subject}
        self.session.add(ReminderAnswer(**about, **answer))
        self.session.execute(update(NextRung).where(NextRung.deadline_id == deadline.id).values(falls_on=TO_RECKON))
        record_answer(self.session, answer, self.case.id, clock=deadline.clock_key)


def record_answer(session: Session, answer: Given, case_id: int | None, **about: str) -> None:
    """Record in the audit that an answer was given, and about what."""
    until = answer["until_on"].isoformat() if answer["until_on"] else None
    audit.record(
        session, "reminder_seen" if answer["kind"] == "seen" else "reminder_put_off", at=answer["answered_at"],
        person_id=answer["person_id"], role=answer["role"] if answer["role"] in ROLES else None, case_id=case_id,
        detail={**about, "until": until},
    )  # fmt: skip


def role_to_answer_in(ladder: Ladder, roles: Collection[str]) -> str | None:
    """Return the role in which somebody answers about a deadline: one its ladder tells, the nearest to it first."""
    told = [role for rung in ladder.rungs for role in rung.to]
    return next((role for role in (*told, ladder.office, *ladder.chain) if role in roles), None)
