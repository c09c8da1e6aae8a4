"""What would move if something happened on some day: said in plain words from the address alone, and never recorded."""

from datetime import UTC, date, datetime

import pytest

from models.case import CaseEvent
from models.casework import Actor
from tests.models.reviews import BECAUSE, EVERY_ROLE, Review
from tests.webapp.client import links_of, main_words

TO_PUBLICATION: tuple[tuple[str, dict[str, str]], ...] = (
    ("appoint_reviewer", {"name": "A. Reviewer", "independent": "yes", "role": "Lead reviewer"}),
    ("agree_terms_of_reference", {"period_from": "2013-01-01", "period_to": "2014-03-01", "methodology": "TRAD"}),
    ("commission_review", {}),
    ("begin_analysis", {}),
    ("begin_drafting", {}),
    ("submit_report", {"version": "1"}),
    ("approve_report", {}),
    ("decide_publication", {"mode": "FULL", "planned_on": "2015-11-03"}),
)


def what_if(browser, review, step, on="", **answers):
    """Return the words of the answer to what would follow; `on` as 2014-03-10."""
    year, month, day = on.split("-") if on else ("", "", "")
    asked = {"step": step, "on-day": day, "on-month": month, "on-year": year, **answers}
    return browser.get(f"/cases/{review.case.reference}/what-if", query_string=asked)


def recorded(review):
    return review.session.query(CaseEvent).filter_by(case_id=review.case.id).count()


@pytest.fixture
def held(review):
    """A review commissioned, then on hold before publication since 5 March because of a trial."""
    review.actor = Actor(None, EVERY_ROLE)
    review.taken_to_commissioning()
    review.today = date(2014, 3, 5)
    review.take(
        "authorise_hold",
        answers={
            "kind": "CRIMINAL_TRIAL", "scope": ["publication"], "requested_by": "Crown Prosecution Service",
            "review_on": "2014-06-05", **BECAUSE,
        },
    )  # fmt: skip
    return review


@pytest.fixture
def copy_to_send(session, board, clock):
    """A report that is to be published on Tuesday 3 November 2015, and nobody has a copy yet."""
    mon_1_jun = date(2015, 6, 1)
    clock.moment = datetime(2015, 6, 1, 12, tzinfo=UTC)
    review = Review(session, board, mon_1_jun, Actor(None, EVERY_ROLE)).opened().taken_to_commissioning()
    for step, answers in TO_PUBLICATION:
        review.take(step, answers=answers)
    return review


def test_the_question_is_one_form_that_the_case_leads_to(manager, review):
    page = manager.get(f"/cases/{review.case.reference}")
    asked = manager.get(links_of(page)["What would move if …?"])

    answered = manager.send(
        asked, "Show what would follow", step="refer_to_subgroup", on__day="12", on__month="3", on__year="2014"
    )

    assert answered.request.method == "GET"
    assert "If “Referred to the subgroup” on 12 March 2014" in main_words(answered)


def test_a_day_to_come_may_be_asked_about_here(manager, review):
    """What cannot be recorded yet can be asked about: the case would stand elsewhere, and the date stays."""
    words = main_words(what_if(manager, review, "refer_to_subgroup", "2014-03-20"))

    assert "The case stands at" in words
    assert "These would stay as they are" in words
    assert "in the future" not in words


def test_if_the_hold_ends(manager, held):
    words = main_words(what_if(manager, held, "release_hold", "2014-05-01"))

    assert "No longer on hold: Criminal trial, since 5 March 2014" in words
    assert "Look at the hold (Criminal trial, since 5 March 2014): met" in words
    assert "CRIMINAL_TRIAL" not in words


@pytest.mark.parametrize(
    ("sent", "words"),
    [("2015-10-23", "met in time, 23 October 2015"), ("2015-10-26", "met late, 26 October 2015")],
)
def test_if_the_copy_is_sent(copy_to_send, clock, seen_by, sent, words):
    """T-1.10: seven working days before publication on Tuesday 3 November 2015 end on Friday 23 October."""
    assert words in main_words(what_if(seen_by("board_member"), copy_to_send, "send_pre_publication_copy", sent))


def test_what_stands_in_the_way_is_said_and_the_answer_is_given_all_the_same(copy_to_send, seen_by):
    words = main_words(what_if(seen_by("board_member"), copy_to_send, "publish_report", "2015-11-03"))

    assert "As the case stands it could not be recorded so: The pre-publication copy has not been sent" in words
    assert "The case stands at “Published” instead of" in words


def test_asking_records_nothing(manager, held):
    before = recorded(held)

    what_if(manager, held, "release_hold", "2014-05-01")

    assert recorded(held) == before
    assert [hold.released_last for hold in held.case.holds] == [None]


def test_without_a_day_it_asks_for_one(manager, review):
    assert "Now give the day" in main_words(what_if(manager, review, "refer_to_subgroup"))


@pytest.mark.parametrize(
    ("day", "words"),
    [("2013-01-01", "The case began on 3 March 2014"), ("2061-01-01", "Working days are known up to")],
)
def test_a_day_nothing_can_be_reckoned_from_is_refused_beside_its_box(manager, review, day, words):
    page = what_if(manager, review, "refer_to_subgroup", day)

    assert page.status_code == 422
    assert words in main_words(page)


def test_whoever_may_see_the_case_may_ask_and_nobody_else(seen_by, somebody, as_, review):
    assert what_if(seen_by("auditor"), review, "refer_to_subgroup", "2014-03-12").status_code == 200
    stranger = as_(somebody("stranger@example.org", "business_manager"))
    assert what_if(stranger, review, "refer_to_subgroup", "2014-03-12").status_code == 404
