"""The ledger in words: what became of each thing that was due to be said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from models.case import Case
from models.delivery import Delivery
from models.outbox import OutboxMessage
from models.reminder import AnAnswer, Reminder
from models.role_words import role_words, whom
from notifications.facts import AN_AGENCY_WAS_NOT_REACHED
from notifications.going_up import UNSEEN
from notifications.ladders import ladder_for
from notifications.ledger import Answered, Entry, Ledger, Line, Sent
from notifications.rungs import Ladder, Rung
from notifications.thresholds import Threshold
from notifications.wording import notices
from webapp.cases.due_dates import about_in_words
from webapp.templating import day_of, moment
from webapp.wording import sentence_case
from workflows import registry
from workflows.codes import in_a_sentence
from workflows.dates import day_in_words
from workflows.standing import Standing


@dataclass(frozen=True, slots=True)
class LineInWords:
    """One line of the ledger: for which day, what, to whom, what became of it, and the reference of its case."""

    on: str
    what: str
    to: str
    outcomes: tuple[str, ...]
    reference: str
    href: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class EntryInWords:
    """The ledger of one deadline."""

    deadline_id: int
    named: str
    due: str
    standing: str
    is_open: bool
    lines: tuple[LineInWords, ...]
    answers: tuple[str, ...]
    ahead: tuple[str, ...]
    role: str | None
    """The role in which whoever looks may answer; none where they may not."""
    is_late: bool


@dataclass(frozen=True, slots=True)
class LedgerInWords:
    """The ledger of a case: what is owed, what is settled, dates there are no more, and what its steps told."""

    owed: tuple[EntryInWords, ...]
    settled: tuple[EntryInWords, ...]
    of_the_past: tuple[LineInWords, ...]
    notices: tuple[LineInWords, ...]


def ledger_in_words(ledger: Ledger, standing: Standing, roles: Mapping[int, str | None]) -> LedgerInWords:
    """Return the ledger as its page says it; `roles` gives by deadline the role in which one may answer."""
    entries = [_entry(each, standing, roles.get(each.deadline.id)) for each in ledger.entries]
    return LedgerInWords(
        tuple(each for each in entries if each.is_open),
        tuple(each for each in entries if not each.is_open and each.lines),
        tuple(map(line_in_words, ledger.of_the_past)),
        tuple(map(line_in_words, ledger.notices)),
    )


def _entry(entry: Entry, standing: Standing, role: str | None) -> EntryInWords:
    deadline = entry.deadline
    about = next(
        (
            about_in_words(each, standing)
            for each in standing.deadlines
            if (each.key, each.about) == (deadline.clock_key, deadline.subject)
        ),
        deadline.subject,
    )
    is_open = deadline.met_last is None and deadline.voided_on is None
    return EntryInWords(
        deadline.id,
        f"{deadline.title}: {about}" if about else deadline.title,
        day_in_words(deadline.due_last) if deadline.due_last else "",
        _standing(entry),
        is_open,
        tuple(map(line_in_words, entry.lines)),
        tuple(map(answer_in_words, entry.answers)),
        (*ahead_in_words(entry.ahead), *_once_more(entry)) if is_open else (),
        role if is_open else None,
        is_late=deadline.due_last is not None and deadline.due_last < standing.today,
    )


def _standing(entry: Entry) -> str:
    if entry.deadline.met_last is not None:
        return f"Done by {day_in_words(entry.deadline.met_last)}"
    if entry.deadline.voided_on is not None:
        return f"No longer asked for since {day_in_words(entry.deadline.voided_on)}"
    return ""


def answer_in_words(each: Answered[AnAnswer]) -> str:
    """Return who gave an answer and what it was."""
    answer = each.answer
    who = f"{each.name}, {role_words(answer.role)}"
    if answer.until_on is None:
        return f"Seen by {who}, {moment(answer.answered_at)}"
    return f"Put off until {day_in_words(answer.until_on)} by {who}, on {day_of(answer.answered_at)}: {answer.reason}"


def ahead_in_words(ahead: tuple[Threshold, ...]) -> list[str]:
    """Return what comes next, a day at a time: '12 May 2014: agency lead and business manager'."""
    days: dict[date, list[str]] = {}
    for each in ahead:
        words = role_words(each.role) + (" (it goes up)" if each.rung.escalates else "")
        if words not in days.setdefault(each.falls_on, []):
            days[each.falls_on].append(words)
    return [f"{day_in_words(day)}: {_listed(roles)}" for day, roles in days.items()]


def _once_more(entry: Entry) -> list[str]:
    """Return when and to whom what went up goes up once more while nobody has seen it."""
    waiting = [line for line in entry.lines if line.reminder is not None and line.reminder.goes_up_on is not None]
    told = {line.reminder.role for line in entry.lines if line.reminder is not None and line.reminder.goes_up_on}
    found = []
    for line in waiting:
        reminder = line.reminder
        if reminder is None or reminder.goes_up_on is None:
            continue
        role = ladder_for(line.case.workflow_key, reminder.clock_key).above(reminder.role)
        if role is not None and role not in told:
            found.append(f"{day_in_words(reminder.goes_up_on)}: {role_words(role)} (if nobody has seen it)")
    return found


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


# --- One line ----------------------------------------------------------------


def line_in_words(line: Line) -> LineInWords:
    """Return one line of the ledger in words."""
    return LineInWords(
        on=day_in_words(line.reminder.falls_on) if line.reminder else _day_of(line),
        what=_what(line),
        to=_to(line),
        outcomes=tuple(_outcomes(line)),
        reference=line.case.reference,
        href=url_for("cases.show", reference=line.case.reference),
        about=_about(line),
    )


def _to(line: Line) -> str:
    """Return the role something was for, and where nobody held it the role it came to instead."""
    meant = line.reminder.role if line.reminder else line.message.recipient_role if line.message else None
    heard = {each.delivery.role for each in line.sent if each.delivery.role} - {meant}
    words = sentence_case(role_words(meant)) if meant else "One person"
    instead = " and ".join(sorted(role_words(role) for role in heard))
    return f"{words}, which nobody holds: {instead}" if instead else words


def _day_of(line: Line) -> str:
    return day_of(line.message.created_at) if line.message else ""


def _about(line: Line) -> str:
    title = line.reminder.title if line.reminder else line.message.payload.get("title", "") if line.message else ""
    return f"{title}: {line.asked_of}" if line.asked_of else str(title)


def _what(line: Line) -> str:
    if line.reminder is not None:
        return rung_in_words(line.case.workflow_key, line.reminder)
    words = message_in_words(line.message, line.case) if line.message else ""
    return f"{words}: {line.asked_of}" if line.asked_of else words


def message_in_words(message: OutboxMessage, case: Case) -> str:
    """Return what a message about a case tells, in a few words."""
    if "title" in message.payload:
        return f"Reminder: {message.payload['title']}"
    if "unreached" in message.payload:
        return AN_AGENCY_WAS_NOT_REACHED
    step = registry.procedure(case.workflow_key, case.regime_key).steps_by_key.get(message.payload["step"])
    return step.done if step else notices()[message.notice_key].says


def rung_in_words(workflow_key: str, reminder: Reminder) -> str:
    """Return which reminder of its ladder one is: '5 working days before', 'It went up, 10 working days after'."""
    ladder = ladder_for(workflow_key, reminder.clock_key)
    if reminder.rung.startswith("again_"):
        return "Again, after it was put off"
    if reminder.rung.endswith(UNSEEN):
        return "It went up once more, because nobody had seen it"
    rung = next((each for each in ladder.rungs if each.key == reminder.rung), None)
    return rung_words(ladder, rung) if rung else reminder.rung.replace("_", " ")


def rung_words(ladder: Ladder, rung: Rung) -> str:
    """Return when a rung is said: '5 working days before', 'When it has run', 'It goes up 5 working days after'."""
    if ladder.minimum:
        return "On the day the minimum has run"
    words = rung.at.words()
    return f"It goes up {words}" if rung.escalates else sentence_case(words)


def roles_in_words(roles: Iterable[str]) -> str:
    """Return 'business manager and subgroup chair'."""
    return _listed([role_words(role) for role in roles])


def whom_in_words(roles: Iterable[str]) -> str:
    """Return 'the business manager and the subgroup chair'."""
    return _listed([whom(role) for role in roles])


def _outcomes(line: Line) -> list[str]:
    return became_of(line.reminder.because if line.reminder else None, line.sent, line.message)


def became_of(because: str | None, sent: Sequence[Sent], message: OutboxMessage | None) -> list[str]:
    """Return what became of what was to be said: why it was not, or for each person it went to."""
    if because:
        return [f"Not sent: {in_a_sentence(because)}"]
    if sent:
        return [sent_in_words(each) for each in sent]
    return [_message_in_words(message)] if message else ["Recorded"]


def _message_in_words(message: OutboxMessage) -> str:
    if message.outcome in ("suppressed", "failed"):
        return f"Not sent: {in_a_sentence(message.last_error or 'no reason was kept')}"
    return f"Waiting: {in_a_sentence(message.last_error)}" if message.last_error else "Waiting to be sent"


def sent_in_words(sent: Sent) -> str:
    """Return what became of a message for one person, with their name where it is given."""
    whom = f" (instead of {sent.instead_of})" if sent.instead_of else ""
    name = f"{sent.name}{whom}: " if sent.name else f"In place of {sent.instead_of}: " if sent.instead_of else ""
    words = _delivery_in_words(sent.delivery)
    return f"{name}{in_a_sentence(words)}" if name else words


def _delivery_in_words(delivery: Delivery) -> str:
    because = in_a_sentence(delivery.because or "no reason was kept")
    settled = moment(delivery.settled_at) if delivery.settled_at else ""
    if delivery.outcome == "sent":
        where = "Shown on the site" if delivery.channel == "application" else "Sent"
        return f"{where} at {settled}" + (f", seen at {moment(delivery.seen_at)}" if delivery.seen_at else "")
    if delivery.outcome == "suppressed":
        return f"Not sent: {because}"
    if delivery.outcome == "failed":
        return f"Could not be delivered: {because}"
    if delivery.outcome == "unknown":
        return f"May or may not have arrived: {because}"
    return f"Waiting to be sent, not before {moment(delivery.send_after)}"
