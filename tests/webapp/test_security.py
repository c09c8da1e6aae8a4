"""What protects a browser and the person in front of it."""

from __future__ import annotations

import re

import pytest
from flask import request

from tests.webapp.client import cookie_of, main_words
from tests.webapp.conftest import PASSWORD, sign_in
from webapp import create_app
from webapp.settings import Settings


@pytest.mark.parametrize("path", ["/sign-in", "/nothing-here", "/static/icon.svg"])
def test_every_answer_lets_nothing_run_but_what_the_site_serves(client, path):
    answer = client.get(path)

    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")


def test_no_page_carries_a_script_of_its_own(client):
    assert re.findall(r"<script(?![^>]* src=)", client.get("/sign-in").text) == []


def test_pages_are_kept_by_no_browser_and_assets_may_be(client):
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"
    assert client.get("/static/icon.svg").headers["Cache-Control"] != "no-store"


def test_the_cookie_for_forms_is_for_this_site_alone(client):
    line = cookie_of(client.get("/sign-in"), "form")

    assert line.startswith("__Host-reviews-form=")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in line


def test_a_form_from_elsewhere_does_nothing(client, somebody):
    somebody("chair@example.org")
    page = sign_in(client, "chair@example.org")

    answer = client.post("/sign-out", data={"csrf_token": "made up"})

    assert page.status_code == 200
    assert answer.status_code == 400
    assert client.get("/account").status_code == 200


def test_on_the_machine_of_someone_trying_it_out_http_is_enough(app):
    trial = create_app(Settings(secret_key="x" * 48, demonstration=True), sessions=app.extensions["database_sessions"])

    answer = trial.test_client().get("/sign-in")

    assert "Secure" not in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" not in answer.headers
    assert "Everyone here is invented" in answer.text


def test_behind_a_proxy_the_address_it_was_reached_from_counts(app):
    behind = create_app(Settings(secret_key="x" * 48, trusted_proxies=1), sessions=app.extensions["database_sessions"])

    with behind.test_client() as browser:
        browser.get("/accessibility", headers={"X-Forwarded-For": "198.51.100.1, 192.0.2.7"})

        assert request.remote_addr == "192.0.2.7"


def test_a_page_nobody_has_is_told_without_anything_of_ours(client):
    page = client.get("/nothing-here")

    assert page.status_code == 404
    assert "check that it is complete" in main_words(page)
    assert PASSWORD not in page.text
