"""What a panel owes and no case does: said once, to who sees to it, while it is so, in words that tell nothing."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.agency import Agency
from models.delivery import Delivery
from models.outbox import OutboxMessage
from models.panels.actions import finish_action
from models.panels.duties import TITLES, DutyReminder
from models.panels.minutes import approve_minutes, begin_minutes
from models.panels.packs import has_considered_now, release_pack
from models.people import Appointment
from models.queries.diary import diary
from notifications.addressing import address_again
from notifications.composing import Desk, item_of
from notifications.duty_ladders import DUTY_LADDERS
from notifications.duty_ledger import ahead, duty_ledger
from notifications.facts import Site
from notifications.recipients import may_still_receive, recipients_of
from notifications.truth import why_not_true
from notifications.wording import letter
from tests.models.panel_stories import THU_13_FEB_2014, THU_30_JAN_2014
from tests.notifications.secretariat import (
    FRI_14_FEB,
    FRI_31_JAN,
    SECRET,
    THU_6_FEB,
    THU_20_FEB,
    THU_27_FEB,
    TUE_4_FEB,
    WED_12_FEB,
    Secretariat,
    noon,
)
from workflows.calendar import england


@pytest.fixture
def panel(session):
    return Secretariat(session)


OF_AN_ACTION = [
    ("ahead", "owner", "told"), ("due", "owner", "told"), ("overdue", "owner", "told"),
    ("overdue", "cdop_coordinator", "told"), ("goes_up_1", "cdop_chair", "told"),
]  # fmt: skip


def test_an_action_is_said_before_at_and_after_its_day_and_goes_up_each_once_however_often_it_is_swept(panel):
    panel.action(hears=panel.police)

    days = {}
    for number in range(40):
        day = THU_30_JAN_2014 + timedelta(days=number)
        days[day] = panel.sweep(day)
        assert panel.sweep(day) == 0

    assert {day: found for day, found in days.items() if found} == {
        THU_6_FEB: 1, THU_13_FEB_2014: 1, FRI_14_FEB: 2, THU_20_FEB: 1,
    }  # fmt: skip
    assert panel.said() == OF_AN_ACTION
    assert panel.heard_by(THU_20_FEB) == [
        [panel.police.id], [panel.police.id], [panel.police.id], [panel.coordinator.id], [panel.chair.id],
    ]  # fmt: skip


def test_after_an_outage_each_role_hears_the_latest_once_and_that_it_is_late(panel):
    panel.action(hears=panel.police)

    panel.sweep(THU_27_FEB)

    assert panel.said() == [
        ("ahead", "owner", "overtaken"), ("due", "owner", "overtaken"), ("overdue", "owner", "told"),
        ("overdue", "cdop_coordinator", "told"), ("goes_up_1", "cdop_chair", "told"),
    ]  # fmt: skip
    assert {each.late for each in panel.session.scalars(select(DutyReminder).filter_by(outcome="told"))} == {True}


def test_what_was_done_before_anybody_swept_is_recorded_as_no_longer_true(panel):
    action = panel.action(hears=panel.police)
    told = {"done_on": WED_12_FEB, "outcome": "Done", "person_id": panel.police.id, "now": noon(WED_12_FEB)}
    finish_action(panel.session, action, **told)

    panel.sweep(THU_20_FEB)

    assert panel.said() == [("ahead", "owner", "no_longer_true")]
    assert panel.messages() == []


def test_what_is_done_after_it_was_recorded_is_not_sent(panel):
    action = panel.action(hears=panel.police)
    panel.sweep(THU_6_FEB)
    (message,) = panel.messages()
    assert why_not_true(panel.session, message, noon(THU_6_FEB)) is None

    finish_action(
        panel.session, action, done_on=THU_6_FEB, outcome="Done", person_id=panel.police.id, now=noon(THU_6_FEB)
    )

    panel.address(THU_6_FEB)
    assert message.outcome == "suppressed"
    assert message.last_error == "It had been done by 6 February 2014"


def test_an_action_nobody_was_named_for_is_the_coordinator_s(panel):
    panel.action()

    panel.sweep(THU_6_FEB)

    assert panel.heard_by(THU_6_FEB) == [[panel.coordinator.id]]
    assert panel.waits_for(panel.coordinator, THU_6_FEB) == [("action", THU_13_FEB_2014)]


def test_an_agency_s_leads_hear_of_its_actions_and_for_one_who_is_away_somebody_of_the_agency(panel):
    agency = panel._added(Agency(board=panel.board, name="School"))
    lead, member, stranger = (panel.a_person(name) for name in ("lead", "member", "stranger"))
    for person, role in ((lead, "agency_lead"), (member, "board_member")):
        panel._added(
            Appointment(person=person, role=role, board=panel.board, agency_id=agency.id, from_on=date(2010, 1, 1))
        )
    panel.action(hears=agency)
    panel.sweep(THU_6_FEB)
    assert panel.heard_by(THU_6_FEB) == [[lead.id]]

    panel.stands_in(stranger, lead)
    assert panel.heard_by(THU_6_FEB) == [[lead.id]]

    second = panel.a_person("second")
    panel._added(
        Appointment(person=second, role="agency_lead", board=panel.board, agency_id=agency.id, from_on=date(2010, 1, 1))
    )
    panel.stands_in(member, second)
    assert panel.heard_by(THU_6_FEB) == [[lead.id, member.id]]
    assert panel.waits_for(member, THU_6_FEB) == [("action", THU_13_FEB_2014)]


def test_whoever_stands_in_for_the_owner_hears_if_the_panel_is_their_business(panel):
    panel.action(hears=panel.police)
    panel.sweep(THU_6_FEB)
    doctor, stranger = panel.members["designated_doctor"].person, panel.a_person("stranger")

    panel.stands_in(doctor, panel.police)
    assert panel.heard_by(THU_6_FEB) == [[doctor.id]]
    assert panel.waits_for(doctor, THU_6_FEB) == [("action", THU_13_FEB_2014)]

    panel.stands_in(stranger, panel.coordinator)
    assert panel.waits_for(stranger, THU_6_FEB) == []


def test_whoever_stands_in_hears_nothing_once_their_account_is_closed(panel):
    panel.action(hears=panel.police)
    panel.action()
    panel.sweep(THU_6_FEB)
    other = panel.a_person("other", "cdop_coordinator")
    panel.stands_in(other, panel.police)
    panel.stands_in(other, panel.coordinator)
    assert panel.heard_by(THU_6_FEB) == [[other.id], [other.id]]

    other.active = False
    panel.session.flush()

    assert panel.heard_by(THU_6_FEB) == [[panel.police.id], [panel.coordinator.id]]


def test_whoever_stands_in_after_it_was_addressed_is_told_instead_of_whoever_the_action_names(panel):
    panel.action(hears=panel.police)
    panel.sweep(THU_6_FEB)
    panel.address(THU_6_FEB)
    (message,) = panel.messages()
    doctor = panel.members["designated_doctor"].person
    panel.stands_in(doctor, panel.police)

    because = may_still_receive(panel.session, panel.police.id, message, noon(THU_6_FEB))
    address_again(panel.session, message, noon(THU_6_FEB))
    panel.session.flush()
    panel.address(THU_6_FEB)

    assert because == "It is not for this person any more, or somebody stands in"
    told = panel.session.scalars(select(Delivery).order_by(Delivery.person_id)).all()
    assert {each.person_id for each in told} == {panel.police.id, doctor.id}


def test_nobody_hears_of_an_action_about_a_case_in_which_they_have_an_interest(panel):
    case = panel.a_death_ready("Child A")
    panel.action(hears=panel.police, case=case)
    panel.sweep(THU_6_FEB)
    assert panel.heard_by(THU_6_FEB) == [[panel.police.id]]

    panel.interested(panel.police, case)
    assert panel.heard_by(THU_6_FEB) == [[panel.coordinator.id]]
    assert panel.waits_for(panel.police, THU_6_FEB) == []
    assert duty_ledger(panel.session, panel.panel.board_id, panel.police.id) == []


def test_a_message_names_the_panel_the_duty_and_the_day_and_nothing_somebody_wrote(panel):
    action = panel.action(hears=panel.police)
    panel.sweep(FRI_14_FEB)
    panel.address(FRI_14_FEB)
    site, session = Site("https://reviews.example.org"), panel.session
    delivery = session.scalars(select(Delivery).where(Delivery.person_id == panel.police.id)).one()
    message = session.get_one(OutboxMessage, delivery.message_id)

    words = letter([item_of(session, delivery, message, Desk(site, england(), noon(FRI_14_FEB)))], site)

    assert words.subject == "PAN panel: Do what the panel decided, 1 day late"
    assert f"https://reviews.example.org/account/asked/action/{action.id}" in words.text
    for private in (SECRET, "Nowhere", "safeguarding head", "Police", "Invented"):
        assert private not in words.subject + words.text


class TestMeetings:
    def test_a_pack_is_to_be_released_five_working_days_before_and_goes_up(self, panel):
        meeting = panel.a_meeting(THU_13_FEB_2014, panel.a_death_ready("Child A"))
        panel.sweep(THU_6_FEB)
        assert panel.said() == [("due", "cdop_coordinator", "told")]
        assert panel.waits_for(panel.coordinator, THU_6_FEB) == [("pack", THU_6_FEB)]

        release_pack(panel.session, meeting, person_id=panel.coordinator.id, now=noon(THU_6_FEB))

        assert why_not_true(panel.session, panel.messages()[0], noon(THU_6_FEB)) == "The pack was released"
        assert panel.waits_for(panel.coordinator, THU_6_FEB) == []

    def test_a_meeting_without_cases_owes_nothing(self, panel):
        panel.a_meeting(THU_13_FEB_2014)

        assert panel.sweep(WED_12_FEB) == 0

    def test_members_are_reminded_of_a_pack_until_they_have_looked_at_what_is_listed(self, panel):
        meeting = panel.a_meeting(THU_13_FEB_2014, panel.a_death_ready("Child A"))
        release_pack(panel.session, meeting, person_id=panel.coordinator.id, now=noon(FRI_31_JAN))
        has_considered_now(panel.session, meeting, panel.police.id, noon(TUE_4_FEB))
        panel.session.expire_all()

        panel.sweep(WED_12_FEB)

        heard = {person_id for each in panel.heard_by(WED_12_FEB) for person_id in each}
        assert heard == {each.person_id for each in panel.members.values()} - {panel.police.id}
        assert panel.waits_for(panel.police, WED_12_FEB) == []
        assert ("reading", WED_12_FEB) in panel.waits_for(panel.members["education"].person, WED_12_FEB)

    @pytest.mark.parametrize("day", [THU_6_FEB, WED_12_FEB])
    def test_of_a_meeting_from_which_every_case_was_taken_off_nothing_more_is_sent(self, panel, day):
        meeting = panel.a_meeting(THU_13_FEB_2014, panel.a_death_ready("Child A"))
        if day == WED_12_FEB:
            release_pack(panel.session, meeting, person_id=panel.coordinator.id, now=noon(FRI_31_JAN))
        panel.sweep(day)
        said = panel.messages()

        for listed in list(meeting.cases):
            panel.session.delete(listed)
        panel.session.flush()
        panel.session.expire_all()

        assert said
        whys = {why_not_true(panel.session, each, noon(day)) for each in said}
        assert whys == {"Nothing is listed for the meeting any more"}

    def test_minutes_are_to_be_approved_within_ten_working_days(self, panel):
        meeting = panel.a_meeting(THU_13_FEB_2014, panel.a_death_ready("Child A"))
        panel.sweep(THU_27_FEB)
        assert panel.said(kind="minutes", outcome="told") == [
            ("due", "cdop_coordinator", "told"), ("due", "cdop_chair", "told"),
        ]  # fmt: skip
        assert panel.waits_for(panel.chair, THU_27_FEB) == [("minutes", THU_27_FEB)]

        minutes = begin_minutes(panel.session, meeting, person_id=panel.coordinator.id, now=noon(THU_27_FEB))
        approve_minutes(panel.session, meeting, minutes, person_id=panel.chair.id, now=noon(THU_27_FEB))
        assert panel.waits_for(panel.chair, THU_27_FEB) == []
        assert panel.sweep(THU_27_FEB + timedelta(days=30)) == 0

    def test_the_chair_s_deputy_hears_instead(self, panel):
        panel.a_meeting(THU_13_FEB_2014, panel.a_death_ready("Child A"))
        doctor = panel.members["designated_doctor"].person
        panel.appointed(doctor, "designated_doctor")
        panel.stands_in(doctor, panel.chair)

        panel.sweep(THU_27_FEB)

        assert panel.heard_by(THU_27_FEB)[-1] == [doctor.id]
        assert panel.waits_for(doctor, THU_27_FEB) == [("minutes", THU_27_FEB)]


def test_whoever_is_reminded_finds_it_among_what_waits_for_them_and_in_their_calendar(panel):
    meeting = panel.a_meeting(THU_13_FEB_2014, panel.a_death_ready("Child A"))
    panel.action(hears=panel.police)
    panel.action(due_on=THU_6_FEB)
    doctor = panel.members["designated_doctor"].person
    panel.appointed(doctor, "designated_doctor")
    panel.stands_in(doctor, panel.coordinator)
    release_pack(panel.session, meeting, person_id=doctor.id, now=noon(FRI_31_JAN))

    panel.sweep(WED_12_FEB)

    people = {each.id: each for each in (panel.coordinator, panel.chair, *(m.person for m in panel.members.values()))}
    checked = 0
    for message in panel.messages():
        reminder = panel.session.get_one(DutyReminder, message.payload["duty"])
        if reminder.escalated or (reminder.role == "cdop_coordinator" and reminder.rung == "overdue"):
            continue
        for each in recipients_of(panel.session, message, noon(WED_12_FEB)):
            person = people[each.person_id]
            assert (reminder.kind, reminder.due_on) in panel.waits_for(person, WED_12_FEB)
            entries = {(entry.day, entry.title) for entry in diary(panel.session, person, WED_12_FEB)}
            assert (reminder.due_on, f"Panel: {TITLES[reminder.kind]}") in entries
            checked += 1
    assert checked >= 6


def test_the_ledger_says_what_was_said_and_what_comes_next(panel):
    panel.action(hears=panel.police)
    panel.sweep(THU_6_FEB)
    panel.address(THU_6_FEB)

    (line,) = duty_ledger(panel.session, panel.panel.board_id, panel.coordinator.id)
    assert (line.reminder.rung, [each.name for each in line.sent]) == ("ahead", [panel.police.name])
    comes_next = ahead(panel.session, panel.panel.board_id, THU_6_FEB, england())
    assert [(each.kind, each.threshold.falls_on) for each in comes_next][:2] == [
        ("action", THU_13_FEB_2014), ("action", FRI_14_FEB),
    ]  # fmt: skip


def test_every_ladder_says_where_it_is_from():
    assert all("Local default" in ladder.source for ladder in DUTY_LADDERS.values())
