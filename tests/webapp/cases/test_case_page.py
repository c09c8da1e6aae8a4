"""A case page says where the case is, what is next and whose turn, which dates matter and why, and what happened."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.panels.panel import Panel, PanelBoard
from tests.models.reviews import BECAUSE, SCOPING
from tests.webapp.client import links_of, main_words, tree_of, words_of

HOLD = {
    "kind": "CRIMINAL_TRIAL", "scope": ["publication", "learning_events"], "requested_by": "Investigating officer",
    "reasons": "It could prejudice the trial", "review_on": "2014-03-07", "ends_with": "sentence",
}  # fmt: skip
TUE_4_MAR, THU_6_MAR, FRI_7_MAR = date(2014, 3, 4), date(2014, 3, 6), date(2014, 3, 7)


def case_page(browser, review, query=""):
    return browser.get(f"/cases/{review.case.reference}{query}")


def heading(page) -> str:
    return words_of(next(tree_of(page).iter("h1")))


def entries(page) -> list[str]:
    """Return the entries of the timeline, from top to bottom."""
    timeline = next(each for each in tree_of(page).iter("ol") if "app-timeline" in each.get("class", "").split())
    return [words_of(entry) for entry in timeline.iter("li") if "app-timeline__entry" in entry.get("class", "")]


def test_the_page_says_which_case_it_is_and_where_it_stands(manager, review):
    page = case_page(manager, review)

    assert heading(page) == "ANY-2014-001 Child A"
    assert "Serious case review Working Together 2013 Anytown" in main_words(page)
    assert "Referred since 3 March 2014" in main_words(page)
    assert "Referral (now)" in main_words(page)
    assert "Decision (still to come)" in main_words(page)


def test_it_says_what_is_next_and_whose_turn_it_is(review, seen_by):
    review.take("refer_to_subgroup", answers={"meeting_on": "2014-03-12"})

    assert "Next: record the subgroup’s recommendation (your turn)" in main_words(
        case_page(seen_by("subgroup_chair"), review)
    )


def test_somebody_else_is_told_whose_turn_it_is(manager, review):
    review.take("refer_to_subgroup", answers={"meeting_on": "2014-03-12"})

    assert "Next: record the subgroup’s recommendation (subgroup chair)" in main_words(case_page(manager, review))


def test_a_date_says_how_far_away_it_is_and_why_it_is_that_date(manager, review):
    """T-1.2: one month from the day the board was told."""
    words = main_words(case_page(manager, review))

    assert "Decide whether to hold a review 3 April 2014 In 24 days" in words
    assert "When the board was told: 3 March 2014 (told with “Case referred”)." in words
    assert "The limit is 1 month from then (Working Together 2013, chapter 4)." in words


def test_late_dates_come_first(seen_by, review, clock):
    review.take("request_scoping", answers=SCOPING)
    clock.moment = datetime(2014, 4, 2, 12, tzinfo=UTC)

    words = main_words(case_page(seen_by("business_manager"), review))

    assert "What an agency knows Police 1 April 2014 1 day late" in words
    assert words.index("What an agency knows Police") < words.index("Decide whether to hold a review")


def test_a_message_leads_to_the_date_it_is_about(manager, review):
    """As `notifications.facts.Site.date` makes its links."""
    review.take("request_scoping", answers=SCOPING)

    dates = {each.get("id"): words_of(each) for each in tree_of(case_page(manager, review)).iter("li")}

    assert "Decide whether to hold a review" in dates["date-decision"]
    assert "What an agency knows" in dates["date-scoping_return"]


def test_a_date_reckoned_from_a_month_is_a_range(session, board, manager, review):
    review.correct(1, "2014-03-03", answers={**review.case.events[0].answers, "received_on": "2014-03"})

    assert "between 1 April 2014 and 30 April 2014" in main_words(case_page(manager, review))


def test_a_hold_is_said_in_the_bar_in_the_figures_and_in_the_picture(manager, review):
    review.today = TUE_4_MAR
    review.take("authorise_hold", answers=HOLD)

    page = case_page(manager, review)

    words = main_words(page)
    assert "On hold meanwhile: publication and learning events (criminal trial)." in words
    assert "The hold should have been looked at by 7 March 2014." in words
    assert "Time taken 7 days Under hold 6 days Without the holds 1 day" in words
    assert "Look at the hold Criminal trial, since 4 March 2014 7 March 2014 3 days late" in words


def test_what_happened_is_told_newest_first_with_who_recorded_it(manager, review, somebody):
    person = somebody("other@example.org")
    review.today = THU_6_MAR
    review.actor = type(review.actor)(person.id, review.actor.roles)
    review.take("request_scoping", TUE_4_MAR, answers=SCOPING)

    told = entries(case_page(manager, review))

    assert told[-2].startswith(
        "Agencies asked what they know 4 March 2014 Recorded at midday on 6 March 2014, 2 days later, by A. Person"
    )
    assert told[-1].startswith("Case referred 3 March 2014 Recorded at midday on 3 March 2014 by the business manager")


def test_messages_still_to_be_sent_stand_above_what_happened(manager, review):
    told = entries(case_page(manager, review))

    assert told[:2] == [
        "Message to the board chair Case referred To be sent",
        "Message to the subgroup chair Case referred To be sent",
    ]


def test_many_messages_still_to_be_sent_are_one_entry(manager, review):
    """After an evening’s work forty may wait for the morning; what happened is not to be looked for beneath them."""
    review.take("refer_to_subgroup")
    review.take("recommend", answers={"recommendation": "review", **BECAUSE})
    review.take("decide_to_review", answers=BECAUSE)

    told = entries(case_page(manager, review))

    first, step = told[:2]
    assert re.match(r"\d+ messages To be sent To whom, and about what", first)
    assert "Message to the board chair: Case referred" in first
    assert step.startswith("Decided to hold a serious case review")


def test_a_correction_is_seen_as_one(manager, review):
    review.take("request_scoping", answers=SCOPING)
    review.today = THU_6_MAR
    review.correct(2, TUE_4_MAR, answers=SCOPING, reason="The letters went out a day later")

    (told,) = [entry for entry in entries(case_page(manager, review)) if entry.startswith("Agencies asked")]

    assert "Agencies asked what they know 4 March 2014" in told
    assert "The letters went out a day later" in told
    assert "It was said to have happened 3 March 2014" in told


def test_what_was_struck_out_stays_in_sight_and_cannot_be_corrected_again(manager, review):
    review.take("request_scoping", answers=SCOPING)
    review.correct(2, reason="It belongs to another case")

    page = case_page(manager, review)

    (told,) = [entry for entry in entries(page) if entry.startswith("Agencies asked")]
    assert "(corrected)" in told
    assert "It belongs to another case" in told
    assert "Correct this" not in told


def test_a_past_day_is_shown_as_it_stood_then(manager, review):
    review.today = FRI_7_MAR
    review.take("request_scoping", answers=SCOPING)

    words = main_words(case_page(manager, review, "?as_at=2014-03-04"))

    assert "This is how the case stood on 4 March 2014, by everything recorded since." in words
    assert "Referred since 3 March 2014" in words
    assert "Record what happened" not in words
    assert "Agencies asked" not in words


def test_what_was_known_then_leaves_out_what_was_recorded_later(manager, review):
    review.today = FRI_7_MAR
    review.take("request_scoping", TUE_4_MAR, answers=SCOPING)

    by_all = main_words(case_page(manager, review, "?as_at=2014-03-05"))
    as_known = main_words(case_page(manager, review, "?as_at=2014-03-05&known_at=2014-03-05"))

    assert "Scoping since 4 March 2014" in by_all
    assert "Referred since 3 March 2014" in as_known
    assert "by what had been recorded up to 5 March 2014" in as_known


@pytest.mark.parametrize(
    "query", ["?as_at=2014-02-30", "?as_at=yesterday", "?as_at=2031-01-01", "?as_at=2014-03-01", "?known_at=2014-02"]
)
def test_a_day_that_cannot_be_looked_at_is_refused_in_words(manager, review, query):
    page = case_page(manager, review, query)

    assert page.status_code == 422
    assert "There is a problem" in main_words(page)
    assert "Referred since 3 March 2014" in main_words(page)


@pytest.mark.parametrize("part", ["agencies", "report", "learning", "people", "about", "steps"])
def test_every_part_has_a_page_of_its_own(manager, review, part):
    review.take("request_scoping", answers=SCOPING)

    page = manager.get(f"/cases/{review.case.reference}/{part}")

    assert page.status_code == 200
    assert links_of(page)["ANY-2014-001 Child A"] == f"/cases/{review.case.reference}"


def test_the_referral_is_told_of_the_review_and_not_of_its_report(manager, review):
    about = main_words(manager.get(f"/cases/{review.case.reference}/about"))
    report = main_words(manager.get(f"/cases/{review.case.reference}/report"))

    assert about.index("Linked cases") < about.index("Referral Case referred 3 March 2014") < about.index("Where it st")
    assert "Case referred" not in report
    assert "Nothing has been recorded of this yet." in report


def test_agencies_are_told_with_what_they_were_asked(manager, review):
    review.take("request_scoping", answers=SCOPING)
    review.take("record_scoping_return", answers={"agency": "Police", "involved": "yes"})

    words = main_words(manager.get(f"/cases/{review.case.reference}/agencies"))

    assert "Police What an agency knows 1 April 2014" in words
    assert "Met 3 March 2014" in words


def test_the_learning_page_tells_how_each_action_stands(manager, review):
    review.taken_to_commissioning()
    review.take("add_action", answers={"action": "Joint visits", "agency": "Health visiting", "due_on": "2014-06-02"})
    review.take("update_action", answers={"action": "Joint visits", "status": "in_progress"})

    words = main_words(manager.get(f"/cases/{review.case.reference}/learning"))

    assert "Joint visits Health visiting In progress" in words


def test_the_people_page_says_who_may_see_the_case(manager, review, somebody, board, given):
    somebody("elsewhere@example.org", "board_chair", on=given.a_board())

    words = main_words(manager.get(f"/cases/{review.case.reference}/people"))

    assert "Business manager Reminders for A. Person the board" in words
    assert "Board chair" not in words


def test_an_appointment_to_the_panel_shows_no_review_of_the_board(manager, review, somebody, board, given, session):
    """A child death overview panel sees the deaths of the boards it serves, and not their other reviews."""
    panel = given.a_board("Anytown Child Death Overview Panel", kind="panel")
    session.add(Panel(board_id=panel.id))
    session.flush()
    session.add(PanelBoard(panel_id=panel.id, board_id=board.id))
    auditor = somebody("auditor@example.org", "auditor", on=board)
    given.appointed(auditor, "auditor", on=panel)

    assert main_words(manager.get(f"/cases/{review.case.reference}/people")).count("Auditor") == 1


def test_nobody_from_another_board_reaches_any_page(as_, somebody, given, review):
    browser = as_(somebody("elsewhere@example.org", "business_manager", on=given.a_board()))

    for part in (
        "",
        "/agencies",
        "/report",
        "/learning",
        "/people",
        "/about",
        "/steps",
        "/asked",
        "/steps/record_delay",
    ):
        assert browser.get(f"/cases/{review.case.reference}{part}").status_code == 404


def test_every_look_at_the_case_is_recorded(manager, review, session):
    case_page(manager, review)

    seen = session.scalars(select(AuditEntry).where(AuditEntry.action == "case_read")).all()
    assert [(entry.case_id, entry.detail["page"]) for entry in seen] == [(review.case.id, "cases.show")]


class TestTheLeadOfAnAgency:
    """Sees what is asked of the agency, and not the case."""

    @pytest.fixture
    def browser(self, as_, somebody, given, board):
        person = somebody("lead@example.org")
        given.appointed(person, "agency_lead", on=board, agency_id=given.an_agency(board, "Police").id)
        return as_(person)

    def test_is_taken_from_the_case_to_what_is_asked(self, browser, review):
        review.take("request_scoping", answers=SCOPING)

        page = browser.get(f"/cases/{review.case.reference}", follow_redirects=True)

        words = main_words(page)
        assert page.request.path.endswith("/asked")
        assert "Police What an agency knows 1 April 2014" in words
        assert "Health visiting" not in words
        assert "Child A" not in words

    def test_records_for_that_agency_alone_though_they_see_the_whole_case_otherwise(
        self, as_, somebody, given, board, review
    ):
        person = somebody("lead.and.member@example.org")
        given.appointed(person, "agency_lead", on=board, agency_id=given.an_agency(board, "Police").id)
        given.appointed(person, "board_member", on=board)
        review.take("request_scoping", answers=SCOPING)

        browser = as_(person)
        offered = main_words(browser.get(f"/cases/{review.case.reference}/steps/record_scoping_return"))

        assert browser.get(f"/cases/{review.case.reference}").status_code == 200
        assert "Police" in offered
        assert "Health visiting" not in offered

    def test_sees_no_part_of_the_case_itself(self, browser, review):
        review.take("request_scoping", answers=SCOPING)

        for part in ("agencies", "report", "learning", "people", "about", "steps", "events/1/correct"):
            assert browser.get(f"/cases/{review.case.reference}/{part}").status_code == 404

    def test_sees_nothing_where_nothing_is_asked(self, browser, review):
        assert browser.get(f"/cases/{review.case.reference}/asked").status_code == 404

    def test_answers_for_the_agency(self, browser, review, session):
        review.take("request_scoping", answers=SCOPING)
        page = browser.get(f"/cases/{review.case.reference}/steps/record_scoping_return")

        done = browser.send(page, "Record", when="2014-03-10", answer_agency="Police", answer_involved="yes")

        assert "“Agency answered” is recorded." in main_words(done)
        assert review.case.events[-1].answers == {"agency": "Police", "involved": "yes"}

    def test_does_not_answer_for_another(self, browser, review):
        review.take("request_scoping", answers=SCOPING)
        page = browser.get(f"/cases/{review.case.reference}/steps/record_scoping_return")

        refused = browser.send(page, "Record", when="2014-03-10", answer_agency="Health visiting", answer_involved="no")

        assert refused.status_code == 422
        assert "must be one of the answers offered" in main_words(refused)

    def test_records_nothing_about_the_case(self, browser, review):
        review.take("request_scoping", answers=SCOPING)

        assert browser.get(f"/cases/{review.case.reference}/steps/record_delay").status_code == 403
