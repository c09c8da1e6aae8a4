"""What people see and change of their own account."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.sessions import WebSession
from tests.webapp.client import links_of, main_words
from tests.webapp.conftest import PASSWORD, a_browser, sign_in
from workflows.roles import ADMINISTRATOR, AGENCY_LEAD, BOARD_CHAIR, LEAD_REVIEWER

NEW = "three quite unlike words"


@pytest.fixture
def chair(somebody):
    return somebody("chair@example.org")


@pytest.fixture
def client(as_, chair):
    """A browser in which the chair is signed in."""
    return as_(chair)


def test_my_account_tells_what_i_am_appointed_to_today(client, chair, given):
    board = given.a_board("Anytown")
    agency = given.an_agency(board, "Police")
    case = given.a_case(board)
    given.appointed(chair, BOARD_CHAIR, on=board)
    given.appointed(chair, AGENCY_LEAD, on=board, agency_id=agency.id)
    given.appointed(chair, LEAD_REVIEWER, on=case)

    words = main_words(client.get("/account"))

    assert "Board chair, Anytown, since 1 January 2010" in words
    assert "Agency lead, Anytown, for Police, since" in words
    assert f"Lead reviewer, {case.reference}, since" in words


def test_somebody_appointed_to_nothing_is_told_whom_to_ask(client, chair):
    assert "Ask your board’s business manager" in main_words(client.get("/account"))


def test_a_new_password_works_and_the_old_one_no_more(app, client, chair):
    page = client.send(client.get("/account/password"), old_password=PASSWORD, new_password=NEW)

    assert "Your password has been changed" in main_words(page)
    assert sign_in(a_browser(app), "chair@example.org").status_code == 422
    assert sign_in(a_browser(app), "chair@example.org", NEW).request.path == "/worklist/"


def test_a_new_password_signs_out_everywhere_but_here(as_, client, chair):
    elsewhere = as_(chair)

    client.send(client.get("/account/password"), old_password=PASSWORD, new_password=NEW)

    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("not it", NEW, "This is not the password you have now"),
        (PASSWORD, "short", "New password must be 12 characters or more"),
        (PASSWORD, "x" * 201, "New password must be 200 characters or fewer"),
        (PASSWORD, "aaaaaaaaaaaaaaaa", "New password must be harder to guess"),
        (PASSWORD, "chair-chair-chair-1", "New password must be harder to guess"),
        (PASSWORD, "", "Enter a new password"),
        ("", NEW, "Enter the password you have now"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_the_reason(client, chair, old, new, problem):
    page = client.send(client.get("/account/password"), old_password=old, new_password=new)

    assert page.status_code == 422
    assert problem in links_of(page)


def test_i_see_where_i_am_signed_in_and_can_sign_out_there(as_, client, chair, clock):
    clock.forward(minutes=5)
    elsewhere = as_(chair)

    page = client.get("/account/sessions")
    after = client.send(page, "Sign out where you signed in")

    assert "5:35pm on 7 February 2014" in main_words(page)
    assert "Sign out where" not in main_words(after)
    assert elsewhere.get("/account").status_code == 302
    assert client.get("/account").status_code == 200


def test_nobody_signs_out_somebody_else(as_, client, somebody, session):
    manager = somebody("manager@example.org")
    theirs = as_(manager)
    session_id = session.scalars(select(WebSession.id).where(WebSession.person_id == manager.id)).one()
    sign = client.held(client.get("/account/password"))["csrf_token"]

    client.post(f"/account/sessions/{session_id}/end", data={"csrf_token": sign})

    assert theirs.get("/account").status_code == 200


def test_whoever_only_administers_begins_with_the_people(as_, somebody):
    admin = as_(somebody("admin@example.org", ADMINISTRATOR))

    assert admin.get("/", follow_redirects=True).request.path == "/people/"
