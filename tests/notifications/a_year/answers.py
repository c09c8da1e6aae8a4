"""What people answer in the year, and what is said when because of it, written out from ADR 41 and ADR 79.

Seen: nothing goes up for ten working days. Put off: what is said to that role comes after the day, and is said again.
The newest answer of a role counts. What had been said by then was said; what had not is held back with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Literal

from tests.notifications.a_year.ladders import ONE_DAY, Saying, counted
from workflows.calendar import Calendar

SEEN_LASTS = 10
"""Working days in which nothing goes up that was seen."""


@dataclass(frozen=True)
class Given:
    """An answer about a date, in a role."""

    kind: Literal["seen", "put off"]
    role: str
    at: datetime
    on: date
    until_on: date = date.max

    def lasts_until(self, calendar: Calendar) -> date:
        return self.until_on if self.kind == "put off" else counted(self.on, SEEN_LASTS, calendar)

    def is_about(self, saying: Saying) -> bool:
        """Return whether something to be said is held back by it."""
        return saying.goes_up if self.kind == "seen" else not saying.goes_up and saying.role == self.role


@dataclass(frozen=True)
class Fall:
    """What is said, the day it falls by its ladder, and the day it is said because of what was answered."""

    saying: Saying
    first: date
    day: date


def with_answers(
    fell: Sequence[tuple[Saying, date]],
    given: Sequence[Given],
    calendar: Calendar,
    was_said: Callable[[Saying, datetime], bool],
) -> Sequence[Fall]:
    """Return what is said about a date and when, in the order in which it replaces what was said before."""
    falls = [
        Fall(saying, first, _held_back(saying, first, given, calendar, was_said))
        for saying, first in (*fell, *_said_again(given))
    ]
    return sorted(falls, key=lambda each: (each.day, each.saying.goes_up))


def _held_back(
    saying: Saying,
    day: date,
    given: Sequence[Given],
    calendar: Calendar,
    was_said: Callable[[Saying, datetime], bool],
) -> date:
    about_it = [each for each in given if each.is_about(saying)]
    for number, answer in enumerate(about_it):
        last = answer.lasts_until(calendar)
        if answer.kind == "put off":
            last = min([last, *(each.on for each in about_it[number + 1 :])])
        if day <= last and not was_said(saying, answer.at):
            day = last + ONE_DAY
    return day


def _said_again(given: Sequence[Given]) -> Iterator[tuple[Saying, date]]:
    """Yield what is said on the day after a time for which it was put off, unless that was replaced while it ran."""
    for role in sorted({each.role for each in given if each.kind == "put off"}):
        theirs = [each for each in given if (each.kind, each.role) == ("put off", role)]
        ended = [one for one, newer in pairwise(theirs) if newer.on > one.until_on]
        for each in (*ended, theirs[-1]):
            day = each.until_on + ONE_DAY
            yield Saying(f"again_{day:%Y%m%d}", 0, role), day
