"""Working days in England: which days count, and on which day a limit counted in them ends (DOMAIN 9)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from workflows.dates import Period, day_in_words, months_from

FIRST_DAY = date(2000, 1, 1)

# The last day GOV.UK had published bank holidays for when this was written. Later ones follow from the
# standing rules and may be moved by proclamation, so dates reckoned with them are provisional (P23).
PUBLISHED_TO = date(2028, 12, 31)

LAST_DAY = date(2060, 12, 31)

WEEKEND_NAMES = {5: "Saturday", 6: "Sunday"}

ONE_DAY = timedelta(days=1)


class CalendarTooShort(ValueError):
    """A reckoning needs a day for which no bank holidays are known, so any answer would be a guess."""


class NamedDay(NamedTuple):
    """A day that is not a working day, and why: the bank holiday's name, or the day of the week."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days from `first` to `last`, as known when the holidays were listed; a value, never changed.

    A working day is not a Saturday, a Sunday or a bank holiday, Christmas Day and Good
    Friday being among these (DOMAIN 9). Holidays are published up to `coverage_ends`.

    Calendars are equal when their days and names are. `version` is the same for all that
    give the same dates, in any process and on any day, whatever the holidays are called.
    """

    first: date
    coverage_ends: date
    last: date
    holidays: tuple[NamedDay, ...] = field(repr=False)
    version: str = field(init=False, compare=False)
    # Prepared once, so that an addition costs two look-ups however long it is: for every day how
    # many working days there have been by its end, and all the working days in order.
    _reached: Mapping[date, int] = field(init=False, repr=False, compare=False)
    _working: tuple[date, ...] = field(init=False, repr=False, compare=False)
    _names: Mapping[date, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = dict(self.holidays)
        object.__setattr__(self, "_names", names)
        reached: dict[date, int] = {}
        working: list[date] = []
        for ordinal in range(self.first.toordinal(), self.last.toordinal() + 1):
            day = date.fromordinal(ordinal)
            if self._works(day):
                working.append(day)
            reached[day] = len(working)
        object.__setattr__(self, "_reached", reached)
        object.__setattr__(self, "_working", tuple(working))
        object.__setattr__(self, "version", _fingerprint(self.first, self.coverage_ends, self.last, names))

    def is_working_day(self, day: date) -> bool:
        """Raises CalendarTooShort for a day outside the calendar."""
        self._must_know(day)
        return self._works(day)

    def name_of(self, day: date) -> str | None:
        """Return why `day` is not a working day, as 'Saturday' or 'Good Friday'; None for a working day.

        Raises CalendarTooShort for a day outside the calendar.
        """
        self._must_know(day)
        return WEEKEND_NAMES.get(day.weekday()) or self._names.get(day)

    def add_working_days(self, day: date, number: int) -> date:
        """Return the working day `number` working days after `day`, or before it if negative.

        `day` itself is day nought and is never counted, whether or not it is a working day;
        the next working day is day one. Nought working days from any day is that day.

        Raises CalendarTooShort when the bank holidays known do not reach that far.
        """
        reached = self._reached.get(day)
        if reached is None:
            raise self._too_short(day)
        if number > 0:
            index = reached - 1 + number
        elif number < 0:
            # A working day must not be counted as one of those before it.
            index = reached + number - self._works(day)
        else:
            return day
        if 0 <= index < len(self._working):
            return self._working[index]
        raise self._too_short(day)

    def working_days_between(self, start: date, end: date) -> int:
        """Return how many working days there are after `start`, up to and including `end`.

        Negative when `end` is before `start`, so that early and late never look alike (P13).

        Raises CalendarTooShort for a day outside the calendar.
        """
        self._must_know(start)
        self._must_know(end)
        return self._reached[end] - self._reached[start]

    def last_working_day(self, by: date) -> date:
        """Return `by` if it is a working day, otherwise the working day before it.

        For the hint beside a limit in months, which is not extended when it ends on a
        day nobody works (DOMAIN 9). Raises CalendarTooShort outside the calendar.
        """
        return by if self.is_working_day(by) else self.add_working_days(by, -1)

    def due(self, start: date, period: Period, backwards: bool = False) -> date:
        """Return the last day on which a limit of `period` from `start` can be met (DOMAIN 9).

        The day after `start` is day one. A limit in working days ends on a working day;
        one in days, weeks or months ends where it falls and is not extended. A month ends
        on the corresponding date, or on the last day of a shorter month. `backwards`
        counts from a planned date to the last day before it on which the limit is kept.

        Raises CalendarTooShort when the bank holidays known do not reach that far.
        """
        number = -period.amount if backwards else period.amount
        if period.unit == "working_days":
            return self.add_working_days(start, number)
        try:
            if period.unit == "months":
                return months_from(start, number)
            return start + timedelta(days=number * 7 if period.unit == "weeks" else number)
        except (OverflowError, ValueError):
            raise self._too_short(start) from None

    def skipped(self, start: date, end: date) -> tuple[NamedDay, ...]:
        """Return the days a count from `start` to `end` passes over, each with its reason, in order of date.

        As in the count, `start` is left out and `end` is included, in either direction.

        Raises CalendarTooShort for a day outside the calendar.
        """
        first, last = (start + ONE_DAY, end) if start <= end else (end, start - ONE_DAY)
        each_day = (first + ONE_DAY * number for number in range((last - first).days + 1))
        return tuple(NamedDay(day, name) for day in each_day if (name := self.name_of(day)))

    def provisional(self, day: date) -> bool:
        """Whether `day` lies beyond the published bank holidays, so that a date that depends on it may move.

        Ask it of the later end of a reckoning: the due date, or the planned date counted back from.
        """
        return day > self.coverage_ends

    def with_holiday(self, day: date, name: str) -> "Calendar":
        """Return this calendar with one more bank holiday, as when one is proclaimed.

        A day that is no working day already changes nothing and keeps its name, so a list
        of holidays announced can be applied again when this calendar has caught up with it.

        Raises CalendarTooShort for a day outside the calendar.
        """
        if not self.is_working_day(day):
            return self
        return replace(self, holidays=tuple(sorted((*self.holidays, NamedDay(day, name)))))

    def _works(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self._names

    def _must_know(self, day: date) -> None:
        if day not in self._reached:
            raise self._too_short(day)

    def _too_short(self, day: date) -> Exception:
        """Return the error for a reckoning from `day`, which for a moment is a mistake in the caller."""
        if isinstance(day, datetime):
            return TypeError("Working days are counted from days, and which day a moment is depends on the place")
        return CalendarTooShort(
            f"Working days are known from {day_in_words(self.first)} to {day_in_words(self.last)}; "
            "this date needs one outside"
        )


@cache
def england() -> Calendar:
    """Return the working days of England from 2000 on.

    The bank holidays of Scotland and of Northern Ireland are not among its own.
    Made when first asked for, because the package that knows the holidays takes a tenth
    of a second to start, which commands that need no dates should not spend.
    """
    from holidays import country_holidays

    listed = country_holidays("GB", subdiv="ENG", years=range(FIRST_DAY.year, LAST_DAY.year + 1), language="en_GB")
    # A holiday at a weekend has its substitute listed beside it; the weekend day was never going to count.
    weekdays = sorted(day for day in listed if day.weekday() < 5)
    return Calendar(
        first=FIRST_DAY,
        coverage_ends=PUBLISHED_TO,
        last=LAST_DAY,
        holidays=tuple(NamedDay(day, _name_in_england(listed[day])) for day in weekdays),
    )


def _name_in_england(listed: str) -> str:
    """Return the name GOV.UK publishes for a holiday the package lists under another."""
    name = listed.removesuffix(" (observed)")
    substitute = " (substitute day)" if name != listed else ""
    return {
        "New Year's Day": "New Year’s Day",
        "May Day": "Early May bank holiday",
        "Spring Bank Holiday": "Spring bank holiday",
        "Late Summer Bank Holiday": "Summer bank holiday",
    }.get(name, name) + substitute


def _fingerprint(first: date, coverage_ends: date, last: date, holidays: Mapping[date, str]) -> str:
    """Return twelve hexadecimal digits that differ when any date a calendar gives may differ."""
    days = [first, coverage_ends, last, *sorted(holidays)]
    return hashlib.sha256(" ".join(day.isoformat() for day in days).encode()).hexdigest()[:12]


ENGLAND: Calendar


def __getattr__(name: str) -> Calendar:
    """Make `ENGLAND` the first time it is imported (see `england`)."""
    if name == "ENGLAND":
        return england()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
