"""Real databases for the tests, on one embedded server, migrated once and copied for each worker."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import embedded, migrate
from models.database import make_engine
from models.embedded import EmbeddedServer

TEST_SERVER = Path(__file__).resolve().parent.parent / "var" / "test-postgres"

# A shared machine may stall in any example; what is too slow is found by tests/bench.
NEVER_TOO_SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# A run says the same twice: new examples are looked for on purpose, by exploring.
settings.register_profile("project", NEVER_TOO_SLOW, max_examples=50, derandomize=True)
settings.register_profile("explore", NEVER_TOO_SLOW, max_examples=1000)
settings.load_profile("project")

_numbers = itertools.count()


@dataclass(frozen=True)
class ADatabase:
    """A migrated, empty database: where it is, and an engine for each of the two roles."""

    url: str
    owner_url: str
    engine: Engine
    owner_engine: Engine


@pytest.fixture(scope="session")
def server() -> EmbeddedServer:
    """The server all test runs on this machine share; the last process to end stops it."""
    running = embedded.start(TEST_SERVER, durable=False)
    _drop_what_dead_runs_left(running)
    return running


@pytest.fixture(scope="session")
def template_database(server: EmbeddedServer) -> str:
    """The name of a migrated database nobody connects to, made anew when a migration changes."""
    template = f"template_{_fingerprint_of_migrations()}"
    building = _name_of_ours()
    if _exists(server, template):
        return template
    server.ensure_database(building)
    migrate.upgrade(server.owner_url(building))
    with server.administration() as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (template,)).fetchone():
            connection.execute(f'ALTER DATABASE "{building}" RENAME TO "{template}"')
    server.drop_database(building)
    return template


@pytest.fixture(scope="session")
def worker_database(server: EmbeddedServer, template_database: str) -> Iterator[ADatabase]:
    """The database of this worker, which every test leaves as it found it."""
    with _copied(server, template_database) as database:
        yield database


@pytest.fixture(scope="session")
def database(worker_database: ADatabase) -> Engine:
    """The worker's database, as the application reaches it."""
    return worker_database.engine


@pytest.fixture(scope="session")
def owner_engine(worker_database: ADatabase) -> Engine:
    """The worker's database, as the owner of its tables reaches it."""
    return worker_database.owner_engine


@pytest.fixture
def session(database: Engine) -> Iterator[Session]:
    """A session whose commits are real to the test and gone after it."""
    with database.connect() as connection, connection.begin() as everything:
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        everything.rollback()


@pytest.fixture
def committed_database(server: EmbeddedServer, template_database: str) -> Iterator[ADatabase]:
    """A database of the test's own, for what several connections do to each other."""
    with _copied(server, template_database) as database:
        yield database


@pytest.fixture
def unused_name(server: EmbeddedServer) -> Iterator[str]:
    """A name for a database the test makes itself, which is dropped after it."""
    name = _name_of_ours()
    yield name
    server.drop_database(name)


@contextmanager
def _copied(server: EmbeddedServer, template: str) -> Iterator[ADatabase]:
    name = _name_of_ours()
    server.ensure_database(name, template=template)
    url, owner_url = server.application_url(name), server.owner_url(name)
    database = ADatabase(url, owner_url, make_engine(url), make_engine(owner_url))
    try:
        yield database
    finally:
        database.engine.dispose()
        database.owner_engine.dispose()
        server.drop_database(name)


def _name_of_ours() -> str:
    """Return an unused name that says whose it is."""
    return f"test_{os.getpid()}_{next(_numbers)}"


def _drop_what_dead_runs_left(server: EmbeddedServer) -> None:
    with server.administration() as connection:
        names = connection.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'test\_%'").fetchall()
    for (name,) in names:
        if not _runs(int(name.split("_")[1])):
            server.drop_database(name)


def _runs(process_id: int) -> bool:
    """Return whether a process is there, be it ours or another's."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _exists(server: EmbeddedServer, name: str) -> bool:
    with server.administration() as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None


def _fingerprint_of_migrations() -> str:
    files = sorted(migrate.MIGRATIONS.glob("**/*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
