"""Who is reminded of an action is chosen with it, sees it among what waits for them, and may say that it is done."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import sessionmaker

from models.audit import AuditEntry
from models.delivery import Delivery
from models.panels.actions import add_action
from models.panels.panel import DeclaredInterest, PanelAction
from notifications.addressing import address_waiting
from notifications.duties import sweep_duties
from tests.models.panel_stories import THU_13_FEB_2014, THU_30_JAN_2014, noon
from tests.webapp.client import links_of, main_words
from tests.webapp.panels.conftest import MEETING
from workflows.calendar import england

TUE_4_FEB = date(2014, 2, 4)


@pytest.fixture
def meeting(story):
    return story.a_meeting(THU_13_FEB_2014, story.a_death_ready("Child A"))


@pytest.fixture
def action(story, meeting):
    return add_action(
        story.session, meeting, case_id=meeting.cases[0].case_id, action="Translate the leaflet", owner="Lead nurse",
        due_on=TUE_4_FEB, person_id=story.members["chair"].person_id, now=noon(THU_30_JAN_2014),
        hears=story.members["police"].person,
    )  # fmt: skip


def swept(session, day=datetime(2014, 1, 30, 15, tzinfo=UTC)):
    sessions = sessionmaker(session.connection(), join_transaction_mode="create_savepoint")
    sweep_duties(sessions, day, england())
    address_waiting(sessions, day, england())
    session.expire_all()


def test_somebody_is_chosen_to_be_reminded(coordinator, member, story, meeting, session):
    page = coordinator.get(f"{MEETING}/actions/new")
    police = story.members["police"].person

    done = coordinator.send(
        page, "Add the action", action="Translate the leaflet", owner="Lead nurse", hears=str(police.public_id),
        due_on__day="4", due_on__month="2", due_on__year="2014",
    )  # fmt: skip

    assert "The action is noted" in main_words(done)
    assert session.scalars(select(PanelAction.owner_person_id)).one() == police.id
    assert f"{police.name} is reminded" in main_words(coordinator.get("/panels/PAN/actions"))
    worklist = main_words(member.get("/worklist/"))
    assert "Asked of you by a panel" in worklist
    assert "Do what the panel decided Translate the leaflet" in worklist


def test_whoever_is_reminded_says_that_it_is_done(member, action, story, session):
    page = member.get("/account/actions")
    link = links_of(page)["It is done: Translate the leaflet"]

    later = member.send(
        member.get(link), "It is done", done_on__day="1", done_on__month="3", done_on__year="2014", outcome="Printed"
    )
    assert "The day must be one that has been" in main_words(later)
    done = member.send(
        member.get(link), "It is done", done_on__day="29", done_on__month="1", done_on__year="2014", outcome="Printed"
    )

    assert "No action waits for you" in main_words(done)
    assert "Printed" in main_words(done)
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "action_done"))
    assert entry.person_id == story.members["police"].person_id
    assert "The action was done already" in member.get(link, follow_redirects=True).text


def test_nobody_else_finds_it_there_and_an_interest_takes_it_away(as_, member, action, story, session):
    education = as_(story.members["education"].person)
    assert "No action waits for you" in main_words(education.get("/account/actions"))
    assert education.get(f"/account/actions/{action.id}/done").status_code == 404

    police = story.members["police"].person
    session.add(DeclaredInterest(person_id=police.id, case_id=action.case_id, declared_at=noon(THU_30_JAN_2014)))
    session.flush()
    assert "No action waits for you" in main_words(member.get("/account/actions"))
    assert member.get(f"/account/actions/{action.id}/done").status_code == 404
    assert "Translate" not in main_words(member.get("/worklist/"))


def test_what_was_said_is_in_my_messages_and_in_the_ledger_of_the_panel(coordinator, member, action, session):
    swept(session)

    mine = member.get("/messages/")
    assert "PAN panel Do what the panel decided" in main_words(mine)
    assert "Translate" not in main_words(mine)
    assert links_of(mine)["PAN panel"] == "/account/actions"
    ledger = main_words(coordinator.get("/panels/PAN/reminders"))
    assert "Do what the panel decided: 5 working days before Translate the leaflet Whoever sees to it" in ledger
    assert "What comes next" in ledger
    assert member.get("/panels/PAN/reminders").status_code == 403


def test_a_message_about_a_duty_that_failed_is_decided_on_by_the_coordinator_of_the_panel(
    as_, story, coordinator, action, session
):
    swept(session)
    failed = {"outcome": "failed", "settled_at": noon(THU_30_JAN_2014), "because": "The address is not known"}
    police = story.members["police"].person_id
    session.execute(update(Delivery).where(Delivery.person_id == police).values(**failed))

    page = coordinator.get("/messages/failed")
    assert "What a panel owes" in main_words(page)
    assert "It will be sent again" in main_words(coordinator.send(page, "Send it again"))
    elsewhere = story.a_person("elsewhere", "cdop_coordinator", on=story.board)
    assert "What a panel owes" not in main_words(as_(elsewhere).get("/messages/failed"))
