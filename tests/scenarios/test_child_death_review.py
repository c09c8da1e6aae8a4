"""The child death review as the guidance tells it (WORKFLOWS 3; DOMAIN 3, 4)."""

from datetime import date, timedelta

import pytest

from tests.scenarios.stories import Story
from workflows.dates import PartialDate
from workflows.errors import AnswersRefused, GuardsNotMet, NotAvailable, NotYourRole, OnHold
from workflows.explanation import explain
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.standing import cautions

MON_2_JUN_2014, TUE_1_JUN_2021 = date(2014, 6, 2), date(2021, 6, 1)
PANEL = ["Designated doctor", "Children’s social care", "Police"]
TO_PANEL = ("confirm_in_scope", "complete_information", "list_for_panel", "review_at_panel", "categorise")
STATES = ("gathering_information", "ready_for_panel", "on_agenda", "reviewed", "categorised")


def a_death(at="notified", notified=MON_2_JUN_2014, **told):
    """A death notified on a day, of a child of six weeks, brought into a state a week a step."""
    story = Story(CHILD_DEATH_REVIEW)
    usual = {
        "notified_on": notified.isoformat(), "died_on": (notified - timedelta(days=1)).isoformat(),
        "born_on": (notified - timedelta(days=43)).isoformat(), "sex": "female", "normally_resident_in": "Anytown",
        "expected": "no", "nhs_number": None,
    }  # fmt: skip
    story.tell("notify_death", notified, **{**usual, **told})
    for number, (step, state) in enumerate(zip(TO_PANEL, STATES, strict=True), start=1):
        if at == "notified":
            break
        tell(story, step, notified + timedelta(weeks=number))
        if state == at:
            break
    return story


def tell(story, step, on, **told):
    usual = {
        "list_for_panel": {"meeting_on": (on + timedelta(weeks=1)).isoformat()},
        "review_at_panel": {"meeting_on": on.isoformat(), "roles_present": PANEL},
        "categorise": {"category": "10", "preventability": "no_modifiable", "cause_of_death": "Unascertained"},
    }.get(step, {})
    return story.tell(step, on, **{**usual, **told})


def last_day(story):
    return story.history.events[-1].happened_on.last


class TestScope:
    """R-3.2 to R-3.5."""

    def test_whoever_confirms_the_scope_is_told_that_a_live_birth_is_not_known(self):
        of_a_day = {"born_on": "2014-06-01", "died_on": "2014-06-01"}

        for told, warned in (({}, True), ({"live_birth": "not_known"}, True), ({"live_birth": "yes"}, False)):
            story = a_death(**of_a_day, **told)
            step = story.procedure.step("confirm_in_scope")
            given = cautions(story.on(MON_2_JUN_2014), step, PartialDate.on(MON_2_JUN_2014), {})
            assert any("born alive" in words for words in given) == warned

    def test_a_young_adult_is_ruled_out_and_not_confirmed(self):
        story = a_death(born_on="1995-06-02", died_on="2014-06-02")

        refusal = story.refused("confirm_in_scope", MON_2_JUN_2014)

        assert isinstance(refusal, GuardsNotMet)
        assert "Aged 19 at death" in refusal.reasons[0]
        assert "Rule the death out of scope" in refusal.reasons[0]
        story.tell("rule_out_of_scope", MON_2_JUN_2014, ground="over_18")
        assert story.on(MON_2_JUN_2014).state == "not_in_scope"

    def test_nobody_dies_before_birth(self):
        refusal = Story(CHILD_DEATH_REVIEW).refused(
            "notify_death", MON_2_JUN_2014, notified_on="2014-06-02", died_on="2014-05-30", born_on="2014-05-31"
        )

        assert isinstance(refusal, AnswersRefused)
        assert [problem.question for problem in refusal.problems] == ["died_on"]

    def test_an_age_known_to_the_month_is_read_as_the_youngest(self):
        story = a_death(born_on="1996-06", died_on="2014-06-20", notified=date(2014, 6, 23), notified_on="2014-06-23")

        story.tell("confirm_in_scope", date(2014, 6, 23))

        assert story.on(date(2014, 6, 23)).state == "gathering_information"

    def test_ruling_out_a_child_as_an_adult_is_cautioned(self):
        story = a_death()
        step = story.procedure.step("rule_out_of_scope")

        said = cautions(story.on(MON_2_JUN_2014), step, PartialDate.on(MON_2_JUN_2014), {"ground": "over_18"})

        assert len(said) == 1

    def test_only_the_doctor_or_the_chair_rules_out(self):
        assert isinstance(a_death().refused("rule_out_of_scope", MON_2_JUN_2014, by="cdop_coordinator"), NotYourRole)


class TestRegimes:
    @pytest.mark.parametrize(
        ("notified", "regime"),
        [(date(2008, 4, 1), "WT2006"), (date(2010, 3, 17), "WT2010"), (date(2013, 4, 15), "WT2013"),
         (date(2015, 3, 26), "WT2015"), (date(2019, 9, 28), "WT2015"), (date(2019, 9, 29), "CDR2018")],
    )  # fmt: skip
    def test_the_edition_is_that_of_the_notification(self, notified, regime):
        assert a_death(notified=notified).on(notified).regime == regime

    def test_there_was_no_duty_before_april_2008(self):
        story = Story(CHILD_DEATH_REVIEW)

        with pytest.raises(NotAvailable, match="No edition of the guidance"):
            story.tell("notify_death", date(2008, 3, 31), notified_on="2008-03-31")

    def test_only_the_guidance_of_2018_has_a_meeting_before_the_panel(self):
        earlier, later = a_death("ready_for_panel"), a_death("gathering_information", TUE_1_JUN_2021)
        tell(later, "complete_information", date(2021, 6, 22))

        assert "hold_review_meeting" not in earlier.procedure.steps_by_key
        assert later.on(date(2021, 6, 22)).state == "awaiting_meeting"


class TestClocks:
    def test_t_3_1_the_panel_is_told_on_the_next_working_day(self):
        """A death on Friday 30 May 2014 is told by Monday 2 June."""
        story = a_death(died_on="2014-05-30")

        deadline = story.deadline("notification", MON_2_JUN_2014)

        assert (deadline.due_last, deadline.status) == (MON_2_JUN_2014, "met")

    def test_t_4_2_under_the_guidance_of_2018_within_a_day(self):
        story = a_death(notified=TUE_1_JUN_2021, died_on="2021-05-30")

        assert story.deadline("notification", TUE_1_JUN_2021).due_last == date(2021, 5, 31)

    @pytest.mark.parametrize("expected", ["no", "not_known"])
    def test_t_4_5_a_death_in_doubt_is_treated_as_unexpected(self, expected):
        story = a_death(notified=TUE_1_JUN_2021, died_on="2021-06-01", expected=expected)

        assert story.deadline("joint_response_meeting", TUE_1_JUN_2021).due_last == date(2021, 6, 3)

    def test_an_expected_death_needs_no_joint_response(self):
        assert a_death(expected="yes").deadline("joint_response_meeting", MON_2_JUN_2014).status == "waiting"

    def test_each_agency_answers_for_itself(self):
        story = a_death("gathering_information")
        for agency in ("Hospital", "GP", "Police"):
            story.tell("request_report", date(2014, 6, 10), agency=agency, form="Agency report", due_on="2014-07-01")
        story.tell("record_report", date(2014, 6, 20), agency="gp")

        deadlines = story.on(date(2014, 7, 2)).deadline("report_return")

        assert [(each.subject[0], each.status) for each in deadlines] == [
            ("Hospital", "overdue"), ("GP", "met"), ("Police", "overdue"),
        ]  # fmt: skip

    def test_a_report_that_will_not_come_is_awaited_no_longer_from_that_agency(self):
        story = a_death("gathering_information")
        for agency in ("Hospital", "GP"):
            story.tell("request_report", date(2014, 6, 10), agency=agency, form="Agency report", due_on="2014-07-01")
        story.tell("record_report_not_coming", date(2014, 7, 7), agency="gp", reasons="The practice has closed")

        standing = story.on(date(2014, 7, 8))
        hospital, practice = standing.deadline("report_return")

        assert (hospital.status, practice.status) == ("overdue", "void")
        assert (
            "No longer due: “Report will not come”, on 7 July 2014, 6 days after it was due."
            in explain(practice, standing).sentences()
        )

    def test_one_form_of_an_agency_may_be_done_without_and_another_not(self):
        story = a_death("gathering_information")
        for form in ("Agency report", "Drowning"):
            story.tell("request_report", date(2014, 6, 10), agency="GP", form=form, due_on="2014-07-01")
        story.tell("record_report_not_coming", date(2014, 6, 20), agency="GP", form="Drowning", reasons="No pool")

        deadlines = story.on(date(2014, 6, 20)).deadline("report_return")

        assert [(each.subject[1], each.status) for each in deadlines] == [
            ("Agency report", "running"), ("Drowning", "void"),
        ]  # fmt: skip

    def test_a_report_that_was_not_to_come_and_is_asked_for_again_is_awaited_again(self):
        story = a_death("gathering_information")
        asked = {"agency": "GP", "form": "Agency report"}
        story.tell("request_report", date(2014, 6, 10), **asked, due_on="2014-07-01")
        story.tell("record_report_not_coming", date(2014, 7, 7), **asked, reasons="The practice has closed")
        story.tell("request_report", date(2014, 7, 9), **asked, due_on="2014-07-30")

        (deadline,) = story.on(date(2014, 7, 9)).deadline("report_return")

        assert (deadline.status, deadline.due_last) == ("running", date(2014, 7, 30))

    def test_nobody_does_without_a_report_that_was_not_asked_for(self):
        story = a_death("gathering_information")
        story.tell("request_report", date(2014, 6, 10), agency="GP", form="Agency report", due_on="2014-07-01")

        for told in ({"agency": "Police"}, {"agency": "GP", "form": "Drowning"}):
            refusal = story.refused("record_report_not_coming", date(2014, 6, 11), reasons="Closed", **told)
            assert isinstance(refusal, GuardsNotMet)

    def test_t_4_11_a_case_categorised_on_31_march_is_returned_that_day(self):
        story = a_death("reviewed")
        tell(story, "categorise", date(2015, 3, 31))

        assert story.deadline("national_return", date(2015, 3, 31)).due_last == date(2015, 3, 31)

    def test_t_4_11_and_one_of_1_april_a_year_later(self):
        story = a_death("reviewed")
        tell(story, "categorise", date(2015, 4, 1))

        assert story.deadline("national_return", date(2015, 4, 1)).due_last == date(2016, 3, 31)


class TestThePanelReview:
    """T-4.10: six weeks from the later of the report of the meeting and the end of the inquest."""

    reported = date(2021, 7, 1)

    def ready(self):
        story = a_death("gathering_information", TUE_1_JUN_2021)
        tell(story, "complete_information", date(2021, 6, 22))
        story.tell("hold_review_meeting", self.reported, report_received_on=self.reported.isoformat())
        return story

    def inquest(self, story, event, on):
        story.tell("record_proceedings", on, process="INQUEST", event=event)

    def test_it_runs_from_the_report(self):
        deadline = self.ready().deadline("panel_review", self.reported)

        assert (deadline.due_last, deadline.status) == (date(2021, 8, 12), "running")

    def test_a_report_from_before_the_meeting_is_cautioned(self):
        story = a_death("gathering_information", TUE_1_JUN_2021)
        tell(story, "complete_information", date(2021, 6, 22))
        asked = story.procedure.step("hold_review_meeting"), PartialDate.on(self.reported)

        def said(report_received_on):
            return cautions(story.on(self.reported), *asked, {"report_received_on": report_received_on})

        assert said("2021-07-01") == said("2021-07") == ()
        (caution,) = said("2021-06-30")
        assert caution.startswith("The report of the meeting is said to have come before the meeting")

    def test_an_inquest_that_ends_later_starts_it_later(self):
        story = self.ready()
        self.inquest(story, "inquest_opened", date(2021, 7, 2))
        assert story.deadline("panel_review", date(2021, 7, 30)).status == "waiting"

        self.inquest(story, "inquest_concluded", date(2021, 9, 1))

        assert story.deadline("panel_review", date(2021, 9, 1)).due_last == date(2021, 10, 13)

    def test_an_inquest_that_ended_before_the_report_changes_nothing(self):
        story = a_death("gathering_information", TUE_1_JUN_2021)
        self.inquest(story, "inquest_opened", date(2021, 6, 8))
        self.inquest(story, "inquest_concluded", date(2021, 6, 21))
        assert story.deadline("panel_review", date(2021, 6, 21)).status == "waiting"
        tell(story, "complete_information", date(2021, 6, 22))
        story.tell("hold_review_meeting", self.reported, report_received_on=self.reported.isoformat())

        assert story.deadline("panel_review", self.reported).due_last == date(2021, 8, 12)

    def test_an_inquest_that_ends_after_the_panel_calls_for_no_second_review(self):
        story = self.ready()
        tell(story, "list_for_panel", date(2021, 7, 5), meeting_on="2021-07-20")
        tell(story, "review_at_panel", date(2021, 7, 20))
        self.inquest(story, "inquest_concluded", date(2021, 12, 1))

        assert story.deadline("panel_review", date(2022, 6, 1)).status == "met"


class TestHolds:
    """DOMAIN 4.8, 6: a hold keeps a case from the panel, stops nothing else, and stops no clock."""

    def held(self, at="ready_for_panel"):
        story = a_death(at)
        day = last_day(story)
        for kind in ("INQUEST", "CRIMINAL_TRIAL"):
            story.tell(
                "authorise_hold", day, kind=kind, scope=["panel_review"], requested_by="The office", reasons="Open",
                review_on=(day + timedelta(days=60)).isoformat(),
            )  # fmt: skip
        return story, day

    def test_the_case_stands_in_awaiting_proceedings_until_the_last_is_released(self):
        story, day = self.held()
        assert story.on(day).state == "awaiting_proceedings"
        assert isinstance(story.refused("list_for_panel", day, meeting_on=day.isoformat()), OnHold)

        story.tell("release_hold", day, hold="INQUEST", evidence="Concluded")
        assert story.on(day).state == "awaiting_proceedings"
        story.tell("release_hold", day, hold="CRIMINAL_TRIAL", evidence="Sentence passed")

        assert story.on(day).state == "ready_for_panel"

    def test_a_case_already_listed_is_refused_as_on_hold(self):
        story, day = self.held("on_agenda")

        refusal = story.refused("review_at_panel", day, meeting_on=day.isoformat(), roles_present=PANEL)

        assert isinstance(refusal, OnHold)

    def test_reports_the_response_and_the_family_go_on(self):
        story, day = self.held()

        assert {"request_report", "record_report", "convene_joint_response", "record_family_contact"} <= story.offered(
            day
        )

    def test_the_chair_or_the_doctor_authorises(self):
        step = a_death().procedure.step("authorise_hold")

        assert set(step.by) == {"cdop_chair", "designated_doctor"}


class TestReview:
    """DOMAIN 4.3."""

    def test_a_panel_without_the_local_authority_does_not_review(self):
        story = a_death("on_agenda")
        day = last_day(story)

        refusal = story.refused(
            "review_at_panel", day, meeting_on=day.isoformat(), roles_present=["Designated doctor", "Police"]
        )

        assert isinstance(refusal, GuardsNotMet)
        assert refusal.reasons == (
            "The panel was not quorate: nobody for the local authority. Defer the review to a meeting that is",
        )

    def test_the_rule_is_that_of_the_day_the_case_was_listed(self):
        story = a_death("ready_for_panel")
        day = last_day(story)
        tell(story, "list_for_panel", day, quorum_roles=["Lay member"], quorum_minimum="4")

        refusal = story.refused("review_at_panel", day, meeting_on=day.isoformat(), roles_present=PANEL)

        assert "nobody for Lay member" in refusal.reasons[0]

    def test_a_chair_with_an_interest_leaves_the_chair(self):
        story = a_death("on_agenda")
        day = last_day(story)
        story.tell("declare_interest", day, role="chair", interest="Treated the child")
        assert "review_at_panel" not in story.offered(day)
        assert story.availability("review_at_panel", day).needs == ("chaired_by",)

        story.tell("declare_interest", day, role="police", interest="Led the investigation")
        refusal = story.refused(
            "review_at_panel", day, meeting_on=day.isoformat(), roles_present=PANEL, chaired_by="police"
        )
        assert "Name another member" in refusal.reasons[0]

        tell(story, "review_at_panel", day, chaired_by="public_health")
        assert story.on(day).state == "reviewed"

    def test_a_review_deferred_gathers_information_again(self):
        story = a_death("on_agenda")
        day = last_day(story)

        story.tell("defer_review", day, reasons="A report is missing")

        assert story.on(day).state == "gathering_information"

    def test_a_case_closed_can_be_opened_again(self):
        story = a_death("categorised")
        day = last_day(story)
        for step in ("finalise_return", "close_case"):
            story.tell(step, day)
        assert story.on(day).has_ended

        story.tell("reopen_case", day, reasons="New evidence")

        assert story.on(day).state == "gathering_information"


class TestCategorisation:
    """DOMAIN 3.5, 3.6 and 3.7."""

    def refused(self, day, **told):
        story = a_death("on_agenda", notified=day - timedelta(weeks=3))
        tell(story, "review_at_panel", day)
        usual = {"category": "7", "preventability": "no_modifiable"}
        return story.refused("categorise", day, **{**usual, **told})

    def test_the_conclusion_is_put_in_the_wording_of_its_day(self):
        assert "2008 to 2010" in self.refused(date(2010, 3, 31)).reasons[0]
        assert "1 April 2010" in self.refused(date(2010, 4, 1), preventability="preventable").reasons[0]

    def test_factors_are_graded_as_the_form_of_the_day_grades_them(self):
        factors = [{"domain": "social", "description": "Housing", "score": "3", "modifiable": "yes"}]

        refusal = self.refused(date(2019, 4, 1), preventability="modifiable", factors=factors)

        assert "0, 1, 2" in refusal.reasons[0]

    def cautioned(self, story, **told):
        day = last_day(story)
        return cautions(story.on(day), story.procedure.step("categorise"), PartialDate.on(day), told)

    @pytest.mark.parametrize(
        ("told", "says"),
        [({"category": "8"}, "28 days or longer"), ({"category": "10", "cause_of_death": "Asthma"}, "unascertained"),
         ({"category": "1"}, "referred for a review"), ({"category": "3"}, "joint agency response"),
         ({"category": "7", "preventability": "no_modifiable", "factors": [{"modifiable": "yes"}]}, "modifiable")],
    )  # fmt: skip
    def test_what_to_think_of_is_said_and_refuses_nothing(self, told, says):
        story = a_death("reviewed")

        assert any(says in words for words in self.cautioned(story, **told))

    def test_nothing_is_said_where_nothing_is_amiss(self):
        story = a_death("reviewed")
        story.tell("convene_joint_response", MON_2_JUN_2014, held_on="2014-06-02")

        assert self.cautioned(story, category="10", cause_of_death="SIDS", preventability="modifiable") == ()
