"""What is to be said of a deadline by a day: every rung that has passed, and the next that has not.

Pure: the same ladder, dates, answers, calendar and day give the same reminders, however often and however late they
are asked for. Nothing is compared with today but "has it passed" (P12).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Literal

from notifications.ladders import Ladder, Rung, after, before
from workflows.calendar import Calendar, CalendarTooShort

Outcome = Literal["told", "overtaken", "no_longer_true"]

SEEN_FOR = 10
"""Working days for which what somebody has seen does not go up. Local default: the time between two rungs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """That somebody in a role has seen the deadline, or put its reminders off until a day."""

    kind: Literal["seen", "snoozed"]
    role: str
    from_on: date
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """A deadline as the sweep reads it.

    `known_on` is the day its due date could first have been known here. `over_on` is the day on which it was known to
    be met or void, and `over_because` says so; both are empty while it is open.
    """

    due_first: date
    due_last: date
    known_on: date
    starts_on: date | None = None
    over_on: date | None = None
    over_because: str = ""
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Threshold:
    """A rung for one role on the day it falls."""

    rung: Rung
    role: str
    falls_on: date


@dataclass(frozen=True, slots=True)
class ToRecord:
    """A reminder to be recorded: said, or not said and why."""

    threshold: Threshold
    outcome: Outcome
    because: str | None = None
    late: bool = False
    goes_up_on: date | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be recorded of a deadline by a day, and the next day to look at it again; none at the end."""

    reminders: tuple[ToRecord, ...]
    next_on: date | None


def thresholds(ladder: Ladder, watched: Watched, calendar: Calendar) -> list[Threshold]:
    """Return every rung for every role with the day it falls on, in order of day and then of the ladder.

    A deadline known as a range is due soon from its earliest reading and overdue only after its latest (WORKFLOWS 5).
    Before a clock has started nothing is said ahead of its end.
    """
    found = [
        Threshold(rung, role, _put_off(rung, role, falls_on, watched, calendar))
        for rung in ladder.rungs
        if (falls_on := _falls_on(rung, watched, calendar)) is not None
        for role in rung.to
    ]
    return sorted([*found, *_again(watched)], key=lambda each: each.falls_on)


def _falls_on(rung: Rung, watched: Watched, calendar: Calendar) -> date | None:
    counted_from = watched.due_last if rung.at.side == "after" else watched.due_first
    try:
        day = rung.at.day(counted_from, calendar)
    except CalendarTooShort:
        return None
    runs_forwards = watched.starts_on is not None and watched.starts_on < watched.due_first
    if rung.at.side == "before" and runs_forwards and watched.starts_on is not None and day <= watched.starts_on:
        return None
    return day


def _put_off(rung: Rung, role: str, day: date, watched: Watched, calendar: Calendar) -> date:
    """Return the day a rung falls on because of what was answered.

    What a role put off comes when that ends. What goes up is never put off, but waits while what is late is seen.
    """
    for answer in watched.answers:
        until = _holds_back_until(answer, rung, role, watched.due_last, calendar)
        if until is not None and answer.from_on < day <= until:
            day = until + timedelta(days=1)
    return day


def _holds_back_until(answer: Answer, rung: Rung, role: str, due_last: date, calendar: Calendar) -> date | None:
    if rung.escalates:
        is_of_what_is_late = answer.kind == "seen" and answer.from_on > due_last
        return calendar.add_working_days(answer.from_on, SEEN_FOR) if is_of_what_is_late else None
    return answer.until_on if answer.kind == "snoozed" and answer.role == role else None


def _again(watched: Watched) -> Iterator[Threshold]:
    """Yield what is said again when a time for which it was put off has ended."""
    for answer in watched.answers:
        if answer.kind == "snoozed" and answer.until_on is not None:
            day = answer.until_on + timedelta(days=1)
            at = before(1) if day <= watched.due_last else after(1)
            yield Threshold(Rung(f"again_{day:%Y%m%d}", at, (answer.role,)), answer.role, day)


def to_say(ladder: Ladder, watched: Watched, calendar: Calendar, today: date) -> Said:
    """Return what is to be recorded of a deadline by `today`, and the next day on which something is to be said.

    Of what has passed, each role hears the latest alone; what came before it is recorded as overtaken, unless nobody
    could have said it then. Of what is over nothing is said: what should have been, and was not, is recorded so.
    """
    every = thresholds(ladder, watched, calendar)
    passed = [each for each in every if each.falls_on <= today]
    if watched.over_on is not None:
        missed = (each for each in passed if watched.known_on <= each.falls_on < watched.over_on)
        return Said(tuple(ToRecord(each, "no_longer_true", watched.over_because) for each in missed), None)
    by_role = sorted(passed, key=lambda each: each.role)
    reminders = [
        reminder
        for _, rungs in groupby(by_role, key=lambda each: each.role)
        for reminder in _of_one_role(ladder, list(rungs), watched, calendar, today)
    ]
    return Said(tuple(reminders), min((each.falls_on for each in every if each.falls_on > today), default=None))


def _of_one_role(
    ladder: Ladder, passed: Sequence[Threshold], watched: Watched, calendar: Calendar, today: date
) -> Iterator[ToRecord]:
    *earlier, latest = passed
    for each in earlier:
        if each.falls_on >= watched.known_on:
            yield ToRecord(each, "overtaken", "A later reminder of the same date took its place")
    late = today > max(latest.falls_on, watched.known_on)
    yield ToRecord(latest, "told", late=late, goes_up_on=goes_up_on(ladder, latest.rung, calendar, today))


def goes_up_on(ladder: Ladder, rung: Rung, calendar: Calendar, told_on: date) -> date | None:
    """Return the day an escalation told on a day goes up once more if nobody has seen it; none for any other rung."""
    if not rung.escalates:
        return None
    try:
        return calendar.add_working_days(told_on, ladder.answer_within + 1)
    except CalendarTooShort:
        return None
