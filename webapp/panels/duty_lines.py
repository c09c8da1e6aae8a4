"""What panels owe in words: on the worklist of whoever it waits for, and in the ledger of the panel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import url_for

from models.panels.duties import TITLES, Duty, DutyReminder
from models.panels.panel import Panel
from notifications.duties import LADDERS, OWNER
from notifications.duty_ledger import Ahead, DutyLine
from webapp.cases.due_dates import ahead as days_ahead
from webapp.database import db
from webapp.reminders.words import became_of, rung_words
from webapp.wording import deadline_mark, role_words, sentence_case
from webapp.worklist.lines import status_of
from workflows.calendar import Calendar
from workflows.dates import day_in_words, how_long


@dataclass(frozen=True, slots=True)
class DutyInWords:
    """What a panel waits for from somebody: what, by when, how that stands, and where it is seen to."""

    panel: str
    what: str
    about: str
    href: str
    due: str
    words: str
    shape: str
    colour: str


@dataclass(frozen=True, slots=True)
class ReminderInWords:
    """One line of a panel's ledger."""

    on: str
    what: str
    about: str
    to: str
    outcomes: tuple[str, ...]


def duty_in_words(duty: Duty, today: date, calendar: Calendar) -> DutyInWords:
    """Return the line of one duty on a worklist."""
    panel = db.session.get_one(Panel, duty.panel_id)
    mark = deadline_mark(status_of(duty.due_on, None, today, explained=False))
    late = today > duty.due_on
    words = f"{how_long(duty.due_on, today)} late" if late else days_ahead(today, duty.due_on, calendar)
    return DutyInWords(
        panel.board.short_name, TITLES[duty.kind], _about(duty), _href(duty, panel), day_in_words(duty.due_on), words,
        mark.shape, mark.colour,
    )  # fmt: skip


def _about(duty: Duty) -> str:
    if duty.action is not None:
        return duty.action.action
    return f"Meeting of {day_in_words(duty.meeting.held_on)}" if duty.meeting else ""


def _href(duty: Duty, panel: Panel) -> str:
    prefix = panel.board.reference_prefix
    if duty.meeting is not None:
        endpoint = {"pack": "meetings.show", "minutes": "minutes.show", "reading": "interests.consider"}[duty.kind]
        return url_for(endpoint, prefix=prefix, held_on=duty.meeting.held_on.isoformat())
    owned = duty.action and (duty.action.owner_person_id or duty.action.owner_agency_id)
    return url_for("my_actions.show") if owned else url_for("panel_actions.show_all", prefix=prefix)


def reminder_in_words(line: DutyLine) -> ReminderInWords:
    """Return one line of the ledger of a panel."""
    reminder = line.reminder
    rung = next((each for each in LADDERS[reminder.kind].rungs if each.key == reminder.rung), None)
    what = sentence_case(rung.at.words()) if rung else reminder.rung
    return ReminderInWords(
        day_in_words(reminder.falls_on), f"{TITLES[reminder.kind]}: {what[:1].lower()}{what[1:]}",
        _of(reminder), _to(reminder.role), tuple(became_of(reminder.because, line.sent, line.message)),
    )  # fmt: skip


def ahead_in_words(each: Ahead) -> str:
    """Return 'On 7 February 2014: approve the minutes, to the child death coordinator'."""
    title, threshold = TITLES[each.kind], each.threshold
    to = "whoever sees to it" if threshold.role == OWNER else f"the {role_words(threshold.role)}"
    return f"{day_in_words(threshold.falls_on)}: {title[:1].lower()}{title[1:]}, to {to}"


def ladders_in_words() -> Mapping[str, list[tuple[str, str]]]:
    """Return for each kind of duty who hears when, and where that is from."""
    return {
        TITLES[kind]: [(rung_words(ladder, rung), " and ".join(map(_to, rung.to))) for rung in ladder.rungs]
        for kind, ladder in LADDERS.items()
    }


def _of(reminder: DutyReminder) -> str:
    if reminder.action is not None:
        return reminder.action.action
    return f"Meeting of {day_in_words(reminder.meeting.held_on)}" if reminder.meeting else ""


def _to(role: str) -> str:
    return "Whoever sees to it" if role == OWNER else sentence_case(role_words(role))
