"""Engines and sessions, made the same way for every process and for the tests."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

SERVER_SETTINGS: Mapping[str, str] = {
    "timezone": "UTC",
    # Nothing a page or a job asks takes this long; a statement that does is stopped, not waited for.
    "statement_timeout": "60s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "5min",
}


# So that a network that swallows everything is noticed within a minute, and not after the two hours of the system.
NOTICE_A_DEAD_NETWORK: Mapping[str, int] = {
    "connect_timeout": 20, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}  # fmt: skip


def make_engine(url: str | URL, *, pool_size: int = 5, settings: Mapping[str, str] = SERVER_SETTINGS) -> Engine:
    """Return an engine for PostgreSQL through psycopg, at the isolation level READ COMMITTED.

    A connection is tried before it is used and replaced after half an hour,
    because a long-lived process outlives its database connections (P18).
    Errors carry neither parameters nor the values of a row.
    """
    engine = create_engine(
        psycopg_url(url),
        pool_size=pool_size,
        pool_pre_ping=True,
        pool_recycle=1800,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        connect_args={
            **NOTICE_A_DEAD_NETWORK,
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        },
    )
    event.listen(engine, "handle_error", _keep_values_out_of_the_error)
    return engine


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Return what opens a session, one to a request or job."""
    return sessionmaker(engine)


def psycopg_url(url: str | URL) -> URL:
    """Return the address with the driver named, however `DATABASE_URL` spelt it."""
    return make_url(url).set(drivername="postgresql+psycopg")


def _keep_values_out_of_the_error(context: ExceptionContext) -> None:
    """Leave the server's sentence in an error and take away its detail.

    The detail quotes the row (`Key (email)=(…) already exists`), and an
    exception ends in a log. `error.orig.diag` still has the constraint's name.
    """
    original, wrapped = context.original_exception, context.sqlalchemy_exception
    if not isinstance(original, psycopg.Error) or not isinstance(wrapped, DBAPIError):
        return
    if sentence := original.diag.message_primary:
        original.args = (sentence,)
        wrapped.args = (f"({type(original).__name__}) {sentence}",)
