"""Interests, packs, minutes and actions through the pages: what is withheld, what is released, what is locked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select, update

from models.audit import AuditEntry
from models.casework import history_of
from models.panels.minutes import PanelMinutes
from models.panels.panel import DeclaredInterest, Meeting, MeetingCase, Panel, PanelAction
from tests.models.panel_stories import THU_13_FEB_2014, noon
from tests.webapp.client import links_of, main_words
from tests.webapp.panels.conftest import MEETING
from tests.webapp.test_access import without_token

SUMMARY = "Ada had been well. Seen on 4 January at 1 Nowhere Street by Dr Other"


@pytest.fixture
def meeting(story):
    return story.a_meeting(
        THU_13_FEB_2014, story.a_death_ready("Child A", SUMMARY), story.a_death_ready("Child B", "Well until that day")
    )


@pytest.fixture
def case(meeting):
    return meeting.cases[0].case


def release(client):
    return client.send(client.get(f"{MEETING}/pack/review"), "Release the pack", read="y")


class TestPacks:
    def test_what_could_identify_somebody_is_seen_before_release_and_never_after(self, coordinator, member, meeting):
        review = main_words(coordinator.get(f"{MEETING}/pack/review"))
        for found in ("Ada (a name)", "4 January (a date)", "Nowhere Street (a place)"):
            assert found in review
        assert member.get(f"{MEETING}/pack").status_code == 404
        assert "Confirm that you have read every page" in main_words(
            coordinator.send(coordinator.get(f"{MEETING}/pack/review"), "Release the pack")
        )

        release(coordinator)
        page = member.send(member.get(f"{MEETING}/interests"), "I have no interest in these cases")

        words = main_words(page)
        assert "[a name] had been well. Seen on [a date] at 1 [a place]" in words
        for hidden in ("Ada", "4 January", "Nowhere", "Invented", "6 January", "Anytown,"):
            assert hidden not in words
        assert "ANY-" not in page.request.path

    def test_each_case_is_headed_with_its_reference_and_when_it_is_destroyed(self, coordinator, member, meeting):
        """DOMAIN 3.3, 8.1: the reference is all that identifies a case on papers, and packs go after the meeting."""
        release(coordinator)
        words = main_words(member.send(member.get(f"{MEETING}/interests"), "I have no interest in these cases"))

        for each in meeting.cases:
            head = f"{each.case.reference}. Strictly confidential. Destroy after the meeting of 13 February 2014."
            assert words.count(head) == 1

    def test_nobody_reads_it_by_its_address_alone(self, client, seen_by, coordinator, meeting):
        """Signed out it asks to sign in and shows nothing; to whoever has no seat at the panel it is not there."""
        release(coordinator)
        page = client.get(f"{MEETING}/pack", follow_redirects=True)

        assert page.request.path == "/sign-in"
        assert "Child A" not in page.text
        assert seen_by("business_manager").get(f"{MEETING}/pack").status_code in (403, 404)

    def test_the_coordinator_words_what_a_machine_does_not_find(self, coordinator, member, meeting, case):
        page = coordinator.get(f"{MEETING}/cases/{case.reference}/summary")
        coordinator.send(page, "Keep this summary", summary="A child who had been well, seen by their own doctor")
        release(coordinator)
        words = main_words(member.send(member.get(f"{MEETING}/interests"), "I have no interest in these cases"))

        assert "seen by their own doctor" in words
        assert "Dr Other" not in words

    def test_members_say_whether_they_have_an_interest_before_they_read(self, session, coordinator, member, meeting):
        release(coordinator)

        page = member.get(f"{MEETING}/pack", follow_redirects=True)
        assert page.request.path.endswith("/interests")
        words = main_words(page)
        assert "Police, Health visiting" in words
        assert "January to March 2014" in words
        assert "well" not in words.split("Cases of this meeting")[1]
        member.send(page, "I have no interest in these cases")

        read = select(AuditEntry.case_id).where(AuditEntry.action == "pack_read")
        assert set(session.scalars(read)) == {each.case_id for each in meeting.cases}

    def test_after_the_meeting_there_is_no_pack(self, story, coordinator, meeting, as_, clock):
        release(coordinator)
        clock.moment = datetime(2014, 2, 14, 9, 0, tzinfo=UTC)
        client = as_(story.members["police"].person)

        page = client.get(f"{MEETING}/pack")

        assert page.status_code == 410
        assert "Packs are destroyed after the meeting" in main_words(page)


class TestInterests:
    def test_a_member_declares_an_interest_knowing_what_follows_and_sees_the_case_no_more(
        self, session, coordinator, member, meeting, case
    ):
        release(coordinator)
        page = member.get(f"{MEETING}/cases/{case.reference}/interest")
        assert "Confirm that you understand" in main_words(member.send(page, "Declare it", interest="My team"))

        page = member.send(page, "Declare it", interest="My team attended", sure="y")

        assert "Child A" not in main_words(page)
        assert "Child B" in main_words(page)
        event = history_of(session, case).effective()[-1]
        assert (event.step, event.role, event.answers["role"]) == ("declare_interest", "panel_member", "police")
        for path in ("", "/interest", "/defer", "/chair", "/summary"):
            theirs, not_there = (f"{MEETING}/cases/{each}{path}" for each in (case.reference, "ANY-2014-999"))
            assert member.get(theirs).status_code == member.get(not_there).status_code
            assert member.get(theirs).status_code in (403, 404)

    def test_the_questions_of_the_step_alone_lead_to_the_page_that_says_whose(self, seen_by, meeting, case):
        client = seen_by("cdop_coordinator", "cdop_chair")

        answer = client.get(f"/cases/{case.reference}/steps/declare_interest")

        assert answer.headers["Location"] == f"/cases/{case.reference}/interests"

    def test_one_is_recorded_for_a_member_and_a_mistake_put_right_by_somebody_without_one(
        self, session, story, coordinator, member, meeting, case
    ):
        address = f"/cases/{case.reference}/interests"
        police = story.members["police"]
        coordinator.send(coordinator.get(address), "Record the interest", member=str(police.id), interest="Attended")
        assert "Child A" not in main_words(member.get(MEETING))
        lift = links_of(coordinator.get(address))["It was a mistake that Police Invented-Person has an interest"]
        assert member.get(lift).status_code == 404

        coordinator.send(coordinator.get(lift), "Strike it out", reason="It was another officer")

        assert session.scalars(select(DeclaredInterest)).all() == []
        assert "Child A" in main_words(member.get(MEETING))
        assert history_of(session, case).events[-1].reason == "It was another officer"

    def test_a_chair_with_an_interest_cannot_undo_it(self, story, chair, coordinator, meeting, case):
        address = f"/cases/{case.reference}/interests"
        coordinator.send(
            coordinator.get(address),
            "Record the interest",
            member=str(story.members["chair"].id),
            interest="Paid for it",
        )
        lift = links_of(coordinator.get(address))["It was a mistake that Chair Invented-Person has an interest"]

        assert chair.get(address).status_code == 404
        assert chair.get(lift).status_code == 404
        assert chair.post(lift, data=coordinator.held(coordinator.get(lift), "Strike it out")).status_code in (400, 404)


class TestNothingTellsOfWhatIsWithheld:
    """PITFALLS 3.2: with the case in which somebody has an interest, and without it, they see the same pages."""

    PAGES = (
        "/panels/", "/panels/PAN", MEETING, f"{MEETING}/agenda", f"{MEETING}/interests", f"{MEETING}/pack",
        f"{MEETING}/pack/review", f"{MEETING}/minutes", f"{MEETING}/minutes/change", f"{MEETING}/actions/new",
        "/panels/PAN/actions", "/worklist/", "/worklist/cases.csv", "/child-deaths/",
    )  # fmt: skip

    @pytest.mark.parametrize("who", ["police", "chair", "designated_doctor"])
    def test_every_page_is_the_same(self, session, story, coordinator, as_, who):
        person = story.members[who].person
        for role in {"chair": ("cdop_chair",), "designated_doctor": ("designated_doctor",)}.get(who, ()):
            story.appointed(person, role)
        kept, gone = story.a_death_ready("Child Kept"), story.a_death_ready("Child Gone")
        story.a_meeting(THU_13_FEB_2014, gone, kept)
        coordinator.send(
            coordinator.get(f"/cases/{gone.reference}/interests"), "Record the interest",
            member=str(story.members[who].id), interest="Treated the child",
        )  # fmt: skip
        self._write_papers(coordinator, gone, kept)
        client = as_(person)
        client.send(client.get(f"{MEETING}/interests"), "I have no interest in these cases")

        with_it = {path: self._seen(client, path) for path in self.PAGES}
        self._remove(session, story, gone)
        without = {path: self._seen(client, path) for path in self.PAGES}

        assert {path for path in self.PAGES if with_it[path] != without[path]} == set()
        assert "Child Kept" in with_it[MEETING][1]

    @staticmethod
    def _write_papers(coordinator, gone, kept):
        for case in (gone, kept):
            page = coordinator.get(f"{MEETING}/actions/new")
            coordinator.send(
                page, "Add the action", action=f"Write about {case.pseudonym}", owner="Lead nurse", due_on__day="1",
                due_on__month="3", due_on__year="2014", case=case.reference,
            )  # fmt: skip
        release(coordinator)
        coordinator.send(coordinator.get(f"{MEETING}/minutes"), "Draft the minutes")

    @staticmethod
    def _seen(client, path):
        page = client.get(path, follow_redirects=True)
        return page.status_code, without_token(page.text)

    @staticmethod
    def _remove(session, story, case):
        """Let the case, and all that is written of it, be of another panel and its own board."""
        minutes = session.scalars(select(PanelMinutes)).one()
        minutes.parts = [part for part in minutes.parts if part["case_id"] != case.id]
        session.flush()
        board = story.a_board("Elsewhere", "ELS", kind="panel")
        elsewhere = Panel(board=board, board_id=board.id)
        session.add(elsewhere)
        session.flush()
        other = Meeting(panel_id=board.id, held_on=THU_13_FEB_2014, created_at=noon(THU_13_FEB_2014))
        session.add(other)
        session.flush()
        moved = update(PanelAction).where(PanelAction.case_id == case.id).values(meeting_id=other.id)
        session.execute(moved)
        session.execute(delete(MeetingCase).where(MeetingCase.case_id == case.id))
        session.execute(delete(DeclaredInterest).where(DeclaredInterest.case_id == case.id))
        session.connection().exec_driver_sql(f"UPDATE review_case SET board_id = {board.id} WHERE id = {case.id}")
        session.commit()
        session.expire_all()


class TestMinutes:
    @pytest.fixture
    def drafted(self, chair, meeting):
        return chair.send(chair.get(f"{MEETING}/minutes"), "Draft the minutes")

    def test_a_draft_is_for_those_who_run_the_meeting_and_what_is_approved_for_members(
        self, session, chair, member, drafted
    ):
        assert member.get(f"{MEETING}/minutes").status_code == 404
        part = session.scalars(select(PanelMinutes)).one().parts[0]["key"].replace("-", "__")
        page = chair.send(drafted, "Keep the draft", **{f"part__{part}": "Everybody was there"})
        assert "Everybody was there" in main_words(page)
        chair.send(chair.get(f"{MEETING}/minutes/approve"), "Approve the minutes")

        words = main_words(member.get(f"{MEETING}/minutes"))
        assert "approved" in words
        assert "Everybody was there" in words
        assert chair.get(f"{MEETING}/minutes/change").status_code == 404

    def test_somebody_who_is_overtaken_loses_nothing(self, session, chair, coordinator, drafted, clock):
        part = session.scalars(select(PanelMinutes)).one().parts[0]["key"].replace("-", "__")
        clock.forward(minutes=1)
        theirs = coordinator.get(f"{MEETING}/minutes/change")
        coordinator.send(theirs, "Keep the draft", **{f"part__{part}": "By the coordinator"})

        page = chair.send(drafted, "Keep the draft", **{f"part__{part}": "By the chair"})

        assert page.status_code == 409
        assert "Somebody else kept the draft" in main_words(page)
        assert "By the chair" in page.text
        assert "By the chair" in main_words(chair.send(page, "Keep the draft"))

    def test_what_the_chair_has_not_read_is_not_approved(self, session, chair, coordinator, drafted, clock):
        """The coordinator keeps the draft again between the chair's reading it and the chair's approving it."""
        leads_to = links_of(chair.get(f"{MEETING}/minutes"))["Approve"]
        opened = chair.get(leads_to)
        part = session.scalars(select(PanelMinutes)).one().parts[0]["key"].replace("-", "__")
        clock.forward(minutes=1)
        theirs = coordinator.get(f"{MEETING}/minutes/change")
        coordinator.send(theirs, "Keep the draft", **{f"part__{part}": "By the coordinator"})

        for page in (chair.send(opened, "Approve the minutes"), chair.get(leads_to)):
            assert page.status_code == 409
            assert "changed at 3:01pm on 30 January 2014, after you read it" in main_words(page)
        assert session.scalars(select(PanelMinutes.approved_at)).one() is None

        again = chair.get(links_of(chair.get(f"{MEETING}/minutes"))["Approve"])
        assert "approved" in main_words(chair.send(again, "Approve the minutes"))

    def test_a_button_pressed_twice_leads_to_where_it_led_the_first_time(self, session, chair, drafted):
        """The second answer is the one a browser shows."""
        approve = chair.get(f"{MEETING}/minutes/approve")
        for _ in range(2):
            assert "approved" in main_words(chair.send(approve, "Approve the minutes"))
        correct = chair.get(f"{MEETING}/minutes/correct")
        for _ in range(2):
            page = chair.send(correct, "Begin another version", because="Education was there")
            assert page.request.path == f"{MEETING}/minutes/change"

        assert session.scalars(select(PanelMinutes.version).order_by(PanelMinutes.version)).all() == [1, 2]

    def test_a_correction_is_another_version_and_the_first_stays(self, chair, member, drafted):
        chair.send(chair.get(f"{MEETING}/minutes/approve"), "Approve the minutes")
        chair.send(chair.get(f"{MEETING}/minutes/correct"), "Begin another version", because="Education was there")

        assert "Version 1" in main_words(member.get(f"{MEETING}/minutes"))
        chair.send(chair.get(f"{MEETING}/minutes/approve"), "Approve the minutes")
        words = main_words(member.get(f"{MEETING}/minutes"))
        assert "Version 2" in words
        assert "Education was there" in words
        assert "Version 1, approved" in main_words(member.get(f"{MEETING}/minutes?version=1"))

    def test_a_coordinator_drafts_and_does_not_approve(self, coordinator, drafted):
        assert coordinator.get(f"{MEETING}/minutes/change").status_code == 200
        assert coordinator.get(f"{MEETING}/minutes/approve").status_code == 403


def test_an_action_is_open_until_it_is_done(coordinator, member, meeting, case):
    coordinator.send(
        coordinator.get(f"{MEETING}/actions/new"), "Add the action", action="Translate the leaflet",
        owner="Public health", due_on__day="1", due_on__month="1", due_on__year="2014",
    )  # fmt: skip
    words = main_words(member.get("/panels/PAN/actions"))
    assert "Translate the leaflet" in words
    assert "Late" in words
    link = links_of(coordinator.get("/panels/PAN/actions"))["It is done: Translate the leaflet"]
    page = coordinator.send(
        coordinator.get(link),
        "It is done",
        done_on__day="1",
        done_on__month="3",
        done_on__year="2014",
        outcome="Printed",
    )
    assert "must be one that has been" in main_words(page)
    page = coordinator.send(page, "It is done", done_on__month="1")

    assert "No action is open" in main_words(page)
    assert "Printed" in main_words(page)
    assert member.get(link).status_code == 403


def test_an_action_that_was_done_meanwhile_keeps_what_was_said_of_it(session, coordinator, meeting):
    """Two who look after the same action, or one who presses the button twice: what came of it is said once."""
    coordinator.send(
        coordinator.get(f"{MEETING}/actions/new"), "Add the action", action="Translate the leaflet",
        owner="Public health", due_on__day="1", due_on__month="1", due_on__year="2014",
    )  # fmt: skip
    page = coordinator.get(links_of(coordinator.get("/panels/PAN/actions"))["It is done: Translate the leaflet"])
    day = {"done_on__day": "2", "done_on__month": "1", "done_on__year": "2014"}
    coordinator.send(page, "It is done", outcome="Printed", **day)

    second = coordinator.send(page, "It is done", outcome="Not printed", **day)

    assert "The action was done already" in second.text
    assert session.scalars(select(PanelAction.outcome)).all() == ["Printed"]
