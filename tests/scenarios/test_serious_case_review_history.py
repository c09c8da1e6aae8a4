"""What was recorded late, mended or struck out, and how a review stood on a day or was known at a moment."""

from datetime import date

import pytest

from tests.scenarios.stories import Story, a_review, noon
from workflows.calendar import ENGLAND
from workflows.errors import AnswersRefused, NotAvailable
from workflows.history import History
from workflows.standing import stand

MON_6_JUN, WED_8_JUN, FRI_10_JUN, MON_20_JUN = date(2011, 6, 6), date(2011, 6, 8), date(2011, 6, 10), date(2011, 6, 20)


class TestALateEntry:
    """ARCHITECTURE, Time: what the law counts from, and what an audit counts from."""

    def test_takes_its_place_among_what_had_happened(self):
        story = a_review("referred", MON_6_JUN)
        story.tell("refer_to_subgroup", FRI_10_JUN)
        story.tell("request_scoping", WED_8_JUN, recorded=MON_20_JUN)

        assert [event.step for event in story.on(MON_20_JUN).events] == [
            "refer_case",
            "request_scoping",
            "refer_to_subgroup",
        ]
        assert story.on(WED_8_JUN).state == "scoping"
        assert story.on(MON_20_JUN).state == "awaiting_recommendation"

    def test_was_not_known_before_it_was_recorded(self):
        story = a_review("referred", MON_6_JUN)
        story.tell("request_scoping", WED_8_JUN, recorded=MON_20_JUN)

        assert story.on(FRI_10_JUN, known_at=noon(FRI_10_JUN)).state == "referred"
        assert story.on(FRI_10_JUN, known_at=noon(MON_20_JUN)).state == "scoping"
        assert story.on(FRI_10_JUN).state == "scoping"

    def test_is_judged_by_where_the_case_stood_then(self):
        story = a_review("awaiting_decision", MON_6_JUN, every=1)
        story.tell("decide_not_to_review", FRI_10_JUN)

        refusal = story.refused("recommend", FRI_10_JUN, recorded=MON_20_JUN)

        assert isinstance(refusal, NotAvailable)
        assert "while the case stands at “no review”" in str(refusal)

    def test_is_refused_when_what_followed_would_no_longer_fit(self):
        story = a_review("awaiting_decision", MON_6_JUN, every=1)
        story.tell("decide_to_review", MON_20_JUN)

        refusal = story.refused("transfer_case", FRI_10_JUN, recorded=MON_20_JUN)

        assert isinstance(refusal, NotAvailable)
        assert refusal.reasons == (
            "“Decided to hold a serious case review”, 20 June 2011, would no longer fit after this. Correct that first",
        )

    def test_is_judged_by_the_holds_that_were_active_then(self):
        story = a_review("preparing_publication", MON_6_JUN)
        story.tell("authorise_hold", WED_8_JUN, kind="INQUEST", scope=["publication"])
        story.tell("release_hold", MON_20_JUN, hold="INQUEST")
        story.tell("decide_publication", MON_6_JUN, recorded=MON_20_JUN)

        assert "is on hold" in str(story.refused("publish_report", FRI_10_JUN, recorded=MON_20_JUN))

        story.tell("publish_report", MON_20_JUN)
        assert story.on(MON_20_JUN).state == "published"

    def test_is_judged_by_what_was_answered_by_then(self):
        """The death that makes a review mandatory happened after the decision."""
        story = a_review("awaiting_decision", MON_6_JUN, abuse_or_neglect="known", seriously_harmed="yes")
        story.tell("record_further_information", MON_20_JUN, died="yes", died_on=MON_20_JUN)
        story.tell("decide_alternative_review", FRI_10_JUN, recorded=MON_20_JUN)

        assert story.on(MON_20_JUN).state == "alternative_review"

    def test_changes_the_dates_it_starts_and_meets(self):
        story = a_review("awaiting_decision", MON_6_JUN)
        assert story.deadline("decision", date(2011, 7, 7)).status == "overdue"

        story.tell("decide_to_review", FRI_10_JUN, recorded=date(2011, 7, 7))

        assert story.deadline("decision", date(2011, 7, 7)).status == "met"
        assert story.deadline("complete_review", date(2011, 7, 7)).due_last == date(2011, 12, 10)

    def test_of_the_same_day_comes_after_what_was_recorded_before_it(self):
        story = a_review("referred", MON_6_JUN)
        story.tell("request_scoping", WED_8_JUN)
        story.tell("refer_to_subgroup", WED_8_JUN)
        story.tell("recommend", WED_8_JUN, recorded=MON_20_JUN)

        assert story.on(WED_8_JUN).state == "awaiting_decision"

    def test_known_to_the_month_comes_after_what_may_have_come_before_it(self):
        story = a_review("referred", MON_6_JUN)
        story.tell("refer_to_subgroup", FRI_10_JUN)
        story.tell("recommend", "2011-06", recorded=date(2011, 7, 4))

        assert story.on(date(2011, 6, 30)).state == "awaiting_decision"


class TestACorrection:
    """ARCHITECTURE 4: nothing is changed in place."""

    def test_supersedes_what_was_recorded_from_the_start(self):
        story = a_review("awaiting_decision", MON_6_JUN)
        decided = story.tell("decide_to_review", MON_20_JUN)
        story.correct(decided, date(2011, 7, 4), on=FRI_10_JUN, reason="The minutes say the 10th")

        assert story.deadline("complete_review", date(2011, 7, 4)).due_last == date(2011, 12, 10)
        assert story.on(FRI_10_JUN).state == "commissioning"

    def test_can_be_asked_about_as_it_was_known_before(self):
        story = a_review("awaiting_decision", MON_6_JUN)
        decided = story.tell("decide_to_review", MON_20_JUN)
        story.correct(decided, date(2011, 7, 4), on=FRI_10_JUN)

        before = story.on(date(2011, 7, 4), known_at=noon(date(2011, 7, 3)))

        assert before.deadline("complete_review")[0].due_last == date(2011, 12, 20)
        assert story.on(FRI_10_JUN, known_at=noon(date(2011, 7, 3))).state == "awaiting_decision"

    def test_of_a_correction_leaves_the_last_word(self):
        story = a_review("awaiting_decision", MON_6_JUN)
        decided = story.tell("decide_to_review", MON_20_JUN)
        story.correct(decided, date(2011, 7, 4), on=FRI_10_JUN)
        story.correct(decided, date(2011, 7, 5), on=date(2011, 6, 13))

        assert story.deadline("complete_review", date(2011, 7, 5)).due_last == date(2011, 12, 13)
        assert len(story.on(date(2011, 7, 5)).events) == 4

    def test_may_supersede_the_correction_itself(self):
        story = a_review("awaiting_decision", MON_6_JUN)
        decided = story.tell("decide_to_review", MON_20_JUN)
        corrected = story.correct(decided, date(2011, 7, 4), on=FRI_10_JUN)

        with pytest.raises(NotAvailable, match="not part of the history"):
            story.correct(corrected, date(2011, 7, 5), on=date(2011, 6, 13))

    def test_of_an_answer_is_read_like_the_answer(self):
        story = a_review("awaiting_decision", MON_6_JUN)
        opened = story.on(MON_6_JUN).events[0]

        with pytest.raises(AnswersRefused, match="is not in the list"):
            story.correct(opened, MON_20_JUN, died="perhaps")

    def test_of_an_answer_changes_what_may_follow(self):
        story = a_review("awaiting_decision", MON_6_JUN, died="yes", abuse_or_neglect="suspected")
        opened = story.on(MON_6_JUN).events[0]
        assert "decide_not_to_review" not in story.offered(MON_20_JUN)

        story.correct(opened, MON_20_JUN, died="no")

        assert "decide_not_to_review" in story.offered(MON_20_JUN)

    def test_of_the_opening_may_move_it_earlier(self):
        story = a_review("referred", MON_6_JUN)
        opened = story.on(MON_6_JUN).events[0]
        story.correct(opened, MON_20_JUN, on=date(2011, 6, 1))

        assert story.on(date(2011, 6, 2)).state == "referred"

    def test_of_the_opening_cannot_move_it_past_what_followed(self):
        story = a_review("awaiting_decision", MON_6_JUN)
        opened = story.on(MON_6_JUN).events[0]

        with pytest.raises(NotAvailable, match="would no longer fit"):
            story.correct(opened, date(2011, 7, 4), on=MON_20_JUN)

    def test_cannot_move_a_step_where_it_does_not_fit(self):
        story = a_review("referred", MON_6_JUN)
        story.tell("refer_to_subgroup", WED_8_JUN)
        recommended = story.tell("recommend", FRI_10_JUN)

        with pytest.raises(NotAvailable, match="Subgroup’s recommendation"):
            story.correct(recommended, MON_20_JUN, on=date(2011, 6, 7))

    def test_needs_its_reason(self):
        story = a_review("awaiting_decision", MON_6_JUN)
        opened = story.on(MON_6_JUN).events[0]

        with pytest.raises(AnswersRefused, match="Say why this is corrected"):
            story.correct(opened, MON_20_JUN, reason="  ", died="no")

    def test_keeps_the_role_in_which_the_step_was_taken(self):
        story = a_review("awaiting_decision", MON_6_JUN)
        decided = story.tell("decide_to_review", MON_20_JUN)
        story.correct(decided, date(2011, 7, 4), on=FRI_10_JUN)

        assert story.on(MON_20_JUN).events[-1].role == "board_chair"


class TestAStepStruckOut:
    def test_did_not_happen(self):
        story = a_review("referred", MON_6_JUN)
        asked = story.tell("request_scoping", WED_8_JUN)
        story.strike_out(asked, MON_20_JUN)

        assert story.on(MON_20_JUN).state == "referred"
        assert story.on(MON_20_JUN).deadline("scoping_return") == ()

    def test_was_known_until_it_was_struck_out(self):
        story = a_review("referred", MON_6_JUN)
        asked = story.tell("request_scoping", WED_8_JUN)
        story.strike_out(asked, MON_20_JUN)

        assert story.on(FRI_10_JUN, known_at=noon(FRI_10_JUN)).state == "scoping"

    def test_is_not_struck_out_twice(self):
        story = a_review("referred", MON_6_JUN)
        asked = story.tell("request_scoping", WED_8_JUN)
        story.strike_out(asked, MON_20_JUN)

        with pytest.raises(NotAvailable, match="not part of the history any more"):
            story.strike_out(asked, MON_20_JUN)

    def test_is_refused_when_what_followed_needs_it(self):
        story = a_review("referred", MON_6_JUN)
        referred_on = story.tell("refer_to_subgroup", WED_8_JUN)
        story.tell("recommend", FRI_10_JUN)

        with pytest.raises(NotAvailable, match="“Subgroup’s recommendation”, 10 June 2011, would no longer fit"):
            story.strike_out(referred_on, MON_20_JUN)

    def test_cannot_be_the_one_that_opened_the_case(self):
        story = a_review("referred", MON_6_JUN)

        with pytest.raises(NotAvailable, match="The step that opened the case cannot be struck out"):
            story.strike_out(story.on(MON_6_JUN).events[0], MON_20_JUN)

    def test_of_a_release_leaves_the_hold_active(self):
        story = a_review("preparing_publication", MON_6_JUN)
        story.tell("authorise_hold", MON_6_JUN, kind="INQUEST", scope=["publication"])
        released = story.tell("release_hold", WED_8_JUN, hold="INQUEST")
        story.strike_out(released, MON_20_JUN)

        assert story.on(FRI_10_JUN).state == "publication_on_hold"

    def test_of_a_delay_leaves_lateness_unexplained(self):
        story = a_review("awaiting_decision", MON_6_JUN)
        delay = story.tell("record_delay", MON_20_JUN, reasons=["OTHER"])
        assert story.deadline("decision", date(2011, 7, 7)).status == "late_explained"

        story.strike_out(delay, date(2011, 7, 7))

        assert story.deadline("decision", date(2011, 7, 7)).status == "overdue"


class TestAskingAboutADay:
    def test_nothing_stands_before_the_case_began(self):
        story = a_review("referred", MON_6_JUN)

        with pytest.raises(ValueError, match="a case stands nowhere before it is opened"):
            story.on(date(2011, 6, 5))

    def test_an_empty_history_stands_nowhere(self):
        story = a_review("referred", MON_6_JUN)

        with pytest.raises(ValueError, match="Nothing had happened by then"):
            stand(story.procedure, History(), ENGLAND, MON_6_JUN)

    def test_the_answer_for_a_past_day_is_the_same_today(self):
        """ARCHITECTURE 2: one pure function of procedure, history, calendar and the day."""
        story = a_review("awaiting_decision", MON_6_JUN, every=2)
        then = story.on(WED_8_JUN)
        story.tell("decide_to_review", MON_20_JUN)

        assert story.on(WED_8_JUN) == then

    def test_what_is_offered_is_what_could_be_done_that_day(self):
        story = a_review("awaiting_decision", MON_6_JUN, every=2)
        story.tell("decide_to_review", MON_20_JUN)

        assert "recommend" in story.offered(WED_8_JUN)
        assert "recommend" not in story.offered(MON_20_JUN)

    def test_a_person_is_offered_only_what_their_role_may_take(self):
        story = a_review("awaiting_decision", MON_6_JUN)

        assert story.offered(MON_6_JUN, "lead_reviewer") == {"record_family_contact"}
        assert story.offered(MON_6_JUN, "auditor") == set()

    def test_a_case_that_ended_says_when(self):
        story = a_review("not_initiated", MON_6_JUN, every=1)

        assert story.on(MON_20_JUN).ended_on is not None
        assert story.on(MON_20_JUN).time_taken.elapsed == 3


def test_the_order_of_recording_does_not_matter_for_what_happened_on_different_days():
    told = [
        ("request_scoping", date(2011, 6, 7)),
        ("refer_to_subgroup", date(2011, 6, 9)),
        ("recommend", date(2011, 6, 13)),
        ("decide_to_review", date(2011, 6, 15)),
    ]  # fmt: skip
    in_order, asked_late = a_review("referred", MON_6_JUN), a_review("referred", MON_6_JUN)
    for step, on in told:
        in_order.tell(step, on)
    for step, on in told[1:] + told[:1]:
        asked_late.tell(step, on, recorded=MON_20_JUN)

    def dates(story: Story) -> list[tuple[str, date | None, str]]:
        return [(each.key, each.due_last, each.status) for each in story.on(MON_20_JUN).deadlines]

    assert dates(asked_late) == dates(in_order)
