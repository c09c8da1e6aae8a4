"""One line of the list of child deaths: its reference and age, what is awaited from whom, and what bites first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from models.queries.child_death_list import REPORT_ASKED, Awaited, Beside
from models.queries.worklist import Row
from webapp.cases.due_dates import owed_words
from webapp.wording import deadline_mark
from webapp.worklist.lines import Line, line_of, status_of
from workflows import registry
from workflows.calendar import Calendar
from workflows.dates import day_in_words
from workflows.definition import Clock


@dataclass(frozen=True, slots=True)
class AwaitedLine:
    """A report that has not come: whose, since when it is asked for, and how its date stands."""

    agency: str
    since: str
    words: str
    shape: str
    colour: str


@dataclass(frozen=True, slots=True)
class DeathLine:
    """One death as the list shows it."""

    case: Line
    age: str
    awaited: tuple[AwaitedLine, ...]


def death_line(row: Row, beside: Beside, roles: Collection[str], today: date, calendar: Calendar) -> DeathLine:
    """Return the line of a death, for somebody who acts in these roles on it."""
    limits = registry.procedure(row.case.workflow_key, row.case.regime_key).clocks_by_key
    awaited = tuple(awaited_line(each, limits[REPORT_ASKED], today, calendar) for each in beside.awaited)
    return DeathLine(line_of(row, roles, today, calendar), beside.age or "Age not known exactly", awaited)


def awaited_line(awaited: Awaited, limit: Clock, today: date, calendar: Calendar) -> AwaitedLine:
    """Return in words whose report is awaited, since when, whether they were reminded, and how late it is."""
    since = f"asked on {day_in_words(awaited.asked_on)}" if awaited.asked_on else "asked"
    if awaited.reminded and awaited.reminded_on:
        often = {1: "once", 2: "twice"}.get(awaited.reminded, f"{awaited.reminded} times")
        since += f", reminded {often}, last on {day_in_words(awaited.reminded_on)}"
    if awaited.due_on is None:
        mark = deadline_mark("waiting")
        return AwaitedLine(awaited.agency, since, mark.words, mark.shape, mark.colour)
    status = status_of(awaited.due_on, None, today, explained=False)
    mark, words = deadline_mark(status), owed_words(limit, awaited.due_on, status, today, calendar)
    return AwaitedLine(awaited.agency, since, words, mark.shape, mark.colour)
