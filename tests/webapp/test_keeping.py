"""Nothing typed is lost: a form that comes after a time-out is kept for its sender, and offered again."""

from __future__ import annotations

import pytest

from tests.webapp.client import form_of, main_words, tree_of
from tests.webapp.conftest import PASSWORD, a_browser, sign_in
from webapp.access import signed_in
from webapp.fields import LinesField
from webapp.forms import PageForm
from workflows.roles import ADMINISTRATOR

TEMPLATE = """
{% extends "layout/two_thirds.html" %}
{% from "components/fields.html" import lines_field, hidden_fields %}
{% set heading = "Note" %}
{% block questions %}
<form method="post" action="/test/note">
  {{ hidden_fields(form) }}{{ lines_field(form.agencies) }}<button>Record</button>
</form>
{% endblock %}
"""


class NoteForm(PageForm):
    agencies = LinesField("Agencies")


@pytest.fixture
def recorded() -> list[list[str]]:
    return []


@pytest.fixture
def app(app, recorded):
    """The application, with a form of the test's own that remembers what it recorded."""

    def note():
        form = NoteForm()
        if form.sent():
            recorded.append(form.agencies.data)
        return app.jinja_env.from_string(TEMPLATE).render(app.jinja_env.globals | knows(), form=form)

    def knows():
        values: dict[str, object] = {}
        app.update_template_context(values)
        return values

    app.add_url_rule("/test/note", "note", signed_in(note), methods=["GET", "POST"])
    return app


@pytest.fixture
def too_late(client, somebody, clock):
    """The page somebody is given who sends a form after half an hour."""
    somebody("manager@example.org")
    sign_in(client, "manager@example.org")
    form = client.get("/test/note")
    clock.forward(minutes=31)
    return client.send(form, "Record", agencies="Police\r\nHealth visiting")


def test_a_form_sent_after_a_time_out_asks_to_sign_in_and_records_nothing(too_late, recorded):
    assert too_late.request.path == "/sign-in"
    assert "What you entered has been kept" in main_words(too_late)
    assert recorded == []


def test_what_was_typed_is_neither_in_the_address_nor_on_the_page_to_sign_in(too_late):
    assert "Police" not in too_late.request.url
    assert "Police" not in too_late.text


def test_after_signing_in_the_form_is_shown_again_as_it_was_left(client, too_late, recorded):
    offer = client.send(too_late, "Sign in", email="manager@example.org", password=PASSWORD)
    form = client.send(offer, "Go on with what you entered")

    assert offer.request.path == "/account/unsent"
    assert form.request.path == "/test/note"
    box = next(tree_of(form).iter("textarea"))
    assert (box.text or "").split() == ["Police", "Health", "visiting"]
    assert recorded == []


def test_it_is_recorded_when_it_is_sent_from_there_and_offered_no_more(client, too_late, recorded):
    offer = client.send(too_late, "Sign in", email="manager@example.org", password=PASSWORD)
    form = client.send(offer, "Go on with what you entered")

    client.send(form, "Record")

    assert recorded == [["Police", "Health visiting"]]
    assert "There is nothing" in main_words(client.get("/account/unsent"))


def test_nobody_else_is_shown_what_was_typed(client, too_late, somebody):
    somebody("chair@example.org")

    page = client.send(too_late, "Sign in", email="chair@example.org", password=PASSWORD)

    assert page.request.path == "/worklist/"
    assert "There is nothing" in main_words(client.get("/account/unsent"))


def test_it_waits_for_its_sender_in_any_browser(app, too_late):
    elsewhere = a_browser(app)

    assert sign_in(elsewhere, "manager@example.org").request.path == "/account/unsent"


def test_it_can_be_thrown_away(client, too_late):
    offer = client.send(too_late, "Sign in", email="manager@example.org", password=PASSWORD)

    page = client.send(offer, "Throw away")

    assert "has been thrown away" in main_words(page)
    assert "There is nothing" in main_words(client.get("/account/unsent"))


def test_a_form_of_the_person_before_is_not_taken_from_the_next(client, somebody, recorded):
    """Two people at one computer: what the first had open is shown to the second, and not recorded in their name."""
    somebody("manager@example.org")
    somebody("chair@example.org")
    sign_in(client, "manager@example.org")
    form = client.get("/test/note")
    client.sign_out()
    sign_in(client, "chair@example.org")

    page = client.send(form, "Record", agencies="Police")

    assert page.status_code == 400
    assert "Nothing has been recorded" in main_words(page)
    assert recorded == []


def test_a_form_whose_sign_is_gone_is_shown_again_with_what_was_typed(client, somebody, recorded):
    somebody("manager@example.org")
    sign_in(client, "manager@example.org")
    form = client.get("/test/note")
    client.delete_cookie("__Host-reviews-form", path="/")

    offer = client.send(form, "Record", agencies="Police")
    again = client.send(offer, "Go on with what you entered")
    client.send(again, "Record")

    assert recorded == [["Police"]]


def test_a_form_from_a_browser_that_was_never_signed_in_is_not_kept(client, clock):
    page = client.get("/sign-in")
    sign = client.held(page)["csrf_token"]

    answer = client.post("/test/note", data={"csrf_token": sign, "agencies": "Police"}, follow_redirects=True)

    assert answer.request.path == "/sign-in"
    assert "has been kept" not in main_words(answer)


def test_a_password_is_never_kept(client, somebody, clock):
    somebody("admin@example.org", ADMINISTRATOR)
    sign_in(client, "admin@example.org")
    form = client.get("/account/password")
    clock.forward(minutes=31)

    late = client.send(form, "Change password", old_password=PASSWORD, new_password="three quite unlike words")
    page = client.send(late, "Sign in", email="admin@example.org", password=PASSWORD)

    assert page.request.path == "/account/password"
    assert "There is nothing" in main_words(client.get("/account/unsent"))


def test_the_form_offered_again_carries_every_value_of_every_box(client, too_late):
    offer = client.send(too_late, "Sign in", email="manager@example.org", password=PASSWORD)

    hidden = {box.get("name"): box.get("value") for box in form_of(offer, "Go on").iter("input")}

    assert (hidden["agencies"] or "").split() == ["Police", "Health", "visiting"]
    assert hidden["offered_again"] == "yes"
