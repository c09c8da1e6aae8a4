"""Short ways to declare the questions that steps ask."""

from typing import Any

from workflows.codes import YES_NO, YES_NO_NOT_KNOWN
from workflows.definition import Kind, Option, Question


def day(key: str, label: str, **more: Any) -> Question:
    """A day in the past, or the month of it."""
    return Question(key, label, Kind.DATE, **more)


def future_day(key: str, label: str, **more: Any) -> Question:
    """A day planned or asked for."""
    return Question(key, label, Kind.DATE, may_be_future=True, **more)


def text(key: str, label: str, **more: Any) -> Question:
    return Question(key, label, Kind.TEXT, **more)


def long_text(key: str, label: str, **more: Any) -> Question:
    return Question(key, label, Kind.LONG_TEXT, **more)


def one_of(key: str, label: str, options: tuple[Option, ...], **more: Any) -> Question:
    return Question(key, label, Kind.ONE_OF, options=options, **more)


def some_of(key: str, label: str, options: tuple[Option, ...], **more: Any) -> Question:
    return Question(key, label, Kind.SOME_OF, options=options, **more)


def yes_no(key: str, label: str, **more: Any) -> Question:
    return one_of(key, label, YES_NO, **more)


def yes_no_not_known(key: str, label: str, **more: Any) -> Question:
    return one_of(key, label, YES_NO_NOT_KNOWN, **more)


def lines(key: str, label: str, **more: Any) -> Question:
    """Several answers, one on each line."""
    return Question(key, label, Kind.LINES, **more)


def which_hold() -> Question:
    return Question("hold", "Which hold", Kind.HOLD, required=True)


def reasons(label: str = "Reasons", **more: Any) -> Question:
    return long_text("reasons", label, required=True, **more)
