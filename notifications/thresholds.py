"""What is to be said of a deadline by a day: every rung that has passed, and the next that has not.

Pure: the same ladder, dates, answers, calendar and day give the same reminders, however often and however late they
are asked for. Nothing is compared with today but "has it passed" (P12).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from operator import attrgetter
from types import MappingProxyType
from typing import Literal, NamedTuple

from notifications import because
from notifications.rungs import Ladder, Rung, after, before
from workflows.calendar import Calendar, CalendarTooShort

Outcome = Literal["told", "overtaken", "no_longer_true"]

ONE_DAY = timedelta(days=1)
SEEN_FOR = 10
"""Working days for which what somebody has seen does not go up. Local default: the time between two rungs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """That somebody in a role has seen the deadline, or put its reminders off until a day."""

    kind: Literal["seen", "snoozed"]
    role: str
    from_on: date
    until_on: date | None = None


class Watched(NamedTuple):
    """A due day as the sweep reads it.

    `known_on` is the day since which it has been known here. `over_on` is the day on which it was known to be met or
    void, or not to be the due day any more, and `over_because` says so; both are empty while it is open.
    """

    due_first: date
    due_last: date
    known_on: date
    starts_on: date | None = None
    over_on: date | None = None
    over_because: str = ""
    answers: tuple[Answer, ...] = ()
    heard: Mapping[str, date] = MappingProxyType({})
    """By role, the latest day whose reminder was told already; asked for where all is reckoned again or answered."""
    recorded: frozenset[tuple[str, str]] = frozenset()
    """The rungs that are in the ledger as said or overtaken, with the role; asked for as `heard` is."""


class Threshold(NamedTuple):
    """A rung for one role on the day it falls."""

    rung: Rung
    role: str
    falls_on: date


class ToRecord(NamedTuple):
    """A reminder to be recorded: said, or not said and why."""

    threshold: Threshold
    outcome: Outcome
    because: str | None = None
    late: bool = False
    goes_up_on: date | None = None


class Said(NamedTuple):
    """What is to be recorded of a deadline by a day, and the next day to look at it again; none at the end."""

    reminders: tuple[ToRecord, ...]
    next_on: date | None


class Reckoning:
    """On which day each rung of a ladder falls, by one calendar; reckoned once, however many deadlines share it."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._found: dict[tuple[Ladder, date, date], tuple[Threshold, ...]] = {}

    def thresholds(self, ladder: Ladder, due_first: date, due_last: date) -> tuple[Threshold, ...]:
        """Return every rung for every role with the day it falls on, in order of day and then of the ladder.

        A deadline known as a range is due soon from its earliest reading and overdue only after its latest
        (WORKFLOWS 5). A rung beyond the calendar is left out.
        """
        key = (ladder, due_first, due_last)
        if key not in self._found:
            days = ((rung, self._falls_on(rung, due_first, due_last)) for rung in ladder.rungs)
            known = ((rung, day) for rung, day in days if day is not None)
            found = (Threshold(rung, role, day) for rung, day in known for role in rung.to if rung.is_for(role, day))
            self._found[key] = tuple(sorted(found, key=attrgetter("falls_on")))
        return self._found[key]

    def _falls_on(self, rung: Rung, due_first: date, due_last: date) -> date | None:
        try:
            return rung.at.day(due_last if rung.at.side == "after" else due_first, self.calendar)
        except CalendarTooShort:
            return None


def thresholds(ladder: Ladder, watched: Watched, by: Reckoning) -> Sequence[Threshold]:
    """Return every rung of a deadline for every role with the day it falls on, by what was answered.

    Nothing is said ahead of the end of a limit before its clock has started.
    """
    found = by.thresholds(ladder, watched.due_first, watched.due_last)
    if watched.starts_on is not None and watched.starts_on < watched.due_first and found:
        starts_on = watched.starts_on
        if found[0].falls_on <= starts_on:
            found = tuple(each for each in found if each.rung.at.side != "before" or each.falls_on > starts_on)
    if not watched.answers:
        return found
    held_back = [_held_back(each, watched, by.calendar) for each in (*found, *_again(watched))]
    # What goes up comes last of a day, so that nothing else of that day is heard instead of it.
    return sorted(filter(None, held_back), key=lambda each: (each.falls_on, each.rung.escalates))


def _held_back(threshold: Threshold, watched: Watched, calendar: Calendar) -> Threshold | None:
    """Return a rung on the day it falls by what was answered, also where it had fallen and was not yet said.

    What a role put off comes when that ends. What goes up is never put off, but waits while what is late is seen.
    Nothing is left of a rung put off that had fallen before the due day was known: what is said again says it all.
    """
    rung, role, day = threshold
    is_said = (rung.key, role) in watched.recorded
    for from_on, until_on in _seen(watched, calendar) if rung.escalates else _put_off_by(role, watched):
        if day <= until_on and (from_on < day or not is_said):
            day = until_on + ONE_DAY
    is_said_by_another = day > threshold.falls_on and threshold.falls_on < watched.known_on and not rung.escalates
    return None if is_said_by_another else threshold._replace(falls_on=day)


def _seen(watched: Watched, calendar: Calendar) -> Iterator[tuple[date, date]]:
    """Yield each time for which what is late was seen: the day it was, and the last on which nothing goes up."""
    for each in watched.answers:
        if each.kind == "seen" and each.from_on > watched.due_last:
            yield each.from_on, seen_until(each.from_on, calendar)


def seen_until(from_on: date, calendar: Calendar) -> date:
    """Return the last day on which what was seen on a day does not go up. Raises CalendarTooShort."""
    return calendar.add_working_days(from_on, SEEN_FOR)


def _put_off_by(role: str, watched: Watched) -> Iterator[tuple[date, date]]:
    """Yield each time for which a role put off its reminders. The newest answer counts: it ends the one before."""
    given = [(each.from_on, each.until_on) for each in watched.answers if each.role == role and each.until_on]
    for (from_on, until_on), newer in zip_longest(given, given[1:]):
        yield from_on, min(until_on, newer[0]) if newer else until_on


def _again(watched: Watched) -> Iterator[Threshold]:
    """Yield what is said again when a time for which it was put off has ended, unless it was put off anew by then."""
    for role in sorted({each.role for each in watched.answers if each.until_on}):
        spans = list(_put_off_by(role, watched))
        for (_, until_on), newer in zip_longest(spans, spans[1:]):
            if newer is None or newer[0] > until_on:
                day = until_on + ONE_DAY
                at = before(1) if day <= watched.due_last else after(1)
                yield Threshold(Rung(f"again_{day:%Y%m%d}", at, (role,)), role, day)


def to_say(ladder: Ladder, watched: Watched, by: Reckoning, today: date, *, since: date = date.min) -> Said:
    """Return what is to be recorded of a deadline by `today`, and the next day on which something is to be said.

    Of what has passed, each role hears the latest alone; what came before it is recorded as overtaken, unless nobody
    could have said it then. Of what is over nothing is said: what should have been, and was not, is recorded so.
    What fell before `since` has been recorded already, and is left out.
    """
    every = thresholds(ladder, watched, by)
    newly = [each for each in every if since <= each.falls_on <= today]
    if watched.over_on is not None:
        missed = (each for each in newly if watched.known_on <= each.falls_on <= watched.over_on)
        return Said(tuple(ToRecord(each, "no_longer_true", watched.over_because) for each in missed), None)
    latest = {each.role: each for each in newly if each.falls_on > watched.heard.get(each.role, date.min)}
    reminders = [
        _told(each, ladder, watched, by.calendar, today) if each is latest.get(each.role) else _overtaken(each)
        for each in newly
        if each is latest.get(each.role) or each.falls_on >= watched.known_on
    ]
    next_on = next((each.falls_on for each in every if each.falls_on > today), None)
    return Said(tuple(reminders), next_on)


def _overtaken(threshold: Threshold) -> ToRecord:
    return ToRecord(threshold, "overtaken", because.OVERTAKEN)


def _told(threshold: Threshold, ladder: Ladder, watched: Watched, calendar: Calendar, today: date) -> ToRecord:
    late = today > max(threshold.falls_on, watched.known_on)
    return ToRecord(threshold, "told", late=late, goes_up_on=goes_up_on(ladder, threshold.rung, calendar, today))


def goes_up_on(ladder: Ladder, rung: Rung, calendar: Calendar, told_on: date) -> date | None:
    """Return the day an escalation told on a day goes up once more if nobody has seen it; none for any other rung."""
    if not rung.escalates:
        return None
    try:
        return calendar.add_working_days(told_on, ladder.answer_within + 1)
    except CalendarTooShort:
        return None
