"""What goes wrong, and the page that says so."""

from __future__ import annotations

import logging

import pytest
from flask import abort

from models.errors import CaseMovedOn, CaseNotFound, HistoryDamaged, Since
from tests.webapp.client import main_words
from tests.webapp.conftest import FRI_7_FEB_2014
from webapp.access import public
from webapp.errors import STATUS_OF_REFUSAL
from workflows.dates import PartialDate
from workflows.errors import AnswersRefused, GuardsNotMet, NotAvailable, NotYourRole, OnHold, Problem, StepRefused


@pytest.fixture
def app(app):
    """The application, with a page on which anything can go wrong."""

    def fail(how):
        if how.isdigit():
            abort(int(how))
        raise REFUSALS[how]

    def break_down():
        raise RuntimeError("Child A, born 1 January 2012")

    def lose(how):
        raise LOST[how]

    app.add_url_rule("/test/lose/<how>", "lose", public(lose))
    app.add_url_rule("/test/fail/<how>", "fail", public(fail))
    app.add_url_rule("/test/break", "break_down", public(break_down))
    return app


REFUSALS: dict[str, StepRefused] = {
    "role": NotYourRole("This step is for the board chair"),
    "hold": OnHold("Publication is on hold"),
    "state": NotAvailable("The report has not been approved"),
    "guard": GuardsNotMet("A reviewer must be appointed", "Terms of reference must be agreed"),
    "answer": AnswersRefused([Problem("reasons", "Enter the reasons")]),
}


LOST = {
    "not-found": CaseNotFound("BEX-2012-003"),
    "moved-on": CaseMovedOn(
        (
            Since(
                4, "approve_report", "Report approved", PartialDate.month(2013, 10), FRI_7_FEB_2014, "board_chair", None
            ),
        )
    ),
    "damaged": HistoryDamaged("BEX-2012-003", "event 4 is not as it was written"),
}


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 422, 429])
def test_what_goes_wrong_is_told_in_plain_words_with_what_to_do(client, status):
    page = client.get(f"/test/fail/{status}")

    assert page.status_code == status
    words = main_words(page).lower()
    assert not any(jargon in words for jargon in ("error", "invalid", "forbidden", "request", "server", "exception"))


@pytest.mark.parametrize(
    ("how", "status"), [("role", 403), ("hold", 409), ("state", 409), ("guard", 422), ("answer", 422)]
)
def test_a_refused_step_gives_every_reason(client, how, status):
    page = client.get(f"/test/fail/{how}")

    assert page.status_code == status
    for reason in REFUSALS[how].reasons:
        assert reason in main_words(page)


def test_every_refusal_has_a_page():
    assert {kind for kind, _ in STATUS_OF_REFUSAL} == set(StepRefused.__subclasses__())


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ("not-found", 404, "Page not found"),
        ("moved-on", 409, "Recorded meanwhile: “Report approved”, October 2013, recorded by the board chair."),
        ("damaged", 409, "The record of this case is not as it was written"),
    ],
)
def test_a_case_that_cannot_be_written_to_is_told_with_the_reason(client, how, status, words):
    page = client.get(f"/test/lose/{how}")

    assert page.status_code == status
    assert words in main_words(page)


def test_a_fault_of_ours_says_nothing_of_what_it_was(app, client, caplog):
    app.testing = False

    with caplog.at_level(logging.CRITICAL):
        page = client.get("/test/break")

    assert page.status_code == 500
    assert "something is wrong on our side" in main_words(page)
    assert "Child A" not in page.text


def test_too_much_sent_at_once_is_told_as_that(client):
    page = client.post("/sign-in", data={"email": "x" * (5 * 1024 * 1024)})

    assert page.status_code == 413
    assert "too much to send at once" in main_words(page)
