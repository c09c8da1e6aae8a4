"""The audit: entries chained by the database."""

from threading import Thread

import pytest
from sqlalchemy import insert, select, text

from models.audit import AuditEntry, BrokenLink, broken_links, chain_of_case, record
from models.database import make_sessions
from tests.models.situations import Given


@pytest.fixture
def case(given):
    return given.a_case(given.a_board())


def entries(session):
    return session.scalars(select(AuditEntry).order_by(AuditEntry.chain, AuditEntry.position)).all()


def test_entries_of_a_case_follow_each_other(session, given, case, some_time):
    person = given.a_person()
    for action in ("open_case", "read_case"):
        record(session, action, at=some_time, person_id=person.id, role="auditor", case_id=case.id)
        session.flush()

    first, second = entries(session)
    assert (first.chain, first.position, first.previous_hash) == (f"case:{case.id}", 1, bytes(32))
    assert (second.position, second.previous_hash) == (2, first.hash)
    assert broken_links(session) == []


def test_each_case_each_person_and_what_nobody_signed_in_for_has_its_own_chain(session, given, case, some_time):
    person = given.a_person()
    record(session, "read_case", at=some_time, person_id=person.id, case_id=case.id)
    record(session, "sign_in", at=some_time, person_id=person.id)
    record(session, "refuse_sign_in", at=some_time)
    session.flush()

    chains = {(entry.chain, entry.position) for entry in entries(session)}
    assert chains == {(f"case:{case.id}", 1), (f"person:{person.id}", 1), ("system", 1)}


def test_a_writer_cannot_choose_its_own_place_or_hash(session, case, some_time):
    session.add(AuditEntry(at=some_time, action="read_case", case_id=case.id, chain="mine", position=9, hash=bytes(32)))
    session.flush()

    (entry,) = entries(session)
    assert (entry.chain, entry.position) != ("mine", 9)
    assert broken_links(session) == []


def test_several_entries_added_at_once_are_chained_too(session, case, some_time):
    rows = [{"at": some_time, "action": "read_case", "case_id": case.id, "detail": {"row": row}} for row in range(5)]
    session.execute(insert(AuditEntry), rows)

    assert [entry.position for entry in entries(session)] == [1, 2, 3, 4, 5]
    assert broken_links(session) == []


def test_writers_on_one_case_take_turns_and_never_fork_the_chain(committed_database, some_time):
    sessions = make_sessions(committed_database.engine)
    with sessions.begin() as session:
        case_id = Given(session).a_case(Given(session).a_board()).id

    def read_often():
        for _ in range(10):
            with sessions.begin() as session:
                record(session, "read_case", at=some_time, case_id=case_id)

    threads = [Thread(target=read_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    with sessions() as session:
        assert [entry.position for entry in entries(session)] == list(range(1, 41))
        assert broken_links(session) == []


def test_writers_on_different_cases_do_not_wait_for_each_other(committed_database, some_time):
    sessions = make_sessions(committed_database.engine)
    with sessions.begin() as session:
        given = Given(session)
        board = given.a_board()
        one, other = given.a_case(board).id, given.a_case(board).id

    with sessions.begin() as first, sessions.begin() as second:
        record(first, "read_case", at=some_time, case_id=one)
        first.flush()
        second.execute(text("SET LOCAL lock_timeout = '100ms'"))
        record(second, "read_case", at=some_time, case_id=other)
        second.flush()


@pytest.mark.parametrize(
    ("tampering", "because"),
    [
        ("UPDATE audit_entry SET action = 'read_nothing' WHERE position = 2", "the entry was altered"),
        ("UPDATE audit_entry SET at = at + interval '1 day' WHERE position = 2", "the entry was altered"),
        ("DELETE FROM audit_entry WHERE position = 1", "entries before it are missing"),
        (
            """UPDATE audit_entry SET role = 'auditor' WHERE position = 1;
            UPDATE audit_entry AS entry SET hash = audit_entry_hash(entry) WHERE position = 1""",
            "it does not follow the entry before it",
        ),
    ],
)
def test_tampering_that_gets_past_the_database_shows(committed_database, some_time, tampering, because):
    with make_sessions(committed_database.engine).begin() as session:
        case_id = Given(session).a_case(Given(session).a_board()).id
        for _ in range(3):
            record(session, "read_case", at=some_time, case_id=case_id)
            session.flush()
    with committed_database.owner_engine.begin() as owner:
        owner.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER only_added_to"))
        for statement in tampering.split(";"):
            owner.execute(text(statement))

    with make_sessions(committed_database.engine)() as session:
        assert broken_links(session) == [BrokenLink(f"case:{case_id}", 2, because)]
        assert broken_links(session, chain_of_case(case_id)) == broken_links(session)
        assert broken_links(session, "system") == []


def test_the_proof_does_not_depend_on_the_time_zone_of_whoever_asks(session, case, some_time):
    record(session, "read_case", at=some_time, case_id=case.id)
    session.flush()

    session.execute(text("SET LOCAL timezone = 'Asia/Kathmandu'"))
    assert broken_links(session) == []
