"""The clock of a demonstration can be moved; nobody is signed out by it, and it is in the audit."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from models.audit import AuditEntry
from models.moved_clock import NOT_MOVED, ahead_by, move_clock
from models.sessions import begin_session, session_for
from tests.models.situations import Given

NOW = datetime(2014, 3, 3, 9, 30, tzinfo=UTC)


def test_a_clock_that_nobody_moved_shows_the_real_time(session):
    assert ahead_by(session) == NOT_MOVED


def test_the_clock_stands_where_it_was_moved_to_last(session):
    for days in (30, -400, 7):
        move_clock(session, timedelta(days=days), now=NOW)
        assert ahead_by(session) == timedelta(days=days)


def test_whoever_is_signed_in_stays_so(session):
    token = begin_session(session, Given(session).a_person(), NOW)

    move_clock(session, timedelta(days=90), now=NOW)
    session.expire_all()

    assert session_for(session, token, NOW + timedelta(days=90, minutes=29)) is not None
    assert session_for(session, token, NOW + timedelta(days=90, hours=13)) is None


def test_that_it_was_moved_is_in_the_audit(session):
    person = Given(session).a_person()

    move_clock(session, timedelta(days=1), now=NOW, person_id=person.id)
    session.flush()

    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.person_id, entry.detail) == ("clock_moved", person.id, {"ahead_by_seconds": 86400})
