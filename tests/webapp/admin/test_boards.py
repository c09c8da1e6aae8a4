"""An administrator's boards and the agencies that answer to them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models.agency import Board
from models.casework import Actor, open_case
from tests.webapp.client import links_of, main_words
from tests.webapp.conftest import FRI_7_FEB_2014
from workflows.dates import PartialDate
from workflows.roles import ADMINISTRATOR, BUSINESS_MANAGER
from workflows.standing import Told

ANYTOWN = {
    "name": "Anytown Safeguarding Children Board",
    "short_name": "Anytown",
    "kind": "lscb",
    "reference_prefix": "ANY",
}


@pytest.fixture
def client(as_, somebody):
    """A browser in which an administrator is signed in."""
    return as_(somebody("admin@example.org", ADMINISTRATOR))


def add(client, **typed):
    return client.send(client.get("/boards/new"), "Add the board", **(ANYTOWN | typed))


def test_a_board_is_added(client, session):
    new = {
        "new_arrangements_start__day": "29",
        "new_arrangements_start__month": "9",
        "new_arrangements_start__year": "2019",
    }

    page = add(client, **new)

    assert page.request.path == "/boards/ANY"
    assert "Partners took over 29 September 2019" in main_words(page)
    board = session.scalars(select(Board)).one()
    assert (board.name, board.kind, board.new_arrangements_start) == (ANYTOWN["name"], "lscb", date(2019, 9, 29))


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"name": ""}, "Enter the full name of the board"),
        ({"short_name": " "}, "Enter a short name"),
        ({"kind": []}, "Choose what kind of board it is"),
        ({"reference_prefix": "any"}, "Case references must begin with two to eight capital letters and figures"),
    ],
)
def test_what_is_wrong_with_a_board_is_said(client, typed, problem):
    page = add(client, **typed)

    assert page.status_code == 422
    assert problem in links_of(page)


def test_two_boards_do_not_share_the_beginning_of_their_references(client):
    add(client)

    page = add(client, name="Anyville Safeguarding Children Board")

    assert "A board with this name or beginning of references is there already" in links_of(page)


def test_what_is_known_of_a_board_is_changed_but_for_its_references(client):
    add(client)
    form = client.get("/boards/ANY/change")

    page = client.send(form, "Save", short_name="Anytown and district", kind="partnership")

    assert "Anytown and district" in main_words(page)
    assert "Case references begin ANY" in main_words(page)


def test_a_board_does_not_take_the_name_of_another(client):
    add(client)
    add(client, name="Othertown Safeguarding Children Board", reference_prefix="OTH")

    page = client.send(client.get("/boards/OTH/change"), "Save", name=ANYTOWN["name"])

    assert page.status_code == 422


def test_agencies_are_added_once_each(client):
    add(client)
    board = client.get("/boards/ANY")

    page = client.send(board, "Add the agency", name="Health visiting")
    again = client.send(board, "Add the agency", name="Health visiting")

    assert "Health visiting" in main_words(page)
    assert "This agency is there already" in links_of(again)
    assert "Anytown Safeguarding Children Board" in links_of(client.get("/boards/"))


def test_where_there_is_no_board_the_page_says_why_one_is_needed(client):
    assert "There is no board yet" in main_words(client.get("/boards/"))
    assert client.get("/boards/NONE").status_code == 404


def test_when_the_partners_took_over_is_what_open_cases_are_reckoned_by(client, session):
    """X-3: a serious case review not finished by then had a year from that day."""
    add(client)
    board = session.scalars(select(Board)).one()
    case = a_serious_case_review(session, board)
    took_over = {"day": "29", "month": "9", "year": "2019"}

    typed = {f"new_arrangements_start__{box}": value for box, value in took_over.items()}
    client.send(client.get("/boards/ANY/change"), "Save", **typed)

    session.expire_all()
    due = {deadline.clock_key: deadline.due_last for deadline in case.deadlines}
    assert due["transition_completion"] == date(2020, 9, 29)


def a_serious_case_review(session, board):
    tue_7_jan, thu_9_jan = date(2014, 1, 7), date(2014, 1, 9)
    answers = {
        "received_on": thu_9_jan.isoformat(),
        "incident_on": tue_7_jan.isoformat(),
        "pseudonym": "Child A",
        "died": "yes",
        "died_on": tue_7_jan.isoformat(),
        "seriously_harmed": "no",
        "abuse_or_neglect": "suspected",
        "concern_about_joint_working": "yes",
        "normally_resident_in": "Anytown",
        "referred_by": "Police",
    }
    return open_case(
        session,
        workflow_key="serious_case_review",
        board=board,
        step="refer_case",
        actor=Actor(None, frozenset({BUSINESS_MANAGER})),
        told=Told(PartialDate.on(thu_9_jan), answers),
        now=FRI_7_FEB_2014,
    )
