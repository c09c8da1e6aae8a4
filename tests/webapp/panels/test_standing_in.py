"""Whoever stands in for the coordinator or chair of a panel does their work on its pages, and the record says so."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.case import CaseEvent
from models.deputyship import Deputyship
from models.panels.panel import DeclaredInterest
from tests.models.panel_stories import THU_13_FEB_2014, THU_30_JAN_2014, noon
from tests.webapp.client import links_of, main_words
from tests.webapp.panels.conftest import MEETING


@pytest.fixture
def away(story):
    """The coordinator of the panel, who has gone away."""
    person = story.a_person("coordinator.of.the.panel", "cdop_coordinator")
    person.name = "Dana Away"
    return person


@pytest.fixture
def doctor(story):
    """The designated doctor, who is a member of the panel as well."""
    person = story.members["designated_doctor"].person
    story.appointed(person, "designated_doctor")
    return person


@pytest.fixture
def meeting(story):
    return story.a_meeting(THU_13_FEB_2014, story.a_death_ready("Child A"))


def stands_in(story, deputy, absent, from_on=THU_30_JAN_2014, days=20):
    span = Deputyship(
        absent_id=absent.id, deputy_id=deputy.id, named_by=absent.id, named_at=noon(THU_30_JAN_2014), from_on=from_on,
        until_on=from_on + timedelta(days=days),
    )  # fmt: skip
    story.session.add(span)
    story.session.flush()
    return span


def interested(story, person, case):
    story.session.add(DeclaredInterest(person_id=person.id, case_id=case.id, declared_at=noon(THU_30_JAN_2014)))
    story.session.flush()


def entries(session, action):
    return session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)).all()


def test_a_coordinator_s_deputy_plans_a_meeting_lists_cases_and_releases_the_pack(as_, story, away, doctor, session):
    stands_in(story, doctor, away)
    case = story.a_death_ready("Child A")
    client = as_(doctor)

    page = client.get("/panels/PAN")
    assert "You stand in for Dana Away as child death coordinator" in main_words(page)
    planned = client.send(
        client.get("/panels/PAN/meetings/new"), "Plan the meeting",
        held_on__day="13", held_on__month="2", held_on__year="2014",
    )  # fmt: skip
    listed = client.send(planned, "for this meeting")
    assert "The case is listed" in main_words(listed)
    released = client.send(client.get(f"{MEETING}/pack/review"), "Release the pack", read="yes")
    assert "The pack is released" in main_words(released)

    event = session.scalars(select(CaseEvent).where(CaseEvent.step == "list_for_panel")).one()
    assert (event.actor_id, event.role, event.on_behalf_of) == (doctor.id, "cdop_coordinator", away.id)
    (entry,) = entries(session, "pack_released")
    assert (entry.person_id, entry.case_id, entry.detail["on_behalf_of"]) == (doctor.id, case.id, away.id)


def test_before_and_after_the_days_and_once_it_is_ended_there_is_nothing_of_it(as_, story, away, doctor, session):
    span = stands_in(story, doctor, away, from_on=date(2014, 1, 31))
    client = as_(doctor)
    assert client.get("/panels/PAN/meetings/new").status_code == 403

    span.from_on = THU_30_JAN_2014
    session.flush()
    assert client.get("/panels/PAN/meetings/new").status_code == 200

    span.ended_at, span.ended_by = noon(THU_30_JAN_2014), away.id
    session.flush()
    assert client.get("/panels/PAN/meetings/new").status_code == 403


def test_a_member_who_stands_in_for_nobody_s_role_reaches_no_more(as_, story, away, member, meeting):
    """A place on a panel shows no deaths, so the roles of its coordinator cannot be lent to it."""
    stands_in(story, story.members["police"].person, away)

    assert member.get("/panels/PAN/meetings/new").status_code == 403
    assert member.get(f"{MEETING}/pack/review").status_code == 403
    assert member.get("/child-deaths/queue").status_code == 403


def test_a_chair_who_stands_in_for_the_coordinator_is_not_shown_who_the_children_are(as_, story, away, meeting):
    chair = story.members["chair"].person
    story.appointed(chair, "cdop_chair")
    stands_in(story, chair, away)
    client = as_(chair)

    page = client.get(MEETING)
    assert "Read over and release the pack" not in links_of(page)
    assert client.get(f"{MEETING}/pack/review").status_code == 403
    assert client.get("/child-deaths/import/").status_code == 403


def test_the_chair_s_deputy_records_the_day_and_is_counted_as_themselves(as_, story, doctor, meeting, clock, session):
    chair = story.members["chair"].person
    story.appointed(chair, "cdop_chair")
    stands_in(story, doctor, chair)
    story.came(meeting, "designated_doctor", "social_care", "police")
    clock.forward(days=14)
    client = as_(doctor)
    reference = meeting.cases[0].case.reference

    page = client.get(f"{MEETING}/cases/{reference}")
    sent = client.held(page, "Record the review only")
    assert sent["chair"] == [str(story.members["designated_doctor"].id)]
    done = client.post(page.request.path, data=sent | {"do": "review"}, follow_redirects=True)
    assert "The panel’s review is recorded" in main_words(done)

    event = session.scalars(select(CaseEvent).where(CaseEvent.step == "review_at_panel")).one()
    assert (event.role, event.actor_id, event.on_behalf_of) == ("cdop_chair", doctor.id, chair.id)
    assert event.answers["chaired_by"] == "designated_doctor"
    assert "Chair" not in event.answers["roles_present"]


def test_a_deputy_s_own_interest_withholds_and_so_does_that_of_whoever_is_away(as_, story, away, doctor, meeting):
    stands_in(story, doctor, away)
    client, case = as_(doctor), meeting.cases[0].case
    at_the_chair = f"{MEETING}/cases/{case.reference}/chair"
    assert client.get(at_the_chair).status_code == 200

    interested(story, away, case)
    assert client.get(at_the_chair).status_code == 404
    assert case.pseudonym in main_words(client.get(MEETING))

    interested(story, doctor, case)
    assert client.get(at_the_chair).status_code == 404
    assert case.pseudonym not in main_words(client.get(MEETING))


def test_the_chair_s_deputy_approves_the_minutes_and_the_audit_says_for_whom(as_, story, doctor, meeting, session):
    chair = story.members["chair"].person
    story.appointed(chair, "cdop_chair")
    stands_in(story, doctor, chair)
    client = as_(doctor)
    client.send(client.send(client.get(f"{MEETING}/minutes"), "Draft the minutes"), "Keep the draft")

    page = client.send(client.get(f"{MEETING}/minutes/approve"), "Approve")

    assert "approved and locked" in main_words(page)
    (entry,) = entries(session, "minutes_approved")
    assert (entry.person_id, entry.detail["on_behalf_of"]) == (doctor.id, chair.id)
