"""Bringing a database to a version of its tables, for the command line and the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, NullPool, create_engine

from models.database import psycopg_url

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def upgrade(owner_url: str | URL, revision: str = "head") -> None:
    """Bring the database up to `revision`; nothing happens if it is there already."""
    _migrate(owner_url, command.upgrade, revision)


def downgrade(owner_url: str | URL, revision: str) -> None:
    """Take the database down to `revision` (`base` for empty), losing what the later tables hold."""
    _migrate(owner_url, command.downgrade, revision)


def current_revision(url: str | URL) -> str | None:
    """Return the revision a database is at, or nothing for an empty one."""
    with _connection(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str | None:
    """Return the last revision there is, on which this version of the code runs."""
    return ScriptDirectory.from_config(_configuration()).get_current_head()


def _migrate(owner_url: str | URL, move: Callable[[Config, str], None], revision: str) -> None:
    """Run the migrations in one transaction, so that a failing one leaves the database as it was."""
    with _connection(owner_url) as connection:
        configuration = _configuration()
        configuration.attributes["connection"] = connection
        move(configuration, revision)


@contextmanager
def _connection(url: str | URL) -> Iterator[Connection]:
    engine = create_engine(psycopg_url(url), poolclass=NullPool, hide_parameters=True)
    with engine.begin() as connection:
        yield connection


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return configuration
