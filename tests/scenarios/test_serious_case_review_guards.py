"""What must be true before the steps from commissioning to closure, and what each refusal says (WORKFLOWS 1)."""

from datetime import date

import pytest

from tests.scenarios.stories import Story, a_review
from workflows.errors import AnswersRefused, GuardsNotMet, NotAvailable, OnHold
from workflows.history import Event

MON_2_JUN_2014 = date(2014, 6, 2)
MON_6_JUN_2016 = date(2016, 6, 6)
MON_6_JUN_2011 = date(2011, 6, 6)

COPY_NOT_SENT = (
    "The pre-publication copy has not been sent. Send it at least 7 working days before publication, "
    "or say why the notice is short"
)
COPY_SENT_LATE = (
    "The pre-publication copy must be sent at least 7 working days before publication: "
    "to publish on 8 June 2016, by 27 May 2016. Publish later, or say why the notice is short"
)


class TestCommissioning:
    """DOMAIN 1.3: the lead reviewer is independent of the board and of the agencies involved."""

    day = MON_2_JUN_2014

    def test_everything_missing_is_said_at_once(self):
        refusal = a_review("commissioning", self.day).refused("commission_review", self.day)

        assert isinstance(refusal, GuardsNotMet)
        assert refusal.reasons == (
            "No independent reviewer has been appointed. Record the reviewer’s appointment first",
            "The terms of reference have not been agreed. Record that first",
        )

    def test_a_reviewer_who_is_not_independent_is_not_enough(self):
        story = a_review("commissioning", self.day)
        story.tell("agree_terms_of_reference", self.day)
        story.tell("appoint_reviewer", self.day, independent="no")

        assert story.refused("commission_review", self.day).reasons == (
            "The reviewer appointed is not independent. Appoint one who is",
        )

    def test_one_of_several_must_be(self):
        story = a_review("commissioning", self.day)
        story.tell("agree_terms_of_reference", self.day)
        story.tell("appoint_reviewer", self.day, independent="no", role="Panel chair")
        story.tell("appoint_reviewer", self.day, independent="yes", role="Overview author")

        assert "commission_review" in story.offered(self.day)

    def test_a_reviewer_who_is_replaced_counts_no_longer(self):
        story = a_review("commissioning", self.day)
        story.tell("agree_terms_of_reference", self.day)
        story.tell("appoint_reviewer", self.day, independent="yes", role="Lead reviewer")
        story.tell("appoint_reviewer", self.day, independent="no", role="lead reviewer")

        assert "not independent" in str(story.refused("commission_review", self.day))

    def test_with_both_it_is_commissioned(self):
        story = a_review("gathering_information", self.day)

        assert story.on(self.day).state == "gathering_information"
        assert story.on(self.day).stage == "review"

    @pytest.mark.parametrize("state", ["commissioning", "analysis", "preparing_publication"])
    def test_a_reviewer_may_be_replaced_later(self, state):
        story = a_review(state, self.day)
        story.tell("appoint_reviewer", self.day)

        assert story.on(self.day).state == state

    def test_the_period_under_review_does_not_end_before_it_begins(self):
        refusal = a_review("commissioning", self.day).refused(
            "agree_terms_of_reference", self.day, period_from=date(2014, 1, 1), period_to=date(2013, 12, 31)
        )

        assert isinstance(refusal, AnswersRefused)
        assert [problem.question for problem in refusal.problems] == ["period_to"]

    def test_a_period_known_to_the_month_may_end_in_the_month_it_begins(self):
        story = a_review("commissioning", self.day)
        story.tell("agree_terms_of_reference", self.day, period_from=date(2014, 1, 20), period_to="2014-01")

        assert story.on(self.day).facts.answer("period_to") == "2014-01"

    def test_the_methodology_is_one_of_the_list(self):
        refusal = a_review("commissioning", self.day).refused(
            "agree_terms_of_reference", self.day, methodology="GUESSWORK"
        )

        assert str(refusal) == (
            "Methodology: “GUESSWORK” is not in the list. Choose TRAD, SCIE_LT, SILP, WELSH, RCA, HYBRID, APPREC"
        )


class TestPublishing:
    """T-1.10, T-1.12."""

    def ready(self, opened: date, sent_on: date | None = None) -> Story:
        story = a_review("preparing_publication", opened)
        story.tell("decide_publication", opened)
        if sent_on:
            story.tell("send_pre_publication_copy", sent_on, sent_on=sent_on)
        return story

    def test_everything_missing_is_said_at_once(self):
        refusal = a_review("preparing_publication", MON_6_JUN_2016).refused("publish_report", MON_6_JUN_2016)

        assert isinstance(refusal, GuardsNotMet)
        assert refusal.reasons == (
            "How the report is to be published has not been decided. Record the decision on publication first",
            COPY_NOT_SENT,
        )

    def test_before_2013_no_copy_had_to_be_sent(self):
        story = self.ready(MON_6_JUN_2011)
        story.tell("publish_report", MON_6_JUN_2011)

        assert story.on(MON_6_JUN_2011).state == "published"

    def test_it_cannot_be_published_when_it_was_decided_not_to(self):
        story = self.ready(MON_6_JUN_2011)
        story.tell("decide_publication", MON_6_JUN_2011, mode="NOT_PUBLISHED")

        assert story.refused("publish_report", MON_6_JUN_2011).reasons == (
            "It was decided not to publish the report. Decide again, or record that it is not published",
        )

        story.tell("decide_publication", MON_6_JUN_2011, mode="REDACTED")

        assert "publish_report" in story.offered(MON_6_JUN_2011)

    @pytest.mark.parametrize(
        ("opened", "sent_on", "too_early", "first_day"),
        [
            (MON_2_JUN_2014, date(2014, 6, 2), date(2014, 6, 8), date(2014, 6, 9)),
            # The seventh working day after Friday 20 May passes the spring bank holiday of 30 May.
            (date(2016, 5, 9), date(2016, 5, 20), date(2016, 5, 31), date(2016, 6, 1)),
        ],
        ids=["seven days under 2013", "seven working days under 2015"],
    )
    def test_the_notice_must_have_run(self, opened, sent_on, too_early, first_day):
        story = self.ready(opened, sent_on)

        assert "The pre-publication copy must be sent at least 7" in str(story.refused("publish_report", too_early))

        story.tell("publish_report", first_day)
        assert story.on(first_day).state == "published"

    def test_the_refusal_says_by_when_it_should_have_been_sent(self):
        story = self.ready(MON_6_JUN_2016, sent_on=MON_6_JUN_2016)

        assert story.refused("publish_report", date(2016, 6, 8)).reasons == (COPY_SENT_LATE,)

    def test_a_copy_sent_to_somebody_else_later_does_not_shorten_the_notice(self):
        """T-1.10: the national panel had its seven working days; the member of parliament was sent a copy as well."""
        mon_9_may_2016, fri_20_may_2016, wed_1_jun_2016 = date(2016, 5, 9), date(2016, 5, 20), date(2016, 6, 1)
        story = self.ready(mon_9_may_2016, sent_on=fri_20_may_2016)
        story.tell("send_pre_publication_copy", wed_1_jun_2016, bodies=["Member of Parliament"], sent_on=wed_1_jun_2016)

        assert "publish_report" in story.offered(wed_1_jun_2016)

    @pytest.mark.parametrize("sent_on", [None, MON_6_JUN_2016])
    def test_a_recorded_reason_stands_in_for_the_notice(self, sent_on):
        """WORKFLOWS 1: else a recorded reason."""
        story = self.ready(MON_6_JUN_2016, sent_on)
        assert story.availability("publish_report", MON_6_JUN_2016).needs == ("short_notice_reason",)
        assert story.availability("publish_report", MON_6_JUN_2016).possible

        story.tell("publish_report", MON_6_JUN_2016, short_notice_reason="The sentence was passed early")

        assert story.on(MON_6_JUN_2016).facts.answer("short_notice_reason") == "The sentence was passed early"

    def test_the_reason_does_not_stand_in_for_the_decision(self):
        story = a_review("preparing_publication", MON_6_JUN_2016)
        assert story.availability("publish_report", MON_6_JUN_2016).needs == ()

        refusal = story.refused("publish_report", MON_6_JUN_2016, short_notice_reason="In a hurry")

        assert len(refusal.reasons) == 1
        assert "has not been decided" in str(refusal)

    def test_a_report_reopened_is_decided_on_and_sent_again(self):
        story = self.ready(MON_6_JUN_2016, sent_on=MON_6_JUN_2016)
        story.tell("reopen_report", date(2016, 7, 4))
        story.tell("submit_report", date(2016, 7, 4))
        story.tell("approve_report", date(2016, 7, 4))

        assert len(story.refused("publish_report", date(2016, 7, 5)).reasons) == 2

    @pytest.mark.parametrize("state", ["preparing_publication", "published"])
    def test_a_report_may_be_reopened(self, state):
        """Bradford’s Child HD: reconsidered after the inspectorate’s evaluation (T-1.14)."""
        story = self.ready(MON_6_JUN_2011)
        if state == "published":
            story.tell("publish_report", MON_6_JUN_2011)
        story.tell("reopen_report", MON_6_JUN_2011)

        assert story.on(MON_6_JUN_2011).state == "drafting"

    def test_a_learning_brief_may_go_before_the_report(self):
        """DOMAIN 1.3: Lancashire’s Child G, 608 days before."""
        story = a_review("analysis", MON_6_JUN_2016)
        story.tell("publish_learning_brief", MON_6_JUN_2016)

        assert story.on(MON_6_JUN_2016).state == "analysis"

    def test_withholding_needs_its_grounds(self):
        story = self.ready(MON_6_JUN_2016)

        assert (
            "Grounds: an answer is needed"
            in story.refused("decide_not_to_publish", MON_6_JUN_2016, grounds=None).reasons
        )

        story.tell("decide_not_to_publish", MON_6_JUN_2016, grounds="The siblings would be known")
        assert story.on(MON_6_JUN_2016).state == "withheld"


class TestMonitoringAndClosing:
    """DOMAIN 7: complete means that evidence is available."""

    day = MON_6_JUN_2011

    def published(self) -> Story:
        story = a_review("preparing_publication", self.day)
        story.tell("decide_publication", self.day)
        story.tell("publish_report", self.day)
        return story

    def monitored(self, *actions: str) -> Story:
        story = self.published()
        story.tell("agree_action_plan", self.day)
        for action in actions:
            story.tell("add_action", self.day, action=action)
        story.tell("begin_monitoring", self.day)
        return story

    @pytest.mark.parametrize("state", ["published", "withheld"])
    def test_actions_are_monitored_once_a_plan_is_agreed(self, state):
        story = self.published()
        if state == "withheld":
            story = a_review("preparing_publication", self.day)
            story.tell("decide_not_to_publish", self.day)

        assert story.refused("begin_monitoring", self.day).reasons == (
            "No action plan has been agreed. Record that first",
        )

        story.tell("agree_action_plan", self.day)
        story.tell("begin_monitoring", self.day)
        assert story.on(self.day).state == "monitoring_actions"

    def test_everything_missing_is_said_at_once(self):
        refusal = self.monitored("Train staff", "Mend the form").refused("close_case", self.day)

        assert isinstance(refusal, GuardsNotMet)
        assert refusal.reasons == (
            "2 of the actions are still open. Each must be evidenced, superseded or rejected",
            "The impact of what was learned has not been checked. Record that first",
        )

    @pytest.mark.parametrize(
        ("status", "closes"),
        [
            ("in_progress", False), ("complete_claimed", False),
            ("complete_evidenced", True), ("superseded", True), ("rejected", True),
        ],
    )  # fmt: skip
    def test_a_case_closes_when_no_action_is_open(self, status, closes):
        story = self.monitored("Train staff")
        story.tell("check_impact", self.day)
        story.tell("update_action", self.day, action="Train staff", status=status, evidence="The training register")

        assert ("close_case" in story.offered(self.day)) is closes

    def test_the_last_word_on_an_action_counts(self):
        story = self.monitored("Train staff")
        story.tell("check_impact", self.day)
        story.tell("update_action", self.day, action="Train staff", status="complete_evidenced", evidence="Register")
        story.tell("update_action", self.day, action="Train staff", status="in_progress")

        assert "1 of the actions" in str(story.refused("close_case", self.day))

    def test_completion_without_evidence_is_refused(self):
        """DOMAIN 7: complete without evidence must not turn green."""
        refusal = self.monitored("Train staff").refused(
            "update_action", self.day, action="Train staff", status="complete_evidenced"
        )

        assert isinstance(refusal, GuardsNotMet)
        assert "An action is complete only with its evidence" in str(refusal)

    def test_an_action_that_was_not_added_cannot_be_updated(self):
        refusal = self.monitored("Train staff").refused("update_action", self.day, action="Train", status="in_progress")

        assert "There is no action of that name in the plan" in str(refusal)

    def test_a_closed_case_stays_closed(self):
        story = self.monitored()
        story.tell("check_impact", self.day)
        story.tell("close_case", self.day)

        assert story.on(self.day).has_ended
        assert story.offered(self.day) == {"record_proceedings", "tell_national_bodies", "archive_report"}


class TestAnswers:
    day = MON_2_JUN_2014

    def test_every_problem_is_said_and_tied_to_its_question(self):
        refusal = Story().refused(
            "refer_case", self.day,
            received_on="soon", incident_on=date(2014, 7, 1), died="perhaps", pseudonym=" ", colour="red",
            referred_by=None,
        )  # fmt: skip

        assert isinstance(refusal, AnswersRefused)
        assert {problem.question for problem in refusal.problems} == {
            "received_on", "incident_on", "died", "pseudonym", "colour", "referred_by",
        }  # fmt: skip

    def test_a_step_does_not_happen_in_the_future(self):
        story = a_review("referred", self.day)

        refusal = story.refused("refer_to_subgroup", date(2014, 6, 3), recorded=self.day)

        assert isinstance(refusal, AnswersRefused)
        assert str(refusal) == "3 June 2014 is in the future. Give the day it happened"

    def test_a_step_does_not_happen_before_the_case_began(self):
        refusal = a_review("referred", self.day).refused("refer_to_subgroup", date(2014, 6, 1), recorded=self.day)

        assert str(refusal) == "1 June 2014 is before the case began on 2 June 2014. Give a later day"

    def test_the_month_in_which_the_case_began_is_not_before_it(self):
        story = a_review("referred", self.day)
        event: Event = story.tell("refer_to_subgroup", "2014-06")

        assert event.happened_on.words() == "June 2014"

    def test_this_month_may_be_given_before_it_is_over(self):
        story = a_review("referred", self.day)
        story.tell("refer_to_subgroup", "2014-06", recorded=date(2014, 6, 16))

        assert story.on(date(2014, 6, 16)).state == "awaiting_recommendation"

    def test_what_was_asked_may_be_answered_yes_and_no_as_a_computer_reads_it(self):
        story = Story()
        opened = story.tell("refer_case", self.day, died=False, seriously_harmed=True)

        assert (opened.answers["died"], opened.answers["seriously_harmed"]) == ("no", "yes")

    def test_a_code_is_read_however_it_is_written(self):
        story = a_review("gathering_information", self.day)
        told = story.tell("record_proceedings", self.day, process="criminal trial", event="Charge")

        assert (told.answers["process"], told.answers["event"]) == ("CRIMINAL_TRIAL", "charge")

    def test_only_what_the_step_asks_is_kept(self):
        story = a_review("referred", self.day)

        assert "does not ask for “notes”" in str(story.refused("refer_to_subgroup", self.day, notes="x"))

    def test_a_text_has_a_length(self):
        story = a_review("awaiting_decision", self.day)

        refusal = story.refused("decide_not_to_review", self.day, reasons="x" * 20_001)

        assert str(refusal) == "Reasons: this is longer than 20,000 characters. Shorten it"

    def test_a_character_that_cannot_be_kept_is_refused(self):
        story = a_review("awaiting_decision", self.day)

        assert "cannot be kept" in str(story.refused("decide_not_to_review", self.day, reasons="because\x00"))

    @pytest.mark.parametrize("reasons", [["a", "b"], {"a": 1}])
    def test_a_text_is_text(self, reasons):
        story = a_review("awaiting_decision", self.day)

        assert "write it as text" in str(story.refused("decide_not_to_review", self.day, reasons=reasons))

    def test_lines_may_be_given_as_a_list_or_one_on_each_line(self):
        for given in (["Police", "School", "Police", " "], "Police\n\nSchool\n"):
            story = a_review("referred", self.day)
            told = story.tell("request_scoping", self.day, agencies=given)
            assert told.answers["agencies"] == ["Police", "School"]

    def test_lines_with_nothing_on_them_are_no_answer(self):
        story = a_review("referred", self.day)

        assert "Agencies: an answer is needed" in str(story.refused("request_scoping", self.day, agencies=[" ", ""]))
        assert "write one on each line" in str(story.refused("request_scoping", self.day, agencies=7))


def test_the_three_kinds_of_refusal_before_publication_are_told_apart():
    story = a_review("preparing_publication", MON_6_JUN_2016)
    story.tell("authorise_hold", MON_6_JUN_2016, kind="INQUEST", scope=["publication"])

    assert isinstance(story.refused("publish_report", MON_6_JUN_2016), OnHold)
    assert isinstance(story.refused("begin_monitoring", MON_6_JUN_2016), NotAvailable)
    story.tell("release_hold", MON_6_JUN_2016, hold="INQUEST")
    assert isinstance(story.refused("publish_report", MON_6_JUN_2016), GuardsNotMet)
