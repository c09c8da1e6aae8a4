"""People who answer in the year that they have seen something, or put it off, drawn by chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models.bank_holidays import calendar_in_force
from models.case import Case, Deadline
from notifications.answering import Answering, DateOfCase, NotAnswered
from tests.notifications.a_year.answers import Given
from tests.notifications.a_year.ladders import ONE_DAY, counted, sayings
from tests.notifications.a_year.register import CHILD, About, Register
from workflows.calendar import england


@dataclass
class Answers:
    """Has people answer, and remembers what they did."""

    sessions: sessionmaker[Session]
    about: Mapping[int, About]
    register: Register
    chance: Random
    befell: Counter[str]
    answered: dict[tuple[int, str, str, date], list[Given]] = field(default_factory=dict)
    """What was answered about each date: by case, clock, what tells its deadlines apart, and day."""

    def answer(self, day: date, times: float, now: datetime) -> None:
        """Let people who were told of something that is open say that they have seen it, or put it off."""
        for _ in range(self.chance.randrange(round(2 * times) + 1)):
            with suppress(NotAnswered), self.sessions.begin() as session:
                self._answer_once(session, day, now)

    def _answer_once(self, session: Session, day: date, now: datetime) -> None:
        deadline = self._something_open(session, day)
        if deadline is None or deadline.due_last is None:
            return
        about, due_on = self.about[deadline.case_id], deadline.due_last
        fell = [
            each for each in sayings(about.workflow, deadline.clock_key)
            if counted(due_on, each.days, england()) <= day
        ]  # fmt: skip
        role = self.chance.choice([each.role for each in fell]) if fell else ""
        people = self.register.holders(about, role, deadline.agency, now, day) if fell else []
        if not people:
            return
        case = session.get_one(Case, deadline.case_id)
        answering = Answering(DateOfCase(session, case, deadline), self.chance.choice(people), role, now)
        if day > due_on and self.chance.random() < 0.5:
            answering.seen()
            given = Given("seen", role, now, day)
        else:
            until_on = day + ONE_DAY * self.chance.randrange(1, 20)
            answering.put_off(until_on, f"As {CHILD} is away", calendar_in_force(session))
            given = Given("put off", role, now, day, until_on)
        key = deadline.case_id, deadline.clock_key, deadline.subject, due_on
        self.answered.setdefault(key, []).append(given)
        self.befell[given.kind] += 1

    def _something_open(self, session: Session, day: date) -> Deadline | None:
        """Return a date that is late or soon due, most often one about which something was answered before."""
        lately = Deadline.due_last.between(day - ONE_DAY * 40, day + ONE_DAY * 8)
        is_open = Deadline.met_first.is_(None) & Deadline.voided_on.is_(None)
        found = select(Deadline).where(lately, is_open).order_by(Deadline.case_id, Deadline.ordinal)
        every = list(session.scalars(found))
        again = [each for each in every if (each.case_id, each.clock_key, each.subject, each.due_last) in self.answered]
        among = again if again and self.chance.random() < 0.3 else every
        return self.chance.choice(among) if among else None
