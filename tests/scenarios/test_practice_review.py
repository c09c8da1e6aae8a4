"""The practice review: from the incident to the rapid review, the Panel, and a local review (DOMAIN 2)."""

from datetime import date
from typing import Any

import pytest

from tests.scenarios.stories import Story, a_review, known
from workflows.errors import AnswersRefused, GuardsNotMet, NotAvailable, NotYourRole
from workflows.registry import procedure
from workflows.roles import ROLES

MON_3_JUN_2019 = date(2019, 6, 3)
MON_3_JUN_2024 = date(2024, 6, 3)
WED_5_APR_2023 = date(2023, 4, 5)
EDITIONS = {"WT2018": MON_3_JUN_2019, "WT2023": MON_3_JUN_2024, "WT2026": date(2026, 6, 1)}
ALL_THREE = ["Local authority", "Police", "Health"]


def a_practice_review(at: str, opened: date = MON_3_JUN_2024, **opening: Any) -> Story:
    return a_review(at, opened, workflow="practice_review", **opening)


class TestNotifyingTheIncident:
    """T-2.1, T-2.2: five working days from awareness."""

    thu_28_mar_2024, mon_8_apr_2024, tue_9_apr_2024 = date(2024, 3, 28), date(2024, 4, 8), date(2024, 4, 9)

    def known_before_easter(self) -> Story:
        return a_practice_review("incident_known", self.thu_28_mar_2024, incident_on=date(2024, 3, 1))

    @pytest.mark.parametrize("clock", ["incident_notification", "tell_partners"])
    def test_it_runs_from_awareness_and_passes_easter(self, clock):
        """DOMAIN 0.3(6): five working days from awareness, Good Friday and Easter Monday not counted."""
        assert self.known_before_easter().deadline(clock, self.thu_28_mar_2024).due_last == date(2024, 4, 8)

    @pytest.mark.parametrize(("on", "status"), [(mon_8_apr_2024, "met"), (tue_9_apr_2024, "met_late")])
    def test_the_notification_meets_it(self, on, status):
        story = self.known_before_easter()
        story.tell("notify_panel", on)

        assert story.on(on).state == "rapid_review"
        assert story.deadline("incident_notification", on).status == status

    @pytest.mark.parametrize(("on", "status"), [(mon_8_apr_2024, "met"), (tue_9_apr_2024, "met_late")])
    def test_telling_the_partners_is_another_matter(self, on, status):
        story = self.known_before_easter()
        story.tell("notify_panel", self.thu_28_mar_2024)
        story.tell("tell_partners", on)

        assert story.deadline("tell_partners", on).status == status

    def test_the_criteria_no_longer_ask_about_joint_working(self):
        """DOMAIN 0.3(5): that limb disappeared in 2018."""
        for edition, opened in EDITIONS.items():
            assert a_practice_review("incident_known", opened).procedure.regime == edition
            assert procedure("practice_review", edition).opening.question("concern_about_joint_working") is None

    def test_awareness_is_asked_for(self):
        refusal = Story("practice_review").refused("record_incident", MON_3_JUN_2024, aware_on=None)

        assert isinstance(refusal, AnswersRefused)
        assert [problem.question for problem in refusal.problems] == ["aware_on"]

    def test_nobody_is_aware_before_the_incident(self):
        refusal = Story("practice_review").refused(
            "record_incident", MON_3_JUN_2024, incident_on=date(2024, 5, 2), aware_on=date(2024, 5, 1)
        )

        assert "this cannot be before “When the incident happened”" in str(refusal)

    @pytest.mark.parametrize("state", ["incident_known", "rapid_review"])
    def test_what_turns_out_not_to_be_serious_ends(self, state):
        """T-2.4a: a rapid review is required unless the criteria turn out not to be met."""
        story = a_practice_review(state)
        story.tell("rule_not_serious", date(2024, 6, 5))

        standing = story.on(date(2024, 7, 1))
        assert (standing.state, standing.has_ended) == ("not_serious_incident", True)
        assert {each.key for each in standing.deadlines if each.is_live} <= {"tell_partners"}

    def test_the_partners_may_still_be_told_that_it_was_not(self):
        story = a_practice_review("incident_known")
        story.tell("rule_not_serious", date(2024, 6, 5))
        story.tell("tell_partners", date(2024, 6, 5))

        assert story.deadline("tell_partners", date(2024, 6, 5)).status == "met"

    def test_once_the_rapid_review_is_submitted_it_is_too_late_to_rule_it_out(self):
        refusal = a_practice_review("awaiting_panel").refused("rule_not_serious", MON_3_JUN_2024)

        assert isinstance(refusal, NotAvailable)


class TestTheRapidReview:
    """T-2.4: fifteen working days from the day the notification was sent."""

    @pytest.mark.parametrize(
        ("notified_on", "due"),
        [
            (date(2023, 4, 5), date(2023, 4, 28)),
            (date(2023, 5, 4), date(2023, 5, 26)),
            (date(2024, 12, 20), date(2025, 1, 15)),
        ],
        ids=["over Easter", "over the Coronation", "over Christmas"],
    )
    def test_it_runs_from_the_notification(self, notified_on, due):
        """DOMAIN 9, the worked dates."""
        story = a_practice_review("incident_known", notified_on, incident_on=date(2023, 1, 2))
        story.tell("notify_panel", notified_on, notified_on=notified_on)

        assert story.deadline("rapid_review", notified_on).due_last == due

    def test_it_does_not_run_from_the_incident_or_from_awareness(self):
        story = a_practice_review(
            "incident_known", WED_5_APR_2023, incident_on=date(2023, 1, 2), aware_on=date(2023, 4, 3)
        )
        assert story.deadline("rapid_review", WED_5_APR_2023).status == "waiting"

        story.tell("notify_panel", date(2023, 4, 6), notified_on=WED_5_APR_2023)

        assert known(story.deadline("rapid_review", date(2023, 4, 6)).start).first == WED_5_APR_2023

    @pytest.mark.parametrize(("on", "status"), [(date(2023, 4, 28), "met"), (date(2023, 5, 2), "met_late")])
    def test_submitting_it_meets_it(self, on, status):
        story = a_practice_review("rapid_review", WED_5_APR_2023)
        story.tell("submit_rapid_review", on)

        assert story.on(on).state == "awaiting_panel"
        assert story.deadline("rapid_review", on).status == status

    def test_under_2018_its_start_is_not_confirmed(self):
        """T-2.4: the Panel’s first guidance may have counted from awareness."""
        assert not a_practice_review("rapid_review", MON_3_JUN_2019).explained("rapid_review", MON_3_JUN_2019).confirmed
        assert a_practice_review("rapid_review", MON_3_JUN_2024).explained("rapid_review", MON_3_JUN_2024).confirmed

    def test_it_is_never_held(self):
        """DOMAIN 6.2: redact or leave out accounts of witnesses if the police ask."""
        story = a_practice_review("rapid_review")
        story.tell(
            "authorise_hold", MON_3_JUN_2024, kind="CRIMINAL_INVESTIGATION",
            scope=["publication", "approval", "review", "learning_events", "witness_conversations", "family_contact"],
        )  # fmt: skip
        assert story.on(MON_3_JUN_2024).state == "rapid_review"

        story.tell("submit_rapid_review", MON_3_JUN_2024)

        assert story.on(MON_3_JUN_2024).state == "awaiting_panel"
        assert isinstance(story.refused("authorise_hold", MON_3_JUN_2024, scope=["rapid_review"]), AnswersRefused)

    def test_there_is_none_without_a_notification(self):
        """T-2.4a."""
        assert isinstance(
            a_practice_review("incident_known").refused("submit_rapid_review", MON_3_JUN_2024), NotAvailable
        )

    @pytest.mark.parametrize("question", ["decision", "agreed_by", "learning"])
    def test_it_says_what_was_decided_by_whom_and_what_was_learned(self, question):
        refusal = a_practice_review("rapid_review").refused("submit_rapid_review", MON_3_JUN_2024, **{question: None})

        assert isinstance(refusal, AnswersRefused)
        assert [problem.question for problem in refusal.problems] == [question]


class TestThatTheThreePartnersDecideJointly:
    """T-2.6."""

    @pytest.mark.parametrize(
        ("agreed_by", "missing"),
        [
            (["Local authority", "Police"], "health"),
            (["local_authority", "police"], "health"),
            (["Chief nurse, health"], "local authority, police"),
        ],
    )
    def test_an_agreement_of_fewer_is_refused_naming_who_is_missing(self, agreed_by, missing):
        refusal = a_practice_review("rapid_review").refused("submit_rapid_review", MON_3_JUN_2024, agreed_by=agreed_by)

        assert isinstance(refusal, GuardsNotMet)
        assert refusal.reasons == (
            f"The three safeguarding partners decide jointly. Not named as having agreed: {missing}",
        )

    @pytest.mark.parametrize(
        ("state", "step"),
        [
            ("awaiting_panel", "decide_local_review"),
            ("awaiting_panel", "decide_no_local_review"),
            ("awaiting_approval", "approve_report"),
            ("preparing_publication", "decide_publication"),
            ("preparing_publication", "decide_not_to_publish"),
            ("drafting", "authorise_hold"),
        ],
    )
    def test_every_later_decision_may_name_them_again_and_then_all_three(self, state, step):
        story = a_practice_review(state)

        assert isinstance(story.refused(step, MON_3_JUN_2024, agreed_by=["police"]), GuardsNotMet)

        story.tell(step, MON_3_JUN_2024, agreed_by=ALL_THREE)
        assert story.on(MON_3_JUN_2024).facts.answer("agreed_by", step) == ALL_THREE

    @pytest.mark.parametrize(
        "agreed_by",
        [
            ALL_THREE,
            ["local_authority", "police", "health"],
            ["Director of children’s services", "Assistant chief constable", "Chief nurse"],
            "Local authority\nPolice\nHealth",
            "Local authority, police and health",
        ],
    )
    def test_who_agreed_may_be_told_by_partner_or_by_post(self, agreed_by):
        story = a_practice_review("rapid_review")
        story.tell("submit_rapid_review", MON_3_JUN_2024, agreed_by=agreed_by)

        assert story.on(MON_3_JUN_2024).state == "awaiting_panel"

    @pytest.mark.parametrize("step", ["decide_local_review", "decide_no_local_review"])
    @pytest.mark.parametrize("role", sorted(ROLES.keys() - {"safeguarding_partner"}))
    def test_nobody_else_decides(self, step, role):
        assert isinstance(a_practice_review("awaiting_panel").refused(step, MON_3_JUN_2024, by=role), NotYourRole)

    @pytest.mark.parametrize(
        ("state", "step"),
        [
            ("commissioning", "commission_review"),
            ("awaiting_approval", "approve_report"),
            ("awaiting_approval", "return_report"),
            ("preparing_publication", "decide_publication"),
            ("preparing_publication", "decide_not_to_publish"),
            ("preparing_publication", "reopen_report"),
            ("analysis", "authorise_hold"),
        ],
    )
    def test_a_partner_decides_where_the_chair_did(self, state, step):
        """WORKFLOWS 2: from commissioning on, with the safeguarding partner where a board had its chair."""
        story = a_practice_review(state)

        assert story.procedure.step(step).by == ("safeguarding_partner",)
        assert isinstance(story.refused(step, MON_3_JUN_2024, by="board_chair"), NotYourRole)


class TestAfterThePanelHasAnswered:
    def test_the_answer_is_recorded_and_decides_nothing(self):
        """T-2.5."""
        story = a_practice_review("awaiting_panel")
        story.tell("record_panel_response", MON_3_JUN_2024, view="The Panel disagrees")

        assert story.on(MON_3_JUN_2024).state == "awaiting_panel"

    @pytest.mark.parametrize("decision", ["local_review", "no_review", "national"])
    def test_the_partners_may_decide_otherwise_than_they_proposed(self, decision):
        story = a_practice_review("rapid_review")
        story.tell("submit_rapid_review", MON_3_JUN_2024, decision=decision)
        story.tell("decide_local_review", MON_3_JUN_2024)

        assert story.on(MON_3_JUN_2024).state == "commissioning"

    def test_without_a_local_review_the_case_ends(self):
        story = a_practice_review("awaiting_panel")
        story.tell("decide_no_local_review", MON_3_JUN_2024)

        standing = story.on(MON_3_JUN_2024)
        assert (standing.state, standing.has_ended) == ("no_local_review", True)
        assert story.deadline("publish_review", MON_3_JUN_2024).status == "waiting"

    @pytest.mark.parametrize("state", ["awaiting_panel", "commissioning", "drafting", "preparing_publication"])
    def test_the_panel_may_take_it_over(self, state):
        """T-2.11: and what was due here is due no longer."""
        story = a_practice_review(state)
        story.tell("record_national_review", date(2024, 6, 10))

        standing = story.on(date(2025, 6, 10))
        assert (standing.state, standing.has_ended) == ("national_review", True)
        assert {each.status for each in standing.deadline("publish_review")} <= {"void", "waiting"}

    def test_the_panel_may_take_over_what_is_on_hold(self):
        story = a_practice_review("drafting")
        story.tell("authorise_hold", MON_3_JUN_2024, kind="CRIMINAL_TRIAL", scope=["review"])
        story.tell("record_national_review", MON_3_JUN_2024)

        assert story.on(MON_3_JUN_2024).state == "national_review"


class TestPublishingTheReview:
    """T-2.7 to T-2.10."""

    tue_3_dec_2024, wed_4_dec_2024 = date(2024, 12, 3), date(2024, 12, 4)

    def ready(self) -> Story:
        story = a_practice_review("preparing_publication")
        story.tell("decide_publication", MON_3_JUN_2024, planned_on=self.tue_3_dec_2024)
        return story

    def test_it_is_published_within_six_months_of_the_decision(self):
        """T-2.7: approval is not enough, unlike a serious case review."""
        deadline = self.ready().deadline("publish_review", MON_3_JUN_2024)

        assert (deadline.due_last, deadline.status) == (self.tue_3_dec_2024, "running")

    @pytest.mark.parametrize(("on", "status"), [(tue_3_dec_2024, "met"), (wed_4_dec_2024, "met_late")])
    def test_publication_meets_it(self, on, status):
        story = self.ready()
        story.tell("send_pre_publication_copy", date(2024, 11, 4))
        story.tell("publish_report", on)

        assert story.deadline("publish_review", on).status == status

    def test_a_hold_for_a_trial_leaves_it_late_and_explained(self):
        """T-2.10: the Panel and the Secretary of State are told why. The clock keeps running."""
        story = self.ready()
        story.tell("authorise_hold", MON_3_JUN_2024, kind="CRIMINAL_TRIAL", scope=["publication"])
        assert story.deadline("publish_review", self.wed_4_dec_2024).status == "overdue"

        story.tell(
            "record_delay", self.wed_4_dec_2024, reasons=["CRIMINAL_TRIAL"],
            bodies_told=["The Panel", "Secretary of State"], told_on=self.wed_4_dec_2024,
        )  # fmt: skip

        assert story.deadline("publish_review", self.wed_4_dec_2024).status == "late_explained"

    def test_deciding_not_to_publish_makes_it_void(self):
        story = self.ready()
        story.tell("decide_not_to_publish", MON_3_JUN_2024)

        assert story.deadline("publish_review", self.wed_4_dec_2024).status == "void"

    def test_the_copy_goes_seven_working_days_before(self):
        """T-2.8: counted back from 3 December: 2 December, 29, 28, 27, 26, 25 and 22 November."""
        assert self.ready().deadline("pre_publication_copy", MON_3_JUN_2024).due_last == date(2024, 11, 22)

    @pytest.mark.parametrize("edition", EDITIONS)
    def test_without_the_copy_it_is_not_published_unless_it_is_said_why(self, edition):
        opened = EDITIONS[edition]
        story = a_practice_review("preparing_publication", opened)
        story.tell("decide_publication", opened)
        assert "at least 7 working days before publication" in str(story.refused("publish_report", opened))

        story.tell("publish_report", opened, short_notice_reason="The sentence was passed early")
        assert story.on(opened).state == "published"

    @pytest.mark.parametrize("edition", EDITIONS)
    def test_it_stays_published_for_a_year(self, edition):
        """T-2.9."""
        opened = EDITIONS[edition]
        story = a_practice_review("preparing_publication", opened)
        story.tell("decide_publication", opened)
        story.tell("publish_report", opened, short_notice_reason="As agreed")

        year_later = opened.replace(year=opened.year + 1)
        assert story.deadline("keep_published", opened).due_last == year_later
        assert isinstance(story.refused("archive_report", opened), GuardsNotMet)
        story.tell("archive_report", year_later)


class TestTheEditionOf2026:
    """DOMAIN 0.1: its chapters have not been read; the figures of 2023 are used and marked."""

    def test_every_number_is_that_of_2023_and_none_is_confirmed(self):
        then, now = procedure("practice_review", "WT2023"), procedure("practice_review", "WT2026")

        assert [(clock.key, clock.runs) for clock in now.clocks] == [(clock.key, clock.runs) for clock in then.clocks]
        statutory = [clock for clock in now.clocks if clock.source.rule.startswith("T-")]
        assert len(statutory) == 6
        assert not any(clock.source.confirmed for clock in statutory)
        assert not now.confirmed

    def test_every_date_says_so(self):
        opened = EDITIONS["WT2026"]
        story = a_practice_review("preparing_publication", opened)
        story.tell("decide_publication", opened, planned_on=date(2026, 9, 1))

        for deadline in story.on(opened).deadlines:
            if deadline.start is not None:
                assert not story.explained(deadline.key, opened).confirmed


def test_a_practice_review_goes_on_like_a_serious_case_review():
    """WORKFLOWS 2: the same states and steps, under the same keys."""
    shared = {step.key for step in procedure("serious_case_review", "WT2015").steps} & {
        step.key for step in procedure("practice_review", "WT2018").steps
    }

    assert {
        "appoint_reviewer", "agree_terms_of_reference", "commission_review", "request_agency_report",
        "record_agency_report", "begin_analysis", "hold_learning_event", "record_family_contact", "begin_drafting",
        "receive_draft", "submit_report", "return_report", "approve_report", "decide_publication",
        "send_pre_publication_copy", "publish_learning_brief", "publish_report", "decide_not_to_publish",
        "reopen_report", "agree_action_plan", "begin_monitoring", "archive_report", "close_case", "transfer_case",
        "record_proceedings", "record_delay", "authorise_hold", "review_hold", "release_hold",
    } <= shared  # fmt: skip


def test_a_local_review_goes_from_commissioning_to_closure():
    story = a_practice_review("preparing_publication")
    story.tell("decide_publication", MON_3_JUN_2024)
    story.tell("publish_report", MON_3_JUN_2024, short_notice_reason="As agreed")
    story.tell("agree_action_plan", MON_3_JUN_2024)
    story.tell("begin_monitoring", MON_3_JUN_2024)
    story.tell("check_impact", MON_3_JUN_2024)
    story.tell("close_case", MON_3_JUN_2024)

    assert story.on(MON_3_JUN_2024).state == "closed"
