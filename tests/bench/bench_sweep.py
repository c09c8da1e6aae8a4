"""A sweep over open deadlines of which 1,000 are newly due, beside one indexed query and one bulk insert.

Run with `make bench`, or by itself with how many deadlines are open. The aim is at most three times the plain
statements with 100,000 open, and no longer with 1,000,000.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
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
NEWLY_DUE = 1_000
RUNS = 15
NOW = datetime(2026, 11, 20, 7, 5, tzinfo=UTC)
TODAY = NOW.date()

# Four open deadlines a case, as there are; what is due and when each is next spoken of lie far ahead.
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
    confirmed, explanation, next_rung_on)
SELECT id, 'action', 'Action ' || place, place, 'Action', '2026-01-05', '2026-01-05', day, day, day - 7, 'Agreed', true,
    '{"rule": "DOMAIN-7", "started": 1}', day - 7
FROM review_case, generate_series(1, 4) AS place,
    LATERAL (SELECT date '2027-02-01' + abs(hashint4((id * 4 + place)::integer) % 300) AS day) AS each;
INSERT INTO reminder_basis (id, basis, began_on) VALUES (1, :basis, '2026-01-01');
VACUUM ANALYZE;
"""

# Some are a day late: the office hears of each.
MAKE_DUE = """
UPDATE deadline SET due_first = '2026-11-19', due_last = '2026-11-19' WHERE id = ANY(:chosen);
UPDATE deadline SET next_rung_on = '2026-11-20' WHERE id = ANY(:chosen);
"""
PUT_BACK = """
DELETE FROM outbox_message;
DELETE FROM reminder;
UPDATE deadline SET next_rung_on = '2026-11-20' WHERE id = ANY(:chosen);
VACUUM reminder, outbox_message, deadline;
"""

PLAIN_QUERY = """
SELECT id, case_id, clock_key, subject, title, due_last FROM deadline
WHERE next_rung_on <= %s AND next_rung_on IS NOT NULL ORDER BY next_rung_on, id LIMIT 1000
"""
COLUMNS = (
    "case_id", "clock_key", "subject", "title", "due_on", "rung", "role", "notice_key", "falls_on", "recorded_at",
    "outcome", "late", "by_law",
)  # fmt: skip
PLAIN_INSERT = rows.insert("reminder", COLUMNS, "reminders")


def test_a_sweep_beside_one_indexed_query_and_one_bulk_insert() -> None:
    """A sweep with 100,000 and with 1,000,000 deadlines open: measured and printed, not judged."""
    for number in OPEN:
        main(number)


def main(number: int) -> None:
    server = embedded.start(Path("var/bench-postgres"), durable=False)
    name = f"bench_{uuid4().hex[:8]}"
    server.ensure_database(name)
    try:
        migrate.upgrade(server.owner_url(name))
        owner, application = make_engine(server.owner_url(name), settings={}), make_engine(server.application_url(name))
        chosen = filled(owner, number)
        measure(owner, application, chosen, number)
        owner.dispose()
        application.dispose()
    finally:
        server.drop_database(name)


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
        connection.execute(text("VACUUM ANALYZE deadline"))
    return chosen


def run(connection: Connection, statements: str, chosen: list[int]) -> None:
    for statement in filter(str.strip, statements.split(";\n")):
        connection.execute(text(statement), {"chosen": chosen} if ":chosen" in statement else {})


def measure(owner: Engine, application: Engine, chosen: list[int], number: int) -> None:
    """Print both, measured in one run, and their ratio."""

    def put_back() -> None:
        with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            run(connection, PUT_BACK, chosen)

    def ours() -> None:
        swept = sweep(application, NOW, england())
        assert swept.told == NEWLY_DUE, swept

    ours_ms, plain_ms = in_turn(put_back, ours, lambda: in_plain_sql(application))
    print(f"sweep, {NEWLY_DUE:,} newly due of {number:,} open: {ours_ms:.1f} ms, one query and one bulk insert "
          f"{plain_ms:.1f} ms, ratio {ours_ms / plain_ms:.2f} (at most 3)")  # fmt: skip


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
