"""A sweep over open deadlines of which 1,000 are newly due, beside one indexed query and one bulk insert.

Run with `make bench`, or by itself with how many deadlines are open. The aim is at most three times the plain
statements with 100,000 open, and no longer with 1,000,000.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, Engine, text

from models import embedded, migrate, rows
from models.database import make_engine
from notifications.basis import reckoned_with
from notifications.reminders import sweep
from workflows.calendar import england

OPEN = (100_000, 1_000_000)
AIM = 3
NO_LONGER = 1.25
"""How much longer it may take with ten times as many open: what the machine adds by itself from run to run."""
NEWLY_DUE = 1_000
RUNS = 15
NOW = datetime(2026, 11, 20, 7, 5, tzinfo=UTC)
TODAY = NOW.date()

# Four open deadlines a case, as there are; the days they are due and next spoken of lie far ahead.
FILL = """
INSERT INTO board (name, short_name, reference_prefix, kind)
SELECT 'Invented board ' || n, 'Board ' || n, 'INV' || n, 'lscb' FROM generate_series(1, 5) AS n;
INSERT INTO review_case (
    reference, workflow_key, regime_key, procedure_fingerprint, board_id, pseudonym, opened_on, created_at, updated_at,
    state, stage, held, history_length, last_event_hash, version, next_roles)
SELECT 'INV-2026-' || lpad(n::text, 7, '0'), 'serious_case_review', 'WT2013', 'f', 1 + n % 5, 'Child ' || n,
    '2026-01-05', '2026-01-05', '2026-01-05', 'drafting', 'review', false, 1, decode(repeat('00', 32), 'hex'), 1, '{}'
FROM generate_series(1, :open / 4) AS n;
INSERT INTO case_event (
    case_id, sequence, kind, step, happened_first, happened_last, happened_precision, recorded_at, role, answers,
    procedure_fingerprint, previous_hash, hash)
SELECT id, 1, 'step', 'refer_case', '2026-01-05', '2026-01-05', 'day', '2026-01-05', 'business_manager', '{}', 'f',
    decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex') FROM review_case;
INSERT INTO deadline (
    case_id, clock_key, subject, ordinal, title, starts_on, starts_last, due_first, due_last, due_soon_on, source,
    confirmed, explanation)
SELECT id, 'action', 'Action ' || place, place, 'Action', '2026-01-05', '2026-01-05', day, day, day - 7, 'Agreed', true,
    '{"rule": "DOMAIN-7", "started": 1}'
FROM review_case, generate_series(1, 4) AS place,
    LATERAL (SELECT date '2027-02-01' + abs(hashint4((id * 4 + place)::integer) % 300) AS day) AS each;
INSERT INTO next_rung (deadline_id, falls_on, known_on) SELECT id, due_first - 7, '2026-01-05' FROM deadline;
INSERT INTO reminder_basis (id, basis, began_on) VALUES (1, :basis, '2026-01-01');
VACUUM ANALYZE;
"""

# Each is told to one role: due on the day, a day late, or gone up once or twice.
MAKE_DUE = """
UPDATE deadline SET due_first = day, due_last = day
FROM unnest(ARRAY[date '2026-11-20', '2026-11-19', '2026-11-13', '2026-11-06']) WITH ORDINALITY AS each (day, place)
WHERE id = ANY(:chosen) AND place = 1 + id / 100 % 4;
UPDATE next_rung SET falls_on = '2026-11-20' WHERE deadline_id = ANY(:chosen);
"""
PUT_BACK = """
DELETE FROM outbox_message;
DELETE FROM reminder;
UPDATE next_rung SET falls_on = '2026-11-20' WHERE deadline_id = ANY(:chosen);
VACUUM reminder, outbox_message, next_rung;
"""

PLAIN_QUERY = """
SELECT id, case_id, clock_key, subject, title, due_last FROM deadline
WHERE due_last <= %s AND met_first IS NULL AND voided_on IS NULL AND NOT not_before ORDER BY due_last, id LIMIT 1000
"""
COLUMNS = (
    "case_id", "clock_key", "subject", "title", "due_on", "rung", "role", "notice_key", "falls_on", "recorded_at",
    "outcome", "late", "by_law",
)  # fmt: skip
PLAIN_INSERT = rows.insert("reminder", COLUMNS, "reminders")


def test_a_sweep_beside_one_indexed_query_and_one_bulk_insert() -> None:
    """A sweep with 100,000 and with 1,000,000 deadlines open."""
    few, many = (main(number) for number in OPEN)
    assert few.ratio <= AIM
    assert many.ratio <= AIM
    assert many.sweep_ms <= NO_LONGER * few.sweep_ms


@dataclass(frozen=True)
class Measured:
    """How long a sweep took, and the plain statements in the same run."""

    sweep_ms: float
    plain_ms: float

    @property
    def ratio(self) -> float:
        return self.sweep_ms / self.plain_ms


def main(number: int) -> Measured:
    """Return what was measured with so many deadlines open, and print it."""
    server = embedded.start(Path("var/bench-postgres"), durable=False)
    name = f"bench_{uuid4().hex[:8]}"
    server.ensure_database(name)
    try:
        migrate.upgrade(server.owner_url(name))
        owner, application = make_engine(server.owner_url(name), settings={}), make_engine(server.application_url(name))
        chosen = filled(owner, number)
        measured = measure(owner, application, chosen)
        owner.dispose()
        application.dispose()
    finally:
        server.drop_database(name)
    print(f"sweep, {NEWLY_DUE:,} newly due of {number:,} open: {measured.sweep_ms:.1f} ms, one query and one bulk "
          f"insert {measured.plain_ms:.1f} ms, ratio {measured.ratio:.2f} (at most {AIM})")  # fmt: skip
    return measured


def filled(owner: Engine, number: int) -> list[int]:
    """Fill the tables and return the ids of those made newly due, which lie all over the table."""
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in filter(str.strip, FILL.split(";\n")):
            told: dict[str, object] = {"open": number} if ":open" in statement else {}
            told |= {"basis": reckoned_with(england())} if ":basis" in statement else {}
            connection.execute(text(statement), told)
        every = "SELECT id FROM deadline WHERE id % :apart = 0 LIMIT :due"
        chosen = list(connection.execute(text(every), {"apart": number // NEWLY_DUE, "due": NEWLY_DUE}).scalars())
        run(connection, MAKE_DUE, chosen)
        connection.execute(text("VACUUM ANALYZE deadline, next_rung"))
    return chosen


def run(connection: Connection, statements: str, chosen: list[int]) -> None:
    for statement in filter(str.strip, statements.split(";\n")):
        connection.execute(text(statement), {"chosen": chosen} if ":chosen" in statement else {})


def measure(owner: Engine, application: Engine, chosen: list[int]) -> Measured:
    """Return both, measured in turn."""

    def put_back() -> None:
        with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            run(connection, PUT_BACK, chosen)

    def ours() -> None:
        swept = sweep(application, NOW, england())
        assert swept.told == NEWLY_DUE, swept

    return Measured(*in_turn(put_back, ours, lambda: in_plain_sql(application)))


def in_plain_sql(engine: Engine) -> None:
    """Find the same deadlines by their index and insert one reminder for each, and nothing else."""
    with engine.begin() as connection:
        found = connection.exec_driver_sql(PLAIN_QUERY, (TODAY,)).all()
        common = {
            "rung": "overdue", "role": "business_manager", "notice_key": "reminder_overdue", "falls_on": TODAY,
            "recorded_at": NOW, "outcome": "told", "late": False, "by_law": False,
        }  # fmt: skip
        reminders = [
            {"case_id": row.case_id, "clock_key": row.clock_key, "subject": row.subject, "title": row.title,
             "due_on": row.due_last, **common}
            for row in found
        ]  # fmt: skip
        connection.exec_driver_sql(PLAIN_INSERT, {"reminders": rows.as_json(reminders)})
    assert len(found) == NEWLY_DUE


def in_turn(before: Callable[[], None], *works: Callable[[], None]) -> tuple[float, ...]:
    """Return the least time of each work, done in turn: a busy machine only ever adds."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(RUNS):
        for work, each in zip(works, times, strict=True):
            before()
            start = time.perf_counter()
            work()
            each.append(time.perf_counter() - start)
    return tuple(min(each) * 1000 for each in times)


if __name__ == "__main__":
    for wanted in sys.argv[1:] or map(str, OPEN):
        main(int(wanted))
