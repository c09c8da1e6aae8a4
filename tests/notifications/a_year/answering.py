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
from models.queries.capacities import capacities_of
from models.queries.duties import duty_of
from notifications.answering import Answering, DateOfCase, NotAnswered, role_to_answer_in
from notifications.duty_answering import OwedByPanel
from tests.notifications.a_year.answers import Given
from tests.notifications.a_year.ladders import ONE_DAY, counted, sayings
from tests.notifications.a_year.owed import Dated
from tests.notifications.a_year.owed_at_panels import owed_at_panels
from tests.notifications.a_year.panels import Panels
from tests.notifications.a_year.register import CHILD, About, AtPanel, Register
from workflows.calendar import Calendar, england


@dataclass
class Answers:
    """Has people answer, and remembers what they did."""

    sessions: sessionmaker[Session]
    about: Mapping[int, About]
    register: Register
    panels: Panels
    chance: Random
    befell: Counter[str]
    answered: dict[Dated, list[Given]] = field(default_factory=dict)
    """What was answered about each date."""

    def answer(self, day: date, times: float, now: datetime) -> None:
        """Let people who were told of something that is open say that they have seen it, or put it off."""
        for _ in range(self.chance.randrange(round(2 * times) + 1)):
            answer = self._answer_for_a_panel if self.chance.random() < 0.3 else self._answer_of_a_case
            with suppress(NotAnswered), self.sessions.begin() as session:
                answer(session, day, now)

    def _answer_for_a_panel(self, session: Session, day: date, now: datetime) -> None:
        """Let somebody who was told of something a panel owes answer as the pages let them."""
        calendar = calendar_in_force(session)
        lately = [each for each in owed_at_panels(self.panels, calendar) if each.since <= now < each.until]
        lately = [each for each in lately if abs((each.due_on - day).days) < 30]
        if not lately:
            return
        owed = self.chance.choice(lately)
        assert isinstance(owed.about, AtPanel)
        roles = [saying.role for saying, fell_on in owed.fell if fell_on <= day]
        people = self.register.hear_at_panel(owed.about, self.chance.choice(roles), now, day) if roles else set()
        if not people:
            return
        person = self.chance.choice(sorted(people))
        found = duty_of(session, capacities_of(session, person, day), owed.clock, owed.about.thing, day, calendar)
        if found is None:
            return
        about = OwedByPanel(session, found[0])
        role = role_to_answer_in(about.ladder, found[1])
        if role is not None:
            self._give(Answering(about, person, role, now), owed.day, calendar)
            self.befell["answers to panels"] += 1

    def _answer_of_a_case(self, session: Session, day: date, now: datetime) -> None:
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
        key = deadline.case_id, deadline.clock_key, deadline.subject, due_on
        self._give(answering, key, calendar_in_force(session))

    def _give(self, answering: Answering, about: Dated, calendar: Calendar) -> None:
        """Have somebody say that they have seen it where it is late, or put it off."""
        day, now, role, due_on = answering.today, answering.now, answering.role, about[-1]
        if day > due_on and self.chance.random() < 0.5:
            answering.seen()
            given = Given("seen", role, now, day)
        else:
            until_on = day + ONE_DAY * self.chance.randrange(1, 20)
            answering.put_off(until_on, f"As {CHILD} is away", calendar)
            given = Given("put off", role, now, day, until_on)
        self.answered.setdefault(about, []).append(given)
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
