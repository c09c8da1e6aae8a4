"""Dates that matter: each with how it stands in words, soonest trouble first, and why it is that date."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from webapp.wording import deadline_mark
from workflows.calendar import Calendar
from workflows.clocks import LATE, Deadline, Status, overdue_by
from workflows.dates import day_in_words
from workflows.definition import Clock
from workflows.distance import distance, working_days_ahead, working_days_late
from workflows.explanation import Explanation, explain
from workflows.standing import Standing


@dataclass(frozen=True, slots=True)
class DueDate:
    """A deadline as it is shown: what it is, the day in words, how it stands, and why."""

    title: str
    about: str
    due: str
    status: Status
    words: str
    explanation: Explanation
    anchor: str = ""
    """Where a message that is about it leads to on the page; empty for a second one of its kind."""

    @property
    def shape(self) -> str:
        return deadline_mark(self.status).shape

    @property
    def colour(self) -> str:
        return deadline_mark(self.status).colour

    @property
    def named(self) -> str:
        """The title with what tells it apart from others of its kind."""
        return f"{self.title}: {self.about}" if self.about else self.title


@dataclass(frozen=True, slots=True)
class DatesThatMatter:
    """The dates still owed, late ones first, those that are settled, and the limits that nothing has started."""

    owed: tuple[DueDate, ...]
    settled: tuple[DueDate, ...]
    waiting: tuple[DueDate, ...]


def dates_that_matter(standing: Standing) -> DatesThatMatter:
    """Return the deadlines of a case in the order in which they want attention."""
    owed = [each for each in standing.deadlines if each.is_live]
    waiting = [each for each in standing.deadlines if each.status == "waiting"]
    settled = [each for each in standing.deadlines if not each.is_live and each.status != "waiting"]
    owed.sort(key=lambda each: (each.status not in LATE, each.clock.not_before, each.due_last or date.max))
    settled.sort(key=lambda each: each.due_last or date.max, reverse=True)
    return DatesThatMatter(_anchored(owed, standing), shown(settled, standing), shown(waiting, standing))


def _anchored(deadlines: Sequence[Deadline], standing: Standing) -> tuple[DueDate, ...]:
    first = {each.clock.key: each for each in reversed(deadlines)}
    return tuple(
        replace(due_date(each, standing), anchor=f"date-{each.clock.key}" if first[each.clock.key] is each else "")
        for each in deadlines
    )


def shown(deadlines: Sequence[Deadline], standing: Standing) -> tuple[DueDate, ...]:
    """Return deadlines as a page shows them."""
    return tuple(due_date(each, standing) for each in deadlines)


def due_date(deadline: Deadline, standing: Standing) -> DueDate:
    """Return a deadline as a page shows it."""
    return DueDate(
        deadline.clock.title,
        about_in_words(deadline, standing),
        due_words(deadline),
        deadline.status,
        status_words(deadline, standing.today, standing.facts.calendar),
        explain(deadline, standing),
    )


def about_in_words(deadline: Deadline, standing: Standing) -> str:
    """Return what a deadline is about: an agency and what it is asked for, or a hold by its kind."""
    if deadline.clock.per != "hold":
        return ", ".join(each for each in deadline.subject if each)
    named = [hold for hold in standing.all_holds if hold.name == deadline.about]
    return ", ".join(hold.words().partition(", until")[0] for hold in named[:1])


def due_words(deadline: Deadline) -> str:
    """Return the last day, or the earliest and the latest it can be where only the month of the start is known."""
    if deadline.due_first is None or deadline.due_last is None:
        return ""
    if deadline.due_first != deadline.due_last:
        return f"between {day_in_words(deadline.due_first)} and {day_in_words(deadline.due_last)}"
    return day_in_words(deadline.due_last)


def status_words(deadline: Deadline, today: date, calendar: Calendar) -> str:
    """Return how a deadline stands, as 'In 3 working days', '9 months late, explained' or 'Met 3 days late'."""
    late = lateness(deadline, today, calendar)
    if deadline.status == "met_late":
        least = "" if deadline.met_on is None or deadline.met_on.exact else "at least "
        return f"Met {least}{late} late"
    if deadline.status == "met" and deadline.uncertain:
        return "Met, perhaps late"
    if deadline.is_late:
        return f"{late} late{', explained' if deadline.status == 'late_explained' else ''}"
    if deadline.status in ("running", "due_soon") and deadline.due_first is not None:
        return ahead(today, deadline.due_first, calendar)
    return deadline_mark(deadline.status).words


def lateness(deadline: Deadline, today: date, calendar: Calendar) -> str:
    """Return how long after its last possible day a deadline is, or was met."""
    late = overdue_by(deadline, today)
    if deadline.due_last is None or not late:
        return ""
    return how_late(deadline.clock, deadline.due_last, deadline.due_last + late, calendar)


def how_late(clock: Clock, due: date, on: date, calendar: Calendar) -> str:
    """Return '12 working days' or '9 months': how late something is on a day, in the days that its limit runs in."""
    return distance(due, on, working_days_late(clock, due, on, calendar))


def owed_words(clock: Clock, due: date, status: Status, today: date, calendar: Calendar) -> str:
    """Return '12 working days late, explained' or 'In 3 working days' for a day that something is owed by."""
    if status in LATE:
        return f"{how_late(clock, due, today, calendar)} late{', explained' if status == 'late_explained' else ''}"
    return ahead(today, due, calendar)


def ahead(today: date, due: date, calendar: Calendar) -> str:
    """Return how far ahead a day is: in working days while they can be counted at a glance."""
    if due <= today:
        return "Today"
    return f"In {distance(today, due, working_days_ahead(today, due, calendar))}"
