"""Signing in and out, and how long it lasts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from tests.webapp.client import cookie_of, links_of, main_words
from tests.webapp.conftest import FRI_7_FEB_2014, PASSWORD, a_browser, sign_in


def test_a_person_signs_in_and_sees_their_worklist(client, somebody):
    somebody("chair@example.org", "subgroup_chair")

    page = sign_in(client, "Chair@Example.org ")

    assert page.request.path == "/worklist/"
    assert "Worklist" in main_words(page)


def test_a_wrong_password_is_refused_without_saying_which_part_is_wrong(client, somebody):
    somebody("chair@example.org")

    wrong_password = sign_in(client, "chair@example.org", "not the password")
    unknown_person = sign_in(client, "nobody@example.org", "not the password")

    assert wrong_password.status_code == unknown_person.status_code == 422
    assert "The e-mail address or the password is not right" in main_words(wrong_password)
    assert main_words(wrong_password) == main_words(unknown_person)


def test_what_is_left_empty_is_asked_for_and_linked_to(client):
    page = sign_in(client, "", "")

    assert links_of(page)["Enter your e-mail address"] == "#email"
    assert links_of(page)["Enter your password"] == "#password"


def test_a_password_is_never_sent_back_to_the_page(client, somebody):
    page = sign_in(client, "somebody@example.org", "not the password")

    assert "not the password" not in page.text


def test_after_ten_wrong_passwords_nothing_is_tried_for_a_quarter_of_an_hour(client, somebody, clock):
    somebody("chair@example.org")
    for _ in range(10):
        sign_in(client, "chair@example.org", "not the password")

    page = sign_in(client, "chair@example.org")

    assert page.status_code == 429
    assert "until 5:45pm on 7 February 2014" in main_words(page)
    clock.forward(minutes=15)
    assert sign_in(client, "chair@example.org").request.path == "/worklist/"


def test_a_page_that_needs_signing_in_is_come_back_to(client, somebody):
    somebody("chair@example.org")

    asked = client.get("/account/sessions", follow_redirects=True)
    page = client.send(asked, "Sign in", email="chair@example.org", password=PASSWORD)

    assert asked.request.path == "/sign-in"
    assert page.request.path == "/account/sessions"


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com/", "/\\example.com", "javascript:1"])
def test_signing_in_never_leads_to_another_site(client, somebody, elsewhere):
    somebody("chair@example.org")

    asked = client.get("/sign-in", query_string={"to": elsewhere})
    page = client.send(asked, "Sign in", email="chair@example.org", password=PASSWORD)

    assert page.request.path == "/worklist/"


def test_signing_out_ends_the_session_on_the_server(app, client, somebody):
    somebody("chair@example.org")
    sign_in(client, "chair@example.org")
    kept = client.get_cookie("__Host-reviews-token")

    client.sign_out()

    thief = a_browser(app)
    thief.set_cookie("__Host-reviews-token", kept.value, secure=True)
    assert thief.get("/account").status_code == 302


def test_being_idle_for_half_an_hour_signs_out(client, somebody, clock):
    somebody("chair@example.org")
    sign_in(client, "chair@example.org")

    clock.forward(minutes=29)
    assert client.get("/account").status_code == 200
    clock.forward(minutes=30)
    assert client.get("/account").status_code == 302


def test_nobody_stays_signed_in_for_more_than_twelve_hours(client, somebody, clock):
    somebody("chair@example.org")
    sign_in(client, "chair@example.org")

    while clock.moment < FRI_7_FEB_2014 + timedelta(hours=11, minutes=45):
        clock.forward(minutes=25)
        client.get("/account")

    clock.moment = FRI_7_FEB_2014 + timedelta(hours=12)
    assert client.get("/account").status_code == 302


def test_signing_in_is_recorded(client, somebody, session):
    person = somebody("chair@example.org")

    sign_in(client, "chair@example.org")

    entry = session.scalars(select(AuditEntry).where(AuditEntry.person_id == person.id)).one()
    assert (entry.action, entry.at) == ("signed_in", FRI_7_FEB_2014)


def test_the_token_is_kept_from_scripts_and_from_other_sites(client, somebody):
    somebody("chair@example.org")
    form = client.get("/sign-in")

    answer = client.post("/sign-in", data=client.held(form, email="chair@example.org", password=PASSWORD))

    assert cookie_of(answer, "token").startswith("__Host-reviews-token=")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie_of(answer, "token")


def test_whoever_has_a_password_given_to_them_is_asked_to_choose_one(client, somebody, session):
    person = somebody("chair@example.org")
    person.password_changed_at = None
    session.commit()

    page = sign_in(client, "chair@example.org")

    assert page.request.path == "/account/password"
    assert "Choose one that only you know" in main_words(page)
