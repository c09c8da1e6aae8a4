"""Fifty thousand deaths: imported, reported, listed, and one more notified, each beside a plain limit in the same run.

The aims: the import in at most ten minutes with memory bounded; yearly figures and the coordinator's worklist in at
most three times the plain SQL for the same tables; a notification in at most one and a half times the statements of
a bare step.
"""

from __future__ import annotations

import csv
import random
import resource
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from models.agency import Board, add_board
from models.case import Case
from models.casework import Actor, take_step
from models.child_deaths.import_file import COLUMNS
from models.child_deaths.importing import ACTS_AS, import_child_deaths
from models.child_deaths.notifying import Details, notify_death
from models.database import make_engine, make_sessions
from models.people import Appointment, Person
from models.queries.child_death_figures import Year, figures
from models.queries.child_death_list import beside, death_counts
from models.queries.worklist import Narrowing, Reader, page, reader
from tests.bench.conftest import BenchDatabase
from workflows.dates import PartialDate
from workflows.standing import Told

DEATHS = 50_000
RUNS = 15
TODAY = date(2024, 1, 5)
NOW = datetime(2024, 1, 5, 12, tzinfo=UTC)
YEAR = Year(2015)
OFFICE = Actor(None, ACTS_AS)

PLAIN_FIGURES = (
    *(
        f"SELECT {column}, count(*) FROM counted_review WHERE counts AND board_id = 1 AND year = 2015 GROUP BY {column}"
        for column in (
            "from_notification",
            "from_death",
            "sex",
            "ethnicity",
            "category",
            "preventability",
            "age",
            "expected",
        )
    ),
    "SELECT count(*) FROM counted_review WHERE counts AND board_id = 1 AND year = 2015",
    "SELECT left_as, count(*) FROM counted_death WHERE board_id = 1 AND year = 2015 GROUP BY left_as",
    """
    SELECT count(*) FROM counted_death WHERE board_id = 1 AND notified_on <= '2016-03-31'
    AND (left_on IS NULL OR left_on > '2016-03-31') AND (first_reviewed_on IS NULL OR first_reviewed_on > '2016-03-31')
    """,
)
PLAIN_WORKLIST = (
    "SELECT * FROM review_case WHERE board_id = 1 AND ended_on IS NULL ORDER BY bites_on NULLS LAST, id LIMIT 25",
    "SELECT count(*) FROM review_case WHERE board_id = 1 AND ended_on IS NULL",
)

# The same page of the coordinator's list: its cases, how many there are, the counts at its top, the ages, what is
# awaited, when it was asked for and how often it was chased.
PLAIN_LIST = (
    *PLAIN_WORKLIST,
    """
    SELECT count(*) FILTER (WHERE unexplained_bites_on < '2024-01-05'),
    count(*) FILTER (WHERE bites_on BETWEEN '2024-01-05' AND '2024-01-11'),
    count(*) FILTER (WHERE state = 'awaiting_proceedings'), count(*) FILTER (WHERE state = 'ready_for_panel')
    FROM review_case WHERE board_id = 1 AND workflow_key = 'child_death_review' AND ended_on IS NULL
    """,
    *(
        f"SELECT {columns} FROM {table} WHERE case_id IN (SELECT id FROM review_case"
        f" WHERE board_id = 1 AND ended_on IS NULL ORDER BY bites_on NULLS LAST, id LIMIT 25){more}"
        for columns, table, more in (
            ("case_id, born_on, died_on", "child_death", ""),
            (
                "case_id, agency, subject, due_last",
                "deadline",
                " AND clock_key = 'report_return' AND met_first IS NULL",
            ),
            ("case_id, answers, happened_last", "case_event", " AND step = 'request_report'"),
            ("case_id, subject, recorded_at", "reminder", " AND clock_key = 'report_return'"),
        )
    ),
)


def _list_deaths(session: Session, who: Reader) -> None:
    found = page(session, who, Narrowing(workflow="child_death_review"), number=1, size=25)
    death_counts(session, who)
    beside(session, [row.case.id for row in found.rows])


def test_fifty_thousand_deaths(bench_database: BenchDatabase, bench_engine: Engine, tmp_path: Path) -> None:
    """The import within its ten minutes; figures, worklist and a notification beside their limits."""
    path = tmp_path / "deaths.csv"
    _write_file(path)
    _import(bench_engine, path)
    _analyse(bench_database)
    with Session(bench_engine) as session:
        person_id = _coordinator(session)
        who = reader(session, person_id, TODAY)
        ours = _median(lambda: figures(session, [1], YEAR))
        plain = _median(lambda: _run(session, PLAIN_FIGURES))
        print(f"\nfigures of a year: {ours:.1f} ms, plain SQL {plain:.1f} ms, {ours / plain:.2f} times")
        assert ours <= 3 * plain
        listed = _median(lambda: page(session, who, Narrowing(), number=1, size=25))
        plain = _median(lambda: _run(session, PLAIN_WORKLIST))
        print(f"worklist: {listed:.1f} ms, plain SQL {plain:.1f} ms, {listed / plain:.2f} times")
        assert listed <= 3 * plain
        ours = _median(lambda: _list_deaths(session, who))
        plain = _median(lambda: _run(session, PLAIN_LIST))
        print(f"list of deaths: {ours:.1f} ms, plain SQL {plain:.1f} ms, {ours / plain:.2f} times")
        assert ours <= 3 * plain
        bare, notified = _statements(session)
        print(f"statements: a bare step {bare}, a notification {notified}, {notified / bare:.2f} times")
        assert notified <= 1.5 * bare


def _import(engine: Engine, path: Path) -> None:
    sessions = make_sessions(engine)
    with sessions.begin() as session:
        board_id = add_board(session, "Anytown Safeguarding Children Board").id
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = perf_counter()
    with path.open("rb") as file:
        *_, last = import_child_deaths(sessions, file, board_id=board_id, person_id=None, clock=lambda: NOW)
    seconds = perf_counter() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(f"\nimport: {last.recorded:,} of {last.rows_read:,} rows in {seconds:.0f} s, memory grown by {grown} MB")
    assert (last.recorded, last.refused) == (DEATHS, 0)
    assert seconds < 600
    assert grown < 200


def _analyse(database: BenchDatabase) -> None:
    owner = make_engine(database.owner_url)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    owner.dispose()


def _coordinator(session: Session) -> int:
    person = Person(name="A. Coordinator", email="office@example.org")
    session.add(person)
    session.flush()
    session.add(Appointment(person=person, role="cdop_coordinator", board_id=1, from_on=date(2010, 1, 1)))
    session.flush()
    return person.id


def _statements(session: Session) -> tuple[int, int]:
    """Return how many statements a bare step takes, and a notification with family and agencies."""
    board = session.get_one(Board, 1)
    case = _notify(session, board)
    confirmed = Told(PartialDate.on(date(2017, 5, 2)), {})
    with _counted(session) as bare:
        take_step(session, case, "confirm_in_scope", actor=OFFICE, told=confirmed, now=NOW)
    with _counted(session) as notified:
        _notify(session, board)
    return len(bare), len(notified)


def _notify(session: Session, board: Board) -> Case:
    answers = {
        "notified_on": "2017-05-02", "died_on": "2017-05-01", "born_on": "2012-01-15", "sex": "female",
        "normally_resident_in": "Anytown", "expected": "no", "nhs_number": "9434765919", "notifier": "A doctor",
    }  # fmt: skip
    details = Details(
        surname="Invented",
        carers=({"name": "A"}, {"name": "B"}),
        siblings=({"name": "C"},),
        contacts=({"agency": "GP"},),
    )
    told = Told(PartialDate.on(date(2017, 5, 2)), answers)
    return notify_death(session, board=board, actor=OFFICE, told=told, details=details, now=NOW)


@contextmanager
def _counted(session: Session) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def _run(session: Session, statements: tuple[str, ...]) -> None:
    for statement in statements:
        session.connection().exec_driver_sql(statement).all()


def _median(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(RUNS):
        start = perf_counter()
        work()
        times.append((perf_counter() - start) * 1000)
    return statistics.median(times)


# --- The file ---------------------------------------------------------------


def _write_file(path: Path) -> None:
    """Write a file of invented deaths over ten years: most reviewed, some with an inquest, some still open."""
    chance = random.Random(2018)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number in range(DEATHS):
            row = _row(chance, number)
            writer.writerow([row.get(column, "") for column in COLUMNS])


def _row(chance: random.Random, number: int) -> dict[str, Any]:
    died_on = date(2010, 4, 1) + timedelta(days=chance.randrange(3650))
    notified_on = died_on + timedelta(days=chance.randrange(5))
    row = {
        "cdop_ref": f"INV-{number:06d}", "notified_on": notified_on, "died_on": died_on,
        "born_on": died_on - timedelta(days=chance.choice((0, 3, 20, 90, 200, 500, 1500, 3000, 5000, 6000))),
        "sex": chance.choice(("male", "female")), "ethnic_group": chance.choice("ABCDEFGHJKLMNPRSZ"),
        "normally_resident_in": "Anytown", "place_of_death": "home", "expected": chance.choice(("yes", "no")),
    }  # fmt: skip
    outcome = chance.choices(("reviewed", "open", "transferred", "not_in_scope"), (85, 8, 4, 3))[0]
    more = {"transferred": {"transferred_to": "Otherborough"}, "not_in_scope": {"ground": "stillbirth"}}
    return (
        row | {"outcome": outcome} | (_review(chance, notified_on) if outcome == "reviewed" else more.get(outcome, {}))
    )


def _review(chance: random.Random, notified_on: date) -> dict[str, Any]:
    complete_on = notified_on + timedelta(days=chance.randrange(20, 400))
    row: dict[str, Any] = {
        "information_complete_on": complete_on,
        "reviewed_on": complete_on + timedelta(days=chance.randrange(5, 90)),
        "category": chance.randrange(1, 11),
        "preventability": chance.choice(("modifiable", "no_modifiable", "inadequate_information")),
    }
    if chance.random() < 0.2:
        row |= {"inquest_opened_on": notified_on + timedelta(days=8), "inquest_concluded_on": complete_on}
    if row["preventability"] == "modifiable":
        row["modifiable_factors"] = "Smoking in the household; Unsafe sleep"
    return row
