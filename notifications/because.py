"""Why nothing is said any more of a day something was due: the same words in the ledger and of a message held back."""

from __future__ import annotations

from datetime import date

from models.reminder import AnAnswer
from models.role_words import whom
from workflows.dates import day_in_words

OVERTAKEN = "A later reminder of the same date took its place"
TAKEN_BACK = "What asked for it was corrected or struck out"


def done(on: date) -> str:
    return f"It had been done by {day_in_words(on)}"


def no_longer_asked_for(since: date) -> str:
    return f"It was no longer asked for from {day_in_words(since)}"


def moved(was_due_on: date, is_due_on: date) -> str:
    return f"The day it is due moved from {day_in_words(was_due_on)} to {day_in_words(is_due_on)}"


def put_off_on(answer: AnAnswer | None, today: date) -> str | None:
    """Return who put off the reminders of their role until when, if that lasts today."""
    if answer is None or answer.until_on is None or today > answer.until_on:
        return None
    return f"Put off by {whom(answer.role)} until {day_in_words(answer.until_on)}"


def waits(role: str, seen_on: date, until_on: date) -> str:
    return f"Seen by {whom(role)} on {day_in_words(seen_on)}, so it waits until {day_in_words(until_on)}"
