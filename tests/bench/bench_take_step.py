"""How fast a step is committed durably, beside one plain SQL statement; and that of eight at once exactly one wins.

The aim is a fifth of the rate of a single statement that reads, updates one row and inserts two, committed. A step
reads the history, decides, and writes the event with its seal, deadlines, holds, audit and messages.
"""

from __future__ import annotations

import gc
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from time import perf_counter
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session, sessionmaker

from models.agency import Board
from models.case import Case
from models.casework import Actor, open_case, take_step
from models.database import make_sessions
from models.errors import CaseMovedOn
from tests.bench.conftest import BenchDatabase
from workflows.dates import PartialDate
from workflows.standing import Told

ROUNDS = 5
CASES = 10
AIM = 0.2
OPENED_ON = date(2014, 3, 3)
EVERYBODY = Actor(
    None,
    frozenset({"business_manager", "subgroup_chair", "board_chair", "lead_reviewer", "agency_lead"}),
)

REFERRAL = {
    "received_on": "2014-03-03", "incident_on": "2014-03-01", "pseudonym": "Child A", "died": "no",
    "seriously_harmed": "yes", "abuse_or_neglect": "suspected", "concern_about_joint_working": "yes",
    "normally_resident_in": "Anytown", "referred_by": "Police",
}  # fmt: skip
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("request_scoping", {"agencies": ["Police", "Health visiting"], "due_on": "2014-04-01"}),
    ("record_scoping_return", {"agency": "Police", "involved": "yes"}),
    ("record_scoping_return", {"agency": "Health visiting", "involved": "yes"}),
    ("refer_to_subgroup", {}),
    ("recommend", {"recommendation": "review", "reasons": "The criteria are met"}),
    ("decide_to_review", {"reasons": "The criteria are met"}),
    ("appoint_reviewer", {"name": "A. Reviewer", "independent": "yes", "role": "Lead reviewer"}),
    ("agree_terms_of_reference", {"period_from": "2013-01-01", "period_to": "2014-03-01", "methodology": "TRAD"}),
    ("commission_review", {}),
    ("request_agency_report", {"agency": "Police", "kind": "IMR", "due_on": "2014-07-01"}),
    ("request_agency_report", {"agency": "Health visiting", "kind": "IMR", "due_on": "2014-07-01"}),
    ("record_agency_report", {"agency": "Police"}),
    ("begin_analysis", {}),
    ("begin_drafting", {}),
    ("submit_report", {"version": "1"}),
    ("approve_report", {}),
    ("decide_publication", {"mode": "FULL", "planned_on": "2014-11-03"}),
    ("agree_action_plan", {}),
    ("record_delay", {"reasons": ["INQUEST"]}),
)

BARE_TABLES = """
CREATE TABLE bare_case (id bigint PRIMARY KEY, state text NOT NULL, length integer NOT NULL);
CREATE TABLE bare_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id bigint NOT NULL REFERENCES bare_case,
    sequence integer NOT NULL, step text NOT NULL, recorded_at timestamptz NOT NULL, UNIQUE (case_id, sequence));
CREATE TABLE bare_audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id bigint NOT NULL REFERENCES bare_case,
    action text NOT NULL, at timestamptz NOT NULL);
INSERT INTO bare_case SELECT id, 'referred', 0 FROM generate_series(1, 100) AS id;
"""
ON_BARE_TABLES = """
WITH moved AS (
    UPDATE bare_case SET state = %(step)s, length = length + 1 WHERE id = %(id)s RETURNING id, length
), added AS (
    INSERT INTO bare_event (case_id, sequence, step, recorded_at) SELECT id, length, %(step)s, now() FROM moved
)
INSERT INTO bare_audit (case_id, action, at) SELECT id, %(step)s, now() FROM moved
"""
ON_THE_TABLES_IN_USE = """
WITH moved AS (
    UPDATE review_case SET state = %(step)s, history_length = history_length + 1, version = version + 1
    WHERE id = %(id)s RETURNING id, history_length, procedure_fingerprint, last_event_hash
), added AS (
    INSERT INTO case_event (
        case_id, sequence, kind, step, happened_first, happened_last, happened_precision, recorded_at, role, answers,
        procedure_fingerprint, previous_hash, hash)
    SELECT id, history_length, 'step', %(step)s, current_date, current_date, 'day', now(), 'business_manager',
           %(answers)s::jsonb, procedure_fingerprint, last_event_hash, sha256(last_event_hash)
    FROM moved
)
INSERT INTO audit_entry (at, role, action, case_id, event_sequence, detail)
SELECT now(), 'business_manager', 'take_step', id, history_length, '{}' FROM moved
"""


def day(number: int) -> PartialDate:
    return PartialDate.on(OPENED_ON + timedelta(days=number))


def noon(number: int) -> datetime:
    return datetime.combine(OPENED_ON + timedelta(days=number), time(12), UTC)


def a_board(session: Session) -> Board:
    board = session.query(Board).filter_by(name="Anytown").one_or_none()
    if board is None:
        board = Board(name="Anytown", short_name="Anytown", reference_prefix="ANY", kind="lscb")
        session.add(board)
    return board


def opened_case(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        told = Told(day(0), REFERRAL)
        case = open_case(
            session, workflow_key="serious_case_review", board=a_board(session), step="refer_case", actor=EVERYBODY,
            told=told, now=noon(0),
        )  # fmt: skip
        return case.id


def take_all_steps(connection: Connection, case_id: int) -> None:
    """Take every step, each committed by itself."""
    with Session(connection) as session:
        case = session.get_one(Case, case_id)
        for number, (step, answers) in enumerate(STEPS, 1):
            take_step(session, case, step, actor=EVERYBODY, told=Told(day(number), answers), now=noon(number))
            session.commit()


def execute_for_each_step(connection: psycopg.Connection, statement: str, case_id: int) -> None:
    """Commit one statement for each step."""
    for step, answers in STEPS:
        connection.execute(statement.encode(), {"id": case_id, "step": step, "answers": json.dumps(answers)})


def test_the_rate_of_steps_beside_that_of_one_statement(bench_engine: Engine, bench_database: BenchDatabase) -> None:
    """Each on one connection kept open, in turns, so that what else the machine does slows all of them.

    The limit is one statement on the tables in use, with their keys, indexes and chained audit; the rate on bare
    tables is printed beside it.
    """
    sessions = make_sessions(bench_engine)
    gc.collect()
    gc.freeze()  # As the web workers do once they have started.
    with psycopg.connect(bench_database.owner_url, autocommit=True) as plain, bench_engine.connect() as connection:
        plain.execute(BARE_TABLES.encode())
        take_all_steps(connection, opened_case(sessions))
        rounds = [_round(sessions, connection, plain) for _ in range(ROUNDS)]
    # The best of each: what slows a round is other work on the machine.
    bare, limit, steps = (max(each) for each in zip(*rounds, strict=True))
    print(f"\n{'one statement on bare tables':40}{bare:>10,.0f} a second")
    print(f"{'one statement on the tables in use':40}{limit:>10,.0f} a second")
    print(f"{'take_step':40}{steps:>10,.0f} a second")
    print(f"{'ratio to the tables in use':40}{steps / limit:>10.2f} (aim {AIM})")
    print(f"{'ratio to bare tables':40}{steps / bare:>10.2f}")


def _round(
    sessions: sessionmaker[Session], connection: Connection, plain: psycopg.Connection
) -> tuple[float, float, float]:
    """Return the rates of one round: statements on bare tables, on the tables in use, and steps."""
    plain_cases, cases = ([opened_case(sessions) for _ in range(CASES)] for _ in range(2))
    moments = [perf_counter()]
    for number in range(1, CASES + 1):
        execute_for_each_step(plain, ON_BARE_TABLES, number)
    moments.append(perf_counter())
    for case_id in plain_cases:
        execute_for_each_step(plain, ON_THE_TABLES_IN_USE, case_id)
    moments.append(perf_counter())
    for case_id in cases:
        take_all_steps(connection, case_id)
    moments.append(perf_counter())
    bare, limit, steps = (CASES * len(STEPS) / (end - start) for start, end in pairwise(moments))
    return bare, limit, steps


def test_of_eight_threads_on_one_case_exactly_one_takes_each_step(bench_engine: Engine):
    sessions = make_sessions(bench_engine)
    case_id = opened_case(sessions)
    began = perf_counter()
    with ThreadPoolExecutor(8) as threads:
        won = sum(threads.map(lambda _: _steps_won(sessions, case_id), range(8)))
    seconds = perf_counter() - began
    print(f"\n{'8 threads on one case':40}{won:>10} of {len(STEPS)} steps won")
    print(f"{'tries':40}{8 * len(STEPS) / seconds:>10,.0f} a second")
    assert won == len(STEPS)
    with sessions() as session:
        assert session.get_one(Case, case_id).history_length == len(STEPS) + 1


def _steps_won(sessions: sessionmaker[Session], case_id: int) -> int:
    """Try to be the one to take each step, having seen the history as it was before it."""
    won = 0
    for number, (step, answers) in enumerate(STEPS, 1):
        try:
            with sessions.begin() as session:
                told = Told(day(number), answers)
                take_step(
                    session, session.get_one(Case, case_id), step, actor=EVERYBODY, told=told, now=noon(number),
                    expected_length=number,
                )  # fmt: skip
        except CaseMovedOn:
            continue
        won += 1
    return won
