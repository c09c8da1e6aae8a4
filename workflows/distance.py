"""How far off a day is, in the words that pages and messages share: in working days while they can be counted."""

from datetime import date

from workflows.calendar import Calendar
from workflows.dates import DAYS_UP_TO, Period, how_long, working_days
from workflows.definition import Clock

# Further ahead than this and a length of time is easier to grasp in days.
WORKING_DAYS_UP_TO = 14


def working_days_ahead(today: date, due: date, calendar: Calendar) -> int:
    """Return in how many working days something is due; 0 where its distance is not said in working days."""
    return calendar.working_days_between(today, due) if (due - today).days <= WORKING_DAYS_UP_TO else 0


def working_days_late(clock: Clock, due: date, on: date, calendar: Calendar) -> int:
    """Return by how many working days something is late; 0 where its lateness is not said in working days.

    It is said so of a limit that runs in working days, while they are few.
    """
    counts = isinstance(clock.runs, Period) and clock.runs.unit == "working_days"
    return calendar.working_days_between(due, on) if counts and (on - due).days <= DAYS_UP_TO else 0


def distance(start: date, end: date, in_working_days: int) -> str:
    """Return '12 working days', '9 months' or '6 years'; `in_working_days` is 0 where it is not said so."""
    return working_days(in_working_days).words() if in_working_days else how_long(start, end)
