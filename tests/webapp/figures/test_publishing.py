"""Figures are published once and guarded, or by a decision that is recorded with who took it and why."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models.audit import AuditEntry
from models.figures.decision import FiguresDecision, FiguresRelease
from tests.models.child_death_files import a_file, a_row
from tests.webapp.client import links_of, main_words

PUBLISH = "/figures/child-deaths/publish?year=2017-18"
DECIDE = "/figures/child-deaths/decide?year=2017-18"


@pytest.fixture
def coordinator(somebody, buckinghamshire, as_):
    return as_(somebody("office@example.org", "cdop_coordinator", on=buckinghamshire))


@pytest.fixture
def chair(somebody, buckinghamshire, as_):
    return as_(somebody("chair@example.org", "board_chair", on=buckinghamshire))


def publish(client, scheme="local", **more):
    return client.send(client.get(PUBLISH), "Publish the figures", scheme=scheme, looked="y", **more)


def decide(client, scheme="as_they_are"):
    day = {"decided_on__day": "1", "decided_on__month": "2", "decided_on__year": "2024"}
    reasons = "The board has always printed them, and nobody can be recognised"
    return client.send(client.get(DECIDE), "Record the decision", scheme=scheme, reasons=reasons, **day)


def file_of(client, form):
    page = client.get(PUBLISH)
    return client.get(next(href for href in links_of(page).values() if f".{form}" in href))


def test_a_year_is_published_guarded_and_can_be_taken_by_every_reader(coordinator, somebody, buckinghamshire, as_):
    page = publish(coordinator)

    assert "The figures are published" in page.text
    assert file_of(coordinator, "json").get_json()["category"]["4"] == "<5"
    member = as_(somebody("member@example.org", "board_member", on=buckinghamshire))
    assert "Published" in main_words(member.get("/figures/child-deaths/keep?year=2017-18"))


def test_small_numbers_are_published_only_by_a_decision(coordinator, session):
    page = publish(coordinator, "as_they_are")

    assert page.status_code == 422
    assert "only by a recorded decision" in main_words(page)
    assert session.scalars(select(FiguresRelease)).all() == []


def test_a_decision_is_recorded_with_who_why_and_for_what_and_printed_in_what_is_published(coordinator, chair, session):
    decide(chair)
    page = publish(coordinator, "as_they_are")

    assert "A. Person, board chair" in main_words(page)
    assert "nobody can be recognised" in main_words(page)
    assert file_of(coordinator, "json").get_json()["category"]["4"] == 3
    workbook = load_workbook(io.BytesIO(file_of(coordinator, "xlsx").data))
    assert workbook["Sex"]["A5"].value.startswith(
        "Published by decision of the board chair of 1 February 2024: The board"
    )
    assert "Published by decision of the board chair" in file_of(coordinator, "csv").text
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions.count("figures_decision_recorded") == actions.count("figures_published") == 1


def test_a_publication_has_its_year_alone(coordinator):
    """Earlier years beside it would be published again, as known at another moment, and could be subtracted."""
    publish(coordinator)

    workbook = load_workbook(io.BytesIO(file_of(coordinator, "xlsx").data))

    years = [row[0].value for row in workbook["Years"] if str(row[0].value).startswith("20")]
    assert years == ["2017-18"]
    assert not {"Pooled", "Rate", "Differences", "Promptness"} & set(workbook.sheetnames)


def test_a_decision_sent_twice_is_recorded_once(chair, session):
    decide(chair)
    decide(chair)

    assert len(session.scalars(select(FiguresDecision)).all()) == 1


def test_a_decision_is_for_one_publication(coordinator, chair):
    decide(chair)
    publish(coordinator, "as_they_are")

    assert publish(coordinator, "as_they_are").status_code == 422
    words = main_words(chair.get(PUBLISH))
    assert "The figures were published by it. To publish the year again takes another decision." in words
    assert "Withdraw the decision" not in words


@pytest.mark.parametrize("scheme", ["local", "ons"])
def test_a_year_published_once_is_published_again_only_by_a_decision(coordinator, chair, scheme):
    """Two publications can be subtracted: of two schemes, or of two days (differencing)."""
    publish(coordinator, "local")

    assert publish(coordinator, scheme).status_code == 422
    decide(chair, scheme)
    assert "The figures are published" in publish(coordinator, scheme).text


def test_what_was_published_stays_as_it_was_whatever_is_recorded_since(coordinator, clock, load, buckinghamshire):
    publish(coordinator)
    before = file_of(coordinator, "json").get_json()
    clock.forward(minutes=5)
    load(a_file(a_row(cdop_ref="LATE-1", notified_on="2017-06-01", died_on="2017-06-01", born_on="2012-01-01",
                      information_complete_on="2017-08-01", reviewed_on="2017-09-01")), buckinghamshire)  # fmt: skip

    assert file_of(coordinator, "json").get_json() == before
    assert coordinator.get("/figures/child-deaths/figures.json?year=2017-18").get_json()["reviews"] == 29


def test_a_withdrawn_decision_publishes_nothing(coordinator, chair, session):
    decide(chair)
    page = chair.send(chair.get(PUBLISH), "Withdraw the decision of 1 February 2024")

    assert "The decision is withdrawn" in page.text
    assert session.scalars(select(FiguresDecision)).one().withdrawn_at is not None
    assert publish(coordinator, "as_they_are").status_code == 422


def test_only_those_who_answer_for_the_board_decide(coordinator, somebody, buckinghamshire, given, as_):
    assert coordinator.get(DECIDE).status_code == 403
    elsewhere = as_(somebody("far@example.org", "board_chair", on=given.a_board()))
    assert elsewhere.get(f"{DECIDE}&board={buckinghamshire.reference_prefix}").status_code == 404
    auditor = as_(somebody("auditor@example.org", "auditor", on=buckinghamshire))
    assert auditor.get(PUBLISH).status_code == 403


def test_a_publication_of_another_board_is_not_there(coordinator, somebody, given, as_, session):
    publish(coordinator)
    release = session.scalars(select(FiguresRelease)).one()
    elsewhere = as_(somebody("far@example.org", "cdop_coordinator", on=given.a_board()))

    assert elsewhere.get(f"/figures/child-deaths/releases/{release.id}.json").status_code == 404


def test_somebody_has_to_have_looked(coordinator):
    page = coordinator.send(coordinator.get(PUBLISH), "Publish the figures", scheme="local")

    assert page.status_code == 422
    assert "Look at the figures first" in main_words(page)


class TestChildren:
    PAGE = "/figures/child-deaths/children?year="

    def test_a_rate_needs_the_children_of_every_year_and_has_an_exact_interval(self, coordinator, session):
        assert "The rate is not given" in main_words(coordinator.get("/figures/child-deaths/whole?year=2017-18"))
        for begins in range(2013, 2018):
            page = coordinator.get(f"{self.PAGE}{begins}-{begins % 100 + 1}")
            coordinator.send(page, "Record the number", children="120000", source="Mid-year estimates")

        words = main_words(coordinator.get("/figures/child-deaths/whole?year=2017-18"))

        assert "deaths in 5 years are" in words
        assert "for every 100,000 children a year; by chance alone it could have been anything from" in words
        assert "Children, 2015-16: 120,000 (Mid-year estimates)." in words
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "children_entered")).all()) == 5

    def test_a_number_that_cannot_be_is_refused(self, coordinator):
        page = coordinator.get(f"{self.PAGE}2017-18")

        answer = coordinator.send(page, "Record the number", children="0", source="A guess")

        assert answer.status_code == 422
        assert "from 1 to 3 million" in main_words(answer)
