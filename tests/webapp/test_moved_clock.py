"""A demonstration can be run on another day, by every process at once. In service its clock cannot be moved."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from sqlalchemy.orm import sessionmaker

from models.moved_clock import move_clock
from tests.webapp.client import CheckedClient, WatchedSession, links_of, main_words, tree_of, words_of
from webapp import create_app
from webapp.clock import real_clock
from webapp.moved_clock import ahead_for, clock_for
from webapp.settings import Settings
from workflows.dates import LONDON, london_day

IN_SERVICE, DEMONSTRATION = Settings(secret_key="x" * 48), Settings(secret_key="x" * 48, demonstration=True)
CHRISTMAS_EVE = date(2031, 12, 24)
START = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def sessions(session):
    return sessionmaker(session.connection(), class_=WatchedSession, join_transaction_mode="create_savepoint")


@pytest.fixture
def demonstration(sessions):
    """A demonstration, put together as the web server puts it together."""
    app = create_app(DEMONSTRATION, clock=clock_for(DEMONSTRATION, sessions), sessions=sessions)
    app.testing = True
    app.test_client_class = CheckedClient
    return app


@pytest.fixture
def visitor(demonstration, somebody):
    somebody("visitor@example.org", "business_manager")
    client = demonstration.test_client()
    client.send(client.get("/sign-in"), "Sign in", email="visitor@example.org", password="correct horse battery staple")
    return client


def test_anybody_signed_in_moves_the_clock_and_every_page_then_says_so(visitor, sessions):
    moved = visitor.send(
        visitor.get("/demonstration/clock"), "Move the clock", day__day="24", day__month="12", day__year="2031"
    )

    assert "The clock has been moved to 24 December 2031" in main_words(moved)
    for path in ("/worklist/", "/account", "/accessibility", "/no-such-page"):
        assert "24 December 2031" in header_words(visitor.get(path)), path
    assert london_day(clock_for(DEMONSTRATION, sessions)()) == CHRISTMAS_EVE


def header_words(page):
    return words_of(next(tree_of(page).iter("header")))


def test_it_can_be_put_right_again(visitor, sessions):
    new_year = {"day__day": "1", "day__month": "1", "day__year": "2031"}
    visitor.send(visitor.get("/demonstration/clock"), "Move the clock", **new_year)

    right = visitor.send(visitor.get("/demonstration/clock"), "Show the real time again")

    assert "The clock stands at" not in right.text
    assert abs(clock_for(DEMONSTRATION, sessions)() - real_clock()) < timedelta(minutes=1)


def test_a_day_for_which_no_working_days_are_known_is_refused(visitor):
    too_far = {"day__day": "1", "day__month": "1", "day__year": "2061"}
    page = visitor.send(visitor.get("/demonstration/clock"), "Move the clock", **too_far)

    assert page.status_code == 422
    assert "between 1 January 2000 and 31 December 2060" in main_words(page)


def test_in_service_there_is_no_such_page_and_what_the_database_says_is_not_looked_at(as_, somebody, session, sessions):
    client = as_(somebody())
    move_clock(session, timedelta(days=90), now=real_clock())

    assert client.get("/demonstration/clock").status_code == 404
    assert client.post("/demonstration/clock/right").status_code in (400, 404)
    assert "The clock stands at" not in client.get("/account").text
    assert "/demonstration/clock" not in links_of(client.get("/account")).values()
    assert clock_for(IN_SERVICE, sessions) is real_clock


@for_any(
    real=st.integers(0, 10 * 366 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes)),
    day=st.dates(date(2000, 1, 1), date(2060, 12, 31)),
)
def test_the_clock_then_shows_that_day_at_this_time_of_day(real, day):
    shown = (real + ahead_for(day, real)).astimezone(LONDON)

    assert shown.date() == day
    # An hour of spring is not there to be shown.
    assert abs((shown.hour * 60 + shown.minute) - (real.astimezone(LONDON).hour * 60 + real.minute)) in (0, 60)
