"""A serious case review of an invented board, opened on Monday 3 March 2014 and looked at a week later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from models.agency import Board
from models.people import Person
from tests.models.reviews import Review, a_board
from tests.webapp.client import CheckedClient
from tests.webapp.conftest import MovableClock

SeenBy = Callable[..., CheckedClient]

MON_3_MAR, MON_10_MAR = date(2014, 3, 3), date(2014, 3, 10)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2014, 3, 10, 9, 30, tzinfo=UTC))


@pytest.fixture
def board(session: Session) -> Board:
    return a_board(session, "Anytown")


@pytest.fixture
def review(session: Session, board: Board) -> Review:
    """A case referred a week ago."""
    return Review(session, board, MON_3_MAR).opened()


@pytest.fixture
def seen_by(somebody: Callable[..., Person], as_: Callable[[Person], CheckedClient], board: Board) -> SeenBy:
    """Return the browser of somebody who is signed in, appointed to the board in these roles."""

    def browser(*roles: str) -> CheckedClient:
        return as_(somebody(f"{roles[0].replace('_', '.')}@example.org", *roles, on=board))

    return browser


@pytest.fixture
def manager(seen_by: SeenBy) -> CheckedClient:
    return seen_by("business_manager")


@pytest.fixture
def chair(seen_by: SeenBy) -> CheckedClient:
    return seen_by("board_chair")
