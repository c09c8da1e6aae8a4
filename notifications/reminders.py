"""The sweep: finds every deadline of which something is newly to be said, and records each reminder exactly once.

One statement finds what is due, by an index on the next day something is to be said; one writes the reminders, their
messages and the next days. Any number of sweeps may run at once, and any may be ended at any moment: rows one sweep
holds are passed over by the others, and what was not committed is found again by the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Row

from models import rows
from notifications import basis
from notifications.chosen import ladders_of
from notifications.rungs import REMINDER_ESCALATED, Ladder
from notifications.thresholds import Answer, Reckoning, Said, ToRecord, Watched, to_say
from workflows.calendar import Calendar
from workflows.dates import day_in_words, london_day

AT_ONCE = 2_000
"""Deadlines in one transaction: a stop in the middle loses no more than these, which the next sweep finds again."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep recorded: reminders told, how many of them late, and those not told because it was no longer so."""

    recorded: int = 0
    told: int = 0
    late: int = 0
    no_longer_true: int = 0

    def __add__(self, other: Swept) -> Swept:
        return Swept(
            self.recorded + other.recorded,
            self.told + other.told,
            self.late + other.late,
            self.no_longer_true + other.no_longer_true,
        )


class Begins(Protocol):
    """What opens a transaction: an engine."""

    def begin(self) -> AbstractContextManager[Connection]:
        """Return a connection whose work is committed at the end, or undone."""
        ...


def sweep(engine: Begins, now: datetime, calendar: Calendar) -> Swept:
    """Record everything that is to be said by `now` and was not yet recorded, in transactions of its own."""
    today = london_day(now)
    began_on = basis.reckon_again_if_changed(engine, calendar, today)
    swept, looked_at = Swept(), AT_ONCE
    while looked_at == AT_ONCE:
        with engine.begin() as connection:
            passed, found = _record_what_passed(connection, now, calendar, began_on)
            went_up, more = _send_up_what_is_unanswered(connection, now)
        swept, looked_at = swept + found + more, max(passed, went_up)
    return swept


# --- What has passed ---------------------------------------------------------

# A correction keeps the place of what it corrects; the due day is known from the newest of them.
_NEWLY_DUE = """
WITH newly_due AS MATERIALIZED (
    SELECT * FROM deadline WHERE next_rung_on <= %(today)s AND next_rung_on IS NOT NULL
    ORDER BY next_rung_on, id LIMIT %(at_once)s FOR UPDATE SKIP LOCKED
)
SELECT deadline.id, deadline.clock_key, deadline.starts_on, deadline.next_rung_on, deadline.due_first,
       deadline.due_last, deadline.met_last, deadline.voided_on, review.workflow_key, review.board_id,
       CASE WHEN deadline.next_rung_on = '0001-01-01' THEN coalesce(
           (SELECT max(recorded_at) FROM case_event AS event WHERE event.case_id = deadline.case_id
               AND (deadline.explanation->>'started')::integer IN (event.sequence, event.supersedes)),
           review.created_at) END AS known_at,
       CASE WHEN deadline.met_last IS NOT NULL THEN coalesce(
           (SELECT max(recorded_at) FROM case_event AS event WHERE event.case_id = deadline.case_id
               AND (deadline.explanation->>'met')::integer IN (event.sequence, event.supersedes)),
           review.updated_at) END AS met_at,
       (SELECT jsonb_agg(jsonb_build_array(kind, role, from_on, until_on) ORDER BY id) FROM reminder_answer AS answer
           WHERE answer.case_id = deadline.case_id AND answer.clock_key = deadline.clock_key
             AND answer.subject = deadline.subject AND answer.due_on = deadline.due_last) AS answers,
       CASE WHEN deadline.next_rung_on = '0001-01-01' THEN
           (SELECT jsonb_object_agg(role, falls_on) FROM (
               SELECT role, max(falls_on) AS falls_on FROM reminder WHERE reminder.case_id = deadline.case_id
                   AND reminder.clock_key = deadline.clock_key AND reminder.subject = deadline.subject
                   AND reminder.due_on = deadline.due_last AND outcome = 'told' GROUP BY role) AS told) END AS heard
FROM newly_due AS deadline JOIN review_case AS review ON review.id = deadline.case_id
ORDER BY deadline.next_rung_on, deadline.id
"""

_REMINDER_COLUMNS = (
    "case_id", "clock_key", "subject", "title", "due_on", "rung", "role", "notice_key", "falls_on", "recorded_at",
    "outcome", "because", "late", "by_law", "goes_up_on",
)  # fmt: skip

# The unique key of a reminder is what makes it one; a message goes with the reminder or not at all.
_WITH_MESSAGES = f"""
recorded AS (
    INSERT INTO reminder ({", ".join(_REMINDER_COLUMNS)})
    SELECT about.case_id, about.clock_key, about.subject, about.title, about.due_on, given.rung, given.role,
           given.notice_key, given.falls_on, %(now)s, given.outcome, given.because, given.late, given.by_law,
           given.goes_up_on
    FROM jsonb_populate_recordset(NULL::reminder, %(reminders)s::jsonb) AS given JOIN about ON about.id = given.id
    ON CONFLICT DO NOTHING
    RETURNING id, {", ".join(_REMINDER_COLUMNS)}
), messages AS (
    INSERT INTO outbox_message (case_id, notice_key, recipient_role, payload, dedupe_key, created_at, not_before)
    SELECT case_id, notice_key, role, jsonb_build_object(
               'reminder', recorded.id, 'reference', reference, 'clock', clock_key, 'title', title,
               'due_on', due_on, 'rung', rung, 'falls_on', falls_on, 'late', late, 'by_law', by_law),
           'reminder:' || recorded.id, recorded_at, recorded_at
    FROM recorded JOIN review_case ON review_case.id = recorded.case_id WHERE outcome = 'told'
)"""  # noqa: S608 - the names of our own columns

_RECORD = f"""
WITH about AS NOT MATERIALIZED (
    SELECT id, case_id, clock_key, subject, title, due_last AS due_on FROM deadline
), {_WITH_MESSAGES}, reckoned AS (
    UPDATE deadline SET next_rung_on = given.next_rung_on
    FROM jsonb_to_recordset(%(settled)s::jsonb) AS given(id bigint, next_rung_on date) WHERE deadline.id = given.id
)
SELECT outcome, late, count(*) FROM recorded GROUP BY outcome, late
"""  # noqa: S608 - the names of our own columns


def _record_what_passed(connection: Connection, now: datetime, calendar: Calendar, began_on: date) -> tuple[int, Swept]:
    """Record what is newly to be said of some deadlines; return how many were looked at, and what was recorded."""
    today = london_day(now)
    found = connection.exec_driver_sql(_NEWLY_DUE, {"today": today, "at_once": AT_ONCE}).all()
    if not found:
        return 0, Swept()
    ladders, by = ladders_of(connection, {row.board_id for row in found}), Reckoning(calendar)
    on_ladders = [(row, ladders(row.board_id, row.workflow_key, row.clock_key)) for row in found]
    reckoned = [(row.id, ladder, _said(row, ladder, by, today, began_on)) for row, ladder in on_ladders]
    settled = [{"id": deadline_id, "next_rung_on": said.next_on} for deadline_id, _, said in reckoned]
    reminders = [_row(deadline_id, ladder, each) for deadline_id, ladder, said in reckoned for each in said.reminders]
    return len(found), _written(connection, _RECORD, reminders, settled, now)


def _said(row: Row[Any], ladder: Ladder, by: Reckoning, today: date, began_on: date) -> Said:
    """Return what is to be said of a deadline. One looked at before was known before anything newly due fell due."""
    if row.due_last is None or row.due_first is None:
        return Said((), None)
    over_on, because = _over(row)
    watched = Watched(
        due_first=row.due_first,
        due_last=row.due_last,
        known_on=max(london_day(row.known_at), began_on) if row.known_at else date.min,
        starts_on=row.starts_on,
        over_on=over_on,
        over_because=because,
        answers=tuple(_answers(row.answers or ())),
        heard={role: date.fromisoformat(day) for role, day in (row.heard or {}).items()},
    )
    return to_say(ladder, watched, by, today, since=row.next_rung_on)


def _over(row: Row[Any]) -> tuple[date | None, str]:
    """Return the day from which there was nothing more to say, and why."""
    if row.met_last is not None:
        return london_day(row.met_at), f"It had been done by {day_in_words(row.met_last)}"
    if row.voided_on is not None:
        return row.voided_on, f"It was no longer asked for from {day_in_words(row.voided_on)}"
    return None, ""


def _answers(given: Iterable[Sequence[Any]]) -> Iterator[Answer]:
    for kind, role, from_on, until_on in given:
        yield Answer(kind, role, date.fromisoformat(from_on), date.fromisoformat(until_on) if until_on else None)


def _row(about: int, ladder: Ladder, each: ToRecord) -> dict[str, Any]:
    """Return a reminder as it is handed over; `id` is that of the deadline it is about."""
    rung = each.threshold.rung
    return {
        "id": about,
        "rung": rung.key,
        "role": each.threshold.role,
        "notice_key": ladder.notice_key(rung),
        "falls_on": each.threshold.falls_on,
        "outcome": each.outcome,
        "because": each.because,
        "late": each.late,
        "by_law": ladder.statutory,
        "goes_up_on": each.goes_up_on,
    }


def _written(
    connection: Connection,
    statement: str,
    reminders: Sequence[Mapping[str, Any]],
    settled: Sequence[Mapping[str, Any]],
    now: datetime,
) -> Swept:
    told = {"reminders": rows.as_json(reminders), "settled": rows.as_json(settled), "now": now}
    counted: Counter[str] = Counter()
    for outcome, late, number in connection.exec_driver_sql(statement, told):
        counted[outcome] += number
        counted["late"] += number if late else 0
    return Swept(counted.total() - counted["late"], counted["told"], counted["late"], counted["no_longer_true"])


# --- What went up and was not seen -------------------------------------------

_UNANSWERED = """
SELECT reminder.id, reminder.clock_key, reminder.rung, reminder.role, reminder.goes_up_on, review.workflow_key,
       review.board_id,
       EXISTS (SELECT FROM deadline WHERE deadline.case_id = reminder.case_id
                  AND deadline.clock_key = reminder.clock_key AND deadline.subject = reminder.subject
                  AND deadline.due_last = reminder.due_on AND met_first IS NULL AND voided_on IS NULL) AS is_open,
       EXISTS (SELECT FROM reminder_answer AS answer WHERE answer.case_id = reminder.case_id
                  AND answer.clock_key = reminder.clock_key AND answer.subject = reminder.subject
                  AND answer.due_on = reminder.due_on AND answer.kind = 'seen'
                  AND answer.answered_at >= reminder.recorded_at) AS is_seen,
       ARRAY(SELECT role FROM reminder AS other WHERE other.case_id = reminder.case_id
                AND other.clock_key = reminder.clock_key AND other.subject = reminder.subject
                AND other.due_on = reminder.due_on AND other.notice_key = reminder.notice_key
                AND other.outcome = 'told') AS roles_told
FROM reminder JOIN review_case AS review ON review.id = reminder.case_id
WHERE reminder.goes_up_on <= %(today)s AND reminder.goes_up_on IS NOT NULL
ORDER BY reminder.goes_up_on, reminder.id LIMIT %(at_once)s
FOR UPDATE OF reminder SKIP LOCKED
"""

_SEND_UP = f"""
WITH about AS NOT MATERIALIZED (
    SELECT id, case_id, clock_key, subject, title, due_on FROM reminder
), {_WITH_MESSAGES}, looked_at AS (
    UPDATE reminder SET goes_up_on = NULL
    FROM jsonb_to_recordset(%(settled)s::jsonb) AS given(id bigint) WHERE reminder.id = given.id
)
SELECT outcome, late, count(*) FROM recorded GROUP BY outcome, late
"""  # noqa: S608 - the names of our own columns


def _send_up_what_is_unanswered(connection: Connection, now: datetime) -> tuple[int, Swept]:
    """Send up once more each escalation nobody has seen in time, while what it is about is still owed.

    Nobody is told again who was already told because it had gone up (P19).
    """
    today = london_day(now)
    found = connection.exec_driver_sql(_UNANSWERED, {"today": today, "at_once": AT_ONCE}).all()
    if not found:
        return 0, Swept()
    ladders = ladders_of(connection, {row.board_id for row in found})
    on_ladders = ((row, ladders(row.board_id, row.workflow_key, row.clock_key)) for row in found if _is_to_go_up(row))
    reminders = [
        _row_sent_up(row, ladder, role, today)
        for row, ladder in on_ladders
        if (role := ladder.above(row.role)) and role not in row.roles_told
    ]
    return len(found), _written(connection, _SEND_UP, reminders, [{"id": row.id} for row in found], now)


def _is_to_go_up(row: Row[Any]) -> bool:
    return row.is_open and not row.is_seen


def _row_sent_up(row: Row[Any], ladder: Ladder, role: str, today: date) -> dict[str, Any]:
    """Return the reminder that tells the next role up; it is the last of its kind and asks for no answer."""
    return {
        "id": row.id,
        "rung": f"{row.rung}{UNSEEN}",
        "role": role,
        "notice_key": REMINDER_ESCALATED,
        "falls_on": row.goes_up_on,
        "outcome": "told",
        "late": today > row.goes_up_on,
        "by_law": ladder.statutory,
    }


UNSEEN = "_unseen"
"""What the key of a rung ends in when it is told again, one higher, because nobody had seen it."""
