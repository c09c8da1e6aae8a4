"""The figures of a year among fifty thousand deaths, as the page makes them: true and guarded, and its charts.

The aim: a page that is quick. The figures themselves are held to plain SQL in `bench_child_deaths`; here the deaths
are put straight into the tables that count them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import median
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from models.agency import add_board
from models.database import make_engine
from models.figures.book import Wanted, book
from models.figures.disclosure import AS_THEY_ARE, LOCAL
from models.queries.child_death_figures import Year
from tests.bench.conftest import BenchDatabase
from webapp.figures.charts import drawn
from webapp.figures.pictures import chart_of

RUNS = 5
SECONDS_FOR_A_PAGE = 1.0
YEAR = Year(2016)

# Fifty thousand deaths over ten years, of which most were reviewed eight months after they were notified.
FILL = (
    """
    INSERT INTO review_case (board_id, reference, workflow_key, regime_key, procedure_fingerprint, pseudonym,
                             history_length, version, opened_on, state, stage, created_at, updated_at)
    SELECT %(board)s, 'ANY-' || n, 'child_death_review', 'WT2015', repeat('f', 64), '', 0, 1,
           date '2010-04-01' + mod(n, 3650),
           'closed', 'ended', now(), now()
    FROM generate_series(1, 50000) AS n
    """,
    """
    INSERT INTO counted_death (case_id, board_id, notified_on, year, reopened, first_reviewed_on)
    SELECT id, board_id, opened_on, extract(year FROM opened_on - interval '3 months'), false,
           CASE WHEN mod(id, 9) > 0 THEN opened_on + 240 END
    FROM review_case
    """,
    """
    INSERT INTO counted_review (case_id, ordinal, board_id, reviewed_on, year, counts, from_notification, from_death,
                                sex, ethnicity, category, preventability, age, expected)
    SELECT case_id, 0, board_id, first_reviewed_on, extract(year FROM first_reviewed_on - interval '3 months'), true,
           (ARRAY['under_6', '6_7', '8_9', '10_11', '12', 'over_12'])[1 + mod(case_id, 6)],
           (ARRAY['under_6', '6_7', '8_9', '10_11', '12', 'over_12'])[1 + mod(case_id, 6)],
           (ARRAY['male', 'female'])[1 + mod(case_id, 2)],
           (ARRAY['white', 'mixed', 'asian', 'black', 'other', 'not_known'])[1 + mod(case_id, 6)],
           1 + mod(case_id, 10), (ARRAY['modifiable', 'no_modifiable'])[1 + mod(case_id, 2)],
           (ARRAY['0_27_days', '28_364_days', '1_4', '5_9', '10_14', '15_17'])[1 + mod(case_id, 6)],
           (ARRAY['yes', 'no'])[1 + mod(case_id, 2)]
    FROM counted_death WHERE first_reviewed_on IS NOT NULL
    """,
)


def test_the_figures_of_a_year_among_fifty_thousand_deaths(bench_database: BenchDatabase, bench_engine: Engine) -> None:
    board_id = _fill(bench_database)
    wanted = Wanted(frozenset({board_id}), YEAR, AS_THEY_ARE)
    with Session(bench_engine) as session:
        for words, each in (("true counts", wanted), ("guarded", replace(wanted, scheme=LOCAL))):
            seconds, of_cpu = _median(lambda each=each: book(session, each))  # type: ignore[misc]
            print(f"\nfigures of a year with its comparisons, {words}: {seconds:.3f} s, of our own {of_cpu:.3f} s")
            assert of_cpu < SECONDS_FOR_A_PAGE
        made = book(session, wanted)
    charts = [chart for table in made.tables if (chart := chart_of(table))]
    drawn(charts[0])
    drawn.cache_clear()
    start = process_time()
    size = sum(len(drawn(chart)) for chart in charts)
    print(f"{len(charts)} charts: {process_time() - start:.2f} s of our own, {size // 1024} kB")


def _fill(database: BenchDatabase) -> int:
    owner = make_engine(database.owner_url)
    with Session(owner) as session:
        board_id = add_board(session, "Anytown Safeguarding Children Board").id
        for statement in FILL:
            session.connection().exec_driver_sql(statement, {"board": board_id})
        session.commit()
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    owner.dispose()
    return board_id


def _median(work: Callable[[], Any]) -> tuple[float, float]:
    """Return the seconds that pass, and those this process works, in the middle of several runs."""
    passed, worked = [], []
    for _ in range(RUNS):
        start, cpu = perf_counter(), process_time()
        work()
        passed.append(perf_counter() - start)
        worked.append(process_time() - cpu)
    return median(passed), median(worked)
