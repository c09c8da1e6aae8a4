"""Who fills in which reporting form, and how far it is: an agency’s lead, or the office that was sent paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, url_for

from models import audit
from models.asking import standing_of
from models.case import Case
from models.casework import Actor
from models.child_deaths.reporting_forms import Request, requests_of
from models.queries.access import SEE_WHO_THE_CHILD_IS
from models.queries.case_page import agencies_led
from webapp import clock
from webapp.access import Arguments, DeclaredView, View, current_actor, current_person, may_see_part_of_case
from webapp.cases.told import Answer, answered
from webapp.database import db
from webapp.wording import counted
from workflows.definition import Question, Step
from workflows.errors import AnswersRefused
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.reporting_answers import read_form
from workflows.reporting_forms import NOT_KNOWN, Form
from workflows.reporting_sections import Section
from workflows.roles import AGENCY_LEAD, CDOP_COORDINATOR, DESIGNATED_DOCTOR


@dataclass(frozen=True, slots=True)
class Task:
    """One section of a form, and how far it is."""

    section: Section
    status: str
    done: bool
    href: str


class Filling:
    """A reporting form asked of an agency, in the hands of somebody who may fill it in, or read it."""

    def __init__(self, case: Case, request: Request, form: Form, actor: Actor, role: str) -> None:
        self.case, self.request, self.form, self.actor, self.role = case, request, form, actor, role
        self.kept = request.kept
        """What is filled in, as far as it is."""

    @property
    def on_paper(self) -> bool:
        """Whether the office enters what came on paper, rather than the agency answering itself."""
        return self.role != AGENCY_LEAD

    @property
    def is_returned(self) -> bool:
        return self.kept is not None and self.kept.returned_at is not None

    @property
    def given(self) -> Mapping[str, object]:
        return self.kept.answers if self.kept else {}

    @property
    def unknown(self) -> Mapping[str, str]:
        return self.kept.unknown if self.kept else {}

    def address(self, endpoint: str, **more: Any) -> str:
        """Return the address of a page about this form."""
        return url_for(f"reporting.{endpoint}", reference=self.case.reference, sequence=self.request.sequence, **more)

    def back(self) -> str:
        """Return the address of the page that leads to this form."""
        endpoint = "requests.show" if self.on_paper else "cases.asked"
        return url_for(endpoint, reference=self.case.reference)

    def problems(self) -> dict[str, str]:
        """Return what is wrong or missing, by question, if the form were returned now."""
        today = clock.today()
        try:
            read_form(self.form, self.given, self.unknown, on=today, today=today)
        except AnswersRefused as refused:
            return {problem.question: problem.words for problem in refused.problems}
        return {}

    def pages(self, section: Section) -> tuple[tuple[Question, ...], ...]:
        """Return the questions of a section that are asked now, by page."""
        asked = {question.key for question in self.form.questions(self.given)}
        return section.pages(self.given, asked)

    def sections(self) -> tuple[Section, ...]:
        return self.form.sections_asked(self.given)

    def tasks(self) -> list[Task]:
        """Return the sections in which something is asked, each with how far it is."""
        problems = self.problems()
        return [self._task(section, problems) for section in self.sections()]

    def _task(self, section: Section, problems: Mapping[str, str]) -> Task:
        asked = [question.key for page in self.pages(section) for question in page]
        left = sum(key in problems for key in asked)
        begun = any(key in self.given or key in self.unknown for key in asked)
        status = "Complete" if not left else f"{counted(left, 'question')} left" if begun else "Not begun"
        return Task(section, status, not left, self.address("page", section=section.key, number=1))

    def checked(self) -> Iterator[tuple[Section, list[Answer]]]:
        """Yield each section with every question asked in it: its answer, or that it is not known and why."""
        for section in self.sections():
            yield section, [answer for page in self.pages(section) for answer in map(self._answer, page)]

    def _answer(self, question: Question) -> Answer:
        if question.key in self.unknown:
            return Answer(question.key, question.label, (f"Not known: {self.unknown[question.key]}",))
        given = self.given.get(question.key)
        if given is None:
            return Answer(question.key, question.label, ("Not answered yet",))
        if given == NOT_KNOWN:
            return Answer(question.key, question.label, ("Not known, and not said why",))
        step = Step(self.form.key, self.form.name, self.form.name, asks=(question,))
        return answered(step, {question.key: given})[0]

    def page_of(self, question: str) -> str:
        """Return the address of the page on which a question is asked, at its box."""
        for section in self.sections():
            for number, page in enumerate(self.pages(section), start=1):
                if any(each.key == question for each in page):
                    return f"{self.address('page', section=section.key, number=number)}#answer_{question}"
        return self.address("show")


# --- Who may --------------------------------------------------------------------


def fills_in(view: View) -> DeclaredView:
    """Let those reach the view who answer for the agency asked, or enter for it what came on paper.

    Whoever else asks, for whatever reason they may not, is answered as if the form were not there.
    """
    return _declared(view, (AGENCY_LEAD, CDOP_COORDINATOR), "leads the agency asked, or coordinates the death")


def reads_form(view: View) -> DeclaredView:
    """Let those also reach the view who may read what was returned: the designated doctor."""
    words = "leads the agency asked, coordinates the death, or is its designated doctor"
    return _declared(view, (AGENCY_LEAD, CDOP_COORDINATOR, DESIGNATED_DOCTOR), words)


def _declared(view: View, by: tuple[str, ...], words: str) -> DeclaredView:
    to_the_case = may_see_part_of_case(view)

    def admit(arguments: Arguments) -> Arguments:
        admitted = to_the_case.admit(arguments)
        rest = {name: value for name, value in admitted.items() if name not in ("case", "sequence")}
        return {**rest, "filling": _filling(admitted["case"], admitted["sequence"], by) or abort(404)}

    return DeclaredView(view, words, admit)


def _filling(case: Case, sequence: int, by: tuple[str, ...]) -> Filling | None:
    if case.workflow_key != CHILD_DEATH_REVIEW:
        return None
    standing = standing_of(db.session, case, today=clock.today())
    request = next((each for each in requests_of(db.session, case, standing) if each.sequence == sequence), None)
    if request is None or request.form is None:
        return None
    actor = current_actor(case)
    role = _role(case, request, actor)
    audit.say_for_whom(db.session, actor.acts_for(role))
    return Filling(case, request, request.form, actor, role) if role in by else None


def _role(case: Case, request: Request, actor: Actor) -> str:
    """Return in which role somebody has to do with a form; none is empty. The office comes before the agency."""
    # What is in a form says who the child is: whoever stands in for a coordinator knows that in a role of their own.
    if CDOP_COORDINATOR in actor.roles and not actor.own.isdisjoint(SEE_WHO_THE_CHILD_IS):
        return CDOP_COORDINATOR
    led = {name.casefold() for name in agencies_led(db.session, current_person().id, case, clock.today())}
    if AGENCY_LEAD in actor.roles and request.agency.casefold() in led:
        return AGENCY_LEAD
    returned = request.kept is not None and request.kept.returned_at is not None
    return DESIGNATED_DOCTOR if DESIGNATED_DOCTOR in actor.own and returned else ""
