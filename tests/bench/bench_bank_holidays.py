"""How long it takes to say what a bank holiday would move, and to stand every case again once it is accepted.

To measure more cases: `python -m tests.bench.bench_bank_holidays 50000`. Every one is an open practice review with
two limits that run over the day, so that none is passed over.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime
from time import perf_counter

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import embedded, migrate
from models.agency import Board
from models.calendar_changes import accept, dates_moved, restand_next, with_day
from models.casework import Actor, open_whole_cases
from models.database import make_engine
from models.people import Person
from models.whole_case import ToldStep, judge
from tests.bench.conftest import DURABLE_SERVER
from tests.models.reviews import REFERRAL
from workflows.calendar import ENGLAND
from workflows.dates import PartialDate
from workflows.roles import ROLES
from workflows.standing import Told

NOW = datetime(2022, 9, 16, 12, tzinfo=UTC)
FRI_16_SEP, TUE_20_SEP = date(2022, 9, 16), date(2022, 9, 20)
EVERYBODY = Actor(None, frozenset(ROLES))
FEWER, TOGETHER = 1000, 500


def test_how_long_a_bank_holiday_takes() -> None:
    main(FEWER)


def main(cases: int) -> None:
    server = embedded.start(DURABLE_SERVER)
    name = f"bench_holidays_{os.getpid()}"
    server.ensure_database(name)
    try:
        migrate.upgrade(server.owner_url(name))
        engine = make_engine(server.application_url(name))
        fill(engine, cases)
        with Session(engine) as session:
            measure(session, cases)
        engine.dispose()
    finally:
        server.drop_database(name)


def fill(engine: Engine, cases: int) -> None:
    """Open so many practice reviews that the authority became aware of on Friday 16 September 2022."""
    days = dict.fromkeys(("received_on", "incident_on", "aware_on"), FRI_16_SEP.isoformat())
    answers = {key: answer for key, answer in REFERRAL.items() if key != "concern_about_joint_working"}
    told = Told(PartialDate.on(FRI_16_SEP), answers | {"looked_after": "yes"} | days)
    arrangements = date(2019, 9, 29)
    whole = judge(
        "practice_review", arrangements, [ToldStep("record_incident", told)], roles=EVERYBODY.roles, now=NOW,
        calendar=ENGLAND,
    )  # fmt: skip
    with Session(engine) as session:
        board = Board(
            name="Anytown", short_name="Anytown", reference_prefix="ANY", kind="partnership",
            new_arrangements_start=arrangements,
        )  # fmt: skip
        session.add_all([board, Person(name="An administrator", email="administrator@example.org")])
        for done in range(0, cases, TOGETHER):
            wholes = [whole] * min(TOGETHER, cases - done)
            open_whole_cases(
                session, workflow_key="practice_review", board=board, wholes=wholes, actor=EVERYBODY, now=NOW
            )
            session.commit()


def measure(session: Session, cases: int) -> None:
    began = perf_counter()
    moved = dates_moved(session, TUE_20_SEP, with_day(session, TUE_20_SEP, "Day of mourning"))
    said = perf_counter() - began
    assert len(moved) == 2 * cases, f"{len(moved)} dates would move"
    person = session.query(Person).one()
    accept(session, day=TUE_20_SEP, name="Day of mourning", source="Gazette", person=person, now=NOW)
    session.commit()
    began = perf_counter()
    while restand_next(session, NOW):
        session.commit()
    stood = perf_counter() - began
    print(f"\n{cases:,} open cases, {len(moved):,} dates moved")
    print(f"said what would move   {said:8.2f} s {cases / said:10,.0f} cases a second")
    print(f"stood every case again {stood:8.2f} s {cases / stood:10,.0f} cases a second")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else FEWER)
