"""An administrator's people and what they are appointed to."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.people import Appointment, person_with_email
from tests.webapp.client import links_of, main_words, tree_of
from tests.webapp.conftest import a_browser, sign_in
from workflows.roles import ADMINISTRATOR, AGENCY_LEAD, BUSINESS_MANAGER, LEAD_REVIEWER

ALREADY_THERE = "Somebody with this e-mail address has an account already: look for them under People, or enter another"


@pytest.fixture
def admin(somebody):
    return somebody("admin@example.org", ADMINISTRATOR)


@pytest.fixture
def client(as_, admin):
    """A browser in which the administrator is signed in."""
    return as_(admin)


@pytest.fixture
def newcomer(client, session):
    client.send(client.get("/people/new"), "Open", name="N. Newcomer", email="New@Example.org")
    return person_with_email(session, "new@example.org")


def page_of(client, person):
    return client.get(f"/people/{person.public_id}")


def appoint(client, person, **typed):
    return client.send(client.get(f"/people/{person.public_id}/appointments/new"), "Appoint", **typed)


def actions(session) -> list[str]:
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_only_administrators_reach_any_of_it(as_, somebody):
    person = somebody("manager@example.org", BUSINESS_MANAGER)
    client = as_(person)

    for path in ("/people/", "/people/new", f"/people/{person.public_id}", "/boards/", "/boards/new"):
        assert client.get(path).status_code == 403
    assert "People" not in links_of(client.get("/account"))


def test_a_person_is_added_and_signs_in_with_the_password_handed_over(app, client, session):
    form = client.get("/people/new")
    suggested = next(box.get("value", "") for box in tree_of(form).iter("input") if box.get("name") == "first_password")

    page = client.send(form, "Open", name="N. Newcomer", email="New@Example.org")

    assert "The account has been opened" in main_words(page)
    assert sign_in(a_browser(app), "new@example.org", suggested).request.path == "/account/password"
    assert "account_opened" in actions(session)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"name": ""}, "Enter their full name"),
        ({"email": "nobody"}, "Enter an e-mail address such as name@example.org"),
        ({"email": "ADMIN@example.org"}, ALREADY_THERE),
        ({"first_password": "short"}, "First password must be 12 characters or more"),
    ],
)
def test_what_is_wrong_with_a_new_person_is_said_and_what_was_typed_kept(client, typed, problem):
    page = client.send(client.get("/people/new"), "Open", **({"name": "N. Newcomer", "email": "n@example.org"} | typed))

    assert page.status_code == 422
    assert problem in links_of(page)
    kept = {box.get("name"): box.get("value") for box in tree_of(page).iter("input")}
    assert kept["email"] == typed.get("email", "n@example.org")


def test_mistakes_are_listed_in_the_order_of_the_boxes(client):
    page = client.send(client.get("/people/new"), "Open", name=" ", email="", first_password="short")

    first, *_, last = [words for words, to in links_of(page).items() if to.startswith("#") and to != "#main-content"]
    assert first == "Enter their full name"
    assert last == "First password must be 12 characters or more"


def test_a_mistyped_address_is_corrected_and_signed_in_with(app, client, newcomer, session):
    """Where a mail server refused the address, this is where it is put right."""
    client.send(client.get(f"/people/{newcomer.public_id}/password"), "Give", first_password="words-to-hand-over")
    form = client.get(f"/people/{newcomer.public_id}/change")

    page = client.send(form, "Save", name="N. Newcomer-Smith", email="Right@Example.org")

    assert "N. Newcomer-Smith" in main_words(page)
    assert "right@example.org" in main_words(page)
    assert actions(session).count("account_changed") == 1
    assert sign_in(a_browser(app), "right@example.org", "words-to-hand-over").request.path == "/account/password"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"name": " "}, "Enter their full name"),
        ({"email": "nobody"}, "Enter an e-mail address such as name@example.org"),
        ({"email": "ADMIN@example.org"}, ALREADY_THERE),
    ],
)
def test_what_is_wrong_with_a_changed_name_or_address_is_said_and_nothing_changed(
    client, newcomer, session, typed, problem
):
    form = client.get(f"/people/{newcomer.public_id}/change")

    page = client.send(form, "Save", **({"name": "Another", "email": "another@example.org"} | typed))

    assert page.status_code == 422
    assert problem in links_of(page)
    session.expire_all()
    assert (newcomer.name, newcomer.email) == ("N. Newcomer", "new@example.org")


def test_people_are_found_by_part_of_a_name_or_address(client, given):
    given.a_person("other@example.org", active=False)

    assert "1 person" in main_words(client.send(client.get("/people/"), "Search", words="ADMIN@"))
    assert "2 people" in main_words(client.get("/people/"))
    assert "Nobody’s name" in main_words(client.send(client.get("/people/"), "Search", words="100%"))


def test_a_list_of_people_names_each_role_once_with_the_places_it_is_held(client, given):
    person = given.a_person("chair@example.org")
    for name in ("Bexley", "Bromley"):
        given.appointed(person, "board_chair", on=given.a_board(name))
    given.appointed(person, "auditor", on=given.a_board("Anytown"), until_on=date(2014, 2, 6))

    words = main_words(client.get("/people/"))

    assert "Board chair: Bexley; Bromley Open" in words
    assert "Auditor" not in words


def test_many_people_are_shown_in_pages(client, given):
    for _ in range(60):
        given.a_person()

    first = client.get("/people/")
    second = client.get(links_of(first)["Next page"])

    assert "61 people" in main_words(first)
    assert "page=2" in second.request.full_path
    assert "Previous page" in links_of(second)


def test_a_person_is_appointed_to_a_board_from_a_day(client, newcomer, given, session):
    board = given.a_board("Anytown")

    page = appoint(client, newcomer, role=BUSINESS_MANAGER, board=board.reference_prefix)

    assert "Appointed as business manager" in main_words(page)
    assert "Business manager Anytown 7 February 2014 Not agreed" in main_words(page)
    kept = session.scalars(select(Appointment).where(Appointment.person_id == newcomer.id)).one()
    assert (kept.board_id, kept.from_on, kept.until_on) == (board.id, date(2014, 2, 7), None)
    assert "appointed" in actions(session)


def test_a_person_is_appointed_to_one_case_by_its_reference(client, newcomer, given, session):
    case = given.a_case(given.a_board())

    page = appoint(client, newcomer, role=LEAD_REVIEWER, reference=case.reference.lower())

    assert f"Lead reviewer {case.reference}" in main_words(page)
    assert session.scalars(select(Appointment.case_id).where(Appointment.role == LEAD_REVIEWER)).one() == case.id


def test_an_agency_lead_is_appointed_for_an_agency_of_the_board(client, newcomer, given, session):
    board, other = given.a_board("Anytown"), given.a_board("Othertown")
    police, schools = given.an_agency(board, "Police"), given.an_agency(other, "Schools")
    told = {"role": AGENCY_LEAD, "board": board.reference_prefix}

    without = appoint(client, newcomer, **told)
    elsewhere = appoint(client, newcomer, agency=str(schools.id), **told)
    page = appoint(client, newcomer, agency=str(police.id), **told)

    assert "Choose the agency they lead on safeguarding for" in links_of(without)
    assert "Choose an agency of the board they are appointed to" in links_of(elsewhere)
    assert "Agency lead Anytown, for Police" in main_words(page)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({}, "Choose a role"),
        ({"role": BUSINESS_MANAGER}, "Choose a board or enter a case reference, one of the two"),
        ({"role": BUSINESS_MANAGER, "reference": "NONE-2014-001"}, "There is no case with this reference"),
        (
            {"role": ADMINISTRATOR, "reference": "NONE-2014-001"},
            "An administrator is appointed to no board and no case",
        ),
        ({"role": BUSINESS_MANAGER, "from_on__day": "31", "from_on__month": "2"}, "“First day” must be a day that"),
        (
            {"role": BUSINESS_MANAGER, "from_on__day": "", "from_on__month": "", "from_on__year": ""},
            "Enter the first day",
        ),
        (
            {"role": BUSINESS_MANAGER, "until_on__day": "6", "until_on__month": "2", "until_on__year": "2014"},
            "The last day must be on or after the first",
        ),
    ],
)
def test_an_appointment_that_cannot_be_is_refused_with_the_reason(client, newcomer, typed, problem):
    page = appoint(client, newcomer, **typed)

    assert page.status_code == 422
    assert any(words.startswith(problem) for words in links_of(page))


def test_an_appointment_is_given_a_last_day(client, newcomer, given):
    board = given.a_board("Anytown")
    appoint(client, newcomer, role=BUSINESS_MANAGER, board=board.reference_prefix)
    form = client.get(next(to for words, to in links_of(page_of(client, newcomer)).items() if "last day" in words))

    too_early = client.send(form, "Set", until_on__day="6")
    page = client.send(form, "Set", until_on__day="28")

    assert "The last day must be on or after the first" in links_of(too_early)
    assert "Business manager Anytown 7 February 2014 28 February 2014" in main_words(page)


def test_a_closed_account_signs_in_no_more_until_it_is_opened_again(app, client, newcomer):
    client.send(client.get(f"/people/{newcomer.public_id}/password"), "Give", first_password="kiln-otter-mast-pond")
    theirs = a_browser(app)
    sign_in(theirs, "new@example.org", "kiln-otter-mast-pond")

    client.send(page_of(client, newcomer), "Close the account")
    assert theirs.get("/account").status_code == 302
    assert sign_in(theirs, "new@example.org", "kiln-otter-mast-pond").status_code == 422

    client.send(page_of(client, newcomer), "Open the account again")
    assert sign_in(theirs, "new@example.org", "kiln-otter-mast-pond").request.path == "/account/password"


def test_nobody_closes_their_own_account(client, admin):
    page = client.send(page_of(client, admin), "Close the account")

    assert "You cannot close your own account" in main_words(page)
    assert client.get("/account").status_code == 200


def test_every_act_is_recorded_with_who_did_it(client, admin, newcomer, session):
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "account_opened")).all()

    assert [(entry.person_id, entry.role, entry.detail) for entry in entries] == [
        (admin.id, ADMINISTRATOR, {"about_person": newcomer.id})
    ]


def test_somebody_who_is_not_there_is_not_found(client, admin):
    assert client.get("/people/00000000-0000-0000-0000-000000000000").status_code == 404
    assert client.get(f"/people/{admin.public_id}/appointments/0/end").status_code == 404
