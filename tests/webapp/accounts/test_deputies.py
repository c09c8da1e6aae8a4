"""Naming somebody for the days one is away, what they may then record, and how the history says it."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from models.deputyship import Deputyship
from models.panels.panel import DeclaredInterest
from tests.models.reviews import SCOPING, Review, a_board
from tests.webapp.client import main_words
from tests.webapp.conftest import MovableClock
from workflows.roles import ADMINISTRATOR

MON_3_MAR = date(2014, 3, 3)
NOON = datetime(2014, 3, 3, 12, tzinfo=UTC)
FIRST = {"from_on__day": "3", "from_on__month": "3", "from_on__year": "2014"}
LAST = {"until_on__day": "14", "until_on__month": "3", "until_on__year": "2014"}


@pytest.fixture
def clock():
    return MovableClock(NOON)


@pytest.fixture
def board(session):
    return a_board(session)


@pytest.fixture
def review(session, board):
    return Review(session, board, MON_3_MAR).opened()


@pytest.fixture
def absent(somebody, board):
    return named(somebody("away@example.org", "business_manager", on=board), "Tom Away")


@pytest.fixture
def deputy(somebody, board):
    return named(somebody("here@example.org", "board_member", on=board), "Owen Here")


def named(person, name):
    person.name = name
    return person


def names(client, deputy, at="/account/deputies/new", **more):
    page = client.get(at)
    return client.send(page, "Name this person", deputy=str(deputy.public_id), **FIRST, **LAST, **more)


def test_somebody_is_named_seen_and_ended(as_, absent, deputy):
    client = as_(absent)

    page = names(client, deputy)
    assert "Owen Here stands in from 3 March 2014 to 14 March 2014" in main_words(page)
    assert "Owen Here Everything 3 March 2014 14 March 2014 Standing in now End it now" in main_words(page)

    ended = client.send(page, "End it now")
    assert "Owen Here stands in no longer" in main_words(ended)
    assert "Ended early Nothing" in main_words(ended)


def test_the_deputy_sees_for_whom_they_stand_in(as_, absent, deputy, review):
    names(as_(absent), deputy)
    client = as_(deputy)

    worklist = main_words(client.get("/worklist/"))
    assert "You stand in for Tom Away until 14 March 2014" in worklist
    assert "1 waiting for me" in worklist
    assert "Your turn" in worklist
    assert "For whom I stand in" in main_words(client.get("/account/deputies"))


def test_what_a_deputy_records_says_for_whom_on_the_page_and_in_the_history(as_, absent, deputy, review):
    names(as_(absent), deputy)
    client = as_(deputy)
    address = f"/cases/{review.case.reference}/steps/request_scoping"

    sheet = client.get(address)
    assert "You record this for Tom Away, as the business manager" in main_words(sheet)
    due = dict(zip(("day", "month", "year"), ("1", "4", "2014"), strict=True))
    page = client.send(
        sheet, "Record", when="2014-03-03", answer_agencies="\n".join(SCOPING["agencies"]),
        **{f"answer_due_on__{box}": typed for box, typed in due.items()},
    )  # fmt: skip

    assert "by Owen Here for Tom Away, business manager" in main_words(page)


def test_without_being_named_or_after_the_last_day_it_is_refused(as_, clock, absent, deputy, review):
    address = f"/cases/{review.case.reference}/steps/request_scoping"
    assert as_(deputy).get(address).status_code == 403

    names(as_(absent), deputy)
    assert as_(deputy).get(address).status_code == 200

    clock.moment = datetime(2014, 3, 15, 12, tzinfo=UTC)
    assert as_(deputy).get(address).status_code == 403


def test_a_deputy_who_declares_an_interest_meets_no_case_at_all(session, as_, absent, deputy, review):
    names(as_(absent), deputy)
    session.add(DeclaredInterest(person_id=deputy.id, case_id=review.case.id, declared_at=NOON))
    session.flush()

    assert as_(deputy).get(f"/cases/{review.case.reference}").status_code == 404
    assert as_(deputy).get(f"/cases/{review.case.reference}/steps/request_scoping").status_code == 404
    assert "0 waiting for me" in main_words(as_(deputy).get("/worklist/"))


def test_a_refusal_stands_beside_the_answer_with_what_was_typed_kept(as_, somebody, session, absent, deputy, review):
    session.add(DeclaredInterest(person_id=deputy.id, case_id=review.case.id, declared_at=NOON))
    session.flush()

    page = names(as_(absent), deputy, reference=review.case.reference)

    assert page.status_code == 422
    assert "Owen Here has declared an interest in" in main_words(page)
    assert f'value="{review.case.reference}"' in page.text


def test_a_case_not_seen_is_answered_like_one_that_is_not_there(as_, session, absent, deputy):
    elsewhere = Review(session, a_board(session, "Bromley"), MON_3_MAR).opened().case

    answers = [main_words(names(as_(absent), deputy, reference=each)) for each in (elsewhere.reference, "ANY-1999-001")]

    assert all("There is no case with this reference that Tom Away sees" in answer for answer in answers)


def test_nobody_ends_what_somebody_else_agreed(as_, session, absent, deputy):
    names(as_(absent), deputy)
    span = session.scalars(select(Deputyship)).one()

    client = as_(deputy)
    token = client.held(client.get("/account/password"), "Change")["csrf_token"]
    assert client.post(f"/account/deputies/{span.id}/end", data={"csrf_token": token}).status_code == 404
    assert span.ended_at is None


def test_an_administrator_names_somebody_for_a_person_who_is_absent_already(as_, somebody, absent, deputy):
    client = as_(somebody("administrator@example.org", ADMINISTRATOR))
    at = f"/people/{absent.public_id}/deputies"

    page = names(client, deputy, f"{at}/new")
    assert "Owen Here Everything" in main_words(page)
    assert "Ended early" in main_words(client.send(page, "End it now"))


def test_a_deputy_of_the_coordinator_does_not_learn_who_the_child_is(as_, somebody, session, given, board):
    """Sight is not lent: the chair of the panel reads anonymised papers, as a deputy too (DOMAIN 8.2)."""
    death = given.a_case(board, "child_death_review", regime_key="WT2013", state="notified", stage="notification")
    coordinator = named(somebody("coordinator@example.org", "cdop_coordinator", on=board), "Joanne Away")
    chair = named(somebody("chair@example.org", "cdop_chair", on=board), "Amara Here")
    names(as_(coordinator), chair)
    address = f"/cases/{death.reference}/child"

    assert "Joanne Away Everything" in main_words(as_(chair).get("/account/deputies"))
    assert as_(chair).get(address).status_code == 403
