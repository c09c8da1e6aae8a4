"""Holds: what each covers and leaves possible, where the case stands meanwhile, and that no clock stops (DOMAIN 6)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from tests.scenarios.stories import Story, a_review, noon
from workflows.dates import PartialDate
from workflows.errors import AnswersRefused, GuardsNotMet, NotAvailable, NotYourRole, OnHold
from workflows.roles import ROLES
from workflows.standing import cautions

MON_6_JUN_2011 = date(2011, 6, 6)
TUE_7_JUN_2011 = date(2011, 6, 7)
WED_8_JUN_2011, THU_9_JUN_2011 = date(2011, 6, 8), date(2011, 6, 9)
THU_6_OCT_2011 = date(2011, 10, 6)

NEVER_HELD: Mapping[str, Mapping[str, Any]] = {
    "record_incident_notification": {"aware_on": MON_6_JUN_2011, "notified_on": MON_6_JUN_2011},
    "publish_learning_brief": {},
    "add_action": {"action": "Train staff"},
    "tell_national_bodies": {"sent_on": MON_6_JUN_2011},
    "record_agency_report": {"agency": "Police"},
    "record_proceedings": {"process": "INQUEST", "event": "opened"},
    "record_delay": {"reasons": ["INQUEST"]},
}


def held(state: str, *scopes: str, kind: str = "CRIMINAL_TRIAL", opened: date = MON_6_JUN_2011) -> Story:
    story = a_review(state, opened)
    story.tell("authorise_hold", opened, kind=kind, scope=scopes, review_on=date(opened.year, 9, 6))
    return story


class TestWhereTheCaseStands:
    @pytest.mark.parametrize(
        ("state", "scope", "stands_in"),
        [
            ("gathering_information", "review", "review_on_hold"),
            ("analysis", "review", "review_on_hold"),
            ("drafting", "review", "review_on_hold"),
            ("awaiting_approval", "approval", "approval_on_hold"),
            ("preparing_publication", "publication", "publication_on_hold"),
        ],
    )
    def test_a_hold_on_what_comes_next_has_a_state_and_release_returns_from_it(self, state, scope, stands_in):
        """WORKFLOWS 4."""
        story = held(state, scope)
        standing = story.on(MON_6_JUN_2011)
        assert (standing.state, standing.stage, standing.underlying) == (stands_in, "legal_hold", state)

        story.tell("release_hold", TUE_7_JUN_2011, hold="CRIMINAL_TRIAL")

        assert story.on(TUE_7_JUN_2011).state == state
        assert story.on(MON_6_JUN_2011).state == stands_in, "on the day before it still stood there"

    @pytest.mark.parametrize(
        ("state", "scope"),
        [
            ("commissioning", "review"),
            ("drafting", "publication"),
            ("drafting", "approval"),
            ("awaiting_approval", "publication"),
            ("preparing_publication", "review"),
            ("analysis", "learning_events"),
            ("analysis", "witness_conversations"),
            ("preparing_publication", "family_contact"),
        ],
    )
    def test_a_hold_on_something_else_leaves_the_case_where_it_is(self, state, scope):
        """DOMAIN 6.2: scoped, never a case-wide freeze."""
        assert held(state, scope).on(MON_6_JUN_2011).state == state

    def test_the_case_arrives_in_the_hold_state_when_it_comes_to_what_is_held(self):
        story = held("awaiting_approval", "publication")
        story.tell("approve_report", TUE_7_JUN_2011)

        assert story.on(TUE_7_JUN_2011).state == "publication_on_hold"

    def test_a_case_leaves_when_the_last_hold_covering_it_is_released(self):
        """DOMAIN 6.3: trial, then inquest."""
        story = held("preparing_publication", "publication")
        story.tell("authorise_hold", TUE_7_JUN_2011, kind="INQUEST", scope=["publication"])
        story.tell("release_hold", date(2011, 6, 8), hold="CRIMINAL_TRIAL")
        assert story.on(date(2011, 6, 8)).state == "publication_on_hold"

        story.tell("release_hold", date(2011, 6, 9), hold="INQUEST")

        assert story.on(date(2011, 6, 9)).state == "preparing_publication"

    def test_releasing_a_hold_on_something_else_changes_nothing(self):
        story = held("preparing_publication", "publication")
        story.tell("authorise_hold", MON_6_JUN_2011, kind="CARE_PROCEEDINGS", scope=["family_contact"])
        story.tell("release_hold", TUE_7_JUN_2011, hold="CARE_PROCEEDINGS")

        assert story.on(TUE_7_JUN_2011).state == "publication_on_hold"

    def test_a_case_may_be_transferred_or_its_report_reopened_from_a_hold_state(self):
        for step, state in (("transfer_case", "transferred"), ("reopen_report", "drafting")):
            story = held("preparing_publication", "publication")
            story.tell(step, TUE_7_JUN_2011)
            assert story.on(TUE_7_JUN_2011).state == state

    def test_it_may_be_decided_not_to_publish_while_publication_is_held(self):
        story = held("preparing_publication", "publication")
        story.tell("decide_not_to_publish", TUE_7_JUN_2011)

        assert story.on(TUE_7_JUN_2011).state == "withheld"


class TestWhatAHoldStops:
    @pytest.mark.parametrize(
        ("state", "scope", "step"),
        [
            ("gathering_information", "review", "begin_analysis"),
            ("gathering_information", "review", "request_agency_report"),
            ("analysis", "review", "begin_drafting"),
            ("drafting", "review", "receive_draft"),
            ("drafting", "review", "submit_report"),
            ("awaiting_approval", "approval", "approve_report"),
            ("awaiting_approval", "approval", "return_report"),
            ("preparing_publication", "publication", "publish_report"),
            ("analysis", "learning_events", "hold_learning_event"),
            ("analysis", "witness_conversations", "record_practitioner_conversation"),
            ("referred", "family_contact", "record_family_contact"),
        ],
    )
    def test_a_step_of_the_activity_held_is_refused_as_on_hold(self, state, scope, step):
        """WORKFLOWS 4: refused as on hold, never as not from here."""
        refusal = held(state, scope).refused(step, TUE_7_JUN_2011)

        assert isinstance(refusal, OnHold)

    def test_the_refusal_says_which_hold_since_when_until_what(self):
        story = a_review("preparing_publication", MON_6_JUN_2011)
        story.tell(
            "authorise_hold", MON_6_JUN_2011,
            kind="CRIMINAL_TRIAL", scope=["publication"], ends_with="sentence", review_on=date(2011, 7, 6),
        )  # fmt: skip
        story.tell("authorise_hold", TUE_7_JUN_2011, kind="INQUEST", scope=["publication"], review_on=date(2011, 7, 7))

        assert story.refused("publish_report", date(2011, 6, 8)).reasons == (
            "Publication is on hold: Criminal trial, since 6 June 2011, until sentence, to be looked at by 6 July 2011",
            "Publication is on hold: Inquest, since 7 June 2011, to be looked at by 7 July 2011",
        )

    def test_what_ends_a_hold_is_said_as_part_of_the_sentence_however_it_was_written(self):
        for written, said in (
            ("The verdict is given", "until the verdict is given"),
            ("inquest_concluded", "until inquest concluded"),
            ("CPS decision", "until CPS decision"),
        ):
            story = a_review("preparing_publication", MON_6_JUN_2011)
            story.tell("authorise_hold", MON_6_JUN_2011, scope=["publication"], ends_with=written)

            assert said in story.refused("publish_report", TUE_7_JUN_2011).reasons[0]

    def test_everything_else_goes_on(self):
        """DOMAIN 6.2: records, drafts and approval go on while publication waits."""
        story = held("gathering_information", "publication", "witness_conversations")
        for step in ("begin_analysis", "begin_drafting", "receive_draft", "submit_report", "approve_report"):
            story.tell(step, TUE_7_JUN_2011)

        assert story.on(TUE_7_JUN_2011).state == "publication_on_hold"

    @pytest.mark.parametrize("step", NEVER_HELD)
    @pytest.mark.parametrize("state", ["analysis", "awaiting_approval", "preparing_publication"])
    def test_what_may_never_be_held_goes_on_in_every_hold_state(self, state, step):
        """DOMAIN 6.2: notifications, agency records, immediate learning, actions; and what is recorded of delay."""
        every_scope = [
            "publication",
            "approval",
            "review",
            "learning_events",
            "witness_conversations",
            "family_contact",
        ]
        story = held(state, *every_scope)
        assert story.on(MON_6_JUN_2011).stage == "legal_hold"

        story.tell(step, TUE_7_JUN_2011, **NEVER_HELD[step])

        assert story.on(TUE_7_JUN_2011).events[-1].step == step

    def test_a_step_from_somewhere_else_is_refused_as_such_even_under_a_hold(self):
        refusal = held("preparing_publication", "publication").refused("begin_analysis", TUE_7_JUN_2011)

        assert isinstance(refusal, NotAvailable)

    def test_a_hold_on_the_review_does_not_stop_what_leaves_the_case_where_it_is(self):
        story = held("gathering_information", "review")
        story.tell("record_family_contact", TUE_7_JUN_2011)

        assert story.on(TUE_7_JUN_2011).state == "review_on_hold"


class TestThatNoClockStops:
    """DOMAIN 6.3, 0.3(1)."""

    def test_a_date_passes_under_a_hold(self):
        story = held("awaiting_approval", "approval")
        assert story.deadline("complete_review", MON_6_JUN_2011).due_last == date(2011, 12, 6)

        assert story.deadline("complete_review", date(2011, 12, 7)).status == "overdue"

    def test_it_is_explained_by_a_delay_with_reasons_and_not_by_the_hold(self):
        story = held("awaiting_approval", "approval")
        story.tell("record_delay", date(2011, 12, 7), reasons=["CRIMINAL_TRIAL"])

        assert story.deadline("complete_review", date(2011, 12, 7)).status == "late_explained"

    def test_the_explanation_of_a_date_names_the_holds_that_overlap_it(self):
        story = held("awaiting_approval", "approval")
        story.tell("release_hold", date(2011, 9, 5), hold="CRIMINAL_TRIAL")

        assert (
            "On hold for part of this time: Criminal trial, from 6 June 2011 to 5 September 2011. A hold moves no date."
        ) in story.explained("complete_review", date(2011, 12, 7)).sentences()

    def test_time_elapsed_under_hold_and_the_rest_are_told_side_by_side(self):
        """K16; several holds that overlap count once."""
        story = a_review("preparing_publication", MON_6_JUN_2011)
        for step, on, kind in (
            ("authorise_hold", date(2011, 7, 1), "CRIMINAL_TRIAL"),
            ("authorise_hold", date(2011, 7, 11), "INQUEST"),
            ("release_hold", date(2011, 7, 21), "CRIMINAL_TRIAL"),
            ("release_hold", date(2011, 7, 31), "INQUEST"),
            ("authorise_hold", date(2011, 8, 30), "CARE_PROCEEDINGS"),
        ):
            named = {"hold": kind} if step == "release_hold" else {"kind": kind, "scope": ["publication"]}
            story.tell(step, on, **named)

        taken = story.on(date(2011, 9, 4)).time_taken

        assert (taken.elapsed, taken.under_hold, taken.net) == (90, 30 + 5, 55)

    def test_time_stops_counting_when_the_case_ends(self):
        story = held("preparing_publication", "publication")
        story.tell("transfer_case", date(2011, 6, 16))

        taken = story.on(date(2012, 6, 6)).time_taken

        assert (taken.elapsed, taken.under_hold) == (10, 10)


class TestLookingAtAHoldAgain:
    """DOMAIN 6.3: no open-ended hold; one past its day is overdue."""

    def test_each_hold_has_a_day_of_its_own(self):
        story = held("preparing_publication", "publication")
        story.tell("authorise_hold", TUE_7_JUN_2011, kind="INQUEST", scope=["publication"], review_on=date(2011, 8, 1))

        found = {each.about: each.due_last for each in story.on(TUE_7_JUN_2011).deadline("hold_review")}

        assert found == {"CRIMINAL_TRIAL 2011-06-06": date(2011, 9, 6), "INQUEST 2011-06-07": date(2011, 8, 1)}

    def test_looking_at_it_sets_the_next_day(self):
        story = held("preparing_publication", "publication")
        assert story.deadline("hold_review", date(2011, 9, 7)).status == "overdue"

        story.tell(
            "review_hold", date(2011, 9, 7), hold="CRIMINAL_TRIAL", outcome="continue", review_on=date(2011, 12, 7)
        )

        deadline = story.deadline("hold_review", date(2011, 9, 7))
        assert (deadline.status, deadline.due_last) == ("running", date(2011, 12, 7))

    def test_release_ends_it(self):
        story = held("preparing_publication", "publication")
        story.tell("release_hold", date(2011, 9, 6), hold="CRIMINAL_TRIAL")

        assert story.deadline("hold_review", date(2011, 9, 7)).status == "met"

    def test_a_hold_needs_a_day_to_be_looked_at(self):
        story = a_review("preparing_publication", MON_6_JUN_2011)

        for review_on in (None, "2011-09", date(2011, 6, 5)):
            assert isinstance(story.refused("authorise_hold", MON_6_JUN_2011, review_on=review_on), AnswersRefused)

    @pytest.mark.parametrize("step", ["authorise_hold", "review_hold"])
    def test_more_than_three_months_until_it_is_looked_at_are_cautioned_and_not_refused(self, step):
        """DOMAIN 6.3: at most every three months, which is a local default."""
        story = held("preparing_publication", "publication")
        asked = story.procedure.step(step), PartialDate.on(TUE_7_JUN_2011)

        def said(review_on: str) -> tuple[str, ...]:
            return cautions(story.on(TUE_7_JUN_2011), *asked, {"review_on": review_on})

        assert said("2011-09-07") == ()
        (caution,) = said("2011-09-08")
        assert caution.startswith("The hold would not be looked at for more than three months. Give an earlier day")


class TestNamingAHold:
    """WORKFLOWS 4: by its kind, and by kind and date where two of one kind are active."""

    def two_inquests(self) -> Story:
        story = held("preparing_publication", "publication", kind="INQUEST")
        story.tell("authorise_hold", TUE_7_JUN_2011, kind="INQUEST", scope=["publication"])
        return story

    def test_two_of_one_kind_are_told_apart_by_their_day(self):
        story = self.two_inquests()

        refusal = story.refused("release_hold", TUE_7_JUN_2011, hold="INQUEST")
        assert str(refusal) == (
            "Which hold: there are several of this kind. Name one: INQUEST 2011-06-06 or INQUEST 2011-06-07"
        )

        story.tell("release_hold", TUE_7_JUN_2011, hold="INQUEST 2011-06-06")
        assert [hold.name for hold in story.on(TUE_7_JUN_2011).holds] == ["INQUEST 2011-06-07"]

    def test_once_one_is_left_the_kind_is_enough(self):
        story = self.two_inquests()
        story.tell("release_hold", TUE_7_JUN_2011, hold="INQUEST 2011-06-07")
        story.tell("release_hold", TUE_7_JUN_2011, hold="INQUEST")

        assert story.on(TUE_7_JUN_2011).holds == ()

    @pytest.mark.parametrize("written", ["inquest 2011-06-07", " Inquest  2011-06-07 ", "INQUEST 2011-06-07"])
    def test_it_may_be_written_in_capitals_or_not(self, written):
        """As every other code is read, and kept as WORKFLOWS 4 writes it."""
        story = self.two_inquests()
        story.tell("release_hold", TUE_7_JUN_2011, hold=written)

        assert story.on(TUE_7_JUN_2011).events[-1].answers["hold"] == "INQUEST 2011-06-07"
        assert [hold.name for hold in story.on(TUE_7_JUN_2011).holds] == ["INQUEST 2011-06-06"]

    @pytest.mark.parametrize("put_right", [{"on": TUE_7_JUN_2011}, {"kind": "INQUEST"}])
    def test_one_released_stays_released_when_its_day_or_kind_is_corrected(self, put_right):
        """The release names it as it was then known."""
        story = held("preparing_publication", "publication", kind="CRIMINAL_TRIAL")
        authorised = story.history.events[-1]
        story.tell("review_hold", WED_8_JUN_2011, hold="CRIMINAL_TRIAL")
        story.tell("release_hold", WED_8_JUN_2011, hold="CRIMINAL_TRIAL")
        story.correct(authorised, THU_9_JUN_2011, **put_right)

        assert story.on(WED_8_JUN_2011).holds == ()
        assert story.on(WED_8_JUN_2011).state == "preparing_publication"
        assert [each.status for each in story.on(WED_8_JUN_2011).deadline("hold_review")] == ["met"]

    def test_of_two_the_one_meant_is_the_one_released_after_a_correction(self):
        story = self.two_inquests()
        first = next(event for event in story.history.events if event.step == "authorise_hold")
        story.tell("release_hold", THU_9_JUN_2011, hold="INQUEST 2011-06-06")
        story.correct(first, date(2011, 6, 10), on=WED_8_JUN_2011)

        assert [hold.name for hold in story.on(THU_9_JUN_2011).holds] == ["INQUEST 2011-06-07"]

    @pytest.mark.parametrize(("which", "day"), [(0, TUE_7_JUN_2011), (1, MON_6_JUN_2011)])
    def test_no_correction_leaves_two_that_cannot_be_told_apart(self, which, day):
        story = self.two_inquests()
        authorised = [event for event in story.history.events if event.step == "authorise_hold"]

        with pytest.raises(NotAvailable, match=r"“Hold authorised”, .* would no longer fit after this"):
            story.correct(authorised[which], WED_8_JUN_2011, on=day)

    def test_a_hold_that_was_released_is_not_struck_out_before_its_release(self):
        story = held("preparing_publication", "publication", kind="INQUEST")
        authorised = story.history.events[-1]
        released = story.tell("release_hold", TUE_7_JUN_2011, hold="INQUEST")

        with pytest.raises(NotAvailable, match="“Hold released”, 7 June 2011, would no longer fit after this"):
            story.strike_out(authorised, date(2011, 6, 8))

        story.strike_out(released, date(2011, 6, 8))
        story.strike_out(authorised, date(2011, 6, 8))
        assert story.on(TUE_7_JUN_2011).all_holds == ()

    def test_two_of_one_kind_on_one_day_could_not_be_told_apart(self):
        refusal = held("preparing_publication", "publication").refused(
            "authorise_hold", MON_6_JUN_2011, kind="CRIMINAL_TRIAL", scope=["family_contact"]
        )

        assert isinstance(refusal, GuardsNotMet)
        assert "Review that one instead" in str(refusal)

    def test_a_hold_that_is_not_active_cannot_be_released(self):
        refusal = held("preparing_publication", "publication").refused("release_hold", TUE_7_JUN_2011, hold="INQUEST")

        assert isinstance(refusal, AnswersRefused)
        assert "Name one that is: CRIMINAL_TRIAL 2011-06-06" in str(refusal)

    @pytest.mark.parametrize("step", ["release_hold", "review_hold"])
    def test_without_a_hold_there_is_nothing_to_release_or_look_at(self, step):
        story = a_review("preparing_publication", MON_6_JUN_2011)

        assert isinstance(story.refused(step, TUE_7_JUN_2011, hold="INQUEST"), NotAvailable)
        assert step not in story.offered(MON_6_JUN_2011)

    def test_a_hold_is_not_released_before_it_was_authorised(self):
        story = a_review("preparing_publication", MON_6_JUN_2011)
        story.tell("authorise_hold", date(2011, 7, 4), kind="INQUEST", scope=["publication"])

        refusal = story.refused("release_hold", TUE_7_JUN_2011, hold="INQUEST", recorded=date(2011, 7, 5))

        assert "no hold is active" in str(refusal)


class TestWhoMayHold:
    @pytest.mark.parametrize("step", ["authorise_hold", "release_hold"])
    @pytest.mark.parametrize("role", sorted(ROLES.keys() - {"board_chair"}))
    def test_only_the_chair_authorises_and_releases(self, step, role):
        """DOMAIN 6.3."""
        story = held("preparing_publication", "publication")

        assert isinstance(story.refused(step, TUE_7_JUN_2011, by=role, hold="CRIMINAL_TRIAL"), NotYourRole)

    @pytest.mark.parametrize("role", ["board_chair", "subgroup_chair"])
    def test_the_subgroup_looks_at_holds_too(self, role):
        """DOMAIN 6.3: reviewed at each meeting of the subgroup."""
        story = held("preparing_publication", "publication")

        assert story.tell("review_hold", TUE_7_JUN_2011, by=role, hold="CRIMINAL_TRIAL").role == role

    @pytest.mark.parametrize("scope", ["rapid_review", "actions", "notification", "everything"])
    def test_nothing_else_can_be_covered(self, scope):
        """DOMAIN 6.2."""
        story = a_review("preparing_publication", MON_6_JUN_2011)

        assert isinstance(story.refused("authorise_hold", MON_6_JUN_2011, scope=[scope]), AnswersRefused)


def test_a_hold_may_be_asked_about_as_it_was_known_then():
    """ARCHITECTURE, Time: what was recorded later was not known earlier."""
    story = a_review("preparing_publication", MON_6_JUN_2011)
    story.tell(
        "authorise_hold", TUE_7_JUN_2011, kind="INQUEST", scope=["publication"], recorded=date(2011, 6, 20)
    )  # fmt: skip

    assert story.on(date(2011, 6, 10)).state == "publication_on_hold"
    assert story.on(date(2011, 6, 10), known_at=noon(date(2011, 6, 10))).state == "preparing_publication"
