"""The web application on a real database, with a clock of the test's own and invented people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from models.agency import Board
from models.case import Case
from models.passwords import HASHER
from models.people import Person
from models.sessions import begin_session
from tests.models.situations import Given
from tests.webapp.client import CheckedClient, WatchedSession
from webapp import create_app
from webapp.settings import Settings
from workflows.roles import ADMINISTRATOR

PASSWORD = "correct horse battery staple"
FRI_7_FEB_2014 = datetime(2014, 2, 7, 17, 30, tzinfo=UTC)


@dataclass
class MovableClock:
    """A clock that stands still until it is moved."""

    moment: datetime = FRI_7_FEB_2014

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def given(session: Session) -> Given:
    return Given(session)


@pytest.fixture
def app(session: Session, clock: MovableClock) -> Flask:
    """The application, on the connection of the test, so that what it commits is gone afterwards."""
    sessions = sessionmaker(session.connection(), class_=WatchedSession, join_transaction_mode="create_savepoint")
    app = create_app(Settings(secret_key="x" * 48), clock=clock, sessions=sessions)
    app.testing = True
    app.test_client_class = CheckedClient
    return app


@pytest.fixture
def client(app: Flask) -> CheckedClient:
    """A browser in which nobody is signed in."""
    return a_browser(app)


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of PASSWORD, made once: hashing is slow on purpose."""
    return HASHER.hash(PASSWORD)


@pytest.fixture
def somebody(given: Given, password_hash: str) -> Callable[..., Person]:
    """Make a person who signs in with PASSWORD, with the roles given on a board or a case, or on a board of its own."""

    def make(email: str = "somebody@example.org", *roles: str, on: Board | Case | None = None) -> Person:
        person = given.a_person(email, password_hash=password_hash, password_changed_at=FRI_7_FEB_2014)
        for role in roles:
            given.appointed(person, role, on=None if role == ADMINISTRATOR else on or given.a_board())
        return person

    return make


@pytest.fixture
def as_(app: Flask, session: Session, clock: MovableClock) -> Callable[[Person], CheckedClient]:
    """Return a browser of its own for a person, who signed in just now; without the page, which is slow on purpose."""

    def browser_of(person: Person) -> CheckedClient:
        client = a_browser(app)
        token = begin_session(session, person, clock())
        session.commit()
        client.set_cookie("__Host-reviews-token", token, secure=True)
        return client

    return browser_of


def a_browser(app: Flask) -> CheckedClient:
    """Return another browser in which nobody is signed in."""
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client


def sign_in(client: CheckedClient, email: str, password: str = PASSWORD):
    """Sign in through the page, and return the page that leads to."""
    return client.send(client.get("/sign-in"), "Sign in", email=email, password=password)
