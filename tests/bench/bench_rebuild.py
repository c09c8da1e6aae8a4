"""How long it takes to rebuild what is stored beside the histories of many cases, and how much memory.

The aim is 100,000 cases of 20 steps in at most five minutes on two cores. `make bench` measures fewer and works out
what so many would take at the same rate; to measure them all: `python -m tests.bench.bench_rebuild 100000`.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import embedded, migrate
from models.agency import Board
from models.casework import open_whole_cases
from models.database import make_engine
from models.queries.integrity import findings
from models.rebuild import Rebuilt, rebuild
from models.whole_case import ToldStep, WholeCase, judge
from tests.bench.bench_take_step import EVERYBODY, REFERRAL, STEPS, day
from tests.bench.conftest import DURABLE_SERVER
from workflows.calendar import ENGLAND
from workflows.standing import Told

FEWER, ALL = 2_000, 100_000
AIM_SECONDS = 300
PROCESSES = 2
NOW = datetime(2015, 1, 5, 12, tzinfo=UTC)
TOGETHER = 250

# As it is where a new column was added, or a rule corrected: nothing that is stored is right.
FORGET = ("DELETE FROM deadline", "DELETE FROM hold", "UPDATE review_case SET state = '', bites_on = NULL")


def test_how_long_a_rebuild_takes() -> None:
    main(FEWER)


def main(cases: int) -> None:
    server = embedded.start(DURABLE_SERVER)
    name = f"bench_rebuild_{os.getpid()}"
    server.ensure_database(name)
    try:
        migrate.upgrade(server.owner_url(name))
        engine = make_engine(server.application_url(name))
        fill(engine, cases)
        print(f"\n{cases:,} cases of {len(STEPS) + 1} steps, {PROCESSES} processes")
        forget(engine)
        _timed("everything written anew", cases, lambda: rebuild(engine.url, now=NOW, processes=PROCESSES))
        _timed("nothing to change", cases, lambda: rebuild(engine.url, now=NOW, processes=PROCESSES))
        _timed("compared, seals verified", cases, lambda: list(findings(engine.url, processes=PROCESSES)))
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        print(f"{'most memory of a process':28}{most:>10,} MB")
        engine.dispose()
    finally:
        server.drop_database(name)


def fill(engine: Engine, cases: int) -> None:
    """Open so many cases, each with the same twenty steps and seals of its own."""
    whole = judge(
        "serious_case_review", None, [ToldStep("refer_case", Told(day(0), REFERRAL)), *_told()],
        roles=EVERYBODY.roles, now=NOW, calendar=ENGLAND,
    )  # fmt: skip
    with Session(engine) as session:
        board = Board(name="Anytown", short_name="Anytown", reference_prefix="ANY", kind="lscb")
        session.add(board)
        for done in range(0, cases, TOGETHER):
            _open(session, board, [whole] * min(TOGETHER, cases - done))
            session.commit()


def _told() -> list[ToldStep]:
    return [ToldStep(step, Told(day(number), answers)) for number, (step, answers) in enumerate(STEPS, 1)]


def _open(session: Session, board: Board, wholes: list[WholeCase]) -> None:
    open_whole_cases(session, workflow_key="serious_case_review", board=board, wholes=wholes, actor=EVERYBODY, now=NOW)


def forget(engine: Engine) -> None:
    with engine.begin() as connection:
        for statement in FORGET:
            connection.exec_driver_sql(statement)


def _timed(what: str, cases: int, work: Callable[[], object]) -> None:
    began = perf_counter()
    found = work()
    seconds = perf_counter() - began
    if isinstance(found, Rebuilt):
        assert (found.cases, found.damaged) == (cases, ())
    all_of_them = seconds * ALL / cases
    words = f"{ALL:,} would take {all_of_them:,.0f} s at this rate" if cases < ALL else f"{all_of_them:,.0f} s"
    print(f"{what:28}{cases / seconds:>10,.0f} cases a second; {words} (aim {AIM_SECONDS} s)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else FEWER)
