"""Boards and the references they give to cases."""

from datetime import date
from threading import Thread

import pytest

from models.agency import board_meant, next_reference
from models.database import make_sessions
from tests.models.situations import Given


def test_references_count_up_within_a_board_and_a_year(session, given):
    bexley, bromley = given.a_board(reference_prefix="BEX"), given.a_board(reference_prefix="BRO")
    wed_20_jun_2012, thu_3_jan_2013 = date(2012, 6, 20), date(2013, 1, 3)

    assert next_reference(session, bexley, wed_20_jun_2012) == "BEX-2012-001"
    assert next_reference(session, bexley, wed_20_jun_2012) == "BEX-2012-002"
    assert next_reference(session, bexley, thu_3_jan_2013) == "BEX-2013-001"
    assert next_reference(session, bromley, wed_20_jun_2012) == "BRO-2012-001"


def test_cases_opened_at_once_get_different_references(committed_database):
    sessions = make_sessions(committed_database.engine)
    with sessions.begin() as session:
        board = Given(session).a_board(reference_prefix="BEX")
        session.expunge(board)
    given_out = []

    def open_one():
        with sessions.begin() as session:
            given_out.append(next_reference(session, board, date(2012, 6, 20)))

    threads = [Thread(target=open_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    assert sorted(given_out) == [f"BEX-2012-{serial:03d}" for serial in range(1, 9)]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Bexley Safeguarding Children Board", "Bexly Safeguarding Children Board"),
        ("Bexley Safeguarding Children Board", "bexley  safeguarding children board"),
        ("Derby & Derbyshire Panel", "Derby and Derbyshire Panel"),
        ("Gloucestershire Safeguarding Children Board", "Glocestershire Safegaurding Children Board"),
    ],
)
def test_a_board_mistyped_is_known_again(session, given, name, typed):
    board = given.a_board(name=name)

    assert board_meant(session, typed) is board


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Bexley Safeguarding Children Board", "Bromley Safeguarding Children Board"),
        ("North Tyneside Safeguarding Children Board", "South Tyneside Safeguarding Children Board"),
        ("East Sussex Safeguarding Children Board", "West Sussex Safeguarding Children Board"),
        ("Derby Safeguarding Children Board", "Derbyshire Safeguarding Children Board"),
        ("Bedford Safeguarding Children Board", "Bradford Safeguarding Children Board"),
        ("Buckinghamshire Safeguarding Children Board", "Buckinghamshire Safeguarding Children Partnership"),
    ],
)
def test_areas_whose_names_are_alike_are_not_taken_for_each_other(session, given, name, other):
    given.a_board(name=name)

    assert board_meant(session, other) is None
