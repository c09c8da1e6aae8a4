"""Whether the record is whole: what tampering leaves behind, and what a rebuild mends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from models.case import Case
from models.casework import Actor, open_case, restand_cases
from models.database import make_sessions
from models.errors import HistoryDamaged
from models.kept_apart import answers_kept_apart
from models.queries.integrity import check_cases, findings
from models.rebuild import Rebuilt, rebuild
from tests.models.reviews import SCOPING, Review, a_board, noon
from workflows.calendar import ENGLAND
from workflows.dates import PartialDate
from workflows.standing import Told

MON_3_MAR = date(2014, 3, 3)
HOLD = {
    "kind": "INQUEST", "scope": ["publication"], "requested_by": "Coroner", "reasons": "It has not concluded",
    "review_on": "2014-06-02",
}  # fmt: skip


@dataclass
class Record:
    """A review with three events and another, and the connection of the owner, who can do anything to them."""

    connection: Connection
    session: Session
    review: Review
    other: Review

    @classmethod
    def told(cls, connection: Connection) -> Record:
        session = Session(connection, join_transaction_mode="create_savepoint")
        board = a_board(session)
        review = Review(session, board, MON_3_MAR).opened()
        review.take("request_scoping", answers=SCOPING)
        review.take("authorise_hold", answers=HOLD)
        return cls(connection, session, review, Review(session, board, MON_3_MAR).opened())

    def do(self, statement: str) -> None:
        """Do something to the review, past the trigger that keeps histories."""
        self.session.flush()
        self.connection.exec_driver_sql("ALTER TABLE case_event DISABLE TRIGGER only_added_to")
        self.connection.exec_driver_sql(statement, {"case": self.review.case.id})
        self.connection.exec_driver_sql("ALTER TABLE case_event ENABLE TRIGGER only_added_to")
        self.session.expire_all()

    def findings(self) -> list[tuple[str, str]]:
        ids = [self.review.case.id, self.other.case.id]
        return [(each.reference, each.words) for each in check_cases(self.connection, ids, calendar=ENGLAND)]

    def words(self) -> list[str]:
        assert {reference for reference, _ in self.findings()} <= {self.review.case.reference}
        return [words for _, words in self.findings()]


@pytest.fixture
def record(owner_engine) -> Iterator[Record]:
    with owner_engine.connect() as connection, connection.begin() as everything:
        record = Record.told(connection)
        yield record
        record.session.close()
        everything.rollback()


def test_a_record_nobody_tampered_with_is_whole(record):
    assert record.findings() == []


TAMPERING = {
    "UPDATE case_event SET role = 'board_chair' WHERE case_id = %(case)s AND sequence = 2": "event 2 was altered",
    "UPDATE case_event SET happened_first = '2014-03-02', happened_last = '2014-03-02'"
    " WHERE case_id = %(case)s AND sequence = 3": "event 3 was altered",
    "UPDATE case_event SET happened_first = '2014-03-02' WHERE case_id = %(case)s AND sequence = 3":
        "the history cannot be read",
    "UPDATE case_event SET answers = answers || '{\"due_on\": \"2014-05-01\"}'"
    " WHERE case_id = %(case)s AND sequence = 2": "event 2 was altered",
    "UPDATE case_event SET recorded_at = recorded_at - interval '1 day' WHERE case_id = %(case)s AND sequence = 1":
        "event 1 was altered",
    "DELETE FROM case_event WHERE case_id = %(case)s AND sequence = 2": "event 2 is missing",
    "DELETE FROM case_event WHERE case_id = %(case)s AND sequence = 3": "the history does not end as it was left",
    "UPDATE case_event SET previous_hash = hash WHERE case_id = %(case)s AND sequence = 3":
        "event 3 does not follow the one before it",
    "UPDATE review_case SET last_event_hash = sha256('') WHERE id = %(case)s":
        "the history does not end as it was left",
    # An event that was given a new seal with its new content is betrayed by the one after it.
    "UPDATE case_event SET hash = sha256('new') WHERE case_id = %(case)s AND sequence = 2": "event 3 was altered",
}  # fmt: skip


@pytest.mark.parametrize(("statement", "found"), TAMPERING.items())
def test_tampering_with_a_history_is_found(record, statement, found):
    record.do(statement)

    assert found in record.words()


def test_nothing_is_added_to_a_history_that_was_cut_short(record):
    record.do("DELETE FROM case_event WHERE case_id = %(case)s AND sequence = 3")

    with pytest.raises(HistoryDamaged, match=record.review.case.reference):
        record.review.take("refer_to_subgroup")


DRIFT = {
    "UPDATE review_case SET state = 'closed' WHERE id = %(case)s": "stored otherwise than the history says: state",
    "UPDATE deadline SET due_last = due_last + 1 WHERE case_id = %(case)s AND clock_key = 'decision'":
        "deadline decision is not as the history says",
    "DELETE FROM deadline WHERE case_id = %(case)s AND clock_key = 'decision'":
        "deadline decision is not as the history says",
    "INSERT INTO deadline (case_id, clock_key, ordinal, title, source, confirmed)"
    " VALUES (%(case)s, 'tea', 9, 'Tea', '', true)": "deadline tea does not follow from the history",
    "UPDATE hold SET scopes = '{}' WHERE case_id = %(case)s": "hold of event 3 is not as the history says",
    "DELETE FROM hold WHERE case_id = %(case)s": "hold of event 3 is not as the history says",
}  # fmt: skip


@pytest.mark.parametrize(("statement", "found"), DRIFT.items())
def test_what_is_stored_otherwise_than_the_history_says_is_found_and_mended(record, statement, found):
    record.do(statement)
    assert record.words() == [found]

    ids = [record.review.case.id, record.other.case.id]
    assert restand_cases(record.session, ids, now=noon(MON_3_MAR)) == 1
    assert record.findings() == []
    assert restand_cases(record.session, ids, now=noon(MON_3_MAR)) == 0


@pytest.mark.parametrize("processes", [1, 2])
def test_every_case_is_gone_through_however_many_processes_there_are(committed_database, processes):
    with make_sessions(committed_database.engine).begin() as session:
        board = a_board(session)
        for _ in range(3):
            Review(session, board, MON_3_MAR).opened()
    with committed_database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM deadline WHERE clock_key = 'decision'")

    assert len(list(findings(committed_database.url, processes=processes))) == 3
    assert rebuild(committed_database.url, now=noon(MON_3_MAR), processes=processes) == Rebuilt(cases=3, changed=3)
    assert list(findings(committed_database.url, processes=processes)) == []


def test_a_history_that_cannot_be_read_keeps_no_other_from_being_rebuilt(committed_database):
    with make_sessions(committed_database.engine).begin() as session:
        board = a_board(session)
        damaged = Review(session, board, MON_3_MAR).opened().case.reference
        Review(session, board, MON_3_MAR).opened()
    with committed_database.owner_engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE case_event DISABLE TRIGGER only_added_to")
        connection.exec_driver_sql("UPDATE case_event SET happened_first = '2014-03-02' WHERE case_id = 1")
        connection.exec_driver_sql("DELETE FROM deadline")

    rebuilt = rebuild(committed_database.url, now=noon(MON_3_MAR), processes=1)
    assert rebuilt == Rebuilt(cases=2, changed=1, damaged=(damaged,))


@pytest.fixture
def death(owner_engine) -> Iterator[Case]:
    """A death whose notification told an NHS number."""
    with owner_engine.connect() as connection, connection.begin() as everything:
        session = Session(connection, join_transaction_mode="create_savepoint")
        notification = {
            "notified_on": "2014-03-03", "died_on": "2014-03-02", "born_on": "2013-03-02", "sex": "female",
            "normally_resident_in": "Anytown", "expected": "no", "nhs_number": "943 476 5919",
        }  # fmt: skip
        yield open_case(
            session, workflow_key="child_death_review", board=a_board(session), step="notify_death",
            actor=Actor(None, frozenset({"cdop_coordinator"})), now=noon(MON_3_MAR),
            told=Told(PartialDate.on(MON_3_MAR), notification),
        )  # fmt: skip
        session.close()
        everything.rollback()


def checked(death: Case) -> list[str]:
    session = Session.object_session(death)
    assert session is not None
    return [each.words for each in check_cases(session.connection(), [death.id], calendar=ENGLAND)]


def do(death: Case, statement: str) -> None:
    session = Session.object_session(death)
    assert session is not None
    session.connection().exec_driver_sql(statement)


def test_an_answer_that_identifies_somebody_is_kept_apart_from_the_history(death):
    session = Session.object_session(death)

    assert session is not None
    assert "9434765919" not in str(death.events[0].answers)
    assert answers_kept_apart(session, death.id) == {1: {"nhs_number": "9434765919"}}
    assert checked(death) == []


def test_an_answer_kept_apart_that_was_altered_is_found(death):
    do(death, "UPDATE answer_kept_apart SET answer = '\"4010232137\"'")

    assert checked(death) == ["the answer to nhs_number kept apart from event 1 was altered"]


def test_an_answer_taken_away_where_the_law_demands_breaks_no_seal(death):
    do(death, "DELETE FROM answer_kept_apart")

    assert checked(death) == []
