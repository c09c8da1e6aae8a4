"""Meetings of a panel: order, interests, packs, minutes and actions, as the guidance and PITFALLS P33-P34 ask."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models.actor import Actor
from models.anonymity import withheld
from models.audit import AuditEntry
from models.panels.actions import action_of, actions_of, add_action, finish_action
from models.panels.meetings import (
    NotForThisMeeting,
    cases_listed,
    cases_ready,
    declare_interest,
    events_at,
    lift_interest,
    list_case,
    move_case,
    name_as_chair,
    outcome_of,
    present_for,
    roles_of,
    still_lacking,
)
from models.panels.minutes import (
    MinutesApproved,
    approve_minutes,
    begin_minutes,
    change_minutes,
    correct_minutes,
    latest_minutes,
    parts_seen_by,
)
from models.panels.packs import (
    destroy_packs,
    has_considered,
    has_considered_now,
    may_be_read,
    notion_of,
    pack,
    page_of,
    pages_read,
    passages_of,
    read_over,
    readers_of,
    release_pack,
)
from models.panels.panel import DeclaredInterest, MeetingCase, Panel
from models.queries.access import cases_visible_to
from models.queries.panels import actor_at, meeting_on, seat_at, seats_of
from tests.models.panel_stories import OFFICE, THU_13_FEB_2014, THU_30_JAN_2014, PanelStory, noon
from workflows.errors import NotYourRole
from workflows.quorum import quorum_rule

FRI_14_FEB_2014 = date(2014, 2, 14)
NOW = noon(THU_30_JAN_2014)


@pytest.fixture
def story(session):
    return PanelStory(session)


@pytest.fixture
def coordinator(story):
    return story.a_person("coordinator", "cdop_coordinator")


def sits(story, person_id, prefix="PAN"):
    seat = seat_at(story.session, person_id, prefix, story.today)
    assert seat is not None
    return seat


def declares(story, case, role, interest="Treated the child"):
    declare_interest(
        story.session, case, person_id=story.members[role].person_id, seat=role, interest=interest, actor=OFFICE,
        on=story.today, now=noon(story.today),
    )  # fmt: skip


def known_as(listed):
    return [each.case.pseudonym for each in listed]


class TestListing:
    def test_cases_are_taken_in_the_order_they_are_moved_to(self, session, story, coordinator):
        meeting = story.a_meeting(THU_13_FEB_2014, *(story.a_death_ready(name) for name in "ABC"))

        move_case(session, meeting, meeting.cases[2].case_id, -1, person_id=coordinator.id)
        assert known_as(cases_listed(session, meeting, coordinator.id)) == ["A", "C", "B"]

        first = cases_listed(session, meeting, coordinator.id)[0]
        move_case(session, meeting, first.case_id, -1, person_id=coordinator.id)
        assert known_as(cases_listed(session, meeting, coordinator.id)) == ["A", "C", "B"]

    def test_a_case_on_the_agenda_of_no_meeting_is_proposed_and_taken_over(self, session, story):
        case = story.a_death_ready("A")
        story.take(case, "list_for_panel", story.today, meeting_on="2014-02-13")
        meeting = story.a_meeting()

        assert [each.id for each in cases_ready(session, story.panel)] == [case.id]
        story.listed(meeting, case)
        assert cases_ready(session, story.panel) == []

    def test_a_case_is_not_listed_for_two_meetings(self, session, story):
        case = story.a_death_ready("A")
        story.a_meeting(THU_13_FEB_2014, case)
        later = story.a_meeting(date(2014, 3, 13))

        with pytest.raises(NotForThisMeeting, match="Defer it there first"):
            list_case(session, later, case, actor=OFFICE, on=story.today, now=NOW)

    def test_a_deferred_case_can_be_listed_again(self, session, story):
        case = story.a_death_ready("A")
        meeting = story.a_meeting(THU_13_FEB_2014, case)
        story.take(case, "defer_review", story.today, reasons="A report is missing")
        assert outcome_of(events_at(session, case, THU_13_FEB_2014)) == "deferred"

        story.take(case, "complete_information", story.today)
        story.listed(meeting, case)

        assert outcome_of(events_at(session, case, THU_13_FEB_2014)) == "to_come"

    def test_what_a_case_still_lacks_is_said(self, session, story):
        case = story.a_death("A")
        for agency in ("Police", "Health visiting"):
            story.take(case, "request_report", story.today, agency=agency, form="Reporting form", due_on="2014-02-06")
        story.take(case, "record_report", story.today, agency="Police")

        assert still_lacking(session, [case.id]) == {
            case.id: ("Report from Health visiting", "A summary for the panel")
        }


class TestWhoSitsWhere:
    def test_members_and_those_appointed_to_the_panel_have_a_seat_and_others_none(self, session, story, coordinator):
        police, stranger = story.members["police"].person, story.a_person("stranger", "cdop_chair", on=story.board)

        assert sits(story, police.id).is_concerned
        assert sits(story, coordinator.id).runs_meetings
        assert seat_at(session, stranger.id, "PAN", story.today) is None
        assert seat_at(session, police.id, "ANY", story.today) is None
        assert [seat.panel for seat in seats_of(session, police.id, story.today)] == [story.panel]

    def test_a_seat_ends_with_its_last_day(self, session, story):
        member = story.members["police"]
        member.until_on = story.today
        session.flush()

        assert seat_at(session, member.person_id, "PAN", story.today) is not None
        assert seat_at(session, member.person_id, "PAN", story.today + timedelta(days=1)) is None

    def test_whoever_is_named_for_a_case_acts_as_its_chair_and_for_no_other(self, session, story, coordinator):
        meeting = story.a_meeting(THU_13_FEB_2014, story.a_death_ready("A"), story.a_death_ready("B"))
        ours, other = meeting.cases
        police = story.members["police"]
        name_as_chair(session, ours, police, person_id=coordinator.id, now=NOW)
        seat = sits(story, police.person_id)

        assert actor_at(session, seat, ours, story.today).roles == {"panel_member", "cdop_chair"}
        assert actor_at(session, seat, other, story.today).roles == {"panel_member"}


class TestInterests:
    """DOMAIN 4.3; PITFALLS P33, P34."""

    def test_whoever_has_an_interest_is_not_named_to_chair_and_stops_being(self, session, story, coordinator):
        meeting = story.a_meeting(THU_13_FEB_2014, story.a_death_ready("A"))
        (listed,) = meeting.cases
        name_as_chair(session, listed, story.members["police"], person_id=coordinator.id, now=NOW)

        declares(story, listed.case, "police")

        session.refresh(listed)
        assert listed.chaired_by_id is None
        with pytest.raises(NotForThisMeeting, match="has an interest"):
            name_as_chair(session, listed, story.members["police"], person_id=coordinator.id, now=NOW)

    def test_they_are_not_present_for_the_case(self, session, story):
        meeting = story.a_meeting(THU_13_FEB_2014, story.a_death_ready("A"))
        story.came(meeting, "chair", "police", "social_care")
        declares(story, meeting.cases[0].case, "police")

        assert roles_of(present_for(session, meeting.cases[0])) == ["Chair", "Children’s social care"]

    def test_nobody_with_an_interest_takes_one_back(self, session, story):
        """Their own or another’s: they act on the case in no role."""
        case = story.a_death_ready("A")
        declares(story, case, "police")

        with pytest.raises(NotYourRole):
            lift_interest(
                session, case, person_id=story.members["police"].person_id, reason="A mistake",
                actor=Actor(story.members["police"].person_id, frozenset()), now=NOW,
            )  # fmt: skip
        assert session.scalars(select(DeclaredInterest)).all() != []

    def test_a_mistake_is_struck_out_with_a_reason_and_recorded(self, session, story, coordinator):
        case = story.a_death_ready("A")
        declares(story, case, "designated_doctor")
        doctor = story.members["designated_doctor"].person_id

        lift_interest(
            session, case, person_id=doctor, reason="Another doctor of the same name",
            actor=Actor(coordinator.id, frozenset({"cdop_coordinator"})), now=NOW,
        )  # fmt: skip

        assert session.scalars(select(DeclaredInterest)).all() == []
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "interest_lifted")).one()
        assert (entry.person_id, entry.detail) == (coordinator.id, {"about_person": doctor})

    @settings(
        max_examples=12, deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )  # fmt: skip
    @given(
        others=st.lists(st.sampled_from(["ready", "listed", "reviewed", "deferred"]), max_size=3),
        became=st.sampled_from(["ready", "listed", "reviewed", "deferred"]),
        place=st.integers(0, 3),
    )
    def test_a_case_that_is_withheld_might_as_well_not_be_there(self, session, others, became, place):
        """For any cases: what a member is told with the case in which they have an interest, and without it."""
        told = []
        for with_it in (True, False):
            savepoint = session.begin_nested()
            told.append(self._told(session, others, became if with_it else None, min(place, len(others))))
            savepoint.rollback()
            session.expire_all()

        assert told[0] == told[1]

    @staticmethod
    def _told(session, others, conflicted, place):
        """Return everything the queries behind the pages tell the member, with pseudonyms for what is numbered."""
        story = PanelStory(session)
        becomes = [(f"Child {number}", became, False) for number, became in enumerate(others)]
        if conflicted:
            becomes.insert(place, ("Child Withheld", conflicted, True))
        cases = [(story.a_death_ready(name), became, ours) for name, became, ours in becomes]
        meeting = story.a_meeting(THU_13_FEB_2014, *(case for case, became, _ in cases if became != "ready"))
        story.came(meeting, "chair", "designated_doctor", "social_care", "police")
        for case, became, ours in cases:
            if ours:
                declares(story, case, "police")
            if became == "deferred":
                story.take(case, "defer_review", story.today, reasons=f"Missing for {case.pseudonym}")
        story.today = THU_13_FEB_2014
        for case, became, _ in cases:
            if became == "reviewed":
                present = ["Designated doctor for child deaths", "Local authority"]
                story.take(
                    case, "review_at_panel", story.today, meeting_on="2014-02-13", roles_present=present,
                    chaired_by="education",
                )  # fmt: skip
                story.take(case, "categorise", story.today, category="5", preventability="no_modifiable")
            add_action(
                session, meeting, case_id=case.id, action=f"Write about {case.pseudonym}", owner="Lead nurse",
                due_on=date(2014, 3, 1), person_id=story.members["chair"].person_id, now=NOW,
            )  # fmt: skip
        police, chair = story.members["police"].person_id, story.members["chair"].person_id
        release_pack(session, meeting, person_id=chair, now=NOW)
        minutes = begin_minutes(session, meeting, person_id=chair, now=NOW)
        seen = cases_visible_to(police, story.today)
        return {
            "ready": known_as_cases(cases_ready(session, story.panel, person_id=police)),
            "listed": known_as(cases_listed(session, meeting, police)),
            "pack": [(page.known_as, page.summary) for page in pack(session, meeting, police)],
            "minutes": [(part.heading, part.text) for part in parts_seen_by(session, minutes, police)],
            "actions": [each.action for each in actions_of(session, story.panel.board_id, police)],
            "cases": len(session.scalars(seen).all()),
        }


def known_as_cases(cases):
    return [case.pseudonym for case in cases]


class TestPacks:
    """DOMAIN 8.1, 8.2."""

    def test_what_could_identify_somebody_is_shown_before_it_is_released(self, session, story):
        summary = "Ada lived in Nowhere Street, Anytown, and was seen on 4 January by Dr Other"
        meeting = story.a_meeting(THU_13_FEB_2014, story.a_death_ready("Child A", summary))

        passages = passages_of(session, meeting.cases[0])

        found = {pair for passage in passages for pair in passage.found}
        assert {("Ada", "a name"), ("Nowhere Street", "a place"), ("Anytown", "a place"), ("4 January", "a date")} <= (
            found
        )

    def test_members_read_what_was_read_over_and_nothing_recorded_since(self, session, story, coordinator):
        case = story.a_death_ready("Child A", "Seen by Dr Other, the family’s neighbour")
        meeting = story.a_meeting(THU_13_FEB_2014, case)
        read_over(meeting.cases[0], "Seen by the family’s doctor. Ada was well")
        release_pack(session, meeting, person_id=coordinator.id, now=NOW)
        story.take(case, "record_proceedings", story.today, process="INQUEST", event="opened")

        (page,) = pack(session, meeting, story.members["police"].person_id)

        assert page.summary == "Seen by the family’s doctor. [a name] was well"
        assert page.proceedings == ()

    def test_a_member_has_gone_through_the_cases_until_another_is_listed(self, session, story, coordinator):
        meeting = story.a_meeting(THU_13_FEB_2014, story.a_death_ready("A"))
        police = story.members["police"].person_id
        assert not has_considered(session, meeting, police)

        has_considered_now(session, meeting, police, NOW)
        session.expire_all()
        assert has_considered(session, meeting, police)

        list_case(
            session, meeting, story.a_death_ready("B"), actor=OFFICE, on=story.today, now=NOW + timedelta(hours=1)
        )
        assert not has_considered(session, meeting, police)

    def test_a_member_is_told_the_agencies_and_the_quarter_and_nothing_clinical(self, session, story):
        case = story.a_death_ready("Child A", "Found by her mother")

        told = notion_of(session, case)

        assert (told.age_band, told.period) == ("1 to 4 years", "January to March 2014")
        assert told.agencies == ("Police", "Health visiting")
        assert not {"January 6", "6 January", "mother", "female"} & set(str(told).split())

    def test_packs_are_read_until_the_day_of_the_meeting_and_then_destroyed(self, session, story, coordinator):
        meeting = story.a_meeting(THU_13_FEB_2014, story.a_death_ready("A"))
        release_pack(session, meeting, person_id=coordinator.id, now=NOW)
        assert may_be_read(meeting, THU_13_FEB_2014)
        assert not may_be_read(meeting, FRI_14_FEB_2014)

        assert destroy_packs(session, THU_13_FEB_2014, now=noon(THU_13_FEB_2014)) == 0
        assert destroy_packs(session, FRI_14_FEB_2014, now=noon(FRI_14_FEB_2014)) == 1

        assert session.scalars(select(MeetingCase.page)).all() == [None]
        assert destroy_packs(session, FRI_14_FEB_2014, now=noon(FRI_14_FEB_2014)) == 0

    def test_that_a_pack_was_read_is_recorded(self, session, story, coordinator):
        meeting = story.a_meeting(THU_13_FEB_2014, story.a_death_ready("A"))
        release_pack(session, meeting, person_id=coordinator.id, now=NOW)
        police = story.members["police"].person_id
        pages_read(session, meeting, pack(session, meeting, police), person_id=police, now=NOW)
        session.flush()

        assert readers_of(session, meeting, coordinator.id) == {police: NOW}

    def test_an_agency_that_is_named_after_a_place_is_not_named_so(self, session, story):
        case = story.a_death_ready("A")
        story.take(case, "record_report", story.today, agency="Anytown Surgery")

        assert page_of(session, case).reports == ("[a place] Surgery",)

    @given(st.text(alphabet="Ad 1,.", max_size=40))
    def test_what_was_replaced_is_not_found_again(self, text):
        replaced = withheld(text, None, ["Ad"])

        assert withheld(replaced, None, ["Ad"]) == replaced


class TestMinutes:
    """DOMAIN 11: who was present per case, declarations, decisions with reason, dissent, actions; no names."""

    @pytest.fixture
    def meeting(self, story):
        case = story.a_death_ready("Child A")
        meeting = story.a_meeting(THU_13_FEB_2014, case)
        story.came(meeting, "chair", "designated_doctor", "social_care")
        story.today = THU_13_FEB_2014
        declares(story, case, "education", "Taught the child")
        story.take(
            case, "review_at_panel", story.today, meeting_on="2014-02-13",
            roles_present=["Chair", "Designated doctor for child deaths", "Children’s social care"],
        )  # fmt: skip
        story.take(
            case, "categorise", story.today, category="5", preventability="modifiable", reasons="Delay in transfer",
            dissent="Police: the delay made no difference",
        )  # fmt: skip
        return meeting

    def test_they_say_what_minutes_need_and_name_nobody(self, session, story, meeting):
        minutes = begin_minutes(session, meeting, person_id=story.members["chair"].person_id, now=NOW)

        said = "\n".join(f"{part['heading']}\n{part['text']}" for part in minutes.parts)
        for words in (
            "Present: Chair (Public health department), Designated doctor", "The meeting was quorate",
            "Interest declared: Education", "Category 5: Acute medical", "Modifiable factors identified",
            "Reasons: Delay in transfer", "Dissent: Police", "Apologies: Education (Council), Police",
        ):  # fmt: skip
            assert words in said.replace("Apologies: Police (Police), Education (Council)", words)
        assert "Invented" not in said
        assert "Ada" not in said

    def test_they_do_not_call_a_meeting_not_quorate_where_nobody_noted_who_came(self, session, story):
        meeting = story.a_meeting(THU_13_FEB_2014, story.a_death_ready("Child A"))

        minutes = begin_minutes(session, meeting, person_id=story.members["chair"].person_id, now=NOW)

        attendance = minutes.parts[0]["text"]
        assert "Who came to the meeting was not noted" in attendance
        assert "quorate" not in attendance

    def test_a_draft_is_changed_and_approved_minutes_are_not(self, session, story, meeting):
        chair = story.members["chair"].person_id
        minutes = begin_minutes(session, meeting, person_id=chair, now=NOW)
        change_minutes(session, minutes, {minutes.parts[0]["key"]: "All were there"}, person_id=chair, now=NOW)
        approve_minutes(session, meeting, minutes, person_id=chair, now=noon(FRI_14_FEB_2014))

        for change in (
            lambda: change_minutes(session, minutes, {}, person_id=chair, now=NOW),
            lambda: begin_minutes(session, meeting, person_id=chair, now=NOW),
            lambda: approve_minutes(session, meeting, minutes, person_id=chair, now=NOW),
        ):
            with pytest.raises(MinutesApproved):
                change()
        with pytest.raises(DBAPIError, match="Approved minutes are not changed"), session.begin_nested():
            session.execute(text("UPDATE panel_minutes SET parts = '[]'"))

        another = correct_minutes(session, minutes, "Education was there", person_id=chair, now=NOW)
        assert (another.version, another.parts[0]["text"]) == (2, "All were there")
        assert latest_minutes(session, meeting) is another

    def test_somebody_who_sees_a_part_less_changes_only_the_others(self, session, story, meeting):
        education, chair = story.members["education"].person_id, story.members["chair"].person_id
        minutes = begin_minutes(session, meeting, person_id=chair, now=NOW)
        kept = minutes.parts[1]["text"]

        change_minutes(
            session, minutes, {part["key"]: "Changed" for part in minutes.parts}, person_id=education, now=NOW
        )  # fmt: skip

        assert [part["text"] for part in minutes.parts] == ["Changed", kept, "Changed"]

    def test_with_approval_the_packs_are_gone(self, session, story, meeting):
        chair = story.members["chair"].person_id
        release_pack(session, meeting, person_id=chair, now=NOW)
        minutes = begin_minutes(session, meeting, person_id=chair, now=NOW)
        approve_minutes(session, meeting, minutes, person_id=chair, now=noon(THU_13_FEB_2014))

        assert meeting.packs_destroyed_at is not None
        assert pack(session, meeting, chair) == []


class TestActionsAndAttendance:
    def test_actions_stay_open_until_they_are_done(self, session, story):
        meeting, chair = story.a_meeting(), story.members["chair"].person_id
        action = add_action(
            session, meeting, case_id=None, action="Translate the leaflet", owner="Public health",
            due_on=date(2014, 3, 1), person_id=chair, now=NOW,
        )  # fmt: skip
        panel_id = story.panel.board_id
        assert actions_of(session, panel_id, chair, done=False) == [action]

        finish_action(session, action, done_on=date(2014, 2, 20), outcome="Printed", person_id=chair, now=NOW)

        assert actions_of(session, panel_id, chair, done=False) == []
        assert actions_of(session, panel_id, chair, meeting=meeting, done=True) == [action]
        assert action_of(session, panel_id, action.id, chair) is action
        assert action_of(session, panel_id + 1, action.id, chair) is None

    def test_what_is_noted_twice_the_same_in_everything_is_noted_once(self, session, story):
        """P43: a button pressed twice. Another day, post or case is another action; so is one after it was done."""
        meeting, chair = story.a_meeting(), story.members["chair"].person_id
        told = {"case_id": None, "action": "Ask again", "owner": "Public health", "due_on": date(2014, 3, 1)}

        def noted(**other):
            return add_action(session, meeting, **(told | other), person_id=chair, now=NOW)

        first = noted()
        assert noted() is first
        assert noted(due_on=date(2014, 3, 2)) is not first
        assert noted(hears=story.members["police"].person) is not first
        finish_action(session, first, done_on=date(2014, 2, 20), outcome="Asked", person_id=chair, now=NOW)
        assert noted() is not first
        assert len(actions_of(session, story.panel.board_id, chair)) == 4

    def test_a_meeting_is_found_by_its_day(self, session, story):
        meeting = story.a_meeting()

        assert meeting_on(session, story.panel, THU_13_FEB_2014) is meeting
        assert meeting_on(session, Panel(board_id=story.board.id), THU_13_FEB_2014) is None


def test_quorum_is_reckoned_from_words_as_from_codes():
    """DOMAIN 4.3: health and the local authority are there, however they are written down."""
    rule = quorum_rule(["designated_doctor"], 2)

    assert rule.missing(["Designated doctor for child deaths", "Children’s social care"]) == ()
    assert rule.missing(["Child mental health", "Local authority"]) == ("nobody for designated doctor",)
