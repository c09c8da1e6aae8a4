"""Answers as people read them: codes in their words, days in words, nothing that was kept apart."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from models.kept_apart import MARK
from webapp.cases.factors import factor_words
from webapp.wording import sentence_case
from workflows.child_death_codes import PANEL_ROLES
from workflows.codes import words_of
from workflows.dates import PartialDate
from workflows.definition import Kind, Question, Step
from workflows.holds import name_in_words

KEPT_APART = "Kept apart from the history, because it identifies somebody"

# What tells one occasion of a step from another, in the order in which it is said.
TELLING = (
    "agency", "process", "event", "kind", "hold", "recommendation", "decision", "mode", "action", "status", "name",
    "role", "version", "form", "meeting_on", "category",
)  # fmt: skip

# A member's seat is recorded in words from the pages, and by its key from files and scripts.
OF_SEATS = ("roles_present", "quorum_roles")


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and what was answered to it, in words."""

    key: str
    label: str
    lines: tuple[str, ...]

    @property
    def value(self) -> Markup:
        """The answer on as many lines as it has."""
        return Markup("<br>").join(escape(line) for line in self.lines)


def answered(step: Step | None, answers: Mapping[str, Any]) -> list[Answer]:
    """Return what was answered in the order it is asked; last, what this edition of the step does not ask."""
    asked = step.asks if step else ()
    known = [
        Answer(each.key, each.label, _standing_alone(each, answers[each.key])) for each in asked if each.key in answers
    ]
    others = [key for key in answers if not step or step.question(key) is None]
    return known + [Answer(key, key.replace("_", " "), _plain(answers[key])) for key in others]


def _standing_alone(question: Question, answer: Any) -> tuple[str, ...]:
    """Return the lines of an answer; words that were chosen begin with a capital, and what was typed is as it was."""
    lines = _lines(question, answer)
    chosen = question.options or answer in question.suggests
    return tuple(map(sentence_case, lines)) if chosen else lines


def in_short(step: Step | None, answers: Mapping[str, Any]) -> str:
    """Return the few words that tell this occasion from others of the step: the agency, the process, the version."""
    return ", ".join(_telling(step, answers)) if step else ""


def _telling(step: Step, answers: Mapping[str, Any]) -> Iterator[str]:
    for key in TELLING:
        question = step.question(key)
        if question is not None and answers.get(key) and _is_short(question, step):
            yield from _lines(question, answers[key])


def _is_short(question: Question, step: Step) -> bool:
    """Return whether an answer tells in few words; what led to a death does not, mostly being nothing listed."""
    if question.key == "event" and step.question("process") is None:
        return False
    return question.kind not in (Kind.LONG_TEXT, Kind.LINES)


def _lines(question: Question, answer: Any) -> tuple[str, ...]:
    if isinstance(answer, Mapping) and MARK in answer:
        return (KEPT_APART,)
    if question.kind is Kind.DATE:
        return (PartialDate.parse(answer).words(),)
    if question.kind is Kind.HOLD:
        return (name_in_words(str(answer)),)
    if question.kind is Kind.FACTORS:
        return tuple(factor_words(each) for each in answer)
    if question.key in OF_SEATS:
        return tuple(words_of(PANEL_ROLES, seat) for seat in _plain(answer))
    if question.options:
        return tuple(_option(question, key) for key in (answer if isinstance(answer, list) else [answer]))
    if answer in question.suggests:
        return (answer.replace("_", " "),)
    return _plain(answer)


def _option(question: Question, key: str) -> str:
    return words_of(question.options, key)


def _plain(answer: Any) -> tuple[str, ...]:
    if isinstance(answer, Mapping):
        return (", ".join(f"{key.replace('_', ' ')}: {value}" for key, value in answer.items()),)
    if isinstance(answer, str):
        return tuple(answer.splitlines()) or ("",)
    if isinstance(answer, Iterable):
        return tuple(line for each in answer for line in _plain(each))
    return (str(answer),)
