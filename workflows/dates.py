"""Days as people know them: exact, or only to the month; how long a limit runs; which day it is in London."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Literal, Self
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

WHAT_TO_WRITE = "Write a day as 2014-02-07, or as 2014-02 if only the month is known"

# Our own names, because those of the standard library change with the locale of the process.
MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

# Longer than this and a length of time is easier to grasp in months, in years.
DAYS_UP_TO = 61
MONTHS_UP_TO = 24

Precision = Literal["day", "month"]
Unit = Literal["working_days", "days", "weeks", "months"]


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A day in the world, known exactly or only to the month: the first and the last day it can have been.

    A month recorded before it was over is capped (see `capped`): its last possible
    day is earlier than the month's, and it still reads as a month.
    """

    first: date
    last: date
    precision: Precision = "day"

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("The last possible day is before the first")
        if self.precision == "day" and self.first != self.last:
            raise ValueError("A day known exactly has one possible day")
        if self.precision == "month" and (
            self.first.day != 1 or (self.first.year, self.first.month) != (self.last.year, self.last.month)
        ):
            raise ValueError("A month begins on its first day and ends within the month")

    @classmethod
    def on(cls, day: date) -> Self:
        """Return `day`, known exactly."""
        return cls(day, day)

    @classmethod
    def month(cls, year: int, month: int) -> Self:
        """Return some day in that month. Raises ValueError if there is no such month."""
        if not (1 <= year <= 9999 and 1 <= month <= 12):
            raise ValueError(f"There is no such month. {WHAT_TO_WRITE}")
        return cls(date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month")

    @classmethod
    def parse(cls, written: object) -> "PartialDate":
        """Return what was written as YYYY-MM-DD or YYYY-MM, or given as a day.

        Raises ValueError with a sentence that says what to write. The sentence does
        not repeat the text: a field filled in by mistake may hold anything.
        """
        if isinstance(written, str):
            return _read(written)
        if isinstance(written, PartialDate):
            return written
        if isinstance(written, date) and not isinstance(written, datetime):
            return cls(written, written)
        raise ValueError(f"This is not a day. {WHAT_TO_WRITE}")

    @property
    def exact(self) -> bool:
        """Whether only one day is possible."""
        return self.first == self.last

    def capped(self, day: date) -> "PartialDate":
        """Return the same day or month, known not to lie after `day`.

        For a month recorded before it was over. Raises ValueError when every possible day is after `day`.
        """
        if self.first > day:
            raise ValueError(f"{self.words()} is after {day_in_words(day)}")
        if self.last <= day:
            return self
        return PartialDate(self.first, day, self.precision)

    def iso(self) -> str:
        """Return YYYY-MM-DD, or YYYY-MM for a month, capped or not."""
        return self.first.isoformat() if self.precision == "day" else self.first.isoformat()[:7]

    def words(self) -> str:
        """Return '7 February 2014', or 'February 2014' for a month."""
        return day_in_words(self.first) if self.precision == "day" else month_in_words(self.first)


@dataclass(frozen=True, slots=True)
class Period:
    """How long a limit runs. Its direction is the reckoning's affair, so the amount is never negative."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError("A period is not negative: count backwards from a planned date instead")

    def words(self) -> str:
        """Return '15 working days', '6 months', '1 month'."""
        name = self.unit.replace("_", " ")
        return f"{self.amount} {name.removesuffix('s') if self.amount == 1 else name}"


def working_days(amount: int) -> Period:
    """Return a period that counts neither weekends nor bank holidays (DOMAIN 9)."""
    return Period(amount, "working_days")


def days(amount: int) -> Period:
    """Return a period that counts every day."""
    return Period(amount, "days")


def weeks(amount: int) -> Period:
    """Return a period that ends on the same day of the week."""
    return Period(amount, "weeks")


def months(amount: int) -> Period:
    """Return a period that ends on the corresponding date, or on the last day of a shorter month (DOMAIN 9)."""
    return Period(amount, "months")


def months_from(day: date, number: int) -> date:
    """Return the date `number` months after `day`, or before it if negative.

    The corresponding date; where the month has none, its last day (DOMAIN 9: six
    months from 31 August end on 28 or 29 February). Raises ValueError outside the years 1 to 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    if not 1 <= year <= 9999:
        raise ValueError(f"{number} months from {day_in_words(day)} is not a date that can be written")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def how_long(start: date, end: date) -> str:
    """Return the time between two days: in days, in whole months or, when there are many of them, in whole years."""
    if (end - start).days <= DAYS_UP_TO:
        return days((end - start).days).words()
    whole = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    return months(whole).words() if whole <= MONTHS_UP_TO else f"{whole // 12} years"


def day_in_words(day: date) -> str:
    """Return '7 February 2014'."""
    return f"{day.day} {month_in_words(day)}"


def month_in_words(day: date) -> str:
    """Return 'February 2014'."""
    return f"{MONTH_NAMES[day.month - 1]} {day.year}"


def london_day(moment: datetime) -> date:
    """Return the day it is in London at `moment`, which is the day a statutory limit counts.

    Raises ValueError for a moment without a time zone: what day that is depends on who reads it.
    """
    if moment.utcoffset() is None:
        raise ValueError("A moment without a time zone has no day in London")
    return moment.astimezone(LONDON).date()


def end_of_day(day: date) -> datetime:
    """Return the last moment of a day in London, by which everything recorded on it is known."""
    return datetime.combine(day, time.max, LONDON).astimezone(UTC)


# Histories repeat the same few thousand days; sharing one immutable value for each makes reading them cheap.
@lru_cache(maxsize=16_384)
def _read(text: str) -> PartialDate:
    """Return the day or month written as ISO text, in that form only: not 20140207, not 2014-W06-5."""
    if len(text) == 10 and text[4] == text[7] == "-":
        try:
            return PartialDate.on(date.fromisoformat(text))
        except ValueError:
            raise ValueError(f"There is no such day. {WHAT_TO_WRITE}") from None
    if len(text) == 7 and text[4] == "-" and text.isascii() and (text[:4] + text[5:]).isdecimal():
        return PartialDate.month(int(text[:4]), int(text[5:]))
    raise ValueError(f"This is not a day. {WHAT_TO_WRITE}")
