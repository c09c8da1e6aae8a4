"""What the tables of cases refuse, whoever writes to them."""

import uuid
from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from models.case import Case, Deadline, LinkedCase
from models.database import make_sessions
from tests.models.situations import Given


@pytest.fixture
def case(given):
    return given.a_case(given.a_board())


def test_two_events_cannot_have_one_place_in_a_history(given, case):
    given.an_event(case, 1)

    with pytest.raises(IntegrityError, match="uq_case_event_case_id_sequence"):
        given.an_event(case, 1)


def test_a_form_sent_twice_is_recorded_once(given, case):
    key = uuid.uuid4()
    given.an_event(case, 1, idempotency_key=key)

    with pytest.raises(IntegrityError, match="uq_case_event_idempotency_key"):
        given.an_event(case, 2, idempotency_key=key)


def test_events_made_without_a_form_do_not_stand_in_each_others_way(given, case):
    given.an_event(case, 1)
    given.an_event(case, 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "correction", "reason": "The wrong day"},
        {"kind": "correction", "supersedes": 1},
        {"kind": "strike_out", "supersedes": 1, "reason": ""},
        {"kind": "step", "supersedes": 1, "reason": "The wrong day"},
        {"kind": "correction", "supersedes": 2, "reason": "It supersedes itself"},
        {"kind": "correction", "supersedes": 7, "reason": "There is no such event"},
        {"happened_last": date(2014, 3, 2)},
        {"happened_precision": "year"},
        {"hash": b"short"},
    ],
)
def test_an_event_that_cannot_be_is_refused(given, case, wrong):
    given.an_event(case, 1)

    with pytest.raises(IntegrityError):
        given.an_event(case, 2, **wrong)


def test_a_correction_supersedes_an_earlier_event_with_a_reason(session, given, case):
    given.an_event(case, 1)
    given.an_event(case, 2, kind="correction", supersedes=1, reason="The day was misread")

    session.refresh(case)
    assert [event.supersedes for event in case.events] == [None, 1]


def test_a_clock_has_one_deadline_for_each_subject(session, given, case):
    def asked_of(agency):
        told = {"ordinal": 1, "title": "Report returned", "source": "S-BEX", "confirmed": True}
        return Deadline(case_id=case.id, clock_key="agency_report", subject=agency, **told)

    session.add_all([asked_of("Police"), asked_of("Health visiting")])
    session.flush()

    session.add(asked_of("Police"))
    with pytest.raises(IntegrityError, match="uq_deadline_case_id_clock_key_subject"):
        session.flush()


def test_a_case_is_not_linked_to_itself(session, case):
    session.add(LinkedCase(case_id=case.id, other_case_id=case.id, kind="referred_for_review"))

    with pytest.raises(IntegrityError, match="links_two_cases"):
        session.flush()


def test_a_writer_who_read_an_older_row_does_not_overwrite_it(committed_database):
    sessions = make_sessions(committed_database.engine)
    with sessions.begin() as session:
        case_id = Given(session).a_case(Given(session).a_board()).id

    with sessions() as first, sessions() as second:
        one, other = first.get_one(Case, case_id), second.get_one(Case, case_id)
        one.state, other.state = "scoping", "awaiting_recommendation"
        first.commit()
        with pytest.raises(StaleDataError):
            second.commit()
