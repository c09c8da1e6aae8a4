"""The dates of a serious case review: what starts each, what meets it, and when it is late (DOMAIN 1.2)."""

from datetime import date

import pytest

from tests.scenarios.stories import Story, a_review, known
from workflows.clocks import overdue_by
from workflows.errors import AnswersRefused


class TestTheDecision:
    """T-1.2: one month from when the board was told."""

    fri_31_jan, mon_3_feb = date(2014, 1, 31), date(2014, 2, 3)
    thu_20_feb, fri_21_feb, fri_28_feb, sat_1_mar = (
        date(2014, 2, 20),
        date(2014, 2, 21),
        date(2014, 2, 28),
        date(2014, 3, 1),
    )

    def awaiting(self) -> Story:
        return a_review("awaiting_decision", self.mon_3_feb, received_on=self.fri_31_jan)

    def test_it_runs_a_month_from_the_day_the_board_was_told_and_not_from_the_referral(self):
        """DOMAIN 9: one month from 31 January ends on the last day of February."""
        deadline = self.awaiting().deadline("decision", self.mon_3_feb)

        assert (known(deadline.start).first, deadline.due_first, deadline.due_last) == (
            self.fri_31_jan, self.fri_28_feb, self.fri_28_feb,
        )  # fmt: skip
        assert deadline.status == "running"

    def test_it_is_due_soon_within_five_working_days(self):
        story = self.awaiting()

        assert story.deadline("decision", self.thu_20_feb).status == "running"
        assert story.deadline("decision", self.fri_21_feb).status == "due_soon"
        assert story.deadline("decision", self.fri_28_feb).status == "due_soon"
        assert story.deadline("decision", self.sat_1_mar).status == "overdue"

    @pytest.mark.parametrize("step", ["decide_to_review", "decide_alternative_review", "decide_not_to_review"])
    def test_any_decision_meets_it(self, step):
        story = self.awaiting()
        story.tell(step, self.fri_28_feb)

        deadline = story.deadline("decision", self.sat_1_mar)

        assert (deadline.status, known(deadline.met_on).first, known(deadline.met_by).step) == (
            "met",
            self.fri_28_feb,
            step,
        )

    def test_a_decision_after_the_month_is_late(self):
        story = self.awaiting()
        story.tell("decide_to_review", self.sat_1_mar)

        deadline = story.deadline("decision", self.sat_1_mar)

        assert deadline.status == "met_late"
        assert overdue_by(deadline, self.sat_1_mar).days == 1

    def test_a_recommendation_does_not_meet_it(self):
        assert self.awaiting().deadline("decision", self.sat_1_mar).met_on is None

    def test_reopening_a_decision_does_not_unmake_it(self):
        story = a_review("not_initiated", self.mon_3_feb, received_on=self.mon_3_feb)
        story.tell("reopen_decision", self.sat_1_mar)

        assert story.deadline("decision", self.sat_1_mar).status == "met"

    def test_a_transfer_makes_it_void(self):
        story = self.awaiting()
        story.tell("transfer_case", self.thu_20_feb)

        deadline = story.deadline("decision", self.sat_1_mar)

        assert (deadline.status, known(deadline.voided_on).first) == ("void", self.thu_20_feb)


class TestTheNotificationOfTheIncident:
    """T-1.1: five working days from awareness, since 2015."""

    thu_24_mar_2016, mon_4_apr_2016, tue_5_apr_2016 = date(2016, 3, 24), date(2016, 4, 4), date(2016, 4, 5)

    def notified(self, notified_on: date) -> Story:
        story = a_review("referred", self.thu_24_mar_2016)
        story.tell(
            "record_incident_notification", self.tue_5_apr_2016, aware_on=self.thu_24_mar_2016, notified_on=notified_on
        )
        return story

    def test_good_friday_and_easter_monday_do_not_count(self):
        assert (
            self.notified(self.mon_4_apr_2016).deadline("incident_notification", self.tue_5_apr_2016).due_last
            == self.mon_4_apr_2016
        )

    @pytest.mark.parametrize(("notified_on", "status"), [(mon_4_apr_2016, "met"), (tue_5_apr_2016, "met_late")])
    def test_the_notification_is_what_counts_and_not_the_day_it_was_recorded(self, notified_on, status):
        """DOMAIN 0.3(6): from awareness, not from the incident."""
        assert self.notified(notified_on).deadline("incident_notification", self.tue_5_apr_2016).status == status

    def test_it_waits_until_somebody_says_when_the_authority_became_aware(self):
        story = a_review("referred", self.thu_24_mar_2016)

        assert story.deadline("incident_notification", self.tue_5_apr_2016).status == "waiting"

    @pytest.mark.parametrize("opened", [date(2008, 6, 2), date(2012, 6, 11), date(2014, 6, 2)])
    def test_earlier_editions_gave_no_number(self, opened):
        """T-1.1c."""
        assert a_review("referred", opened).on(opened).deadline("incident_notification") == ()

    def test_it_cannot_be_notified_before_anybody_was_aware(self):
        story = a_review("referred", self.thu_24_mar_2016)

        refusal = story.refused(
            "record_incident_notification",
            self.tue_5_apr_2016,
            aware_on=self.mon_4_apr_2016,
            notified_on=self.thu_24_mar_2016,
        )

        assert "this cannot be before “When the local authority became aware”, 4 April 2016" in str(refusal)


class TestTellingTheNationalBodies:
    mon_1_feb_2016, mon_8_feb_2016, tue_9_feb_2016 = date(2016, 2, 1), date(2016, 2, 8), date(2016, 2, 9)

    @pytest.mark.parametrize("state", ["commissioning", "not_initiated", "alternative_review"])
    def test_every_decision_is_told_within_five_working_days(self, state):
        """T-1.4: either way."""
        deadline = a_review(state, self.mon_1_feb_2016).deadline("tell_national_bodies", self.mon_1_feb_2016)

        assert deadline.due_last == self.mon_8_feb_2016
        assert not deadline.clock.source.confirmed

    @pytest.mark.parametrize(("sent_on", "status"), [(mon_8_feb_2016, "met"), (tue_9_feb_2016, "met_late")])
    def test_the_day_it_was_sent_counts(self, sent_on, status):
        story = a_review("commissioning", self.mon_1_feb_2016)
        story.tell("tell_national_bodies", self.tue_9_feb_2016, sent_on=sent_on)

        assert story.deadline("tell_national_bodies", self.tue_9_feb_2016).status == status

    @pytest.mark.parametrize("opened", [date(2014, 2, 3), date(2016, 2, 1)])
    def test_no_review_is_explained_to_the_panel_within_fourteen_days(self, opened):
        """T-1.5: calendar days, since 2013. The fifth working day is another limit (DOMAIN 0.3(7))."""
        deadline = a_review("not_initiated", opened).deadline("explain_not_initiating", opened)

        assert (deadline.due_last - opened).days == 14

    def test_only_a_decision_not_to_review_is_explained(self):
        for state in ("commissioning", "alternative_review"):
            story = a_review(state, self.mon_1_feb_2016)
            assert story.deadline("explain_not_initiating", self.mon_1_feb_2016).status == "waiting"

    def test_one_letter_meets_both(self):
        story = a_review("not_initiated", self.mon_1_feb_2016)
        story.tell("tell_national_bodies", self.tue_9_feb_2016, sent_on=self.tue_9_feb_2016)

        assert story.deadline("tell_national_bodies", self.tue_9_feb_2016).status == "met_late"
        assert story.deadline("explain_not_initiating", self.tue_9_feb_2016).status == "met"

    def test_reopening_the_decision_leaves_nothing_to_tell_until_it_is_taken_again(self):
        mon_22_feb_2016 = date(2016, 2, 22)
        story = a_review("not_initiated", self.mon_1_feb_2016)
        story.tell("reopen_decision", self.mon_8_feb_2016)

        assert story.deadline("tell_national_bodies", mon_22_feb_2016).status == "void"
        assert story.deadline("explain_not_initiating", mon_22_feb_2016).status == "void"

        story.tell("decide_to_review", mon_22_feb_2016)

        again = story.deadline("tell_national_bodies", mon_22_feb_2016)
        assert (again.status, again.due_last) == ("due_soon", date(2016, 2, 29))
        assert [each.start.first for each in again.replaced] == [self.mon_1_feb_2016]


class TestCompletingTheReview:
    """T-1.8: approval is completion, and the decision is initiation."""

    mon_1_jul_2013, wed_1_jan_2014, thu_2_jan_2014 = date(2013, 7, 1), date(2014, 1, 1), date(2014, 1, 2)

    def under_way(self) -> Story:
        return a_review("awaiting_approval", self.mon_1_jul_2013)

    def test_it_runs_six_months_from_the_decision(self):
        """DOMAIN 9: a limit in months is not extended when it ends on a bank holiday; it shows the day before."""
        story = self.under_way()

        assert story.deadline("complete_review", self.mon_1_jul_2013).due_last == self.wed_1_jan_2014
        assert (
            "That is not a working day: New Year’s Day. Plan for 31 December 2013."
            in story.explained("complete_review", self.mon_1_jul_2013).sentences()
        )

    @pytest.mark.parametrize(("approved_on", "status"), [(wed_1_jan_2014, "met"), (thu_2_jan_2014, "met_late")])
    def test_approval_meets_it(self, approved_on, status):
        story = self.under_way()
        story.tell("approve_report", approved_on)

        assert story.deadline("complete_review", self.thu_2_jan_2014).status == status

    def test_publication_is_another_matter(self):
        """DOMAIN 0.3(12): completed and published are different counts."""
        story = self.under_way()
        story.tell("approve_report", self.wed_1_jan_2014)

        assert story.on(self.thu_2_jan_2014).state == "preparing_publication"
        assert known(story.deadline("complete_review", self.thu_2_jan_2014).met_by).step == "approve_report"

    def test_a_delay_with_reasons_explains_and_moves_nothing(self):
        """T-1.9, DOMAIN 0.3(1): guidance gives explained delay, not a paused clock."""
        story = self.under_way()
        assert story.deadline("complete_review", self.thu_2_jan_2014).status == "overdue"

        story.tell(
            "record_delay", self.thu_2_jan_2014, reasons=["IMR_LATE", "REVIEWER_CAPACITY"], expected_on=date(2014, 3, 3)
        )

        late = story.deadline("complete_review", self.thu_2_jan_2014)
        assert (late.status, late.due_last) == ("late_explained", self.wed_1_jan_2014)
        assert (
            "The delay was explained, on 2 January 2014: agency report late, reviewer’s capacity."
            in story.explained("complete_review", self.thu_2_jan_2014).sentences()
        )

    def test_a_delay_recorded_in_time_explains_lateness_to_come(self):
        story = self.under_way()
        story.tell("record_delay", date(2013, 12, 2), reasons=["QUALITY_OF_REPORT"])

        assert story.deadline("complete_review", date(2013, 12, 2)).status == "running"
        assert story.deadline("complete_review", self.thu_2_jan_2014).status == "late_explained"

    def test_a_delay_without_reasons_is_refused(self):
        refusal = self.under_way().refused("record_delay", self.thu_2_jan_2014, reasons=[])

        assert str(refusal) == "Reasons: an answer is needed"

    def test_returning_the_report_leaves_it_running(self):
        story = self.under_way()
        story.tell("return_report", date(2013, 12, 2))

        assert story.on(date(2013, 12, 2)).state == "drafting"
        assert story.deadline("complete_review", self.thu_2_jan_2014).status == "overdue"

    def test_a_report_reopened_does_not_unmake_its_completion(self):
        """Bradford’s Child HD: completed late in 2007, reconsidered in 2008."""
        story = self.under_way()
        story.tell("approve_report", date(2013, 12, 2))
        story.tell("reopen_report", date(2014, 2, 3))
        story.tell("submit_report", date(2014, 3, 3))
        story.tell("approve_report", date(2014, 4, 1))

        assert known(story.deadline("complete_review", date(2014, 4, 1)).met_on).first == date(2013, 12, 2)

    def test_without_a_review_nothing_is_to_be_completed(self):
        for state in ("awaiting_decision", "not_initiated", "alternative_review"):
            story = a_review(state, self.mon_1_jul_2013)
            assert story.deadline("complete_review", self.mon_1_jul_2013).status == "waiting"


class TestThePrePublicationCopy:
    """T-1.10: counted back from the day publication is planned for."""

    mon_5_jan_2015 = date(2015, 1, 5)
    wed_13_jan_2016 = date(2016, 1, 13)

    def planned(self, opened: date, on: date) -> Story:
        story = a_review("preparing_publication", opened)
        story.tell("decide_publication", opened, planned_on=on)
        return story

    def test_seven_days_back_under_2013(self):
        thu_12_feb_2015, thu_5_feb_2015 = date(2015, 2, 12), date(2015, 2, 5)

        assert (
            self.planned(self.mon_5_jan_2015, thu_12_feb_2015)
            .deadline("pre_publication_copy", self.mon_5_jan_2015)
            .due_last
            == thu_5_feb_2015
        )

    def test_seven_working_days_back_under_2015(self):
        """DOMAIN 9: publication day is nought, and the New Year is passed over backwards too."""
        mon_7_dec_2015, mon_4_jan_2016, mon_21_dec_2015 = date(2015, 12, 7), date(2016, 1, 4), date(2015, 12, 21)

        deadline = self.planned(mon_7_dec_2015, mon_4_jan_2016).deadline("pre_publication_copy", mon_7_dec_2015)

        # Back from 4 January: 31, 30, 29, 24, 23, 22 and 21 December work; 1 January, 28 and 25 December do not.
        assert deadline.due_last == mon_21_dec_2015

    def test_earlier_editions_asked_for_none(self):
        mon_6_jun_2011 = date(2011, 6, 6)

        assert (
            a_review("preparing_publication", mon_6_jun_2011).on(mon_6_jun_2011).deadline("pre_publication_copy") == ()
        )

    def test_it_waits_while_no_day_is_planned(self):
        story = a_review("preparing_publication", self.mon_5_jan_2015)
        story.tell("decide_publication", self.mon_5_jan_2015)

        assert story.deadline("pre_publication_copy", self.mon_5_jan_2015).status == "waiting"

    def test_a_new_plan_supersedes_the_old_one(self):
        thu_5_mar_2015, thu_26_feb_2015 = date(2015, 3, 5), date(2015, 2, 26)
        story = self.planned(self.mon_5_jan_2015, date(2015, 2, 12))
        story.tell("decide_publication", date(2015, 2, 2), planned_on=thu_5_mar_2015)

        deadline = story.deadline("pre_publication_copy", date(2015, 2, 6))

        assert (deadline.due_last, deadline.status) == (thu_26_feb_2015, "running")
        assert (
            "Before, it was due by 5 February 2015."
            in story.explained("pre_publication_copy", date(2015, 2, 6)).sentences()
        )

    @pytest.mark.parametrize(
        ("sent_on", "status"), [(date(2015, 2, 5), "met"), (date(2015, 2, 6), "met_late")], ids=["thu_5", "fri_6"]
    )
    def test_the_day_it_was_sent_counts(self, sent_on, status):
        story = self.planned(self.mon_5_jan_2015, date(2015, 2, 12))
        story.tell("send_pre_publication_copy", date(2015, 2, 9), sent_on=sent_on)

        assert story.deadline("pre_publication_copy", date(2015, 2, 9)).status == status

    def test_a_copy_sent_before_the_day_was_planned_counts(self):
        story = a_review("preparing_publication", self.mon_5_jan_2015)
        story.tell("send_pre_publication_copy", date(2015, 1, 12), sent_on=date(2015, 1, 12))
        story.tell("decide_publication", date(2015, 1, 19), planned_on=date(2015, 2, 12))

        assert story.deadline("pre_publication_copy", date(2015, 1, 19)).status == "met"

    def test_a_report_reopened_needs_a_new_copy(self):
        story = self.planned(self.mon_5_jan_2015, date(2015, 2, 12))
        story.tell("send_pre_publication_copy", date(2015, 2, 2), sent_on=date(2015, 2, 2))
        story.tell("reopen_report", date(2015, 2, 9))
        story.tell("submit_report", date(2015, 3, 2))
        story.tell("approve_report", date(2015, 3, 9))
        story.tell("decide_publication", date(2015, 3, 9), planned_on=date(2015, 4, 9))

        assert story.deadline("pre_publication_copy", date(2015, 3, 9)).status == "running"

    def test_not_publishing_makes_it_void(self):
        story = self.planned(self.mon_5_jan_2015, date(2015, 2, 12))
        story.tell("decide_not_to_publish", date(2015, 2, 2))

        assert story.deadline("pre_publication_copy", date(2015, 2, 13)).status == "void"


class TestKeepingTheReportPublished:
    """T-1.11: at least twelve months, a minimum and not a limit."""

    mon_5_jan_2015, mon_2_feb_2015, tue_2_feb_2016 = date(2015, 1, 5), date(2015, 2, 2), date(2016, 2, 2)

    def published(self) -> Story:
        story = a_review("preparing_publication", self.mon_5_jan_2015)
        story.tell("decide_publication", self.mon_5_jan_2015)
        story.tell("send_pre_publication_copy", self.mon_5_jan_2015)
        story.tell("publish_report", self.mon_2_feb_2015)
        return story

    def test_it_is_never_late(self):
        story = self.published()

        assert story.deadline("keep_published", date(2016, 2, 1)).status == "not_before"
        assert story.deadline("keep_published", self.tue_2_feb_2016).status == "met"
        assert story.deadline("keep_published", date(2020, 2, 3)).status == "met"

    def test_the_report_cannot_be_archived_the_day_before(self):
        refusal = self.published().refused("archive_report", date(2016, 2, 1))

        assert str(refusal) == "The report must stay published for at least 12 months, until 2 February 2016"

    def test_the_report_can_be_archived_from_that_day(self):
        story = self.published()
        story.tell("archive_report", self.tue_2_feb_2016)

        assert known(story.deadline("keep_published", self.tue_2_feb_2016).met_by).step == "archive_report"
        assert story.on(self.tue_2_feb_2016).state == "published"

    def test_what_was_not_published_cannot_be_archived(self):
        story = a_review("preparing_publication", self.mon_5_jan_2015)
        story.tell("decide_not_to_publish", self.mon_5_jan_2015)
        story.tell("agree_action_plan", self.mon_5_jan_2015)
        story.tell("begin_monitoring", self.mon_5_jan_2015)

        refusal = story.refused("archive_report", date(2016, 6, 1))

        assert "The report has not been published, so it cannot be archived" in refusal.reasons


class TestWhatAgenciesAreAskedFor:
    """DOMAIN 1.3: no statutory limit; the day asked for is the limit, one for each agency."""

    mon_2_jun, fri_13_jun, mon_16_jun = date(2014, 6, 2), date(2014, 6, 13), date(2014, 6, 16)

    def test_each_agency_has_a_deadline_of_its_own(self):
        story = a_review("referred", self.mon_2_jun)
        story.tell("request_scoping", self.mon_2_jun, agencies=["Police", "School"], due_on=self.fri_13_jun)
        story.tell("record_scoping_return", self.fri_13_jun, agency="School")

        found = {each.about: each.status for each in story.on(self.mon_16_jun).deadline("scoping_return")}

        assert found == {"Police": "overdue", "School": "met"}

    def test_an_agency_is_known_however_its_name_is_typed(self):
        story = a_review("referred", self.mon_2_jun)
        story.tell("request_scoping", self.mon_2_jun, agencies=["Police"], due_on=self.fri_13_jun)
        story.tell("record_scoping_return", self.fri_13_jun, agency="POLICE")

        assert story.deadline("scoping_return", self.mon_16_jun).status == "met"

    def test_what_an_agency_was_not_asked_for_meets_nothing(self):
        story = a_review("referred", self.mon_2_jun)
        story.tell("request_scoping", self.mon_2_jun, agencies=["Police"], due_on=self.fri_13_jun)
        story.tell("record_scoping_return", self.fri_13_jun, agency="Ambulance service")

        assert story.deadline("scoping_return", self.mon_16_jun).status == "overdue"

    def test_one_agency_may_owe_two_reports(self):
        story = a_review("gathering_information", self.mon_2_jun)
        for kind, due in (("IMR", date(2014, 9, 1)), ("Chronology", date(2014, 7, 1))):
            story.tell("request_agency_report", self.mon_2_jun, agency="Police", kind=kind, due_on=due)
        story.tell("record_agency_report", date(2014, 7, 1), agency="Police", kind="Chronology")

        found = {each.about: each.status for each in story.on(date(2014, 7, 2)).deadline("agency_report")}

        assert found == {"Police, IMR": "running", "Police, Chronology": "met"}

    def test_asking_again_gives_a_new_day(self):
        story = a_review("gathering_information", self.mon_2_jun)
        story.tell("request_agency_report", self.mon_2_jun, agency="Police", kind="IMR", due_on=date(2014, 7, 1))
        story.tell("request_agency_report", date(2014, 7, 2), agency="Police", kind="IMR", due_on=date(2014, 8, 1))

        deadline = story.deadline("agency_report", date(2014, 7, 3))

        assert (deadline.status, deadline.due_last) == ("running", date(2014, 8, 1))

    def test_a_day_cannot_be_asked_for_that_has_passed(self):
        story = a_review("gathering_information", self.mon_2_jun)

        refusal = story.refused("request_agency_report", self.mon_16_jun, due_on=self.fri_13_jun)

        assert str(refusal) == "When it is due: this cannot be before the day this happened, 16 June 2014"

    def test_nothing_is_owed_to_a_case_that_has_ended(self):
        story = a_review("gathering_information", self.mon_2_jun)
        story.tell("request_agency_report", self.mon_2_jun, agency="Police", due_on=self.fri_13_jun)
        story.tell("transfer_case", self.fri_13_jun)

        assert story.deadline("agency_report", self.mon_16_jun).status == "void"


class TestEvidenceOfImpact:
    """DOMAIN 7: six months after the action plan is agreed, a local default."""

    mon_2_jun, tue_2_dec = date(2014, 6, 2), date(2014, 12, 2)

    @pytest.mark.parametrize(
        ("step", "by"), [("record_impact_return", "agency_lead"), ("check_impact", "subgroup_chair")]
    )
    def test_evidence_meets_it(self, step, by):
        story = a_review("alternative_review", self.mon_2_jun)
        story.tell("agree_action_plan", self.mon_2_jun)
        story.tell("conclude_alternative_review", self.mon_2_jun)
        assert story.deadline("impact_evidence", self.mon_2_jun).due_last == self.tue_2_dec

        story.tell(step, self.tue_2_dec, by=by)

        assert story.deadline("impact_evidence", self.tue_2_dec).status == "met"

    def test_each_action_is_due_on_its_day(self):
        story = a_review("awaiting_approval", self.mon_2_jun)
        story.tell("add_action", self.mon_2_jun, action="Train staff", due_on=date(2014, 9, 1))
        story.tell("add_action", self.mon_2_jun, action="Mend the form", due_on=date(2014, 7, 1))
        story.tell("update_action", date(2014, 7, 1), action="Mend the form", status="complete_claimed")
        story.tell(
            "update_action", date(2014, 8, 1), action="Train staff", status="complete_evidenced", evidence="Register"
        )

        found = {each.about: each.status for each in story.on(date(2014, 9, 2)).deadline("action")}

        assert found == {"Train staff": "met", "Mend the form": "overdue"}


class TestDaysKnownOnlyToTheMonth:
    """WORKFLOWS 5: late only when the latest reading has passed; uncertain where the days disagree."""

    def decided_in_may(self) -> Story:
        story = a_review("awaiting_decision", date(2014, 4, 7))
        story.tell("decide_to_review", "2014-05")
        for step in (
            "appoint_reviewer",
            "agree_terms_of_reference",
            "commission_review",
            "begin_analysis",
            "begin_drafting",
        ):
            story.tell(step, date(2014, 6, 2))
        story.tell("submit_report", date(2014, 6, 2))
        return story

    def test_a_limit_from_a_month_is_a_range(self):
        deadline = self.decided_in_may().deadline("complete_review", date(2014, 6, 2))

        assert (deadline.due_first, deadline.due_last) == (date(2014, 11, 1), date(2014, 11, 30))

    @pytest.mark.parametrize(
        ("day", "status"),
        [
            (date(2014, 10, 24), "running"),
            (date(2014, 10, 27), "due_soon"),
            (date(2014, 11, 30), "due_soon"),
            (date(2014, 12, 1), "overdue"),
        ],
    )
    def test_it_is_due_soon_by_the_earliest_and_late_by_the_latest_reading(self, day, status):
        assert self.decided_in_may().deadline("complete_review", day).status == status

    @pytest.mark.parametrize(
        ("approved_on", "status", "uncertain"),
        [
            (date(2014, 10, 31), "met", False),
            (date(2014, 11, 1), "met", False),
            (date(2014, 11, 2), "met", True),
            ("2014-10", "met", False),
            ("2014-11", "met", True),
            ("2014-12", "met_late", False),
        ],
    )
    def test_the_deadline_says_when_its_timeliness_is_uncertain(self, approved_on, status, uncertain):
        story = self.decided_in_may()
        story.tell("approve_report", approved_on)

        deadline = story.deadline("complete_review", date(2015, 1, 5))

        assert (deadline.status, deadline.uncertain) == (status, uncertain)

    def test_a_month_has_happened_by_its_last_day(self):
        story = self.decided_in_may()

        assert story.on(date(2014, 5, 30)).state == "awaiting_decision"
        assert story.on(date(2014, 5, 31)).state == "commissioning"

    def test_a_day_that_is_needed_is_not_given_as_a_month(self):
        story = a_review("gathering_information", date(2014, 6, 2))

        refusal = story.refused("request_agency_report", date(2014, 6, 2), due_on="2014-07")

        assert str(refusal) == "When it is due: the day is needed, not only the month"


class TestTheAreasTwelveMonths:
    """X-3: what was not complete when the area changed over is finished within twelve months."""

    mon_4_jun_2018, mon_3_jun_2019, wed_3_jun_2020 = date(2018, 6, 4), date(2019, 6, 3), date(2020, 6, 3)

    def under_way(self) -> Story:
        return a_review("preparing_publication", self.mon_4_jun_2018, new_arrangements_start=self.mon_3_jun_2019)

    def test_it_waits_until_the_area_changes(self):
        assert self.under_way().deadline("transition_completion", date(2019, 6, 2)).status == "waiting"

    def test_it_runs_from_the_day_of_the_change(self):
        deadline = self.under_way().deadline("transition_completion", self.mon_3_jun_2019)

        assert (deadline.status, deadline.due_last) == ("running", self.wed_3_jun_2020)
        assert self.under_way().explained("transition_completion", self.mon_3_jun_2019).sentences()[0] == (
            "The area’s new arrangements began on 3 June 2019."
        )

    def test_the_review_keeps_its_own_limit_beside_it(self):
        """R-0: the six months run on."""
        assert self.under_way().deadline("complete_review", self.mon_3_jun_2019).due_last == date(2018, 12, 4)

    @pytest.mark.parametrize("step", ["publish_report", "decide_not_to_publish"])
    def test_publishing_or_deciding_not_to_meets_it(self, step):
        story = self.under_way()
        story.tell("decide_publication", self.mon_3_jun_2019)
        story.tell("send_pre_publication_copy", self.mon_3_jun_2019)
        story.tell(step, self.wed_3_jun_2020)

        assert story.deadline("transition_completion", self.wed_3_jun_2020).status == "met"

    def test_a_delay_explained_after_the_change_explains_it(self):
        story = self.under_way()
        story.tell("record_delay", date(2019, 9, 2), reasons=["CRIMINAL_TRIAL"])

        assert story.deadline("transition_completion", date(2020, 6, 4)).status == "late_explained"

    def test_a_delay_explained_before_the_change_does_not(self):
        story = self.under_way()
        story.tell("record_delay", date(2019, 1, 7), reasons=["CRIMINAL_TRIAL"])

        assert story.deadline("transition_completion", date(2020, 6, 4)).status == "overdue"

    def test_it_does_not_concern_what_was_published_before(self):
        story = self.under_way()
        story.tell("decide_publication", self.mon_4_jun_2018)
        story.tell("send_pre_publication_copy", self.mon_4_jun_2018)
        story.tell("publish_report", date(2018, 7, 2))

        assert story.deadline("transition_completion", self.wed_3_jun_2020).status == "waiting"

    def test_it_does_not_concern_what_had_ended(self):
        story = a_review("not_initiated", self.mon_4_jun_2018, new_arrangements_start=self.mon_3_jun_2019)

        assert story.deadline("transition_completion", self.wed_3_jun_2020).status == "waiting"

    def test_it_does_not_concern_a_review_of_another_kind(self):
        """DOMAIN 1.5: that has no statutory limit, and nothing of it is published as a serious case review."""
        story = a_review("alternative_review", self.mon_4_jun_2018, new_arrangements_start=self.mon_3_jun_2019)

        assert story.deadline("transition_completion", date(2020, 6, 4)).status == "waiting"

        story.tell("conclude_alternative_review", date(2020, 6, 4))

        assert story.deadline("transition_completion", date(2020, 6, 4)).status == "waiting"

    def test_it_runs_again_once_the_decision_for_another_kind_is_reopened(self):
        story = a_review("alternative_review", self.mon_4_jun_2018, new_arrangements_start=self.mon_3_jun_2019)
        story.tell("reopen_decision", date(2019, 9, 2))

        assert story.deadline("transition_completion", date(2019, 9, 2)).due_last == self.wed_3_jun_2020

    def test_a_transfer_makes_it_void(self):
        story = self.under_way()
        story.tell("transfer_case", date(2019, 9, 2))

        assert story.deadline("transition_completion", self.wed_3_jun_2020).status == "void"

    def test_the_first_edition_knew_of_no_change(self):
        story = a_review("commissioning", date(2008, 6, 2), new_arrangements_start=self.mon_3_jun_2019)

        assert story.on(self.mon_3_jun_2019).deadline("transition_completion") == ()


def test_every_date_that_is_not_confirmed_says_so():
    """STYLE: a rule nobody has read at its source is shown as such wherever it gives a date."""
    mon_1_feb_2016 = date(2016, 2, 1)
    story = a_review("commissioning", mon_1_feb_2016)

    assert "This rule has not been checked at its source. Confirm it before relying on the date." in (
        story.explained("tell_national_bodies", mon_1_feb_2016).sentences()
    )
    assert story.explained("complete_review", mon_1_feb_2016).confirmed


class TestADayTooFarAway:
    """P23: a wrong date is worse than none, so a slip of the year is refused when it is typed."""

    mon_1_feb_2016 = date(2016, 2, 1)

    def test_a_day_from_which_no_date_can_be_reckoned_is_refused(self):
        story = a_review("preparing_publication", self.mon_1_feb_2016)

        refusal = story.refused("decide_publication", self.mon_1_feb_2016, planned_on=date(2106, 3, 1))

        assert isinstance(refusal, AnswersRefused)
        assert [problem.question for problem in refusal.problems] == ["planned_on"]
        assert str(refusal) == (
            "Planned day of publication: this is too far away to reckon from. "
            "Working days are known from 1 January 2000 to 31 December 2060. Check the year"
        )

    def test_also_when_it_opens_the_case(self):
        refusal = Story().refused("refer_case", self.mon_1_feb_2016, received_on=date(1916, 1, 29))

        assert "When the board was told: this is too far away to reckon from" in str(refusal)

    def test_also_when_it_corrects_a_step(self):
        story = a_review("referred", self.mon_1_feb_2016)
        opened = story.on(self.mon_1_feb_2016).events[0]

        with pytest.raises(AnswersRefused, match="too far away to reckon from"):
            story.correct(opened, self.mon_1_feb_2016, received_on="1916-01-29")

    def test_a_day_no_clock_counts_from_may_lie_as_far_back_as_it_did(self):
        story = a_review("referred", self.mon_1_feb_2016, incident_on=date(1996, 1, 29))

        assert story.on(self.mon_1_feb_2016).state == "referred"
