"""From the referral to the decision: when a review must be held, who decides, and what a refusal says (DOMAIN 1.1)."""

from datetime import date
from typing import Any

import pytest

from tests.scenarios.stories import Story, a_review
from workflows.errors import AnswersRefused, GuardsNotMet, NotAvailable, NotYourRole
from workflows.roles import ROLES

UNDER = {
    "WT2006": date(2008, 6, 2),
    "WT2010": date(2011, 6, 6),
    "WT2013": date(2014, 6, 2),
    "WT2015": date(2016, 6, 6),
}
EARLIER, LATER = ("WT2006", "WT2010"), ("WT2013", "WT2015")
NOT_A_REVIEW = ("decide_alternative_review", "decide_not_to_review")

DIED_ABUSE_SUSPECTED = {"died": "yes", "abuse_or_neglect": "suspected"}
DIED_NEGLECT_KNOWN = {"died": "yes", "abuse_or_neglect": "known"}
HARMED_WITH_CONCERN = {"seriously_harmed": "yes", "abuse_or_neglect": "known", "concern_about_joint_working": "yes"}
DIED_IN_CUSTODY = {"died": "yes", "abuse_or_neglect": "none", "died_in_custody_or_detention": "yes"}

NOT_MANDATORY = {
    "died, no abuse suspected": {"died": "yes", "abuse_or_neglect": "none"},
    "died, abuse not known": {"died": "yes", "abuse_or_neglect": "not_known"},
    "harmed, no concern": {"seriously_harmed": "yes", "abuse_or_neglect": "known", "concern_about_joint_working": "no"},
    "harmed, concern not known": {
        "seriously_harmed": "yes", "abuse_or_neglect": "known", "concern_about_joint_working": "not_known",
    },
    "harmed with concern, no abuse": {
        "seriously_harmed": "yes", "abuse_or_neglect": "none", "concern_about_joint_working": "yes",
    },
    "neither died nor seriously harmed": {"abuse_or_neglect": "known", "concern_about_joint_working": "yes"},
    "in custody and alive": {"died": "no", "died_in_custody_or_detention": "yes"},
}  # fmt: skip


def awaiting_decision(regime: str, **facts: Any) -> Story:
    return a_review("awaiting_decision", UNDER[regime], **facts)


class TestWhenAReviewMustBeHeld:
    @pytest.mark.parametrize("step", NOT_A_REVIEW)
    @pytest.mark.parametrize("regime", UNDER)
    @pytest.mark.parametrize("facts", [DIED_ABUSE_SUSPECTED, DIED_NEGLECT_KNOWN], ids=["suspected", "known"])
    def test_a_death_with_abuse_or_neglect_suspected_always_leads_to_one(self, regime, facts, step):
        """R-1.2 (a) and (b)(i), R-1.3, R-1.5, R-1.7: under every edition, suicide included."""
        refusal = awaiting_decision(regime, **facts).refused(step, UNDER[regime])

        assert isinstance(refusal, GuardsNotMet)
        assert refusal.reasons == (
            "A serious case review must be held: the child has died and abuse or neglect is known or suspected",
        )

    @pytest.mark.parametrize("step", NOT_A_REVIEW)
    @pytest.mark.parametrize("regime", LATER)
    def test_serious_harm_with_concern_about_joint_working_leads_to_one_since_2013(self, regime, step):
        """R-1.2 (b)(ii), R-1.3."""
        refusal = awaiting_decision(regime, **HARMED_WITH_CONCERN).refused(step, UNDER[regime])

        assert isinstance(refusal, GuardsNotMet)
        assert "concern about how agencies worked together" in str(refusal)

    @pytest.mark.parametrize("step", NOT_A_REVIEW)
    @pytest.mark.parametrize("regime", EARLIER)
    def test_before_2013_serious_harm_was_to_be_considered(self, regime, step):
        """R-1.7: the chair decides; Bromley held a management review instead."""
        story = awaiting_decision(regime, **HARMED_WITH_CONCERN)

        assert story.tell(step, UNDER[regime]).step == step

    @pytest.mark.parametrize("step", NOT_A_REVIEW)
    @pytest.mark.parametrize("regime", LATER)
    def test_a_death_in_custody_leads_to_one_since_2013_whatever_is_suspected(self, regime, step):
        """R-1.4: custody, on remand, after sentence, or detained under the Mental Health Act."""
        refusal = awaiting_decision(regime, **DIED_IN_CUSTODY).refused(step, UNDER[regime])

        assert refusal.reasons == ("A serious case review must be held: the child died in custody or while detained",)

    @pytest.mark.parametrize("regime", EARLIER)
    def test_before_2013_a_death_in_custody_was_no_ground_of_its_own(self, regime):
        story = awaiting_decision(regime, **DIED_IN_CUSTODY)
        story.tell("decide_not_to_review", UNDER[regime])

        assert story.on(UNDER[regime]).state == "not_initiated"

    @pytest.mark.parametrize("step", NOT_A_REVIEW)
    @pytest.mark.parametrize("regime", UNDER)
    @pytest.mark.parametrize("facts", NOT_MANDATORY.values(), ids=NOT_MANDATORY)
    def test_otherwise_the_chair_decides(self, regime, facts, step):
        """R-1.2: every part of the definition is needed."""
        assert awaiting_decision(regime, **facts).tell(step, UNDER[regime]).step == step

    @pytest.mark.parametrize("regime", UNDER)
    @pytest.mark.parametrize("facts", [*NOT_MANDATORY.values(), DIED_ABUSE_SUSPECTED], ids=[*NOT_MANDATORY, "must"])
    def test_a_review_may_always_be_held(self, regime, facts):
        story = awaiting_decision(regime, **facts)
        story.tell("decide_to_review", UNDER[regime])

        assert story.on(UNDER[regime]).state == "commissioning"

    def test_what_becomes_known_later_counts(self):
        """A child harmed when the case was referred may die before the decision."""
        mon_2_jun, tue_3_jun = date(2014, 6, 2), date(2014, 6, 3)
        story = a_review("awaiting_decision", mon_2_jun, abuse_or_neglect="suspected", seriously_harmed="yes")
        assert "decide_not_to_review" in story.offered(mon_2_jun)

        story.tell("record_further_information", tue_3_jun, died="yes", died_on=tue_3_jun)

        assert "the child has died" in str(story.refused("decide_not_to_review", tue_3_jun))
        assert "decide_not_to_review" in story.offered(mon_2_jun), "on the day before it still could be decided"

    def test_what_becomes_known_later_may_lift_the_duty(self):
        story = awaiting_decision("WT2013", **DIED_ABUSE_SUSPECTED)
        story.tell("record_further_information", date(2014, 6, 9), abuse_or_neglect="none")

        assert "decide_not_to_review" in story.offered(date(2014, 6, 10))


class TestWhoDecides:
    @pytest.mark.parametrize("step", ["decide_to_review", *NOT_A_REVIEW, "reopen_decision", "return_to_subgroup"])
    @pytest.mark.parametrize("role", sorted(ROLES.keys() - {"board_chair"}))
    def test_the_decision_is_the_chairs_alone(self, step, role):
        """T-1.3: the chair decides and cannot delegate it to the subgroup."""
        refusal = awaiting_decision("WT2013").refused(step, UNDER["WT2013"], by=role)

        assert isinstance(refusal, NotYourRole)
        assert str(refusal) == "This can be recorded by the board chair, and you do not act as that here"

    def test_the_subgroup_recommends_and_does_not_decide(self):
        story = awaiting_decision("WT2013")

        assert not story.offered(UNDER["WT2013"], "subgroup_chair") & {"decide_to_review", *NOT_A_REVIEW}

    def test_the_chair_may_decide_against_the_recommendation(self):
        """SCIE: the reasons are recorded; the recommendation binds nobody."""
        mon_2_jun = UNDER["WT2013"]
        story = a_review("awaiting_recommendation", mon_2_jun)
        story.tell("recommend", mon_2_jun, recommendation="none", dissent="Health would have held one")
        story.tell("decide_to_review", mon_2_jun)

        assert story.on(mon_2_jun).state == "commissioning"

    @pytest.mark.parametrize("step", ["decide_to_review", *NOT_A_REVIEW, "recommend", "return_to_subgroup"])
    def test_every_decision_needs_its_reasons(self, step):
        mon_2_jun = UNDER["WT2013"]
        story = a_review("awaiting_recommendation" if step == "recommend" else "awaiting_decision", mon_2_jun)

        refusal = story.refused(step, mon_2_jun, reasons=None)

        assert isinstance(refusal, AnswersRefused)
        assert "reasons" in {problem.question for problem in refusal.problems}

    def test_a_peer_is_asked_before_the_decision(self):
        """T-1.3: the chair may seek challenge from the chair of another board. It moves nothing."""
        mon_2_jun = UNDER["WT2013"]
        story = awaiting_decision("WT2013")
        story.tell("record_peer_challenge", mon_2_jun, from_whom="Chair of another board", view="Agrees")

        assert story.on(mon_2_jun).state == "awaiting_decision"


class TestTheWayThere:
    def test_a_case_goes_to_the_subgroup_with_or_without_scoping(self):
        mon_2_jun = UNDER["WT2013"]

        for state in ("referred", "scoping"):
            story = a_review(state, mon_2_jun)
            story.tell("refer_to_subgroup", mon_2_jun)
            assert story.on(mon_2_jun).state == "awaiting_recommendation"

    def test_the_chair_may_ask_the_subgroup_to_think_again(self):
        mon_2_jun = UNDER["WT2013"]
        story = awaiting_decision("WT2013")
        story.tell("return_to_subgroup", mon_2_jun)

        assert story.on(mon_2_jun).state == "awaiting_recommendation"

    def test_nothing_is_decided_before_the_subgroup_has_recommended(self):
        refusal = a_review("awaiting_recommendation", UNDER["WT2013"]).refused("decide_to_review", UNDER["WT2013"])

        assert isinstance(refusal, NotAvailable)
        assert "cannot be recorded while the case stands at “awaiting the subgroup’s recommendation”" in str(refusal)

    @pytest.mark.parametrize("role", ["agency_lead", "business_manager", "subgroup_chair", "cdop_coordinator"])
    def test_any_agency_may_refer_a_case(self, role):
        """R-1.9: and so may the child death overview panel."""
        story = Story()

        assert story.tell("refer_case", UNDER["WT2013"], by=role).role == role

    @pytest.mark.parametrize("state", ["not_initiated", "alternative_review"])
    def test_a_decision_may_be_reopened(self, state):
        mon_2_jun, mon_9_jun = date(2014, 6, 2), date(2014, 6, 9)
        story = a_review(state, mon_2_jun)
        story.tell("reopen_decision", mon_9_jun)
        story.tell("decide_to_review", mon_9_jun)

        assert story.on(mon_2_jun).state == state
        assert story.on(mon_9_jun).state == "commissioning"

    def test_a_review_of_another_kind_ends_in_actions(self):
        """DOMAIN 1.5: nothing of it is published as a serious case review."""
        mon_2_jun, mon_1_sep = date(2014, 6, 2), date(2014, 9, 1)
        story = a_review("alternative_review", mon_2_jun)
        story.tell("request_agency_report", mon_2_jun, agency="Police")
        story.tell("record_agency_report", mon_1_sep, agency="Police")
        story.tell("conclude_alternative_review", mon_1_sep)

        assert story.on(mon_1_sep).state == "monitoring_actions"
        assert not story.offered(mon_1_sep) & {"publish_report", "commission_review", "send_pre_publication_copy"}

    @pytest.mark.parametrize("state", ["referred", "awaiting_decision", "analysis", "preparing_publication"])
    def test_an_open_case_may_be_transferred_to_another_board(self, state):
        """R-1.8: the board of the area where the child normally lives leads."""
        mon_2_jun = UNDER["WT2013"]
        story = a_review(state, mon_2_jun)
        story.tell("transfer_case", mon_2_jun)

        assert story.on(mon_2_jun).state == "transferred"
        assert story.on(mon_2_jun).has_ended
        assert isinstance(story.refused("record_delay", mon_2_jun, reasons=["OTHER"]), NotAvailable)

    def test_a_case_that_has_ended_is_not_transferred(self):
        story = a_review("not_initiated", UNDER["WT2013"])

        assert isinstance(story.refused("transfer_case", UNDER["WT2013"]), NotAvailable)


class TestTheOrderOfRefusals:
    """A role comes first, then where the case stands, then a hold, then the answers, then the guards."""

    def test_the_role_comes_before_everything(self):
        story = a_review("referred", UNDER["WT2013"])

        assert isinstance(story.refused("approve_report", UNDER["WT2013"], by="auditor"), NotYourRole)

    def test_where_the_case_stands_comes_before_the_answers(self):
        story = a_review("referred", UNDER["WT2013"])

        assert isinstance(story.refused("decide_not_to_review", UNDER["WT2013"], reasons=None), NotAvailable)

    def test_the_answers_come_before_the_guards(self):
        story = awaiting_decision("WT2013", **DIED_ABUSE_SUSPECTED)

        assert isinstance(story.refused("decide_not_to_review", UNDER["WT2013"], reasons=None), AnswersRefused)

    def test_an_unknown_step_is_refused_in_words(self):
        refusal = a_review("referred", UNDER["WT2013"]).refused("abolish_case", UNDER["WT2013"], by="board_chair")

        assert isinstance(refusal, NotAvailable)
        assert str(refusal) == "There is no such step in this kind of review"

    def test_a_case_is_opened_by_its_opening_step_alone(self):
        refusal = Story().refused("request_scoping", UNDER["WT2013"])

        assert isinstance(refusal, NotAvailable)
        assert "opened with “Refer a case”" in str(refusal)

    def test_a_case_is_opened_once(self):
        assert isinstance(a_review("referred", UNDER["WT2013"]).refused("refer_case", UNDER["WT2013"]), NotAvailable)
