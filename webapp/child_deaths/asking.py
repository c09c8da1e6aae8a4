"""The short pages of a notification as forms, and what was told on all of them together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from wtforms import TextAreaField

from models.child_deaths.unfinished_notification import Typed, UnfinishedNotification
from webapp.cases.boxes import box_of, filled, plain
from webapp.cases.known import Known
from webapp.fields import BOXES, stripped
from webapp.forms import PageForm
from webapp.keeping import as_sent
from workflows.answers import unanswered
from workflows.dates import PartialDate
from workflows.definition import Kind, Question
from workflows.notification_pages import NOT_KNOWN, PAGES, Answers, Page, Reading, missing, read, read_pages

NO_AGENCIES = Known()


class QuestionsForm(PageForm):
    """The boxes of one page. Nothing on it must be answered at once; what is wrong with an answer is said."""

    page: Page

    def told(self) -> dict[str, Any]:
        """Return what can be read of the answers."""
        fields = {question.key: self[question.key] for question in self.page.asks}
        return {key: plain(field.data) for key, field in fields.items() if field.data and not field.errors}

    def read(self) -> dict[str, str]:
        """Return what is wrong with the boxes, by question: a day that there is not, an answer that was not offered."""
        wrong = {}
        for question in self.page.asks:
            field = self[question.key]
            if not field.validate(self):
                wrong[question.key] = str(field.errors[0])
        return wrong

    def show(self, problems: Mapping[str, str]) -> None:
        """Put each problem beside the answer it belongs to."""
        for key, words in problems.items():
            if key in self and not self[key].errors:
                self[key].errors = [words]


def form_of(page: Page, typed: Typed | None = None, filled_with: Mapping[str, Any] | None = None) -> QuestionsForm:
    """Return the form of a page: as sent, or as `typed` before, or filled with answers."""
    boxes = {question.key: box_of(_shown(page, question), NO_AGENCIES) for question in page.asks}
    if not page.each:
        hint = "For example, “Time of death: the ward has not told us yet”"
        boxes[NOT_KNOWN] = TextAreaField(
            "If something here is not known, say what and why (optional)", description=hint, filters=[stripped]
        )
    form_class = type("FormOfAPage", (QuestionsForm,), {**boxes, "page": page})
    sent = [] if typed is None else [as_sent(typed)]
    form: QuestionsForm = form_class(*sent, data=dict(filled_with or {}))
    return form


def _shown(page: Page, question: Question) -> Question:
    """Return the question as it is put: what is expected is not called optional."""
    expected = question.key in (*page.expects, *page.needs) or question.key in ("nhs_number", "no_nhs_number_because")
    return replace(question, required=expected)


@dataclass(frozen=True, slots=True)
class One:
    """One person or agency of a page that asks about several: their key, what was told, and what is wrong with it."""

    key: str
    answers: Answers
    problems: Mapping[str, str]

    @property
    def name(self) -> str:
        return str(self.answers.get("name") or self.answers.get("agency") or "Without a name yet")


class AsTold:
    """Everything told in an unfinished notification so far, and what is wrong or missing, page by page."""

    def __init__(self, begun: UnfinishedNotification, today: date) -> None:
        self.begun, self.today = begun, today

    @cached_property
    def _read(self) -> Reading:
        given: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        for page in PAGES:
            if not page.each and (typed := self.begun.page(page.key)):
                form = form_of(page, typed)
                wrong |= form.read()
                given |= form.told()
        found = read_pages(given, self.today)
        return Reading(found.answers, {**found.problems, **wrong})

    @property
    def answers(self) -> Answers:
        return self._read.answers

    @property
    def problems(self) -> Mapping[str, str]:
        return self._read.problems

    def several(self, page: Page) -> list[One]:
        """Return everyone or everything told on a page that asks about several."""
        return [self._one(page, key, typed) for key, typed in self.begun.each(page.key).items()]

    def _one(self, page: Page, key: str, typed: Typed) -> One:
        form = form_of(page, typed)
        wrong = form.read()
        found = read(page.asks, form.told(), self.today)
        problems = {**found.problems, **wrong}
        for question in missing(page, found.answers):
            problems.setdefault(question.key, unanswered(question))
        return One(key, found.answers, problems)

    def wrong_on(self, page: Page) -> dict[str, str]:
        """Return what is wrong on a page, by question, with the dates elsewhere that its own cannot agree with."""
        if page.each:
            return {one.key: words for one in self.several(page) for words in list(one.problems.values())[:1]}
        own = {question.key: self.problems[question.key] for question in page.asks if question.key in self.problems}
        for question in _days_after(page):
            if question.key in self.problems:
                own.setdefault(question.not_before, self.problems[question.key])
        return own

    def missing_on(self, page: Page) -> tuple[Question, ...]:
        """Return what the page expects and nobody has answered."""
        return () if page.each else missing(page, self.answers)

    def why_not_known(self, page: Page) -> str:
        """Return why something on the page is not known, as it was written."""
        return " ".join(self.begun.page(page.key).get(NOT_KNOWN, ())).strip()

    def asked(self) -> list[Page]:
        """Return the pages that are asked, by what was told so far."""
        return [page for page in PAGES if page.applies(self.answers)]


def _days_after(page: Page) -> list[Question]:
    """Return the days asked on other pages that cannot be before one asked on this."""
    mine = {question.key for question in page.asks}
    return [
        question
        for other in PAGES
        if not other.each and other is not page
        for question in other.asks
        if question.not_before in mine
    ]


def typed_of(asks: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return answers as they would be typed into the boxes of their questions."""
    typed: dict[str, list[str]] = {}
    for question in asks:
        answer = answers.get(question.key)
        if answer is None or answer == "":
            continue
        if question.kind is Kind.DATE:
            typed |= _typed_day(question.key, filled(question, answer))
        elif isinstance(answer, list | tuple):
            several = question.kind is Kind.SOME_OF
            typed[question.key] = list(map(str, answer)) if several else ["\n".join(map(str, answer))]
        else:
            typed[question.key] = [str(answer)]
    return typed


def _typed_day(key: str, day: PartialDate) -> dict[str, list[str]]:
    boxes = ("" if day.precision == "month" else day.first.day, day.first.month, day.first.year)
    return {f"{key}-{box}": [str(typed)] for box, typed in zip(BOXES, boxes, strict=True)}
