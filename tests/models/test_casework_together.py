"""Several people at one case at once, each with a connection of their own, as the application's role."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models.agency import Board
from models.audit import AuditEntry, broken_links
from models.case import Case
from models.casework import open_case, restand_board, take_step
from models.database import make_sessions
from models.errors import CaseMovedOn
from models.outbox import OutboxMessage
from models.queries.integrity import findings
from tests.models.reviews import REFERRAL, SCOPING, Review, a_board, noon, on
from workflows.errors import NotAvailable
from workflows.standing import Told

PEOPLE = 8
MON_3_MAR = date(2014, 3, 3)


@pytest.fixture
def sessions(committed_database) -> sessionmaker[Session]:
    return make_sessions(committed_database.engine)


@pytest.fixture
def case_id(sessions) -> int:
    with sessions.begin() as session:
        return Review(session, a_board(session), MON_3_MAR).opened().case.id


def refer(session: Session, case_id: int, expected_length: int | None) -> str:
    """Try to refer the case to the subgroup, and return what came of it."""
    case, told = session.get_one(Case, case_id), Told(on(MON_3_MAR))
    actor = Review(session, case.board).actor
    try:
        take_step(
            session, case, "refer_to_subgroup", actor=actor, told=told, now=noon(MON_3_MAR),
            expected_length=expected_length,
        )  # fmt: skip
        session.commit()
    except (CaseMovedOn, NotAvailable) as refused:
        return type(refused).__name__
    return "recorded"


@pytest.mark.parametrize(("expected_length", "otherwise"), [(1, "CaseMovedOn"), (None, "NotAvailable")])
def test_of_several_who_take_a_step_at_once_exactly_one_does(
    committed_database, sessions, case_id, expected_length, otherwise
):
    start = Barrier(PEOPLE)

    def somebody(_: int) -> str:
        with sessions() as session:
            session.connection()
            start.wait(timeout=120)
            return refer(session, case_id, expected_length)

    with ThreadPoolExecutor(PEOPLE) as people:
        outcomes = list(people.map(somebody, range(PEOPLE)))

    assert sorted(outcomes) == sorted(["recorded", *[otherwise] * (PEOPLE - 1)])
    with sessions() as session:
        assert session.get_one(Case, case_id).history_length == 2
        assert session.scalar(select(func.count(AuditEntry.id))) == 2
        assert session.scalar(select(func.count(OutboxMessage.id)).where(OutboxMessage.event_sequence == 2)) == 1
        assert broken_links(session) == []
    assert list(findings(committed_database.url, processes=1)) == []


def test_who_waits_for_another_sees_what_the_other_recorded(sessions, case_id):
    """The second begins while the first has not committed, waits, and is told; nothing of its own is written."""
    with sessions() as first, ThreadPoolExecutor(1) as other:
        case = first.get_one(Case, case_id)
        actor = Review(first, case.board).actor
        told = Told(on(MON_3_MAR), SCOPING)
        take_step(first, case, "request_scoping", actor=actor, told=told, now=noon(MON_3_MAR), expected_length=1)

        def second() -> str:
            with sessions() as session:
                return refer(session, case_id, 1)

        waiting = other.submit(second)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.5)
        first.commit()
        assert waiting.result(timeout=120) == "CaseMovedOn"

    with sessions() as session:
        assert session.get_one(Case, case_id).history_length == 2


def test_a_step_refused_after_waiting_does_not_keep_others_waiting(sessions, case_id):
    with sessions() as first:
        assert refer(first, case_id, None) == "recorded"
        assert refer(first, case_id, None) == "NotAvailable"
        with sessions() as second:
            assert refer(second, case_id, 1) == "CaseMovedOn"


def test_cases_opened_at_once_have_each_a_number(sessions):
    with sessions.begin() as session:
        board_id = a_board(session).id

    def somebody(_: int) -> str:
        with sessions.begin() as session:
            board = session.get_one(Board, board_id)
            return Review(session, board, MON_3_MAR).opened().case.reference

    with ThreadPoolExecutor(PEOPLE) as people:
        references = list(people.map(somebody, range(PEOPLE)))

    assert sorted(references) == [f"ANY-2014-{number:03d}" for number in range(1, PEOPLE + 1)]


def test_one_form_sent_by_several_connections_opens_one_case(sessions):
    import uuid

    key = uuid.uuid4()
    with sessions.begin() as session:
        board_id = a_board(session).id

    def send(_: int) -> int:
        with sessions.begin() as session:
            board = session.get_one(Board, board_id)
            case = open_case(
                session, workflow_key="serious_case_review", board=board, step="refer_case",
                actor=Review(session, board).actor, told=Told(on(MON_3_MAR), REFERRAL), now=noon(MON_3_MAR),
                idempotency_key=key,
            )  # fmt: skip
            return case.id

    with ThreadPoolExecutor(PEOPLE) as people:
        assert len(set(people.map(send, range(PEOPLE)))) == 1


def test_a_change_of_the_area_and_a_step_at_once_leave_what_the_history_says(committed_database, sessions, case_id):
    def change(_: int) -> None:
        with sessions.begin() as session:
            board = session.get_one(Case, case_id).board
            board.new_arrangements_start = date(2019, 6, 3)
            restand_board(session, board, now=noon(MON_3_MAR))

    def step(_: int) -> None:
        with sessions() as session:
            refer(session, case_id, None)

    with ThreadPoolExecutor(2) as people:
        for waiting in [people.submit(change, 0), people.submit(step, 0)]:
            waiting.result(timeout=120)

    assert list(findings(committed_database.url, processes=1)) == []
