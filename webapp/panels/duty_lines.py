"""What panels owe in words: on the worklist of whoever it waits for, and in the ledger of the panel."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from flask import url_for

from models.panels.duties import TITLES, Duty, DutyReminder, title_of
from models.panels.panel import Panel
from models.people import Person
from models.role_words import role_words, whom
from notifications.duties import Ladders, duty_ladders
from notifications.duty_ledger import Ahead, DutyLine
from notifications.facts import AN_AGENCY_WAS_NOT_REACHED
from webapp.cases.due_dates import ahead as days_ahead
from webapp.database import db
from webapp.reminders.words import LineInWords, became_of, rung_words
from webapp.templating import day_of
from webapp.wording import deadline_mark, sentence_case
from webapp.worklist.lines import status_of
from workflows.calendar import Calendar
from workflows.codes import in_a_sentence
from workflows.dates import day_in_words, how_long
from workflows.roles import PANEL_MEMBER


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
    reminders: str


def duty_in_words(duty: Duty, today: date, calendar: Calendar) -> DutyInWords:
    """Return the line of one duty on a worklist."""
    panel = db.session.get_one(Panel, duty.panel_id)
    mark = deadline_mark(status_of(duty.due_on, None, today, explained=False))
    late = today > duty.due_on
    words = f"{how_long(duty.due_on, today)} late" if late else days_ahead(today, duty.due_on, calendar)
    return DutyInWords(
        panel.board.short_name, TITLES[duty.kind], about_duty(duty), duty_href(duty, panel),
        day_in_words(duty.due_on), words, mark.shape, mark.colour, reminders_href(duty),
    )  # fmt: skip


def about_duty(duty: Duty) -> str:
    if duty.action is not None:
        return duty.action.action
    return f"Meeting of {day_in_words(duty.meeting.held_on)}" if duty.meeting else ""


def duty_href(duty: Duty, panel: Panel) -> str:
    prefix = panel.board.reference_prefix
    if duty.meeting is not None:
        endpoint = {"pack": "meetings.show", "minutes": "minutes.show", "reading": "interests.consider"}[duty.kind]
        return url_for(endpoint, prefix=prefix, held_on=duty.meeting.held_on.isoformat())
    owned = duty.action and (duty.action.owner_person_id or duty.action.owner_agency_id)
    return url_for("my_actions.show") if owned else url_for("panel_actions.show_all", prefix=prefix)


def reminder_in_words(line: DutyLine, ladders: Ladders, href: str = "") -> LineInWords:
    """Return one line of a ledger about what a panel owes; `href` is where its panel leads whoever looks."""
    reminder, message = line.reminder, line.message
    on, what, to = (
        day_in_words(reminder.falls_on),
        f"{title_of(reminder.kind, reminder.role)}: {_rung(reminder, ladders)}",
        reminder.role,
    )
    because = reminder.because
    if message is not None and "duty" not in message.payload:
        on, what, to = day_of(message.created_at), AN_AGENCY_WAS_NOT_REACHED, message.recipient_role or to
        because = None
    became = tuple(became_of(because, line.sent, message))
    panel = f"{reminder.panel.board.reference_prefix} panel"
    return LineInWords(on, what, _to(to), became, panel, href, _of(reminder))


def _rung(reminder: DutyReminder, ladders: Ladders) -> str:
    """Return which of its reminders one is: '5 working days before', 'again, after it was put off'."""
    if reminder.rung.startswith("again_"):
        return "again, after it was put off"
    ladder = ladders(reminder.panel_id, reminder.kind)
    rung = next((each for each in ladder.rungs if each.key == reminder.rung), None)
    words = rung_words(ladder, rung) if rung else reminder.rung.replace("_", " ")
    return in_a_sentence(words)


def ahead_in_words(each: Ahead) -> str:
    """Return 'On 7 February 2014: approve the minutes, to the child death coordinator'."""
    threshold = each.threshold
    title = title_of(each.kind, threshold.role)
    return f"{day_in_words(threshold.falls_on)}: {in_a_sentence(title)}, to {whom(threshold.role)}"


def ladders_of_lines(lines: Iterable[DutyLine]) -> Ladders:
    """Return the ladders that lines of a ledger were said by."""
    return duty_ladders(db.session, {line.reminder.panel_id for line in lines})


def ladders_in_words(panel_id: int) -> Mapping[str, list[tuple[str, str]]]:
    """Return for each kind of duty who hears when, as a panel has it."""
    ladder_of = duty_ladders(db.session, [panel_id])
    ladders = {kind: ladder_of(panel_id, kind) for kind in TITLES}
    return {
        TITLES[kind]: [(rung_words(ladder, rung), " and ".join(map(_to, rung.to))) for rung in ladder.rungs]
        for kind, ladder in ladders.items()
    }


def _of(reminder: DutyReminder) -> str:
    """Return what a reminder is about: what is to be done, or which meeting; and which member, told to others."""
    if reminder.action is not None:
        return reminder.action.action
    meeting = f"Meeting of {day_in_words(reminder.meeting.held_on)}" if reminder.meeting else ""
    if reminder.person_id is None or reminder.role == PANEL_MEMBER:
        return meeting
    return f"{meeting}, {db.session.get_one(Person, reminder.person_id).name}"


def _to(role: str) -> str:
    return sentence_case(role_words(role))


def reminders_href(duty: Duty) -> str:
    """Return the address of the reminders of one duty, where whoever it waits for answers them."""
    thing = duty.action or duty.meeting
    return url_for("asked_of_me.show", kind=duty.kind, thing_id=thing.id if thing else 0)
