"""Factors told in rows: each with its domain, its score in the scheme of the time, and whether it was modifiable."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from models.casework import history_of
from tests.models.panel_stories import THU_13_FEB_2014, PanelStory
from tests.webapp.client import main_words
from tests.webapp.conftest import MovableClock
from webapp.cases.factors import FactorsField, factor_words
from webapp.forms import PageForm

DESCRIPTION = "answer_factors-{}-description"


@pytest.fixture
def clock():
    return MovableClock(datetime(2014, 2, 13, 15, 0, tzinfo=UTC))


@pytest.fixture
def case(session):
    """A death that the panel reviewed this morning."""
    story = PanelStory(session)
    case = story.a_death_ready("Child A")
    story.a_meeting(THU_13_FEB_2014, case)
    story.take(
        case, "review_at_panel", THU_13_FEB_2014, meeting_on="2014-02-13",
        roles_present=["Lead nurse for child death review", "Local authority"],
    )  # fmt: skip
    return case


@pytest.fixture
def chair(case, as_, somebody):
    return as_(somebody("panel.chair@example.org", "cdop_chair", "cdop_coordinator", on=case.board))


def categorise(case):
    return f"/cases/{case.reference}/steps/categorise"


def concluded(**more):
    return {"when": "2014-02-13", "answer_category": "5", "answer_preventability": "modifiable"} | more


def answers(session, case):
    return history_of(session, case).effective()[-1].answers


def test_a_row_is_kept_in_its_parts(session, chair, case):
    page = chair.get(categorise(case))
    assert "The score is that of the domain" in main_words(page)

    chair.send(
        page, "Record", **concluded(), answer_factors__0__domain="social", answer_factors__0__score="2",
        answer_factors__0__description="Smoking at home", answer_factors__0__modifiable="yes",
    )  # fmt: skip

    assert answers(session, case)["factors"] == [
        {"domain": "social", "description": "Smoking at home", "score": "2", "modifiable": "yes"}
    ]


def test_another_row_is_asked_for_without_recording_anything_or_losing_what_was_typed(session, chair, case):
    page = chair.get(categorise(case))
    held = chair.held(page, "Record", **concluded(answer_factors__0__description="Smoking at home"))

    again = chair.post(categorise(case), data=held | {"do": "another"})

    assert again.status_code == 200
    assert 'value="Smoking at home"' in again.text
    assert DESCRIPTION.format(1) in again.text
    assert "There is a problem" not in again.text
    assert "category" not in answers(session, case)


def test_rows_left_empty_are_nothing(session, chair, case):
    chair.send(chair.get(categorise(case)), "Record", **concluded())

    assert "factors" not in answers(session, case)


def test_a_correction_begins_with_what_was_told_and_changes_one_part(session, chair, case):
    page = chair.get(categorise(case))
    chair.send(
        page, "Record", **concluded(), answer_factors__0__domain="service", answer_factors__0__score="3",
        answer_factors__0__description="Delay in transfer",
    )  # fmt: skip
    sequence = len(case_history(session, case))

    page = chair.get(f"/cases/{case.reference}/events/{sequence}/correct")
    check = chair.send(page, "Continue", reason="It was scored too high", answer_factors__0__score="2")
    assert "Service delivery: Delay in transfer – score 2" in main_words(check)
    chair.send(check, "Correct it")

    assert answers(session, case)["factors"] == [
        {"domain": "service", "description": "Delay in transfer", "score": "2"}
    ]  # fmt: skip


def case_history(session, case):
    return history_of(session, case).events


def test_what_was_chosen_is_offered_in_the_scheme_of_the_day(app):
    class AForm(PageForm):
        old = FactorsField("Factors", graded_on=date(2014, 2, 13))
        new = FactorsField("Factors", graded_on=date(2021, 2, 15))

    with app.test_request_context():
        form = AForm(data={"new": ["Only named", {"domain": "parenting", "score": "1*"}]})

    assert [key for key, _ in form.old.choices("score", "")] == ["", "0", "1", "1*", "2", "3"]
    assert [key for key, _ in form.new.choices("score", "1*")] == ["", "0", "1", "2", "1*"]
    assert form.new.data == ["Only named", {"domain": "parenting", "score": "1*"}]


def test_a_factor_is_said_in_words():
    assert factor_words("Asthma") == "Asthma"
    assert factor_words({"description": "Asthma", "modifiable": "no"}) == "Asthma – could not be modified"
