"""Everything a panel owed in the year, in spans in which it was open and the same, from what the panel did.

ADR 59: an action by its day; the pack five working days before its meeting, from when a case is listed; the reading of
it one before, from its release; the minutes ten after, from the day of the meeting. What is for a meeting is over with
its day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time

from tests.notifications.a_year.ladders import ONE_DAY, counted
from tests.notifications.a_year.owed import ALWAYS, Owed
from tests.notifications.a_year.panels import AT, ActionNoted, MeetingHeld, Panels
from tests.notifications.a_year.register import AtPanel
from workflows.calendar import Calendar, england
from workflows.dates import LONDON

PACK_BEFORE, READING_BEFORE, MINUTES_AFTER = 5, 1, 10


def owed_at_panels(panels: Panels, after: Calendar) -> Iterator[Owed]:
    """Yield all that the panel owed, by the calendar of each moment; `after` holds from the new bank holiday on."""
    for action in panels.actions:
        yield from _by_the_calendars(panels, _an_action(action), after)
    for meeting in panels.meetings:
        for owed in _of_a_meeting(meeting):
            yield from _by_the_calendars(panels, owed, after)


def _an_action(action: ActionNoted) -> Owed:
    about = AtPanel("action", action.id, AT, given_to=action.given_to, case_id=action.case_id)
    return _span(about, action.due_on, action.noted_at, action.done_at or ALWAYS)


def _of_a_meeting(meeting: MeetingHeld) -> Iterator[Owed]:
    """Yield what is owed for a meeting, its day not yet reckoned: that depends on the calendar."""
    after_it = midnight(meeting.held_on + ONE_DAY)
    listed_at, released_at = meeting.listed_at, meeting.released_at
    yield _span(AtPanel("pack", meeting.id, AT), meeting.held_on, listed_at, released_at or after_it)
    if released_at is not None:
        for person in meeting.members:
            about = AtPanel("reading", meeting.id, AT, member=person)
            yield _span(about, meeting.held_on, released_at, meeting.considered.get(person, after_it))
    held_at = midnight(meeting.held_on)
    yield _span(AtPanel("minutes", meeting.id, AT), meeting.held_on, held_at, meeting.approved_at or ALWAYS)


def _span(about: AtPanel, day: date, since: datetime, until: datetime) -> Owed:
    ended = "over" if until < ALWAYS else ""
    return Owed(about, about.kind, "", None, day, None, since, until, england(), ended)


def _by_the_calendars(panels: Panels, owed: Owed, after: Calendar) -> Iterator[Owed]:
    accepted_at = panels.cases.accepted_at
    if accepted_at is None or owed.until <= accepted_at:
        yield _reckoned(panels, owed, england())
    elif owed.since >= accepted_at:
        yield _reckoned(panels, owed, after)
    else:
        yield _reckoned(panels, replace(owed, until=accepted_at, ended="moved"), england())
        yield _reckoned(panels, replace(owed, since=accepted_at), after)


def _reckoned(panels: Panels, owed: Owed, calendar: Calendar) -> Owed:
    """Return what is owed with the day it is due by a calendar, and with what the panel chose to have said."""
    days = {"pack": -PACK_BEFORE, "reading": -READING_BEFORE, "minutes": MINUTES_AFTER}.get(owed.clock, 0)
    due_on = counted(owed.due_on, days, calendar)
    return replace(owed, due_on=due_on, calendar=calendar, chosen=tuple(panels.chosen.get(owed.clock, ())))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)
