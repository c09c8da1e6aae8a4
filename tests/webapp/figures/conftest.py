"""Boards with invented deaths, imported as somebody would import them, and people to look at their figures."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import sessionmaker

from models.agency import add_board
from models.child_deaths.importing import import_child_deaths
from tests.models.child_death_files import BUCKINGHAMSHIRE

BOARD = "Buckinghamshire Safeguarding Children Board"


@pytest.fixture
def board(session, clock):
    """A board, ten years after the deaths of 2014 that other tests are about."""
    clock.forward(days=365 * 10)
    return add_board(session, BOARD)


@pytest.fixture
def load(session, clock):
    """Import a file of deaths for a board, in the transaction of the test."""

    def run(file, board):
        sessions = sessionmaker(session.connection(), join_transaction_mode="create_savepoint")
        *_, last = import_child_deaths(sessions, file, board_id=board.id, person_id=None, clock=clock)
        assert last.refused == 0
        session.expire_all()

    return run


@pytest.fixture
def buckinghamshire(board, load):
    with BUCKINGHAMSHIRE.open("rb") as file:
        load(file, board)
    return board
