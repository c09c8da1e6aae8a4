"""A panel through its pages: setting it up, planning and listing, who may reach what, and who sees which deaths."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models.case import CaseEvent
from models.panels.minutes import begin_minutes
from models.panels.packs import release_pack
from models.panels.panel import Attendance, Meeting, Panel, PanelMember
from models.panels.settings import boards_of
from tests.models.panel_stories import THU_13_FEB_2014, THU_30_JAN_2014, noon
from tests.webapp.client import form_of, links_of, main_words
from tests.webapp.panels.conftest import MEETING

NOW = noon(THU_30_JAN_2014)


def on(day, month, year=2014, box="held_on"):
    return {f"{box}__day": str(day), f"{box}__month": str(month), f"{box}__year": str(year)}


class TestSettingUp:
    def test_an_administrator_sets_up_a_panel_and_says_which_boards_it_serves(self, session, story, somebody, as_):
        board = story.a_board("Northmoor Panel", "NOR", kind="panel")
        admin = as_(somebody("admin@example.org", "administrator"))
        assert "Anytown Panel" in main_words(admin.get("/panels/"))

        page = admin.send(admin.get("/panels/new"), "Set up the panel", board="NOR")
        assert "reviews the deaths of its own" in main_words(page)
        page = admin.send(admin.get("/panels/NOR/boards"), "Save", boards=["ANY"])

        served = boards_of(session, session.get_one(Panel, board.id))
        assert [each.reference_prefix for each in served] == ["ANY"]
        assert "Anytown" in main_words(page)

    def test_a_coordinator_changes_the_rule_and_the_members_but_not_the_boards(self, session, story, coordinator):
        story.a_person("new.member")
        page = coordinator.get("/panels/PAN/settings")
        coordinator.send(page, "Save", quorum_roles=["police"], quorum_minimum="4", areas="Anytown\nOtherton")
        coordinator.send(
            coordinator.get("/panels/PAN/members/new"), "Add the member", email=" New.Member@example.org ",
            role="midwifery", agency="Hospital", **on(1, 2, box="from_on"),
        )  # fmt: skip

        assert (story.panel.quorum_roles, story.panel.quorum_minimum) == (["police"], 4)
        assert story.panel.areas == ["Anytown", "Otherton"]
        assert session.scalars(select(PanelMember.role).order_by(PanelMember.id.desc())).first() == "midwifery"
        assert coordinator.get("/panels/PAN/boards").status_code == 403

    def test_a_membership_ends_with_its_last_day(self, story, coordinator, member, clock, as_):
        address = f"/panels/PAN/members/{story.members['police'].id}/end"
        page = coordinator.send(coordinator.get(address), "Set the last day", **on(1, 1, 2009, "until_on"))
        assert "on or after the first" in main_words(page)
        coordinator.send(page, "Set the last day", **on(30, 1, 2014, "until_on"))

        assert member.get("/panels/PAN").status_code == 200
        clock.forward(days=1)
        assert as_(story.members["police"].person).get("/panels/PAN").status_code == 404

    def test_nobody_without_an_account_is_made_a_member(self, coordinator):
        page = coordinator.send(
            coordinator.get("/panels/PAN/members/new"), "Add the member", email="nobody@example.org", role="police",
            **on(1, 2, box="from_on"),
        )  # fmt: skip

        assert page.status_code == 422
        assert "Nobody with this address has an open account" in main_words(page)


class TestPlanning:
    def test_a_meeting_is_planned_once_and_every_member_invited(self, session, story, coordinator):
        new = "/panels/PAN/meetings/new"
        page = coordinator.send(coordinator.get(new), "Plan the meeting", theme="Neonatal", **on(13, 2))

        assert "Theme: Neonatal" in main_words(page)
        meeting = session.scalars(select(Meeting)).one()
        assert {each.member.role for each in meeting.attendances} == set(story.members)
        again = coordinator.send(coordinator.get(new), "Plan the meeting", **on(13, 2))
        assert "meets on that day already" in main_words(again)

    def test_ready_cases_are_proposed_with_what_they_lack_and_listed(self, story, coordinator):
        case = story.a_death("Child A")
        story.take(case, "request_report", story.today, agency="Police", form="Reporting form", due_on="2014-02-01")
        story.take(case, "complete_information", story.today, outstanding=["Toxicology"])
        story.a_meeting()

        page = coordinator.get(MEETING)
        words = main_words(page)
        for lacking in ("Report from Police", "Toxicology", "A summary for the panel"):
            assert lacking in words
        page = coordinator.send(page, "List")

        assert "The case is listed" in main_words(page)
        assert "No other case is ready" in main_words(page)
        assert case.state == "on_agenda"

    def test_a_case_on_the_agenda_of_another_day_is_shown_with_what_must_come_first(self, story, coordinator):
        case = story.a_death_ready("Child A")
        story.take(case, "list_for_panel", story.today, meeting_on="2014-03-13")
        story.a_meeting()

        page = coordinator.get(MEETING)

        assert "listed for the meeting of 13 March 2014. Before it can be listed for this one" in main_words(page)
        assert "List Child A for this meeting" not in main_words(page)

    def test_the_order_is_changed_with_buttons(self, story, coordinator):
        story.a_meeting(THU_13_FEB_2014, story.a_death_ready("Child A"), story.a_death_ready("Child B"))

        page = coordinator.get(MEETING)
        button = "Earlier: take Child B earlier"
        where, held = form_of(page, button).get("action"), coordinator.held(page, button)
        coordinator.post(where, data=held | {"to": "earlier"})

        words = main_words(coordinator.get(MEETING))
        assert words.index("1. Child B") < words.index("2. Child A")

    def test_a_deferred_case_says_so_and_why_is_in_its_history(self, session, story, chair):
        case = story.a_death_ready("Child A")
        story.a_meeting(THU_13_FEB_2014, case)
        page = chair.send(chair.get(f"{MEETING}/cases/{case.reference}/defer"), "Defer the review")
        assert "Say why the case is deferred" in main_words(page)

        page = chair.send(
            page, "Defer the review", reasons="The post-mortem is missing", until__month="5", until__year="2014"
        )

        assert "Deferred" in main_words(page)
        event = session.scalars(select(CaseEvent).where(CaseEvent.step == "defer_review")).one()
        assert event.answers == {"reasons": "The post-mortem is missing", "until": "2014-05"}
        assert "Deferred Child A" in main_words(chair.get(f"{MEETING}/agenda"))

    def test_what_is_not_taken_at_the_meeting_has_no_place_in_its_order(self, story, chair):
        deferred, taken = story.a_death_ready("Child A"), story.a_death_ready("Child B")
        story.a_meeting(THU_13_FEB_2014, deferred, taken)
        page = chair.send(
            chair.get(f"{MEETING}/cases/{deferred.reference}/defer"), "Defer the review", reasons="The records are lost"
        )

        words = main_words(page)

        assert "take Child B earlier" in words
        assert "take Child A" not in words

    def test_a_coordinator_cannot_defer_and_a_member_neither_lists_nor_defers(self, story, coordinator, member):
        case = story.a_death_ready("Child A")
        story.a_meeting(THU_13_FEB_2014, case)
        page = coordinator.get(f"{MEETING}/cases/{case.reference}/defer")

        assert coordinator.send(page, "Defer the review", reasons="Late").status_code == 403
        assert member.get(f"{MEETING}/cases/{case.reference}/defer").status_code == 403
        held = member.held(member.get("/account"), "Sign out")
        assert member.post(f"{MEETING}/list", data=held | {"reference": case.reference}).status_code == 403

    def test_who_came_is_noted(self, session, story, coordinator):
        story.a_meeting()
        came = [str(story.members[role].id) for role in ("chair", "police")]

        coordinator.send(coordinator.get(MEETING), "Note who came", came=came)

        attended = session.scalars(select(Attendance.member_id).where(Attendance.attended.is_(True))).all()
        assert {str(each) for each in attended} == set(came)

    def test_a_meeting_that_is_over_says_who_came_to_whoever_only_reads_it(self, story, coordinator, as_, clock):
        police = story.members["police"].person
        story.a_meeting()
        coordinator.send(coordinator.get(MEETING), "Note who came", came=[str(story.members["police"].id)])
        before = main_words(as_(police).get(MEETING))
        clock.moment = noon(date(2014, 2, 14))

        after = main_words(as_(police).get(MEETING))

        assert "Who is invited" in before
        assert "Who was invited" in after
        names = [story.members[role].person.name for role in ("police", "chair")]
        assert f"{names[0]}, came" in after
        assert f"{names[1]}, did not come" in after

    def test_the_agenda_has_what_an_agenda_needs(self, story, member):
        """DOMAIN 11."""
        story.a_meeting(THU_13_FEB_2014, story.a_death_ready("Child A"))

        words = main_words(member.get(f"{MEETING}/agenda"))

        for heading in ("Attendance and quorum", "Declarations of interest", "Cases for review", "Deferred", "Coroner"):
            assert heading in words


class TestWhoSeesWhat:
    """A panel may serve several boards; each sees its own deaths, the panel sees all."""

    def test_the_panel_lists_the_deaths_of_every_board_and_each_board_sees_its_own(
        self, story, coordinator, somebody, as_
    ):
        other = story.a_board("Otherton", "OTH")
        story.serves(other)
        story.a_death_ready("Child A")
        story.a_death_ready("Child B", board=other)
        story.a_meeting()
        of_the_board = as_(somebody("board.office@example.org", "cdop_coordinator", on=story.board))

        words = main_words(coordinator.get(MEETING))
        assert "Child A" in words
        assert "Child B" in words
        seen = main_words(of_the_board.get("/worklist/"))
        assert "Child A" in seen
        assert "Child B" not in seen
        assert of_the_board.get(MEETING).status_code == 404

    def test_a_case_of_a_board_the_panel_does_not_serve_is_not_listed(self, story, coordinator):
        elsewhere = story.a_death_ready("Child X", board=story.a_board("Elsewhere", "ELS"))
        story.a_death_ready("Child A")
        story.a_meeting()
        held = coordinator.held(coordinator.get(MEETING), "List")

        answer = coordinator.post(f"{MEETING}/list", data=held | {"reference": elsewhere.reference})

        assert answer.status_code == 404

    @pytest.mark.parametrize(
        "path",
        ["", "/settings", "/boards", "/members/new", "/actions", "/meetings/new", "/meetings/2014-02-13",
         "/meetings/2014-02-13/agenda", "/meetings/2014-02-13/interests", "/meetings/2014-02-13/pack",
         "/meetings/2014-02-13/pack/review", "/meetings/2014-02-13/minutes", "/meetings/2014-02-13/minutes/change",
         "/meetings/2014-02-13/minutes/approve", "/meetings/2014-02-13/minutes/correct",
         "/meetings/2014-02-13/actions/new", "/meetings/2014-02-13/cases/{0}",
         "/meetings/2014-02-13/cases/{0}/defer", "/meetings/2014-02-13/cases/{0}/chair",
         "/meetings/2014-02-13/cases/{0}/summary", "/meetings/2014-02-13/cases/{0}/interest"],
    )  # fmt: skip
    def test_for_somebody_who_has_no_seat_nothing_is_there(self, session, story, somebody, as_, path):
        case = story.a_death_ready("Child A")
        meeting = story.a_meeting(THU_13_FEB_2014, case)
        chair_id = story.members["chair"].person_id
        release_pack(session, meeting, person_id=chair_id, now=NOW)
        begin_minutes(session, meeting, person_id=chair_id, now=NOW)
        stranger = as_(somebody("stranger@example.org", "cdop_coordinator", "cdop_chair", on=another_panel(story)))

        assert stranger.get(f"/panels/PAN{path.format(case.reference)}").status_code == 404

    @pytest.mark.parametrize("part", ["", "/defer", "/chair", "/summary"])
    def test_a_case_is_not_reached_through_another_meeting(self, story, seen_by, part):
        case = story.a_death_ready("Child A")
        story.a_meeting(THU_13_FEB_2014, case)
        story.a_meeting(date(2014, 3, 13))
        client = seen_by("cdop_coordinator", "cdop_chair")

        assert client.get(f"{MEETING}/cases/{case.reference}{part}").status_code == 200
        assert client.get(f"/panels/PAN/meetings/2014-03-13/cases/{case.reference}{part}").status_code == 404

    def test_an_action_is_not_reached_through_another_panel(self, story, coordinator, as_):
        story.a_meeting()
        coordinator.send(
            coordinator.get(f"{MEETING}/actions/new"), "Add the action", action="Translate the leaflet",
            owner="Public health", **on(1, 3, box="due_on"),
        )  # fmt: skip
        theirs = as_(story.a_person("other", "cdop_coordinator", on=another_panel(story)))
        link = links_of(coordinator.get("/panels/PAN/actions"))["It is done: Translate the leaflet"]

        assert coordinator.get(link).status_code == 200
        assert theirs.get(link.replace("/PAN/", "/OTP/")).status_code == 404

    def test_a_day_that_is_none_is_no_meeting(self, coordinator):
        assert coordinator.get("/panels/PAN/meetings/thursday").status_code == 404
        assert coordinator.get("/panels/PAN/meetings/2014-02-14").status_code == 404

    def test_the_part_is_in_the_bar_of_those_concerned(self, coordinator, member, somebody, as_):
        others = as_(somebody("board.member@example.org", "board_member"))

        assert "Panel" in links_of(coordinator.get("/worklist/"))
        assert "Panel" in links_of(member.get("/account"))
        assert member.get("/").headers["Location"] == "/panels/"
        assert "Panel" not in links_of(others.get("/worklist/"))


def another_panel(story):
    board = story.a_board("Other Panel", "OTP", kind="panel")
    story.session.add(Panel(board_id=board.id))
    story.session.flush()
    return board
