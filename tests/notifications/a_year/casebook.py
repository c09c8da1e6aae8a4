"""The cases of the year: opened, recorded in, corrected; and the bank holiday that is announced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models.actor import Actor
from models.agency import Board
from models.calendar_changes import accept
from models.case import Case, CaseEvent
from models.casework import correct_event, open_case, take_step
from models.people import Person
from tests.notifications.a_year.ladders import ONE_DAY
from tests.notifications.a_year.lives import Diary, Entry, Telling, at_the_panel, life, opening
from tests.notifications.a_year.plan import Plan
from tests.notifications.a_year.register import About
from tests.scenarios.stories import usual_answers
from workflows import registry
from workflows.dates import PartialDate
from workflows.errors import StepRefused
from workflows.roles import ROLES
from workflows.standing import Told as Answered

ANYBODY = Actor(None, frozenset(ROLES))
OPENS = {
    "serious_case_review": "refer_case", "practice_review": "record_incident", "child_death_review": "notify_death",
}  # fmt: skip
OPENED_AT = {
    "serious_case_review": ("ANY",), "practice_review": ("NEW",), "child_death_review": ("ANY", "NEW"),
}  # fmt: skip
"""By kind, the boards at which it is opened: the one still under the guidance of 2015, and the one past it."""


@dataclass
class Casebook:
    """Opens cases and records in them, and remembers what it did."""

    plan: Plan
    sessions: sessionmaker[Session]
    boards: Mapping[str, int]
    chance: Random
    befell: Counter[str]
    about: dict[int, About] = field(default_factory=dict)
    diary: dict[date, list[tuple[int, Entry]]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    recorded: int = 0
    accepted_at: datetime | None = None

    def __post_init__(self) -> None:
        self.opening = self._days_of_opening()

    def _days_of_opening(self) -> Counter[date]:
        span = (self.plan.opened_by - self.plan.first).days
        return Counter(self.plan.first + ONE_DAY * (1 + self.chance.randrange(span)) for _ in range(self.plan.cases))

    def write(self, day: date, now: Callable[[], datetime]) -> None:
        """Open the cases of a day and record what is in its diary, as far as it can be where a case stands."""
        if day == self.plan.holiday_announced_on:
            self._announce(now())
        for _ in range(self.opening[day]):
            self._open(day, now())
        for case_id, entry in self.diary.pop(day, ()):
            with suppress(StepRefused), self.sessions.begin() as session:
                self._record(session, case_id, entry, day, now())

    def _announce(self, now: datetime) -> None:
        """A bank holiday is announced; schedulers stand the cases again when they come to it."""
        self.accepted_at = now
        with self.sessions.begin() as session:
            person = session.scalars(select(Person).order_by(Person.id).limit(1)).one()
            accept(
                session, day=self.plan.holiday, name="Invented holiday", source="Invented", person=person,
                now=self.accepted_at,
            )  # fmt: skip

    def _open(self, day: date, now: datetime) -> None:
        workflow = self.chance.choice(list(OPENS))
        prefix = self.chance.choice(OPENED_AT[workflow])
        with self.sessions.begin() as session:
            case_id = self._opened(session, workflow, prefix, day, now).id
        self._plan(case_id, day, life(workflow, day, self.chance))

    def open_a_death_to_review(self, session: Session, prefix: str, day: date, met_on: date, now: datetime) -> Case:
        """Return a death about which everything is known already, to be reviewed by a panel on a day."""
        case = self._opened(session, "child_death_review", prefix, day, now)
        for step in ("confirm_in_scope", "complete_information"):
            self._record(session, case.id, Entry(step), day, now)
        self._plan(case.id, day, at_the_panel(Telling(day, self.chance), (met_on - day).days))
        return case

    def _opened(self, session: Session, workflow: str, prefix: str, day: date, now: datetime) -> Case:
        case = open_case(
            session, workflow_key=workflow, board=session.get_one(Board, self.boards[prefix]), actor=ANYBODY,
            step=OPENS[workflow], told=Answered(PartialDate.on(day), opening(workflow, day)), now=now,
        )  # fmt: skip
        self.about[case.id] = About(case.id, prefix, workflow)
        self.recorded += 1
        return case

    def _plan(self, case_id: int, day: date, life_of_case: Diary) -> None:
        for days, entry in life_of_case:
            self.diary.setdefault(day + ONE_DAY * max(days, 0), []).append((case_id, entry))

    def _record(self, session: Session, case_id: int, entry: Entry, day: date, now: datetime) -> None:
        case = session.get_one(Case, case_id)
        happened_on = PartialDate.on(max(day - ONE_DAY * entry.ago, case.opened_on))
        procedure = registry.procedure(case.workflow_key, case.regime_key)
        if entry.step not in procedure.steps_by_key:
            return
        step = procedure.step(entry.step)
        asked = {each.key for each in step.asks}
        usual = usual_answers(step, happened_on)
        answers = usual | {key: answer for key, answer in entry.answers.items() if key in asked}
        told = Answered(happened_on, answers)
        try:
            if entry.corrects or entry.strikes_out:
                self._correct(session, case, entry, told, now)
            else:
                take_step(session, case, entry.step, actor=ANYBODY, told=told, now=now)
        except StepRefused as refused:
            self.refused[f"{entry.step}: {type(refused).__name__}"] += 1
            raise
        self.recorded += 1

    def _correct(self, session: Session, case: Case, entry: Entry, told: Answered, now: datetime) -> None:
        theirs = select(CaseEvent).where(
            CaseEvent.case_id == case.id, CaseEvent.step == entry.step, CaseEvent.supersedes.is_(None)
        )
        found = list(session.scalars(theirs.order_by(CaseEvent.sequence)))
        superseded = set(session.scalars(select(CaseEvent.supersedes).where(CaseEvent.case_id == case.id)))
        if entry.corrects:
            found = [each for each in found if _is_of_the_same(each, told)]
        found = [each for each in found if each.sequence not in superseded]
        if not found:
            return
        told = Answered(PartialDate.on(found[-1].happened_first), told.answers)
        correct_event(
            session, case, found[-1].sequence, actor=ANYBODY, told=None if entry.strikes_out else told,
            reason="It was misread", now=now,
        )  # fmt: skip
        self.befell["struck out" if entry.strikes_out else "corrected"] += 1


def _is_of_the_same(recorded: CaseEvent, told: Answered) -> bool:
    return recorded.answers.get("agency") == told.answers.get("agency")
