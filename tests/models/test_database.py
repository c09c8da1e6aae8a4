"""Engines: what every connection is set to, and what an error may say."""

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from models.database import make_engine, make_sessions, psycopg_url


def test_an_error_names_the_constraint_and_no_value(session, given):
    given.a_person("jo.bloggs@example.org")

    with pytest.raises(IntegrityError) as raised:
        given.a_person("jo.bloggs@example.org")

    said = f"{raised.value} {raised.value.orig} {raised.value.__cause__}"
    assert "uq_person_email" in said
    assert "bloggs" not in said


def test_a_mistake_in_a_statement_is_still_told(session):
    with pytest.raises(DBAPIError, match="does not exist"):
        session.execute(text("SELECT nothing_of_the_kind FROM person"))


def test_connections_speak_utc_and_wait_for_nothing_for_ever(database):
    with database.connect() as connection:
        shown = {name: connection.scalar(text(f"SHOW {name}")) for name in ("timezone", "lock_timeout")}

    assert shown == {"timezone": "UTC", "lock_timeout": "10s"}


def test_a_network_that_swallows_everything_is_noticed_within_a_minute(database):
    with database.connect() as connection:
        told = connection.connection.driver_connection.info.get_parameters()

    idle, interval, count = (int(told[f"keepalives_{name}"]) for name in ("idle", "interval", "count"))
    assert idle + interval * count < 60
    assert int(told["tcp_user_timeout"]) < 60_000


def test_a_connection_the_server_has_dropped_is_replaced(committed_database):
    engine = make_engine(committed_database.url, pool_size=1)
    with engine.connect() as connection:
        backend = connection.scalar(text("SELECT pg_backend_pid()"))
    with committed_database.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:backend)"), {"backend": backend})

    with make_sessions(engine)() as session:
        assert session.scalar(text("SELECT 1")) == 1
    engine.dispose()


def test_an_address_without_a_driver_gets_one():
    assert psycopg_url("postgresql://reviews_app@db/reviews") == make_url("postgresql+psycopg://reviews_app@db/reviews")
