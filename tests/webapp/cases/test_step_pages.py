"""A step is recorded from the form its questions make; what is wrong is said, and nothing typed is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select

from models.drafts import Draft
from tests.models.reviews import BECAUSE, SCOPING, an_incident
from tests.webapp.client import form_of, links_of, main_words, names_in, tree_of, words_of
from tests.webapp.conftest import sign_in

TODAY = "2014-03-10"
WED_5_MAR = date(2014, 3, 5)
AGREED = "answer_agreed_by"


def sheet(browser, review, key):
    return browser.get(f"/cases/{review.case.reference}/steps/{key}")


def steps_recorded(review) -> list[str]:
    review.session.expire(review.case)
    return [event.step for event in review.case.events]


def value_of(page, name: str) -> str:
    """Return what the box of this name holds."""
    boxes = [each for each in tree_of(page).iter() if each.get("name") == name]
    return boxes[0].get("value", "") if boxes[0].tag == "input" else (boxes[0].text or "").strip()


# --- Choosing ---------------------------------------------------------------


def test_the_likely_step_comes_first_and_others_by_what_they_are_about(manager, review):
    words = main_words(manager.get(f"/cases/{review.case.reference}/steps"))

    assert words.index("What comes next") < words.index("Proceedings and delay")
    assert "Record a delay" in words


def test_what_cannot_be_recorded_says_why(manager, review):
    review.taken_to_commissioning()
    words = main_words(manager.get(f"/cases/{review.case.reference}/steps"))

    assert "What cannot be recorded as the case stands today, and why" in words
    assert "Not while the case stands at “commissioning”" in words


def test_what_lacks_something_says_what(chair, review):
    review.taken_to_commissioning()

    words = main_words(chair.get(f"/cases/{review.case.reference}/steps"))

    assert "No independent reviewer has been appointed. Record the reviewer’s appointment first." in words
    assert "The terms of reference have not been agreed. Record that first." in words


def test_whoever_has_nothing_to_record_now_reads_that(seen_by, review):
    review.take("transfer_case", answers={"to_board": "Elsewhere", "reasons": "The child lived there"})

    words = main_words(seen_by("subgroup_chair").get(f"/cases/{review.case.reference}/steps"))

    assert "As the case stands today there is nothing for you to record." in words
    assert "What cannot be recorded as the case stands today, and why" in words


def test_somebody_who_reads_only_is_offered_nothing(seen_by, review):
    browser = seen_by("board_member")

    assert "Record what happened" not in main_words(browser.get(f"/cases/{review.case.reference}"))
    assert "nothing in this kind of review that you may record" in main_words(
        browser.get(f"/cases/{review.case.reference}/steps")
    )


# --- Recording --------------------------------------------------------------


def test_a_decision_stands_beneath_what_it_rests_on(chair, review):
    """The criteria as last answered, what the subgroup recommends, who disagreed, and what may be decided instead."""
    review.take("record_further_information", answers={"abuse_or_neglect": "known"})
    review.take("refer_to_subgroup")
    told = {"recommendation": "review", "reasons": "Harm and neglect", "dissent": "The police doubted the harm"}
    review.take("recommend", answers=told)

    words = main_words(chair.get(f"/cases/{review.case.reference}/steps/decide_to_review"))

    assert "Is abuse or neglect known or suspected? Known Is there concern" in words
    assert "Suspected" not in words
    assert "Who disagreed, and why The police doubted the harm" in words
    assert "Return to the subgroup" in words
    assert "Decide not to hold a review: not as the case stands. A serious case review must be held" in words
    assert words.index("What the decision rests on") < words.index("When did it happen?")
    due = words.index("Decide whether to hold a review 3 April 2014")
    assert words.index("What the decision rests on") < due < words.index("The criteria")


def test_whoever_looks_at_a_hold_again_reads_why_it_was_made_and_what_happened_since(chair, review):
    """A hold of long ago is not remembered: its reasons, what was last decided, and what the courts have done."""
    review.take("record_proceedings", answers={"process": "CRIMINAL_INVESTIGATION", "event": "opened"})
    held = {"kind": "CRIMINAL_TRIAL", "scope": ["publication"], "requested_by": "Crown prosecutor",
            "reasons": "It would name a witness", "review_on": "2014-05-01"}  # fmt: skip
    review.take("authorise_hold", answers=held)
    looked = {"hold": "CRIMINAL_TRIAL", "outcome": "It goes on until the plea", "review_on": "2014-06-01"}
    review.take("review_hold", answers=looked)
    review.take("record_proceedings", answers={"process": "CRIMINAL_TRIAL", "event": "plea"})

    for step in ("review_hold", "release_hold"):
        words = main_words(chair.get(f"/cases/{review.case.reference}/steps/{step}"))

        before, _, _ = words.partition("When did it happen?")
        assert "Reasons It would name a witness" in before, step
        assert "It goes on until the plea" in before, step
        assert before.count("Proceedings, ") == 1, step
        assert "1 June 2014" in before.partition("Look at the hold")[2], step


def test_a_step_that_decides_nothing_has_no_such_grounds(manager, review):
    assert "rests on" not in main_words(manager.get(f"/cases/{review.case.reference}/steps/refer_to_subgroup"))


def test_a_step_is_recorded_from_its_page(manager, review):
    page = sheet(manager, review, "record_delay")

    done = manager.send(page, "Record", when=TODAY, answer_reasons=["INQUEST", "IMR_LATE"])

    assert "“Delay recorded” is recorded. Next:" in main_words(done)
    assert done.request.path == f"/cases/{review.case.reference}"
    event = review.case.events[-1]
    assert (event.step, event.happened_first.isoformat(), event.role) == ("record_delay", TODAY, "business_manager")
    assert event.answers == {"reasons": ["INQUEST", "IMR_LATE"]}


def test_a_day_typed_is_another_day_even_if_that_was_not_chosen(manager, review):
    boxes = {"on__day": "5", "on__month": "3", "on__year": "2014"}

    manager.send(sheet(manager, review, "record_delay"), "Record", answer_reasons=["INQUEST"], **boxes)

    assert review.case.events[-1].happened_first == WED_5_MAR


def test_only_the_month_may_be_known(manager, review):
    boxes = {"on__month": "March", "on__year": "2014"}

    manager.send(sheet(manager, review, "record_delay"), "Record", when="other", answer_reasons=["INQUEST"], **boxes)

    event = review.case.events[-1]
    assert (event.happened_precision, event.happened_last.isoformat()) == ("month", TODAY)


def test_agencies_are_ticked_or_written(manager, review, board, given):
    given.an_agency(board, "Police")
    page = sheet(manager, review, "request_scoping")
    assert "Police" in words_of(form_of(page, "Record"))

    due = {"answer_due_on__day": "1", "answer_due_on__month": "4", "answer_due_on__year": "2014"}
    manager.send(page, "Record", when=TODAY, answer_agencies=["Police", "Health visiting\nA school"], **due)

    assert review.case.events[-1].answers["agencies"] == ["Police", "Health visiting", "A school"]


def test_a_hold_is_chosen_from_those_that_are_active(chair, review):
    review.take(
        "authorise_hold",
        answers={
            "kind": "INQUEST", "scope": ["publication"], "requested_by": "Coroner’s officer", "reasons": "It is open",
            "review_on": "2014-05-01",
        },
    )  # fmt: skip
    page = sheet(chair, review, "release_hold")
    assert "Inquest, since 3 March 2014" in main_words(page)

    chair.send(page, "Record", when=TODAY, answer_hold="INQUEST 2014-03-03", answer_evidence="The inquest concluded")

    assert steps_recorded(review)[-1] == "release_hold"


def test_what_follows_is_said_before_anything_is_recorded(chair, review):
    for step, answers in (("refer_to_subgroup", {}), ("recommend", {"recommendation": "review", **BECAUSE})):
        review.take(step, answers=answers)

    words = main_words(sheet(chair, review, "decide_to_review"))

    assert "The case moves on to “Commissioning”" in words
    assert "“Decide whether to hold a review”, due by 3 April 2014, is met" in words
    assert "“Complete the review” is due by 10 September 2014 if this happened today (6 months)" in words
    assert "A message goes to the business manager and subgroup chair" in words


def test_a_limit_that_would_be_met_late_is_said_to_be(seen_by, review, clock):
    """T-1.2: the decision was due by Thursday 3 April 2014."""
    for step, answers in (("refer_to_subgroup", {}), ("recommend", {"recommendation": "review", **BECAUSE})):
        review.take(step, answers=answers)
    clock.moment = datetime(2014, 4, 4, 9, 30, tzinfo=UTC)

    words = main_words(sheet(seen_by("board_chair"), review, "decide_to_review"))

    assert "“Decide whether to hold a review”, due by 3 April 2014, is met, but late if this happened today" in words


def test_what_counts_from_a_day_that_is_asked_says_so_in_plain_words(manager, review):
    words = main_words(sheet(manager, review, "request_scoping"))

    assert "“What an agency knows” is due on the day you give under “When their answers are due”" in words


def test_an_action_is_chosen_from_the_plan_and_it_is_said_with_which_answer_it_is_met(manager, review):
    """Any other name would be refused: an action is named as it was added."""
    for step, answers in (
        ("refer_to_subgroup", {}),
        ("recommend", {"recommendation": "review", **BECAUSE}),
        ("decide_to_review", BECAUSE),
        ("add_action", {"action": "Joint visits", "agency": "Police", "due_on": "2014-06-02"}),
    ):
        review.take(step, answers=answers)

    page = sheet(manager, review, "update_action")

    offered = [each.get("value") for each in tree_of(page).iter("input") if each.get("name") == "answer_action"]
    assert offered == ["Joint visits"]
    assert (
        "“Complete an action” (Joint visits), due by 2 June 2014, is met if this is about it and “How it stands” is "
        "“Complete, with evidence” or “Superseded” or “Rejected”"
    ) in main_words(page)


def test_that_it_may_have_happened_earlier_is_said_only_where_that_would_help(manager, chair, review):
    """What has never been agreed is lacking on every day; where the case stands was otherwise on some."""
    review.take("refer_to_subgroup")
    earlier = "It can be if it happened earlier"
    scoping = main_words(sheet(manager, review, "request_scoping"))
    for step, answers in (("recommend", {"recommendation": "review", **BECAUSE}), ("decide_to_review", BECAUSE)):
        review.take(step, answers=answers)
    commission = main_words(sheet(chair, review, "commission_review"))

    assert earlier in scoping
    assert "No independent reviewer has been appointed" in commission
    assert earlier not in commission


def test_the_partners_who_agreed_are_ticked_and_a_post_can_be_written_instead(session, somebody, as_, clock):
    clock.moment = datetime(2024, 6, 5, 9, 30, tzinfo=UTC)
    case = an_incident(session, date(2024, 6, 3))
    partner = as_(somebody("partner@example.org", "safeguarding_partner", on=case.board))

    page = tree_of(partner.get(f"/cases/{case.reference}/steps/submit_rapid_review"))

    boxes = [(each.tag.rpartition("}")[2], each.get("value")) for each in page.iter() if each.get("name") == AGREED]
    assert boxes == [("input", "Local authority"), ("input", "Police"), ("input", "Health"), ("textarea", None)]


# --- Checking first ---------------------------------------------------------


def test_what_no_step_undoes_is_checked_first(manager, review):
    page = sheet(manager, review, "transfer_case")

    to_check = manager.send(page, "Continue", when=TODAY, answer_to_board="Othertown", answer_reasons="They moved")

    words = main_words(to_check)
    assert "ANY-2014-001 – Transfer the case Check before you record" in words
    assert "The case stands at “Transferred” instead of “Referred”" in words
    assert links_of(to_check)["Change To which board"].endswith("/steps/transfer_case#answer_to_board")
    assert steps_recorded(review) == ["refer_case"]

    manager.send(to_check, "Record this")

    assert steps_recorded(review) == ["refer_case", "transfer_case"]


def test_changing_an_answer_brings_back_everything_typed(manager, review):
    page = sheet(manager, review, "transfer_case")
    manager.send(page, "Continue", when=TODAY, answer_to_board="Othertown", answer_reasons="They moved")

    again = sheet(manager, review, "transfer_case")

    assert value_of(again, "answer_to_board") == "Othertown"
    assert value_of(again, "answer_reasons") == "They moved"


def test_a_late_entry_is_checked_and_says_what_it_changes(manager, review):
    review.today = date(2014, 3, 7)
    review.take("request_scoping", answers=SCOPING)
    boxes = {"on__day": "5", "on__month": "3", "on__year": "2014"}

    to_check = manager.send(sheet(manager, review, "record_delay"), "Record", answer_reasons=["INQUEST"], **boxes)

    assert "Something that was recorded already happened after this." in main_words(to_check)
    assert "Decide whether to hold a review: if it is late, the delay is explained" in main_words(to_check)
    assert steps_recorded(review) == ["refer_case", "request_scoping"]


def test_the_check_page_without_anything_to_check_leads_to_the_form(manager, review):
    page = manager.get(f"/cases/{review.case.reference}/steps/transfer_case/check", follow_redirects=True)

    assert page.request.path.endswith("/steps/transfer_case")


# --- What is wrong ----------------------------------------------------------


def test_every_mistake_is_said_at_once_and_linked_to_its_box(manager, review):
    review.taken_to_commissioning()
    page = sheet(manager, review, "record_incident_notification")
    typed = {"answer_notified_on__day": "31", "answer_notified_on__month": "2", "answer_notified_on__year": "2014"}

    wrong = manager.send(page, "Record", **typed)

    assert wrong.status_code == 422
    links = links_of(wrong)
    assert links["Say on which day it happened"] == "#when"
    assert links["When the local authority became aware: an answer is needed"] == "#answer_aware_on-day"
    assert links["“When it notified” must be a day that there is in February 2014"] == "#answer_notified_on-day"
    assert value_of(wrong, "answer_notified_on-day") == "31"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"on__day": "11", "on__month": "3", "on__year": "2014"}, "11 March 2014 is in the future"),
        ({"on__day": "1", "on__month": "3", "on__year": "2014"}, "1 March 2014 is before the case began on 3 March"),
        ({"when": TODAY, "on__day": "5", "on__month": "3", "on__year": "2014"}, "You chose today and gave another day"),
    ],
)
def test_a_day_that_cannot_be_is_refused(manager, review, typed, words):
    wrong = manager.send(sheet(manager, review, "record_delay"), "Record", answer_reasons=["INQUEST"], **typed)

    assert wrong.status_code == 422
    assert words in main_words(wrong)
    assert steps_recorded(review) == ["refer_case"]


def test_a_code_that_is_not_in_its_list_is_refused(manager, review):
    wrong = manager.send(sheet(manager, review, "record_delay"), "Record", when=TODAY, answer_reasons=["WEATHER"])

    assert wrong.status_code == 422
    assert "must be among the answers offered" in main_words(wrong)


def test_all_that_must_be_true_first_is_said(chair, review):
    review.taken_to_commissioning()

    refused = chair.send(sheet(chair, review, "commission_review"), "Record", when=TODAY)

    assert refused.status_code == 422
    links = links_of(refused)
    where = f"/cases/{review.case.reference}/steps"
    assert links["The terms of reference have not been agreed. Record that first"] == where
    assert links["No independent reviewer has been appointed. Record the reviewer’s appointment first"] == where


def test_a_step_that_is_on_hold_is_refused_as_such(seen_by, review):
    browser = seen_by("lead_reviewer", "business_manager")
    review.take(
        "authorise_hold",
        answers={
            "kind": "INQUEST", "scope": ["family_contact"], "requested_by": "Coroner’s officer",
            "reasons": "It is open", "review_on": "2014-05-01",
        },
    )  # fmt: skip

    refused = browser.send(sheet(browser, review, "record_family_contact"), "Record", when=TODAY, answer_kind="Letter")

    assert refused.status_code == 409
    assert "Contact with the family is on hold: Inquest" in main_words(refused)
    assert value_of(refused, "answer_kind") == "Letter"


def test_a_step_that_does_not_belong_here_says_so_before_and_after(manager, review):
    page = sheet(manager, review, "record_scoping_return")
    assert "As the case stands today this cannot be recorded" in main_words(page)

    refused = manager.send(page, "Record", when=TODAY, answer_agency="Police", answer_involved="yes")

    assert refused.status_code == 409
    assert "cannot be recorded while the case stands at “referred”" in main_words(refused)


def test_who_may_not_record_a_step_reads_whose_it_is_and_goes_back_to_the_case(manager, review):
    page = manager.get(f"/cases/{review.case.reference}/steps/decide_to_review")

    assert "you do not act as that here. Nothing has been recorded." in main_words(page)
    assert links_of(page)[f"Go back to {review.case.reference}"] == f"/cases/{review.case.reference}"


@pytest.mark.parametrize(("key", "status"), [("decide_to_review", 403), ("dance", 404), ("refer_case", 404)])
def test_a_step_that_is_not_theirs_or_not_there_is_refused(manager, review, key, status):
    typed = manager.held(sheet(manager, review, "record_delay"), "Record")

    assert sheet(manager, review, key).status_code == status
    assert manager.post(f"/cases/{review.case.reference}/steps/{key}", data=typed).status_code == status


# --- Two people, two tabs, twice --------------------------------------------


def test_when_something_else_was_recorded_first_it_is_said_and_nothing_is_lost(manager, review):
    page = sheet(manager, review, "record_delay")
    review.take("request_scoping", answers=SCOPING)

    overtaken = manager.send(page, "Record", when=TODAY, answer_reasons=["INQUEST"])

    words = main_words(overtaken)
    assert overtaken.status_code == 409
    assert "While you were writing, something else was recorded" in words
    assert "“Agencies asked what they know”, 3 March 2014, recorded by the business manager" in words
    assert steps_recorded(review) == ["refer_case", "request_scoping"]

    manager.send(overtaken, "Record")

    assert steps_recorded(review)[-1] == "record_delay"
    assert review.case.events[-1].answers == {"reasons": ["INQUEST"]}


def test_a_form_sent_twice_is_recorded_once(manager, review):
    typed = manager.held(sheet(manager, review, "record_delay"), "Record", when=TODAY, answer_reasons=["INQUEST"])

    for _ in range(2):
        answer = manager.post(f"/cases/{review.case.reference}/steps/record_delay", data=typed)
        assert answer.headers["Location"] == f"/cases/{review.case.reference}"

    assert steps_recorded(review) == ["refer_case", "record_delay"]


@pytest.mark.parametrize("unseen", [{"opened_at": "x"}, {"opened_at": ""}, {"opened_at": "9" * 30}, {"once": "x"}])
def test_what_goes_along_unseen_may_be_spoilt_without_harm(manager, review, unseen):
    typed = manager.held(sheet(manager, review, "record_delay"), "Record", when=TODAY, answer_reasons=["INQUEST"])

    answer = manager.post(f"/cases/{review.case.reference}/steps/record_delay", data=typed | unseen)

    assert answer.status_code in (303, 409)


# --- Going on later ---------------------------------------------------------


def test_what_was_begun_can_be_kept_and_gone_on_with(manager, review):
    page = sheet(manager, review, "transfer_case")
    typed = manager.held(page, "Continue", answer_to_board="Othertown", answer_reasons="")

    back = manager.post(page.request.path, data=typed | {"do": "later"}, follow_redirects=True)

    assert "What you entered is kept. It is not recorded yet." in main_words(back)
    assert "You began to transfer the case at 9:30am on 10 March 2014" in main_words(back)
    assert value_of(sheet(manager, review, "transfer_case"), "answer_to_board") == "Othertown"


def test_what_was_begun_can_be_thrown_away(manager, review, session):
    page = sheet(manager, review, "transfer_case")
    manager.post(page.request.path, data=manager.held(page, "Continue", answer_to_board="Othertown") | {"do": "later"})

    fresh = manager.send(sheet(manager, review, "transfer_case"), "Throw away")

    assert value_of(fresh, "answer_to_board") == ""
    assert session.scalars(select(Draft)).all() == []


def test_what_was_kept_is_forgotten_once_it_is_recorded(manager, review, session):
    page = sheet(manager, review, "record_delay")
    manager.post(page.request.path, data=manager.held(page, "Record", answer_reasons=["INQUEST"]) | {"do": "later"})

    manager.send(sheet(manager, review, "record_delay"), "Record", when=TODAY)

    assert steps_recorded(review)[-1] == "record_delay"
    assert session.scalars(select(Draft)).all() == []


def test_a_form_that_was_kept_says_what_was_recorded_since(manager, review):
    page = sheet(manager, review, "record_delay")
    manager.post(page.request.path, data=manager.held(page, "Record", answer_reasons=["INQUEST"]) | {"do": "later"})
    review.take("request_scoping", answers=SCOPING)

    again = sheet(manager, review, "record_delay")

    assert again.status_code == 200
    assert "While you were writing, something else was recorded" in main_words(again)
    manager.send(again, "Record", when=TODAY)
    assert steps_recorded(review)[-1] == "record_delay"


def test_today_on_a_form_that_was_kept_stays_the_day_it_was(manager, review, clock):
    page = sheet(manager, review, "record_delay")
    typed = manager.held(page, "Record", when=TODAY, answer_reasons=["INQUEST"])
    manager.post(page.request.path, data=typed | {"do": "later"})
    manager.sign_out()
    clock.forward(days=1)
    sign_in(manager, "business.manager@example.org")
    manager.send(sheet(manager, review, "record_delay"), "Record")

    assert review.case.events[-1].happened_first.isoformat() == TODAY


# --- The form itself --------------------------------------------------------


def test_the_form_asks_what_the_step_asks_under_its_headings(manager, review):
    form = form_of(sheet(manager, review, "record_further_information"), "Record")

    assert {"when", "on-day", "answer_died", "answer_died_on-day", "answer_looked_after", "once"} <= names_in(form)
    assert "The criteria" in words_of(form)
    assert "Was the child looked after? (optional)" in words_of(form)


def test_a_sign_of_another_form_is_not_taken(manager, review):
    typed = manager.held(sheet(manager, review, "record_delay"), "Record", when=TODAY, answer_reasons=["INQUEST"])

    answer = manager.post(
        f"/cases/{review.case.reference}/steps/record_delay", data=typed | {"csrf_token": [str(uuid4())]}
    )

    assert answer.status_code == 400
    assert steps_recorded(review) == ["refer_case"]
