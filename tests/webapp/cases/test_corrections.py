"""What was recorded wrongly is corrected with a reason, after what that changes has been said."""

from __future__ import annotations

from datetime import date

import pytest

from models.casework import Actor, open_case
from tests.models.reviews import SCOPING, Review, a_board, noon, on
from tests.webapp.client import main_words
from workflows.standing import Told

WED_5_MAR = date(2014, 3, 5)


@pytest.fixture
def scoped(review: Review) -> Review:
    """The case, with agencies asked on Wednesday 5 March as event 2."""
    review.today = WED_5_MAR
    review.take("request_scoping", answers=SCOPING)
    return review


def event_page(browser, review, sequence, what="correct"):
    return browser.get(f"/cases/{review.case.reference}/events/{sequence}/{what}")


def history(review):
    review.session.expire(review.case)
    return review.case.events


def test_the_case_page_leads_to_the_correction(manager, scoped):
    assert "Correct this: Agencies asked what they know" in main_words(manager.get(f"/cases/{scoped.case.reference}"))


def test_what_was_told_is_filled_in(manager, scoped):
    held = manager.held(event_page(manager, scoped, 2), "Continue")

    assert (held["on-day"], held["on-month"], held["on-year"]) == (["5"], ["3"], ["2014"])
    assert held["when"] == ["other"]
    assert "\n".join(held["answer_agencies"]).split() == ["Police", "Health", "visiting"]
    assert (held["answer_due_on-day"], held["answer_due_on-month"]) == (["1"], ["4"])


def test_a_correction_says_what_it_changes_and_is_recorded_after_that(manager, scoped):
    page = event_page(manager, scoped, 2)
    typed = {"answer_due_on__day": "8", "reason": "The letter gave them another week"}

    to_check = manager.send(page, "Continue", **typed)

    words = main_words(to_check)
    assert "What an agency knows (Police): due by 8 April 2014 instead of 1 April 2014" in words
    assert "The letter gave them another week" in words
    assert len(history(scoped)) == 2

    done = manager.send(to_check, "Correct it")

    assert "“Agencies asked what they know” is corrected." in main_words(done)
    last = history(scoped)[-1]
    assert (last.kind, last.supersedes, last.reason) == ("correction", 2, "The letter gave them another week")


def test_a_correction_needs_a_reason(manager, scoped):
    wrong = manager.send(event_page(manager, scoped, 2), "Continue", answer_due_on__day="8")

    assert wrong.status_code == 422
    assert "Say why this is corrected" in main_words(wrong)


def test_striking_out_needs_a_reason_and_says_nothing_of_how_the_step_is_recorded(manager, scoped):
    hint = "A recorded delay explains why something is late"
    scoped.take("record_delay", answers={"reasons": ["INQUEST"]})
    assert hint in main_words(event_page(manager, scoped, 3))
    page = event_page(manager, scoped, 3, "strike-out")

    wrong = manager.send(page, "Continue")

    assert wrong.status_code == 422
    assert "Say why this is struck out" in main_words(wrong)
    assert hint not in main_words(page)


def test_what_did_not_happen_is_struck_out(manager, scoped):
    page = event_page(manager, scoped, 2, "strike-out")

    to_check = manager.send(page, "Continue", reason="It belongs to another case")

    assert "The case stands at “Referred” instead of “Scoping”" in main_words(to_check)
    manager.send(to_check, "Strike it out")
    last = history(scoped)[-1]
    assert (last.kind, last.supersedes) == ("strike_out", 2)


def test_what_others_rest_on_is_not_struck_out(manager, scoped):
    scoped.take("record_scoping_return", answers={"agency": "Police", "involved": "yes"})
    page = event_page(manager, scoped, 2, "strike-out")

    refused = manager.send(page, "Continue", reason="It belongs to another case")

    assert refused.status_code == 409
    assert "“Agency answered”, 5 March 2014, would no longer fit after this. Correct that first" in main_words(refused)


def test_what_opened_the_case_is_corrected_and_not_struck_out(manager, review):
    assert "strike it out" not in main_words(event_page(manager, review, 1))

    refused = manager.send(event_page(manager, review, 1, "strike-out"), "Continue", reason="It never happened")

    assert refused.status_code == 409
    assert "cannot be struck out" in main_words(refused)


@pytest.mark.parametrize("what", ["correct", "strike-out"])
def test_whoever_may_not_record_a_step_may_not_correct_it(seen_by, scoped, what):
    reader = seen_by("board_member")

    assert "Correct this" not in main_words(reader.get(f"/cases/{scoped.case.reference}"))
    assert event_page(reader, scoped, 2, what).status_code == 403


@pytest.mark.parametrize("what", ["correct", "strike-out"])
def test_a_correction_does_not_reach_into_another_case(manager, scoped, session, what):
    elsewhere = Review(session, a_board(session, "Othertown"), WED_5_MAR).opened()
    typed = manager.held(event_page(manager, scoped, 2), "Continue", reason="It is ours")

    assert event_page(manager, elsewhere, 1, what).status_code == 404
    assert manager.post(f"/cases/{elsewhere.case.reference}/events/1/{what}", data=typed).status_code == 404


@pytest.mark.parametrize("sequence", [3, 0, 10**12])
def test_there_is_no_page_for_what_was_never_recorded(manager, scoped, sequence):
    assert event_page(manager, scoped, sequence).status_code == 404


def test_what_was_struck_out_cannot_be_corrected(manager, scoped):
    scoped.correct(2, reason="It belongs to another case")

    assert event_page(manager, scoped, 2).status_code == 404


def test_when_the_case_moved_on_the_correction_is_kept(manager, scoped):
    to_check = manager.send(
        event_page(manager, scoped, 2), "Continue", answer_due_on__day="8", reason="Another week was given"
    )
    scoped.take("record_delay", answers={"reasons": ["INQUEST"]})

    overtaken = manager.send(to_check, "Correct it")

    assert overtaken.status_code == 409
    assert "“Delay recorded”, 5 March 2014" in main_words(overtaken)
    assert manager.held(overtaken, "Continue")["reason"] == ["Another week was given"]


def test_a_draft_of_a_correction_can_be_thrown_away(manager, scoped):
    page = event_page(manager, scoped, 2)
    manager.post(page.request.path, data=manager.held(page, "Continue", reason="Not sure") | {"do": "later"})
    begun = event_page(manager, scoped, 2)
    assert "You began to correct what was recorded" in main_words(manager.get(f"/cases/{scoped.case.reference}"))

    fresh = manager.send(begun, "Throw away")

    assert manager.held(fresh, "Continue")["reason"] == [""]


class TestAnswersThatIdentifySomebody:
    """Are kept apart from the history, and that they were read in order to correct them is recorded."""

    @pytest.fixture
    def death(self, session, board):
        answers = {
            "notified_on": "2014-03-03", "died_on": "2014-03-02", "born_on": "2010-01-04", "sex": "female",
            "normally_resident_in": "Anytown", "expected": "no", "circumstances": "Found at home by her aunt",
        }  # fmt: skip
        return open_case(
            session, workflow_key="child_death_review", board=board, step="notify_death",
            actor=Actor(None, frozenset({"cdop_coordinator"})), told=Told(on("2014-03-03"), answers),
            now=noon(WED_5_MAR),
        )  # fmt: skip

    def test_are_not_on_the_page_of_the_case(self, seen_by, death):
        page = seen_by("cdop_coordinator").get(f"/cases/{death.reference}")

        assert "aunt" not in page.text
        assert "Kept apart from the history, because it identifies somebody" in main_words(page)

    def test_are_corrected_on_the_page_about_the_child(self, seen_by, death):
        page = seen_by("cdop_coordinator").get(f"/cases/{death.reference}/events/1/correct", follow_redirects=True)

        assert page.request.path == f"/cases/{death.reference}/child"
        assert "aunt" not in page.text

    def test_are_corrected_by_nobody_who_may_not_read_them(self, seen_by, death):
        chair = seen_by("cdop_chair")

        assert chair.get(f"/cases/{death.reference}/events/1/correct").status_code == 403
        assert "Correct this" not in chair.get(f"/cases/{death.reference}").text
