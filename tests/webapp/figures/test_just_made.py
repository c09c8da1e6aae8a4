"""What is kept of figures for the charts of a page: for a moment, and never more than a process has room for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.figures.book import Book, Wanted
from models.figures.disclosure import LOCAL, Disclosed
from models.queries.child_death_figures import Figures, Year
from webapp.figures.just_made import KEPT_FOR, MOST_KEPT, JustMade

NOON = datetime(2024, 6, 3, 12, 0, tzinfo=UTC)
ASKED = Wanted(frozenset({1}), Year(2023), LOCAL)


@pytest.fixture
def a_book():
    return Book(Figures(Year(2023), {"reviews": 0}), Disclosed(LOCAL, {}, {}, {}), (), (), (), (), withheld=0)


def test_figures_are_taken_as_they_were_made_for_half_a_minute(a_book):
    kept = JustMade()
    kept.keep(ASKED, a_book, NOON)

    assert kept.taken(ASKED, NOON + KEPT_FOR) is a_book
    assert kept.taken(ASKED, NOON + KEPT_FOR + timedelta(seconds=1)) is None
    assert kept.taken(replace(ASKED, leaving_out=frozenset({7})), NOON) is None


def test_what_nobody_draws_is_let_go(a_book):
    """Most of what is asked for is a page without charts, or a file: nobody comes back for it."""
    kept = JustMade()
    for second in range(100):
        kept.keep(replace(ASKED, year=Year(1900 + second)), a_book, NOON + second * KEPT_FOR)

    assert len(kept) <= 2


def test_no_more_is_kept_than_there_is_room_for_and_what_was_made_last_stays(a_book):
    kept = JustMade()
    for number in range(MOST_KEPT + 5):
        kept.keep(replace(ASKED, board_ids=frozenset({number})), a_book, NOON)

    assert len(kept) == MOST_KEPT
    assert kept.taken(replace(ASKED, board_ids=frozenset({MOST_KEPT + 4})), NOON) is a_book
    assert kept.taken(replace(ASKED, board_ids=frozenset({0})), NOON) is None


def test_a_clock_set_back_brings_nothing_back_from_the_future(a_book):
    kept = JustMade()
    kept.keep(ASKED, a_book, NOON)

    assert kept.taken(ASKED, NOON - timedelta(days=1)) is None
