"""The box of a question: each kind of question has its own, and what it holds is an answer as the step takes it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import Field, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation

from webapp.cases.factors import FactorsField
from webapp.cases.known import Known
from webapp.fields import ChoicesField, DayField, LinesField, OneOfField, offered
from webapp.wording import sentence_case
from workflows.dates import PartialDate
from workflows.definition import Kind, Question

# With more answers than this a list to choose from is shorter to go through than as many buttons.
MOST_BUTTONS = 8
MOST_SIDE_BY_SIDE, SHORT = 3, 12


class ShortListField(OneOfField):
    """One answer of two or three, shown side by side."""


class SuggestedField(StringField):
    """A short text, with answers that are likely and may be passed over."""

    def __init__(self, label: str, *, suggestions: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.suggestions = suggestions


class TickedLinesField(LinesField):
    """Several short answers: those that are known to be ticked, others written one a line."""

    def __init__(self, label: str, *, suggestions: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.suggestions = suggestions

    @property
    def ticked(self) -> list[str]:
        return [each for each in self.data or () if each in self.suggestions]

    @property
    def others(self) -> str:
        return "\n".join(each for each in self.data or () if each not in self.suggestions)


class LongListField(SelectField):
    """One answer of many."""

    def pre_validate(self, _form: Any) -> None:
        if self.data and self.data not in {choice.value for choice in self.iter_choices()}:
            raise StopValidation(f"“{self.label.text}” must be one of the answers offered")


def filled(question: Question, answer: Any) -> Any:
    """Return an answer as its box holds it."""
    if question.kind is Kind.DATE and answer:
        return PartialDate.parse(answer)
    return answer


def box_of(question: Question, known: Known, graded_on: date = date.max) -> Field:
    """Return the box that suits a question, its label saying whether it may be left empty.

    Factors are offered to be graded as they were on `graded_on`.
    """
    label = question.label if question.required else f"{question.label} (optional)"
    told = {"description": question.hint}
    if question.kind is Kind.DATE:
        return DayField(label, month_allowed=not question.day_needed, **told)
    if choices := known.only(question):
        # Where there is one answer alone it is given already: nobody chooses between one thing and nothing.
        return _one_of(label, choices, told | ({"default": choices[0][0]} if len(choices) == 1 else {}))
    if question.kind is Kind.ONE_OF:
        return _one_of(label, [(option.key, sentence_case(option.words)) for option in question.options], told)
    if question.kind is Kind.SOME_OF:
        answers = [(option.key, sentence_case(option.words)) for option in question.options]
        return ChoicesField(label, choices=offered(answers), **told)
    if question.kind is Kind.FACTORS:
        return FactorsField(label, graded_on=graded_on, **told)
    if question.kind is Kind.LINES:
        return TickedLinesField(label, suggestions=known.suggestions(question), **told)
    if question.kind is Kind.LONG_TEXT:
        return TextAreaField(label, **told)
    return SuggestedField(label, suggestions=known.suggestions(question), **told)


def _one_of(label: str, answers: Iterable[tuple[str, str]], told: Mapping[str, str]) -> Field:
    answers = list(answers)
    if len(answers) <= MOST_SIDE_BY_SIDE and all(len(words) <= SHORT for _, words in answers):
        return ShortListField(label, choices=offered(answers), **told)
    if len(answers) <= MOST_BUTTONS:
        return OneOfField(label, choices=offered(answers), **told)
    return LongListField(label, choices=offered([("", "Choose from the list"), *answers]), **told)


def plain(data: Any) -> Any:
    """Return what a box holds as an answer is told."""
    return data.iso() if isinstance(data, PartialDate) else data
