"""A server that keeps what it is told through a crash, as in service: measured on less, a figure says nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
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


@pytest.fixture
def bench_database() -> Iterator[BenchDatabase]:
    """A database of the measurement's own, dropped after it."""
    server = embedded.start(DURABLE_SERVER)
    name = f"bench_{os.getpid()}"
    server.ensure_database(name)
    try:
        migrate.upgrade(server.owner_url(name))
        yield BenchDatabase(server.application_url(name), server.owner_url(name))
    finally:
        server.drop_database(name)


@pytest.fixture
def bench_engine(bench_database: BenchDatabase) -> Iterator[Engine]:
    engine = make_engine(bench_database.url, pool_size=8)
    yield engine
    engine.dispose()
