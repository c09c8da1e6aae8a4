"""Who is reminded of an action is chosen with it, sees it among what waits for them, and may say that it is done."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import sessionmaker

from models.audit import AuditEntry
from models.delivery import Delivery
from models.panels.actions import add_action, finish_action
from models.panels.packs import has_considered_now, release_pack
from models.panels.panel import DeclaredInterest, PanelAction
from models.reminder import LadderHearer, ReminderBasis
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
    assert links_of(mine)["PAN panel"] == f"/account/asked/action/{action.id}"
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


def test_the_ledger_of_a_person_tells_of_cases_and_panels_in_one_list(coordinator, member, action, story, session):
    swept(session)
    police = story.members["police"].person

    mine = main_words(member.get("/account/reminders"))
    assert "PAN panel" in mine
    assert "Do what the panel decided: 5 working days before Translate the leaflet Whoever sees to it" in mine
    theirs = main_words(coordinator.get(f"/reminders/people/{police.public_id}"))
    assert "Do what the panel decided: 5 working days before Translate the leaflet" in theirs


def test_somebody_elsewhere_reads_nothing_of_the_panel_in_the_ledger_of_a_person(as_, action, story, session):
    swept(session)
    police = story.members["police"].person
    manager = story.a_person("manager", "business_manager", on=story.board)

    assert "PAN panel" not in main_words(as_(manager).get(f"/reminders/people/{police.public_id}"))


def test_what_is_withheld_is_in_nobody_s_ledger_of_a_person(as_, coordinator, member, action, story, session):
    swept(session)
    police = story.members["police"].person
    session.add(DeclaredInterest(person_id=police.id, case_id=action.case_id, declared_at=noon(THU_30_JAN_2014)))
    session.flush()

    assert "Translate" not in main_words(member.get("/account/reminders"))
    assert "Translate" in main_words(coordinator.get(f"/reminders/people/{police.public_id}"))


def test_why_somebody_did_not_hear_of_what_a_panel_owes_is_in_their_ledger(member, action, story, session):
    session.add(ReminderBasis(id=1, basis="as it was", began_on=date(2014, 1, 2)))
    told = {"outcome": "Printed", "person_id": story.members["chair"].person_id, "now": noon(TUE_4_FEB)}
    finish_action(session, action, done_on=date(2014, 1, 31), **told)
    swept(session, datetime(2014, 2, 6, 15, tzinfo=UTC))

    page = main_words(member.get("/account/reminders"))

    assert "Why did I not get it?" in page
    assert "Do what the panel decided: on the day Translate the leaflet" in page
    assert "Not sent: it had been done by 31 January 2014" in page


def test_whoever_is_reminded_puts_it_off_and_says_that_they_have_seen_it(as_, member, action, story, clock):
    page = member.get(links_of(member.get("/account/actions"))["Reminders: Translate the leaflet"])
    assert "I have seen this" not in main_words(page), "it is not late yet"
    later = member.get(links_of(page)["Remind me later: Do what the panel decided"])

    refused = member.send(
        later, "Remind me later", until_on__day="1", until_on__month="3", until_on__year="2015", reason="Printing"
    )
    assert "The day must be on or before" in main_words(refused)
    done = member.send(
        later, "Remind me later", until_on__day="10", until_on__month="2", until_on__year="2014", reason="Printing"
    )
    assert "Put off until 10 February 2014" in main_words(done)
    assert "11 February 2014: whoever sees to it" in main_words(done)

    clock.moment = datetime(2014, 2, 12, 15, tzinfo=UTC)
    again = as_(story.members["police"].person)
    seen = again.send(again.get(f"/account/asked/action/{action.id}"), "I have seen this: Do what the panel decided")
    assert "It is recorded that you have seen it" in main_words(seen)
    assert "Seen by" in main_words(seen)


def test_who_runs_the_panel_answers_for_what_it_owes_and_nobody_else_finds_it(
    as_, coordinator, chair, action, meeting, story
):
    owed = links_of(coordinator.get("/panels/PAN/reminders"))
    pack = "Seen, or remind me later: Read over and release the pack, Meeting of 13 February 2014"
    assert coordinator.get(owed[pack]).status_code == 200
    assert chair.get(f"/account/asked/action/{action.id}").status_code == 200

    education = as_(story.members["education"].person)
    for address in (owed[pack], f"/account/asked/action/{action.id}", "/account/asked/unknown/1"):
        assert education.get(address).status_code == 404


ACTIONS, PACKS, READING = (f"/reminders/ladders/PAN/panel_duties/{kind}" for kind in ("action", "pack", "reading"))


def test_the_coordinator_chooses_who_hears_of_what_the_panel_owes(coordinator, meeting, session):
    page = coordinator.get(ACTIONS)
    assert "Usually whoever sees to it. Whoever sees to it stays, because it is theirs to do" in main_words(page)

    done = coordinator.send(page, "Save", ahead_hears=["owner", "cdop_chair"])

    assert "5 working days before Whoever sees to it and chair of the child death overview panel" in main_words(done)
    ledger = main_words(coordinator.get("/panels/PAN/reminders"))
    assert "5 working days before Whoever sees to it and Chair of the child death overview panel" in ledger
    (detail,) = session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "ladder_adjusted"))
    assert (detail["clock"], detail["rung"], detail["hears"]) == ("action", "ahead", "owner cdop_chair")


@pytest.mark.parametrize(
    ("ladder", "chosen", "words"),
    [
        (PACKS, {"due_hears": []}, "Choose at least one role"),
        (PACKS, {"due_hears": ["designated_doctor"]}, "must be among the answers offered"),
        (ACTIONS, {"overdue_hears": ["cdop_coordinator"]}, "Choose whoever sees to it as well: it is theirs to do"),
        (READING, {"due_hears": ["cdop_chair"]}, "Choose panel member as well: it is theirs to do"),
    ],
)
def test_who_may_not_be_chosen_or_left_out_is_refused_in_words(coordinator, meeting, session, ladder, chosen, words):
    page = coordinator.send(coordinator.get(ladder), "Save", **chosen)

    assert page.status_code == 422
    assert words in main_words(page)
    assert not session.scalars(select(LadderHearer)).all()


def test_the_ledger_of_the_panel_says_which_member_has_not_said_whether_they_have_an_interest(
    coordinator, meeting, story, session
):
    release_pack(session, meeting, person_id=story.members["chair"].person_id, now=noon(THU_30_JAN_2014))
    has_considered_now(session, meeting, story.members["police"].person_id, noon(THU_30_JAN_2014))
    session.expire_all()
    swept(session, datetime(2014, 2, 13, 9, tzinfo=UTC))

    ledger = main_words(coordinator.get("/panels/PAN/reminders"))

    not_read = "A member has not said whether they have an interest: it goes up 1 working day after"
    education, police = (story.members[role].person.name for role in ("education", "police"))
    assert f"{not_read} Meeting of 13 February 2014, {education} Child death coordinator" in ledger
    assert f"Meeting of 13 February 2014, {police}" not in ledger
    messages = main_words(coordinator.get("/messages/"))
    assert f"A member has not said whether they have an interest: {education}" in messages
    assert f"interest: {police}" not in messages


def test_nobody_else_chooses_who_hears_of_what_a_panel_owes(chair, member, meeting):
    assert [each.get(PACKS).status_code for each in (chair, member)] == [403, 403]


def test_the_coordinator_moves_the_days_of_the_panel_s_ladders(coordinator, meeting, story):
    page = coordinator.get("/reminders/ladders/PAN")
    assert "What a panel owes" in main_words(page)

    change = coordinator.get(links_of(page)["Change this ladder: Do what the panel decided, What a panel owes"])
    done = coordinator.send(change, "Save", ahead="7")

    assert "The ladder has been changed" in main_words(done)
    assert "7 working days before" in main_words(coordinator.get("/panels/PAN/reminders"))
