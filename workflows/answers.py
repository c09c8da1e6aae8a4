"""Reading what was answered to a step's questions, and saying everything that is wrong with it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflows.codes import chosen
from workflows.dates import PartialDate, day_in_words
from workflows.definition import Kind, Question, Step
from workflows.errors import AnswersRefused, Problem
from workflows.holds import Hold, named
from workflows.nhs_number import is_nhs_number

LONGEST_TEXT = 20_000

# What no database and no file in UTF-8 can hold: the character nought, and halves of characters.
CANNOT_BE_KEPT = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Asked:
    """What answers are read against: the day of the step, the day it is recorded, and the holds active then."""

    on: PartialDate
    today: date
    holds: tuple[Hold, ...] = ()


class _Wrong(ValueError):
    """One answer is wrong; the words say how to mend it."""


def read_answers(step: Step, given: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    """Return the answers as they are kept: JSON values, dates as ISO text, only what the step asks.

    Raises AnswersRefused with every problem, each tied to its question.
    """
    problems = [Problem(key, f"“{step.title}” does not ask for “{key}”") for key in given if step.question(key) is None]
    kept: dict[str, Any] = {}
    for question in step.asks:
        try:
            answer = _read(question, given.get(question.key), asked)
        except _Wrong as wrong:
            problems.append(Problem(question.key, str(wrong)))
        else:
            if answer is not None:
                kept[question.key] = answer
    problems += _out_of_order(step.asks, kept, asked)
    if problems:
        raise AnswersRefused(problems)
    return kept


def unanswered(question: Question) -> str:
    """Return that a question must be answered: 'Pseudonym: an answer is needed'."""
    label = question.label
    return f"{label} An answer is needed" if label.endswith("?") else f"{label}: an answer is needed"


def _read(question: Question, given: Any, asked: Asked) -> Any:
    if given is None or given == [] or (isinstance(given, str) and not given.strip()):
        if question.required:
            raise _Wrong(unanswered(question))
        return None
    return _READERS[question.kind](question, given, asked)


def _date(question: Question, given: Any, asked: Asked) -> str:
    try:
        day = PartialDate.parse(given.strip() if isinstance(given, str) else given)
    except ValueError as wrong:
        raise _Wrong(f"{question.label}: {str(wrong)[0].lower()}{str(wrong)[1:]}") from wrong
    if question.day_needed and day.precision == "month":
        raise _Wrong(f"{question.label}: the day is needed, not only the month")
    if day.first > asked.today and not question.may_be_future:
        raise _Wrong(f"{question.label}: {day.words()} is in the future. Give the day it happened")
    return day.iso()


def _text(question: Question, given: Any, _asked: Asked) -> str:
    if not isinstance(given, str | int | float):
        raise _Wrong(f"{question.label}: write it as text")
    text = _yes_or_no(given) if isinstance(given, bool) else str(given).strip()
    if len(text) > LONGEST_TEXT:
        raise _Wrong(f"{question.label}: this is longer than {LONGEST_TEXT:,} characters. Shorten it")
    if CANNOT_BE_KEPT.search(text):
        raise _Wrong(f"{question.label}: this contains a character that cannot be kept. Type it again")
    return text


def _yes_or_no(given: bool) -> str:
    return "yes" if given else "no"


def _one_of(question: Question, given: Any, asked: Asked) -> str:
    written = _text(question, given, asked)
    option = chosen(question.options, written)
    if option is not None:
        return option.key
    raise _Wrong(f"{question.label}: “{_shortened(written)}” is not in the list. Choose {_listed(question)}")


def _some_of(question: Question, given: Any, asked: Asked) -> list[str]:
    keys = given if isinstance(given, list | tuple) else [given]
    return list(dict.fromkeys(_one_of(question, key, asked) for key in keys))


def _lines(question: Question, given: Any, asked: Asked) -> list[str]:
    lines = given.splitlines() if isinstance(given, str) else given
    if not isinstance(lines, list | tuple):
        raise _Wrong(f"{question.label}: write one on each line")
    texts = [_text(question, line, asked) for line in lines]
    kept = list(dict.fromkeys(text for text in texts if text))
    if not kept and question.required:
        raise _Wrong(unanswered(question))
    return kept


def _hold(question: Question, given: Any, asked: Asked) -> str:
    meant = named(_text(question, given, asked), asked.holds)
    if len(meant) == 1:
        return meant[0].name
    if meant:
        raise _Wrong(f"{question.label}: there are several of this kind. Name one: {_names(meant)}")
    if asked.holds:
        raise _Wrong(f"{question.label}: no such hold is active. Name one that is: {_names(asked.holds)}")
    raise _Wrong(f"{question.label}: no hold is active")


def _names(holds: Sequence[Hold]) -> str:
    return " or ".join(hold.name for hold in holds)


def _nhs_number(question: Question, given: Any, asked: Asked) -> str:
    digits = _text(question, given, asked).replace(" ", "").replace("-", "")
    if not is_nhs_number(digits):
        raise _Wrong(f"{question.label}: this is not an NHS number. Check its ten digits")
    return digits


def _factors(question: Question, given: Any, asked: Asked) -> list[Any]:
    if not isinstance(given, list | tuple) or not all(isinstance(factor, str | Mapping) for factor in given):
        raise _Wrong(f"{question.label}: give a list of factors")
    return [
        _text(question, factor, asked)
        if isinstance(factor, str)
        else {
            _text(question, str(key), asked): _text(question, value, asked)
            for key, value in factor.items()
            if value is not None
        }
        for factor in given
    ]


def _listed(question: Question) -> str:
    return ", ".join(option.key for option in question.options)


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


def _out_of_order(questions: Sequence[Question], kept: Mapping[str, Any], asked: Asked) -> list[Problem]:
    """Return a problem for each date that cannot be before another and is, whichever day of a month it was."""
    labels = {question.key: question.label for question in questions}
    problems = []
    for question in questions:
        earliest = asked.on if question.not_before == "on" else kept.get(question.not_before)
        if question.key not in kept or earliest is None:
            continue
        bound = PartialDate.parse(earliest)
        if PartialDate.parse(kept[question.key]).last < bound.first:
            what = "the day this happened" if question.not_before == "on" else f"“{labels[question.not_before]}”"
            problems.append(
                Problem(question.key, f"{question.label}: this cannot be before {what}, {day_in_words(bound.first)}")
            )
    return problems


_READERS: dict[Kind, Callable[[Question, Any, Asked], Any]] = {
    Kind.DATE: _date,
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.ONE_OF: _one_of,
    Kind.SOME_OF: _some_of,
    Kind.LINES: _lines,
    Kind.HOLD: _hold,
    Kind.FACTORS: _factors,
    Kind.NHS_NUMBER: _nhs_number,
}
