"""The databases that commands run on: the one in use, or one of their own that is gone afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import click
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from models import embedded, migrate
from models.database import make_engine, make_sessions
from webapp.settings import Settings, database_settings


@dataclass(frozen=True, slots=True)
class OwnDatabase:
    """A database made for one run: where the application and the owner of the tables reach it."""

    application_url: str
    owner_url: str


def owner_address(settings: Settings | None = None) -> str:
    """Return where the owner of the tables reaches the database in use, starting the server in `var` if need be."""
    settings = settings or database_settings()
    if settings.database_owner_url:
        return settings.database_owner_url
    server = embedded.start(settings.var / "postgres")
    server.ensure_database()
    return str(server.owner_url())


def application_address_in_use(settings: Settings | None = None) -> str:
    """Return where the application reaches the database in use, starting the server in `var` if need be."""
    settings = settings or database_settings()
    if settings.database_url:
        return settings.database_url
    server = embedded.start(settings.var / "postgres")
    server.ensure_database()
    migrate.upgrade(server.owner_url())
    return str(server.application_url())


class OutOfReach(click.ClickException):
    """The database went away or did not answer. A command ends with this sentence and with 3."""

    exit_code = 3

    def __init__(self) -> None:
        super().__init__(
            "The database could not be reached, or did not answer in time. What was finished stays. "
            "Run the same command again when it is there"
        )


@contextmanager
def sessions_in_use() -> Iterator[sessionmaker[Session]]:
    """Give what opens sessions on the database in use, and close its connections afterwards. Raises OutOfReach."""
    engine = make_engine(application_address_in_use())
    try:
        yield make_sessions(engine)
    except OperationalError as wrong:
        raise OutOfReach from wrong
    finally:
        engine.dispose()


@contextmanager
def own_database() -> Iterator[OwnDatabase]:
    """Give a new database with all tables on the server in `var`, and drop it afterwards.

    The server gives up surviving a crash of the machine: what is written here is thrown away.
    """
    server = embedded.start(database_settings().var / "replay-postgres", durable=False)
    name = f"replay_{uuid4().hex[:12]}"
    server.ensure_database(name)
    try:
        migrate.upgrade(server.owner_url(name))
        yield OwnDatabase(str(server.application_url(name)), str(server.owner_url(name)))
    finally:
        server.drop_database(name)
