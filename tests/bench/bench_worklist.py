"""The first page of the worklist and its counts over 100,000 cases, beside plain SQL for the same tables.

Run with `make bench`. The aim is at most three times the plain SQL.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from models import embedded, migrate
from models.database import make_engine
from models.queries.worklist import Narrowing, counts, page, reader

CASES = 100_000
BOARDS = 5
RUNS = 15
TODAY = date(2026, 11, 20)

FILL = """
INSERT INTO board (name, short_name, reference_prefix, kind)
SELECT 'Invented board ' || n, 'Board ' || n, 'INV' || n, 'lscb' FROM generate_series(1, :boards) AS n;
INSERT INTO person (public_id, name, email) VALUES (gen_random_uuid(), 'A. Person', 'person@example.org');
INSERT INTO appointment (person_id, role, board_id, from_on)
SELECT person.id, 'business_manager', board.id, '2010-01-01' FROM person, board;
INSERT INTO review_case (
    reference, workflow_key, regime_key, procedure_fingerprint, board_id, pseudonym, opened_on, created_at, updated_at,
    state, stage, held, ended_on, bites_on, bites_key, unexplained_bites_on, explained_bites_on, due_soon_on,
    next_step, next_roles, history_length, last_event_hash, version)
SELECT 'INV-' || n, 'serious_case_review', 'WT2013', 'f', 1 + n % :boards, 'Child ' || n, '2014-01-01', now(), now(),
    'drafting', 'review', n % 17 = 0, CASE WHEN n % 4 = 0 THEN date '2020-01-01' END,
    day, 'complete_review', CASE WHEN n % 3 > 0 THEN day END, CASE WHEN n % 3 = 0 THEN day END, day - 7,
    'submit_report', CASE WHEN n % 5 = 0 THEN ARRAY['business_manager'] ELSE ARRAY['lead_reviewer'] END, 1,
    decode(repeat('00', 32), 'hex'), 1
FROM (SELECT n, date '2026-11-20' + (hashint4(n) % 400 - 20) AS day FROM generate_series(1, :cases) AS n) AS each;
ANALYZE;
"""

PLAIN_PAGE = """
SELECT * FROM review_case JOIN board ON board.id = review_case.board_id
WHERE board_id = ANY(:boards) AND ended_on IS NULL ORDER BY bites_on NULLS LAST, review_case.id LIMIT 25
"""
PLAIN_COUNTS = """
SELECT
 (SELECT count(*) FROM review_case WHERE board_id = ANY(:boards) AND ended_on IS NULL
    AND unexplained_bites_on < :today),
 (SELECT count(*) FROM review_case WHERE board_id = ANY(:boards) AND ended_on IS NULL AND explained_bites_on < :today
    AND (unexplained_bites_on IS NULL OR unexplained_bites_on >= :today)),
 (SELECT count(*) FROM review_case WHERE board_id = ANY(:boards) AND ended_on IS NULL
    AND bites_on BETWEEN :today AND :today + 6),
 (SELECT count(*) FROM review_case WHERE board_id = ANY(:boards) AND ended_on IS NULL AND held),
 (SELECT count(*) FROM review_case WHERE board_id = ANY(:boards) AND ended_on IS NULL
    AND next_roles && ARRAY['business_manager']),
 (SELECT count(*) FROM review_case WHERE board_id = ANY(:boards) AND ended_on IS NULL)
"""


def test_the_first_page_and_the_counts_beside_plain_sql() -> None:
    """Worklist over 100,000 cases: measured and printed, not judged."""
    main()


def main() -> None:
    server = embedded.start(Path("var/bench-postgres"), durable=False)
    name = f"bench_{uuid4().hex[:8]}"
    server.ensure_database(name)
    try:
        migrate.upgrade(server.owner_url(name))
        owner, application = make_engine(server.owner_url(name)), make_engine(server.application_url(name))
        with owner.begin() as connection:
            for statement in filter(str.strip, FILL.split(";\n")):
                connection.execute(text(statement), {"boards": BOARDS, "cases": CASES} if ":" in statement else {})
        measure(application)
        owner.dispose()
        application.dispose()
    finally:
        server.drop_database(name)


def measure(engine: Engine) -> None:
    """Print both in one run, and the ratio of their medians."""
    with Session(engine) as session:
        ours = median_ms(lambda: first_page(session))
        plain = median_ms(lambda: in_plain_sql(session))
    print(f"worklist over {CASES:,} cases: first page and counts {ours:.1f} ms, plain SQL {plain:.1f} ms, "
          f"ratio {ours / plain:.2f} (at most 3)")  # fmt: skip


def first_page(session: Session) -> None:
    who = reader(session, 1, TODAY)
    page(session, who, Narrowing(), number=1, size=25)
    counts(session, who, Narrowing())
    session.expunge_all()


def in_plain_sql(session: Session) -> None:
    parameters = {"boards": list(range(1, BOARDS + 1)), "today": TODAY}
    session.execute(text(PLAIN_PAGE), parameters).all()
    session.execute(text(PLAIN_COUNTS), parameters).all()


def median_ms(work: Callable[[], None]) -> float:
    """Return the median time of some runs after a first that is not counted."""
    work()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


if __name__ == "__main__":
    main()
