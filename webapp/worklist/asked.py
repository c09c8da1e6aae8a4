"""One line of what is asked of an agency."""

from dataclasses import dataclass
from datetime import date

from models.queries.worklist import Asked
from webapp.cases.due_dates import owed_words
from webapp.wording import deadline_mark
from webapp.worklist.lines import status_of
from workflows import registry
from workflows.calendar import Calendar
from workflows.dates import day_in_words


@dataclass(frozen=True, slots=True)
class AskedLine:
    """What is asked, in which case, by when, and how that stands."""

    reference: str
    title: str
    about: str
    due: str
    words: str
    shape: str
    colour: str


def asked_line(asked: Asked, today: date, calendar: Calendar) -> AskedLine:
    """Return the line of one thing asked of an agency."""
    deadline = asked.deadline
    due = deadline.due_last or today
    status = status_of(due, deadline.due_soon_on, today, explained=False)
    limit = registry.procedure(asked.workflow_key, asked.regime_key).clocks_by_key[deadline.clock_key]
    mark, words = deadline_mark(status), owed_words(limit, due, status, today, calendar)
    return AskedLine(
        asked.reference, deadline.title, deadline.subject, day_in_words(due), words, mark.shape, mark.colour
    )
