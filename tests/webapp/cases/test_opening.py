"""A case is opened for a board by whoever may, under the edition in force on its day."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models.case import Case
from tests.models.reviews import REFERRAL
from tests.webapp.client import links_of, main_words, tree_of

REFER = "/cases/new/serious_case_review/ANY"
DAYS = {
    "answer_received_on__day": "4", "answer_received_on__month": "3", "answer_received_on__year": "2014",
    "answer_incident_on__month": "2", "answer_incident_on__year": "2014",
}  # fmt: skip
ANSWERS = {f"answer_{key}": value for key, value in REFERRAL.items() if not key.endswith("_on")}


@pytest.fixture(autouse=True)
def _a_board(board):
    """There is a board called Anytown."""


def test_what_somebody_may_open_is_offered_for_each_board(manager):
    links = links_of(manager.get("/cases/new"))

    assert links["Serious case review, Anytown"] == REFER
    assert "Practice review, Anytown" in links


def test_a_panel_is_offered_child_deaths_alone(as_, somebody, given):
    panel = given.a_board("Anytown Child Death Overview Panel", kind="panel", reference_prefix="PAN")
    browser = as_(somebody("manager@panel.example", "business_manager", on=panel))

    links = links_of(browser.get("/cases/new"))

    assert [each for each in links if "Overview Panel" in each] == [
        "Child death review, Anytown Child Death Overview Panel"
    ]
    assert browser.get("/cases/new/serious_case_review/PAN").status_code == 404


def test_nothing_is_offered_to_somebody_who_may_open_nothing(seen_by):
    assert "lets you open a case" in main_words(seen_by("board_member").get("/cases/new"))


def test_a_case_is_opened_after_a_look_at_what_follows(manager, session):
    to_check = manager.send(manager.get(REFER), "Continue", when="2014-03-10", **DAYS, **ANSWERS)

    words = main_words(to_check)
    assert "The case is opened under Working Together 2013 and stands at “Referred”" in words
    assert "“Decide whether to hold a review” is due by 4 April 2014" in words
    assert session.scalars(select(Case)).all() == []

    done = manager.send(to_check, "Open the case")

    case = session.scalars(select(Case)).one()
    assert done.request.path == f"/cases/{case.reference}"
    assert f"The case is opened. Its reference is {case.reference}." in main_words(done)
    assert case.events[0].answers["incident_on"] == "2014-02"


def test_opening_twice_with_one_form_opens_one_case(manager, session):
    to_check = manager.send(manager.get(REFER), "Continue", when="2014-03-10", **DAYS, **ANSWERS)
    typed = manager.held(to_check, "Open the case")

    for _ in range(2):
        manager.post(f"{REFER}/check", data=typed)

    assert len(session.scalars(select(Case)).all()) == 1


def test_every_mistake_of_a_referral_is_said_at_once(manager):
    wrong = manager.send(manager.get(REFER), "Continue")

    assert wrong.status_code == 422
    links = links_of(wrong)
    assert links["Say on which day the case was opened"] == "#when"
    assert links["When the board was told: an answer is needed"] == "#answer_received_on-day"
    assert links["Pseudonym: an answer is needed"] == "#answer_pseudonym"
    assert links["Has the child died? An answer is needed"] == "#answer_died"


def test_the_mistakes_are_said_in_the_order_of_the_page(manager):
    tree = tree_of(manager.send(manager.get(REFER), "Continue"))
    (summary,) = [each for each in tree.iter("ul") if "error-summary" in each.get("class", "")]
    places = [each.get("id") for each in tree.iter() if each.get("id")]

    told = [places.index(link.get("href", "").removeprefix("#")) for link in summary.iter("a")]

    assert len(told) > 5
    assert told == sorted(told)


def test_a_day_that_no_edition_covers_says_which_review_to_open(seen_by, board, clock):
    clock.moment = clock.moment.replace(year=2021)
    board.new_arrangements_start = date(2019, 9, 29)
    manager = seen_by("business_manager")

    refused = manager.send(manager.get(REFER), "Continue", when="2021-03-10", **DAYS, **ANSWERS)

    assert refused.status_code == 409
    assert "a practice review is opened instead of a serious case review" in main_words(refused)
    assert "only for a case of the time before" in main_words(manager.get("/cases/new"))


def test_what_was_begun_is_there_when_somebody_comes_back(manager):
    typed = manager.held(manager.get(REFER), "Continue", answer_pseudonym="Child Heron")

    manager.post(REFER, data=typed | {"do": "later"})

    assert manager.held(manager.get(REFER), "Continue")["answer_pseudonym"] == ["Child Heron"]


def test_an_agency_that_refers_a_case_does_not_see_it_afterwards(as_, somebody, given, board, session):
    person = somebody("lead@example.org")
    given.appointed(person, "agency_lead", on=board, agency_id=given.an_agency(board, "Police").id)
    browser = as_(person)

    to_check = browser.send(browser.get(REFER), "Continue", when="2014-03-10", **DAYS, **ANSWERS)
    done = browser.send(to_check, "Open the case")

    assert "Its reference is ANY-2014-001." in main_words(done)
    assert done.request.path != "/cases/ANY-2014-001"
    assert browser.get("/cases/ANY-2014-001").status_code == 404


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/cases/new/serious_case_review/NONE", 404),
        ("/cases/new/dance/ANY", 404),
        ("/cases/new/serious_case_review/OTH", 403),
    ],
)
def test_a_case_is_not_opened_for_another_board_or_of_no_kind(manager, given, address, status):
    given.a_board("Othertown", reference_prefix="OTH")

    assert manager.get(address).status_code == status


def test_nobody_opens_a_case_without_signing_in(client):
    assert client.get(REFER).headers["Location"].startswith("/sign-in")
