"""The boxes of one page of a reporting form: each question with room to say why its answer is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from wtforms import StringField

from models.child_deaths.reporting_form import ReportingForm
from webapp.cases.boxes import SuggestedField, box_of, filled, plain
from webapp.cases.known import Known
from webapp.fields import stripped
from webapp.forms import PageForm
from workflows.definition import Question
from workflows.reporting_forms import NOT_KNOWN

WHY_NOT = ("Not recorded by us", "Not for our agency to know", "The record cannot be found", "Nobody was asked")
LONGEST_REASON = 500


class ReportingPage(PageForm):
    """The questions of one page. Whatever can be read of it is kept, complete or not."""

    rest = StringField(
        "If everything you leave empty on this page is not known, why (optional)", filters=[stripped],
        description="It is then given as the reason for each of them",
    )  # fmt: skip
    asks: tuple[Question, ...]

    def read(self) -> bool:
        """Return whether everything typed can be read."""
        # Every box is looked at, not only as far as the first that is wrong.
        readable = [field.validate(self) for field in self if field.type != "CSRFTokenField"]
        return all(readable)

    def answers(self) -> dict[str, Any]:
        """Return what was answered, None for what was left empty; nothing for what cannot be read."""
        fields = {question.key: self[f"answer_{question.key}"] for question in self.asks}
        return {key: plain(field.data) or None for key, field in fields.items() if not field.errors}

    def unknown(self) -> dict[str, str]:
        """Return for each question why its answer is not known; empty for one that is answered."""
        answers, rest = self.answers(), (self.rest.data or "")[:LONGEST_REASON]
        return {
            question.key: self._why(question) or (rest if answers.get(question.key, "?") in (None, NOT_KNOWN) else "")
            for question in self.asks
        }

    def _why(self, question: Question) -> str:
        return str(self[f"why_{question.key}"].data or "")[:LONGEST_REASON]

    def refuse(self, problems: Mapping[str, str]) -> None:
        """Say beside each answer what is wrong with it."""
        for question in self.asks:
            field = self[f"answer_{question.key}"]
            if question.key in problems and not field.errors:
                field.errors = [problems[question.key]]


def page_form(questions: Sequence[Question], kept: ReportingForm | None) -> ReportingPage:
    """Return the form of a page: as it was sent, or filled with what is kept."""
    boxes: dict[str, Any] = {"asks": tuple(questions)}
    data: dict[str, Any] = {}
    for question in questions:
        answer, why = (kept.answers.get(question.key), kept.unknown.get(question.key)) if kept else (None, None)
        boxes[f"answer_{question.key}"] = box_of(replace(question, required=True), Known())
        boxes[f"why_{question.key}"] = SuggestedField(
            f"Why it is not known: {question.label}", suggestions=WHY_NOT, filters=[stripped]
        )
        data[f"answer_{question.key}"] = filled(question, answer)
        data[f"why_{question.key}"] = why
    form: ReportingPage = type("PageOfAForm", (ReportingPage,), boxes)(data=data)
    return form
