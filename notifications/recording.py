"""Recording reminders: each once, with its message, in the statement that settles what they were found by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from sqlalchemy import Connection

from models import rows
from notifications.thresholds import Outcome


class Begins(Protocol):
    """What opens a transaction: an engine."""

    def begin(self) -> AbstractContextManager[Connection]:
        """Return a connection whose work is committed at the end, or undone."""
        ...


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


class NotAllReckoned(Exception):
    """Of some due days it could not be reckoned what is to be said. Everything else was recorded, and is `done`."""

    def __init__(self, done: Swept, left: int) -> None:
        super().__init__(f"{left} due days could not be reckoned")
        self.done = done.recorded


class Line(NamedTuple):
    """What the ledger says of one rung for one role, of however many due days on the same day."""

    rung: str
    role: str
    notice_key: str
    falls_on: date
    outcome: Outcome
    because: str | None
    late: bool
    by_law: bool
    goes_up_on: date | None


Lines = Mapping[Line, Sequence[int]]
"""What is to be recorded, and of which: the ids of deadlines, or of whatever a statement says it is about."""

_GIVEN = (
    "rung text, role text, notice_key text, falls_on date, outcome text, because text, late boolean, by_law boolean,"
    " goes_up_on date, ids bigint[]"
)
_ABOUT = "case_id, clock_key, subject, title, due_on"
_COLUMNS = f"{_ABOUT}, recorded_at, {', '.join(Line._fields)}"
_TOLD_AFTER_ALL = """(case_id, clock_key, subject, due_on, rung, role) DO UPDATE
    SET notice_key = EXCLUDED.notice_key, falls_on = EXCLUDED.falls_on, recorded_at = EXCLUDED.recorded_at,
        outcome = EXCLUDED.outcome, because = EXCLUDED.because, late = EXCLUDED.late, by_law = EXCLUDED.by_law,
        goes_up_on = EXCLUDED.goes_up_on
    WHERE reminder.outcome = 'no_longer_true' AND EXCLUDED.outcome = 'told'"""


def statement(about: str, settle: str, *, told_after_all: bool = False) -> str:
    """Return the statement that records reminders with their messages, and settles what they were found by.

    `about` is the table that says, by the ids handed over, what a reminder is about. The key of a reminder makes it
    one: another is not recorded, unless with `told_after_all` it tells what was recorded as no longer true, because
    it is so again. A message goes with its reminder or not at all.
    """
    return f"""
WITH recorded AS (
    INSERT INTO reminder ({_COLUMNS})
    SELECT {_ABOUT}, %(now)s, {", ".join(f"given.{name}" for name in Line._fields)}
    FROM jsonb_to_recordset(%(lines)s::jsonb) AS given({_GIVEN}) JOIN {about} AS about ON about.id = ANY(given.ids)
    ON CONFLICT {_TOLD_AFTER_ALL if told_after_all else "DO NOTHING"}
    RETURNING id, {_COLUMNS}
), messages AS (
    INSERT INTO outbox_message (case_id, notice_key, recipient_role, payload, dedupe_key, created_at, not_before)
    SELECT case_id, notice_key, role, jsonb_build_object(
               'reminder', id, 'clock', clock_key, 'title', title, 'due_on', due_on, 'rung', rung,
               'falls_on', falls_on, 'late', late, 'by_law', by_law),
           'reminder:' || id, recorded_at, recorded_at
    FROM recorded WHERE outcome = 'told'
), settled AS ({settle})
SELECT outcome, late, count(*) FROM recorded GROUP BY outcome, late
"""  # noqa: S608 - the names of our own columns


def record(
    connection: Connection, statement: str, lines: Lines, settled: Mapping[date | None, Sequence[int]], now: datetime
) -> Swept:
    """Carry out a `statement` and return what it recorded. `settled` has by the next day what was looked at."""
    told = {
        "lines": rows.as_json({**line._asdict(), "ids": ids} for line, ids in lines.items()),
        "settled": rows.as_json({"falls_on": day, "ids": ids} for day, ids in settled.items()),
        "now": now,
    }
    counted: Counter[str] = Counter()
    for outcome, late, number in connection.exec_driver_sql(statement, told):
        counted[outcome] += number
        counted["late"] += number if late else 0
    return Swept(counted.total() - counted["late"], counted["told"], counted["late"], counted["no_longer_true"])
