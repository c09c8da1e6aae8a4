"""Boxes on forms that the form library lacks: a day, a list of lines, several choices. Each keeps what was typed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Protocol

from wtforms import Field, RadioField, SelectChoice, SelectMultipleField, TextAreaField
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from workflows.dates import MONTH_NAMES, PartialDate

BOXES = ("day", "month", "year")


class FormData(Protocol):
    """What a browser sent."""

    def getlist(self, key: str, /) -> Sequence[str]: ...


class DayField(Field):
    """A day in three boxes; with `month_allowed`, an empty day box means that only the month is known.

    `data` is a `PartialDate`, or None while nothing is typed or what is typed is no day. A month may be typed as a
    number or by its name.
    """

    data: PartialDate | date | None

    def __init__(self, label: str, *, month_allowed: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.month_allowed = month_allowed
        self.wrong_boxes: tuple[str, ...] = ()
        self._typed: dict[str, str] = {}

    @property
    def boxes(self) -> dict[str, str]:
        """What each box shows: what was typed, right or wrong, or else the day the form was opened with."""
        if self._typed or self.data is None:
            return {box: self._typed.get(box, "") for box in BOXES}
        known = self.data if isinstance(self.data, PartialDate) else PartialDate.on(self.data)
        shown = "" if known.precision == "month" else str(known.first.day)
        return {"day": shown, "month": str(known.first.month), "year": str(known.first.year)}

    @property
    def first_wrong_box(self) -> str:
        """The id of the box an error links to."""
        return f"{self.id}-{self.wrong_boxes[0] if self.wrong_boxes else BOXES[0]}"

    @property
    def on(self) -> date | None:
        """The day typed, or nothing."""
        return self.data.first if isinstance(self.data, PartialDate) else self.data

    @property
    def day(self) -> date:
        """The day typed, for a field that was found to have one."""
        if self.on is None:
            raise ValueError("No day was typed")
        return self.on

    def process(self, formdata: FormData | None, data: Any = unset_value, extra_filters: Any = None) -> None:
        if formdata:
            typed = {box: " ".join(formdata.getlist(f"{self.name}-{box}")[:1]).strip() for box in BOXES}
            self._typed = typed if any(typed.values()) else {}
        super().process(formdata, data, extra_filters)

    def process_formdata(self, _values: Sequence[str]) -> None:
        self.raw_data = [" ".join(self._typed.values())] if self._typed else []
        self.data = self._read() if self._typed else None

    def _read(self) -> PartialDate:
        month_only = self.month_allowed and not self._typed["day"]
        needed = BOXES[1:] if month_only else BOXES
        if missing := [box for box in needed if not self._typed[box]]:
            raise self._wrong(missing, f"{self._subject} must include a {' and a '.join(missing)}")
        month, year = month_number(self._typed["month"]), _number(self._typed["year"])
        if month is None:
            raise self._wrong(["month"], f"{self._subject} must have a month from 1 to 12")
        if year is None or not 1900 <= year <= 2200:
            raise self._wrong(["year"], f"{self._subject} must have a year of four figures, such as 2014")
        return PartialDate.month(year, month) if month_only else self._day(year, month)

    def _day(self, year: int, month: int) -> PartialDate:
        try:
            return PartialDate.on(date(year, month, _number(self._typed["day"]) or 0))
        except ValueError:
            words = f"{self._subject} must be a day that there is in {MONTH_NAMES[month - 1]} {year}"
            raise self._wrong(["day"], words) from None

    @property
    def _subject(self) -> str:
        return f"“{self.label.text}”"

    def _wrong(self, boxes: Sequence[str], words: str) -> ValueError:
        self.wrong_boxes = tuple(boxes)
        return ValueError(words)


class LinesField(TextAreaField):
    """Several short answers, one a line. `data` is the list of them, without empty lines."""

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else "\n".join(self.data or ())

    def process_formdata(self, values: Sequence[str]) -> None:
        self.data = [line.strip() for line in "\n".join(values).splitlines() if line.strip()]


class OneOfField(RadioField):
    """One answer of several, or none where none is needed. `data` is its key, or empty."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, coerce=_given, **kwargs)

    def pre_validate(self, _form: Any) -> None:
        if self.data and self.data not in {choice.value for choice in self.iter_choices()}:
            raise StopValidation(f"“{self.label.text}” must be one of the answers offered")


class ChoicesField(SelectMultipleField):
    """Any number of answers, shown as checkboxes. `data` is the list of their keys."""

    def pre_validate(self, _form: Any) -> None:
        if not set(self.data or ()) <= {choice.value for choice in self.iter_choices()}:
            raise StopValidation(f"“{self.label.text}” must be among the answers offered")


def offered(answers: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Return the answers a field offers, from the key and the words of each."""
    return [SelectChoice(key, words) for key, words in answers]


def needed(words: str) -> Callable[[Any, Field], None]:
    """Return the check that something was typed or chosen, refusing with `words`."""

    def check(_form: Any, field: Field) -> None:
        typed = field.raw_data[0] if field.raw_data else ""
        if not str(typed).strip():
            field.errors = []
            raise StopValidation(words)

    return check


def stripped(typed: str | None) -> str | None:
    """Return what was typed without spaces around it; a filter for fields."""
    return typed.strip() if typed else typed


def month_number(typed: str) -> int | None:
    """Return the month meant by '2', '02', 'Feb' or 'February', or None."""
    if (number := _number(typed)) is not None:
        return number if 1 <= number <= 12 else None
    meant = [at for at, name in enumerate(MONTH_NAMES, start=1) if name.lower().startswith(typed.lower())]
    return meant[0] if len(meant) == 1 and len(typed) >= 3 else None


def _given(answer: str | None) -> str:
    return answer or ""


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 4 else None
