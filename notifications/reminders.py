"""The sweep: finds every deadline of which something is newly to be said, and records each reminder exactly once.

One statement finds what is due, by an index on the next day something is to be said; one writes the reminders, their
messages and the next days. Any number of sweeps may run at once, and any may be ended at any moment: rows one sweep
holds are passed over by the others, and what was not committed is found again by the next.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from notifications import basis, because, recording
from notifications.chosen import ladders_of
from notifications.going_up import send_up_what_is_unseen
from notifications.recording import Begins, Line, NotAllReckoned, Swept
from notifications.rungs import Ladder
from notifications.thresholds import Answer, Reckoning, ToRecord, Watched, to_say
from workflows.calendar import Calendar
from workflows.dates import london_day

log = logging.getLogger(__name__)

AT_ONCE = 2_000
"""Due days in one transaction: a stop in the middle loses no more than these, which the next sweep finds again."""


def sweep(engine: Begins, now: datetime, calendar: Calendar) -> Swept:
    """Record everything that is to be said by `now` and was not yet recorded, in transactions of its own.

    Raises NotAllReckoned at the end where something is wrong with single due days: they keep no other waiting (P17).
    """
    began_on = basis.reckon_again_if_changed(engine, calendar, london_day(now))
    by = _By(now, Reckoning(calendar), began_on)
    swept, is_more = Swept(), True
    while is_more:
        with engine.begin() as connection:
            every = (
                _record(connection, NEWLY_DUE, by),
                _record(connection, FORMER, by),
                send_up_what_is_unseen(connection, now, AT_ONCE),
            )
        swept = sum((recorded for _, recorded in every), swept)
        is_more = any(found == AT_ONCE for found, _ in every)
    if left := sum(map(len, by.passed_over.values())):
        raise NotAllReckoned(swept, left)
    return swept


@dataclass(frozen=True, slots=True)
class _By:
    """What a sweep goes by, and what it could not reckon. Nobody was watching before `began_on`."""

    now: datetime
    reckoning: Reckoning
    began_on: date
    passed_over: dict[str, list[int]] = field(default_factory=dict)


# --- Due days, as deadlines have them and as they had them --------------------


@dataclass(frozen=True, slots=True)
class DueDays:
    """Due days of which something may be to be said: how they are found, and how they are recorded and settled."""

    table: str
    find: str
    record: str


def _find(due_days: str) -> str:
    """Return the query of due days, with what was answered about each, and what was said where that matters."""
    return f"""
WITH due_day AS MATERIALIZED ({due_days})
SELECT due_day.id, board_id, workflow_key, due_day.clock_key, due_day.falls_on, moved_to, met_last, voided_on,
       due_first, due_last, greatest(known_on, %(began_on)s), starts_on, over_on, answered.given,
       CASE WHEN due_day.falls_on = '0001-01-01' OR answered.given IS NOT NULL THEN
           (SELECT jsonb_agg(jsonb_build_array(rung, role, falls_on, outcome) ORDER BY id) FROM reminder
               WHERE reminder.case_id = due_day.case_id AND reminder.clock_key = due_day.clock_key
                   AND reminder.subject = due_day.subject AND reminder.due_on = due_last
                   AND outcome IN ('told', 'overtaken')) END
FROM due_day CROSS JOIN LATERAL (SELECT board_id, workflow_key FROM review_case WHERE id = case_id LIMIT 1) AS review
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(kind, role, from_on, until_on) ORDER BY id) AS given
        FROM reminder_answer AS answer
        WHERE answer.case_id = due_day.case_id AND answer.clock_key = due_day.clock_key
            AND answer.subject = due_day.subject AND answer.due_on = due_last) AS answered
ORDER BY due_day.falls_on, due_day.id
"""  # noqa: S608 - our own words


# The deadline is locked with its rung, so that one written meanwhile is read as it is now.
NEWLY_DUE = DueDays(
    table="deadline",
    find=_find("""
    WITH rung AS MATERIALIZED (
        SELECT * FROM next_rung WHERE falls_on <= %(today)s AND falls_on IS NOT NULL
            AND deadline_id <> ALL(%(passed_over)s)
        ORDER BY falls_on, deadline_id LIMIT %(at_once)s FOR NO KEY UPDATE SKIP LOCKED
    )
    SELECT deadline.*, NULL::date AS moved_to, falls_on, known_on, over_on FROM rung CROSS JOIN LATERAL (
        SELECT id, case_id, clock_key, subject, starts_on, due_first, due_last, met_last, voided_on
        FROM deadline WHERE id = rung.deadline_id FOR SHARE SKIP LOCKED) AS deadline"""),
    record=recording.statement(
        about="(SELECT id, case_id, clock_key, subject, title, due_last AS due_on FROM deadline)",
        settle="UPDATE next_rung SET falls_on = given.falls_on"
        " FROM jsonb_to_recordset(%(settled)s::jsonb) AS given(falls_on date, ids bigint[])"
        " WHERE deadline_id = ANY(given.ids)",
        told_after_all=True,
    ),
)
FORMER = DueDays(
    table="former_due_day",
    find=_find("""
    SELECT id, case_id, clock_key, subject, starts_on, due_first, due_last, NULL::date AS met_last,
           NULL::date AS voided_on, moved_to, next_falls_on AS falls_on, known_on, over_on
    FROM former_due_day WHERE id <> ALL(%(passed_over)s) ORDER BY id LIMIT %(at_once)s FOR UPDATE SKIP LOCKED"""),
    record=recording.statement(
        about="(SELECT id, case_id, clock_key, subject, title, due_last AS due_on FROM former_due_day)",
        settle="DELETE FROM former_due_day USING jsonb_to_recordset(%(settled)s::jsonb) AS given(ids bigint[])"
        " WHERE former_due_day.id = ANY(given.ids)",
    ),
)


def _record(connection: Connection, due_days: DueDays, by: _By) -> tuple[int, Swept]:
    """Record what is newly to be said of some due days; return how many were looked at, and what was recorded."""
    today = london_day(by.now)
    passed_over = by.passed_over.setdefault(due_days.table, [])
    told = {"today": today, "at_once": AT_ONCE, "began_on": by.began_on, "passed_over": passed_over}
    found = connection.exec_driver_sql(due_days.find, told).all()
    if not found:
        return 0, Swept()
    ladders = ladders_of(connection, {row.board_id for row in found})
    lines, settled = defaultdict[Line, list[int]](list), defaultdict[date | None, list[int]](list)
    for due_day, board_id, workflow_key, clock_key, since, *row in found:
        try:
            ladder = ladders(board_id, workflow_key, clock_key)
            said = to_say(ladder, _watched(*row), by.reckoning, today, since=since)
        except Exception as wrong:  # noqa: BLE001 - one due day keeps no other waiting
            log.warning("Row %s of %s cannot be reckoned: %s", due_day, due_days.table, type(wrong).__name__)
            passed_over.append(due_day)
            continue
        for each in said.reminders:
            lines[_line(ladder, each)].append(due_day)
        settled[said.next_on].append(due_day)
    return len(found), recording.record(connection, due_days.record, lines, settled, by.now)


def _watched(
    moved_to: date | None,
    met_last: date | None,
    voided_on: date | None,
    due_first: date,
    due_last: date,
    known_on: date,
    starts_on: date | None,
    over_on: date | None,
    answers: Sequence[Any] | None,
    ledger: Sequence[Any] | None,
) -> Watched:
    """Return a due day as it was found."""
    over_because = _why_it_is_over(due_last, moved_to, met_last, voided_on) if over_on else ""
    given = tuple(map(_answer, answers)) if answers else ()
    said = [(rung, role, date.fromisoformat(day), outcome) for rung, role, day, outcome in ledger or ()]
    heard: dict[str, date] = {}
    for _, role, day, outcome in said:
        if outcome == "told":
            heard[role] = max(day, heard.get(role, date.min))
    recorded = frozenset((rung, role) for rung, role, _, _ in said)
    return Watched(due_first, due_last, known_on, starts_on, over_on, over_because, given, heard, recorded)


def _why_it_is_over(due_on: date, moved_to: date | None, met_last: date | None, voided_on: date | None) -> str:
    if met_last is not None:
        return because.done(met_last)
    if voided_on is not None:
        return because.no_longer_asked_for(voided_on)
    return because.TAKEN_BACK if moved_to is None else because.moved(due_on, moved_to)


def _answer(given: Sequence[Any]) -> Answer:
    kind, role, from_on, until_on = given
    return Answer(kind, role, date.fromisoformat(from_on), date.fromisoformat(until_on) if until_on else None)


def _line(ladder: Ladder, each: ToRecord) -> Line:
    rung, role, falls_on = each.threshold
    return Line(
        rung.key, role, ladder.notice_key(rung), falls_on, each.outcome, each.because, each.late, ladder.statutory,
        each.goes_up_on,
    )  # fmt: skip
