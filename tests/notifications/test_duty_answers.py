"""What a panel owes can be seen and put off as a date of a case can; a panel moves the days of its ladders (ADR 77)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.delivery import Delivery
from models.panels.actions import finish_action
from models.panels.duties import DutyAnswer, DutyReminder
from models.panels.packs import release_pack
from models.panels.panel import PanelAction
from notifications.adjusting import NotWithinBounds, Place, Wanted, adjust, as_looked_at
from notifications.answering import NotAnswered
from notifications.composing import Desk, item_of
from notifications.duties import duty_ladders
from notifications.duty_ladders import PANEL_DUTIES
from notifications.duty_ledger import ahead, entry_of
from notifications.facts import Site
from notifications.recipients import recipients_of
from notifications.thresholds import SEEN_FOR
from notifications.truth import why_it_waits, why_not_true
from tests.models.panel_stories import THU_13_FEB_2014
from tests.notifications.secretariat import (
    FRI_14_FEB,
    FRI_31_JAN,
    THU_6_FEB,
    THU_20_FEB,
    THU_27_FEB,
    WED_12_FEB,
    Secretariat,
    noon,
)
from workflows.calendar import england

FRI_7_FEB = date(2014, 2, 7)
MON_17_FEB, TUE_18_FEB, WED_19_FEB = date(2014, 2, 17), date(2014, 2, 18), date(2014, 2, 19)

DESK = Desk(Site("https://reviews.example.org"), england(), noon(FRI_7_FEB))


@pytest.fixture
def panel(session):
    return Secretariat(session)


def swept_daily(panel, first, last):
    """Return on which day which rungs were told to which role."""
    for number in range((last - first).days + 1):
        panel.sweep(first + timedelta(days=number))
    told = select(DutyReminder).where(DutyReminder.outcome == "told").order_by(DutyReminder.id)
    return [(each.falls_on, each.rung, each.role) for each in panel.session.scalars(told)]


def test_what_is_late_and_was_seen_goes_up_only_when_that_has_ended(panel):
    action = panel.action(hears=panel.police)
    panel.sweep(FRI_14_FEB)

    panel.answers(panel.police, FRI_14_FEB, "action", action).seen()

    held_back_until = england().add_working_days(FRI_14_FEB, SEEN_FOR)
    told = swept_daily(panel, MON_17_FEB, held_back_until + timedelta(days=3))
    assert told[-1] == (held_back_until + timedelta(days=1), "goes_up_1", "cdop_chair")
    assert [each for each in told if each[1] == "goes_up_1"] == [told[-1]]


def test_what_has_gone_up_and_is_seen_before_it_is_sent_waits_as_a_date_of_a_case_does(panel):
    """ADR 79: it is not dropped, and goes up after all when that has ended."""
    action = panel.action(hears=panel.police)
    panel.sweep(THU_20_FEB)
    up = panel.messages()[-1]
    assert why_it_waits(panel.session, up, noon(THU_20_FEB), england()) is None

    panel.answers(panel.coordinator, THU_20_FEB, "action", action).seen()
    panel.session.flush()

    wait = why_it_waits(panel.session, up, noon(THU_20_FEB), england())
    assert wait is not None
    assert wait.because == ("Seen by the child death coordinator on 20 February 2014, so it waits until 6 March 2014")
    assert why_not_true(panel.session, up, noon(THU_20_FEB)) is None
    assert why_it_waits(panel.session, up, noon(date(2014, 3, 7)), england()) is None


def test_reminders_put_off_come_again_after_the_day_and_only_for_that_role(panel):
    action = panel.action(hears=panel.police)
    panel.sweep(THU_6_FEB)

    panel.answers(panel.police, THU_6_FEB, "action", action).put_off(TUE_18_FEB, "It is being printed", england())

    told = swept_daily(panel, THU_6_FEB, WED_19_FEB)
    assert told == [
        (THU_6_FEB, "ahead", "owner"), (FRI_14_FEB, "overdue", "cdop_coordinator"),
        (WED_19_FEB, "again_20140219", "owner"),
    ]  # fmt: skip
    assert panel.said(rung="due") == [("due", "owner", "overtaken")]


def test_a_message_waiting_to_be_sent_is_held_back_by_putting_it_off(panel):
    action = panel.action(hears=panel.police)
    panel.sweep(THU_6_FEB)
    (message,) = panel.messages()

    panel.answers(panel.police, THU_6_FEB, "action", action).put_off(WED_12_FEB, "It is with the printer", england())
    panel.session.flush()

    assert (
        why_not_true(panel.session, message, noon(THU_6_FEB)) == "Put off by whoever sees to it until 12 February 2014"
    )


def test_when_it_is_done_nothing_comes_again(panel):
    action = panel.action(hears=panel.police)
    panel.sweep(THU_6_FEB)
    panel.answers(panel.police, THU_6_FEB, "action", action).put_off(WED_12_FEB, "It is with the printer", england())
    finish_action(
        panel.session, action, done_on=THU_6_FEB, outcome="Done", person_id=panel.police.id, now=noon(THU_6_FEB)
    )

    assert swept_daily(panel, THU_6_FEB, THU_27_FEB) == [(THU_6_FEB, "ahead", "owner")]
    assert panel.answers(panel.police, THU_27_FEB, "action", action).about.due_days is None


def test_what_is_not_late_cannot_be_seen_and_nothing_is_put_off_for_long_or_without_a_reason(panel):
    action = panel.action(hears=panel.police)
    answering = panel.answers(panel.police, THU_6_FEB, "action", action)

    for refused in (
        answering.seen,
        lambda: answering.put_off(WED_12_FEB, " ", england()),
        lambda: answering.put_off(THU_6_FEB, "Why", england()),
        lambda: answering.put_off(england().add_working_days(THU_6_FEB, 21), "Why", england()),
    ):
        with pytest.raises(NotAnswered):
            refused()


def test_an_answer_is_in_the_ledger_of_the_duty_and_in_the_audit(panel):
    action = panel.action(hears=panel.police)
    panel.sweep(THU_6_FEB)
    answering = panel.answers(panel.police, THU_6_FEB, "action", action)
    answering.put_off(WED_12_FEB, "It is with the printer", england())
    panel.session.flush()

    entry = entry_of(panel.session, answering.about.duty, THU_6_FEB, england())

    (given,) = entry.answers
    assert (given.name, given.answer.role, given.answer.reason) == (
        panel.police.name,
        "owner",
        "It is with the printer",
    )
    assert [line.reminder.rung for line in entry.lines] == ["ahead"]
    assert (entry.ahead[0].falls_on, entry.ahead[0].role) == (THU_13_FEB_2014, "owner")
    audited = panel.session.scalars(select(AuditEntry).where(AuditEntry.action == "reminder_put_off")).one()
    assert audited.detail == {"duty": "action", "until": "2014-02-12"}


def test_a_member_answers_for_their_own_pack_alone(panel):
    meeting = panel.a_meeting(THU_13_FEB_2014, panel.a_death_ready("Child A"))
    release_pack(panel.session, meeting, person_id=panel.coordinator.id, now=noon(FRI_31_JAN))
    education = panel.members["education"].person

    panel.answers(panel.police, THU_6_FEB, "reading", meeting).put_off(WED_12_FEB, "I read it on Tuesday", england())
    told = swept_daily(panel, THU_6_FEB, WED_12_FEB)

    assert panel.answers(panel.coordinator, THU_6_FEB, "reading", meeting) is None
    of_reading = select(DutyReminder.person_id, DutyReminder.rung).where(
        DutyReminder.kind == "reading", DutyReminder.outcome == "told"
    )
    rungs: dict[int, list[str]] = {}
    for person_id, rung in panel.session.execute(of_reading.order_by(DutyReminder.id)):
        rungs.setdefault(person_id, []).append(rung)
    assert panel.police.id not in rungs
    assert rungs[education.id] == ["ahead", "due"]
    assert told


def test_on_the_day_of_the_meeting_the_coordinator_hears_that_members_have_not_said_whether_they_have_an_interest(
    panel,
):
    meeting = panel.a_meeting(THU_13_FEB_2014, panel.a_death_ready("Child A"))
    release_pack(panel.session, meeting, person_id=panel.coordinator.id, now=noon(FRI_31_JAN))

    panel.sweep(THU_13_FEB_2014)

    up = [each for each in panel.messages() if each.recipient_role == "cdop_coordinator"]
    up = [each for each in up if panel.session.get_one(DutyReminder, each.payload["duty"]).kind == "reading"]
    assert len(up) == len(panel.members)
    heard = [recipients_of(panel.session, each, noon(THU_13_FEB_2014)) for each in up]
    assert {each.person_id for found in heard for each in found} == {panel.coordinator.id}


def test_who_has_nothing_to_do_with_it_or_an_interest_answers_nothing(panel):
    case = panel.a_death_ready("Child A")
    action = panel.action(hears=panel.police, case=case)
    stranger = panel.a_person("stranger")
    assert panel.answers(stranger, THU_6_FEB, "action", action) is None
    assert panel.answers(panel.members["education"].person, THU_6_FEB, "action", action) is None

    panel.interested(panel.police, case)
    assert panel.answers(panel.police, THU_6_FEB, "action", action) is None
    assert panel.session.scalars(select(DutyAnswer)).all() == []


class TestLadders:
    def move(self, panel, kind, **days):
        return self.change(panel, kind, Wanted(days=days), FRI_31_JAN)

    def choose(self, panel, kind, on=FRI_31_JAN, **hears):
        return self.change(panel, kind, Wanted(hears=hears), on)

    def change(self, panel, kind, wanted, on):
        place = Place(panel.panel.board, PANEL_DUTIES, kind)
        had = duty_ladders(panel.session, [panel.panel.board_id])(panel.panel.board_id, kind)
        told = {"looked_at": as_looked_at(had), "person_id": panel.coordinator.id, "now": noon(on)}
        return adjust(panel.session, place, wanted, **told)

    def test_a_panel_moves_the_days_of_its_own_ladders(self, panel):
        assert self.move(panel, "action", ahead=7, goes_up_1=3)
        panel.action(hears=panel.police)

        coming = ahead(panel.session, panel.panel.board_id, FRI_31_JAN, england())
        told = swept_daily(panel, FRI_31_JAN, THU_20_FEB)

        assert (date(2014, 2, 4), "ahead", "owner") in told
        assert (TUE_18_FEB, "goes_up_1", "cdop_chair") in told
        assert [(each.threshold.falls_on, each.threshold.rung.key) for each in coming] == [
            (falls_on, rung) for falls_on, rung, _ in told
        ]

    def test_what_was_said_by_the_ladder_before_is_not_said_again(self, panel):
        panel.action(hears=panel.police)
        panel.sweep(THU_6_FEB)

        self.move(panel, "action", ahead=3)

        assert [each[1] for each in swept_daily(panel, THU_6_FEB, WED_12_FEB)] == ["ahead"]

    def test_a_panel_chooses_who_hears_beside_whoever_was_asked(self, panel):
        assert self.choose(panel, "action", ahead=("owner", "cdop_chair"), overdue=("owner",))
        panel.action(hears=panel.police)

        coming = ahead(panel.session, panel.panel.board_id, FRI_31_JAN, england())
        told = swept_daily(panel, FRI_31_JAN, FRI_14_FEB)

        assert [(rung, role) for _, rung, role in told] == [
            ("ahead", "owner"), ("ahead", "cdop_chair"), ("due", "owner"), ("overdue", "owner"),
        ]  # fmt: skip
        assert [(each.threshold.rung.key, each.threshold.role) for each in coming][: len(told)] == [
            (rung, role) for _, rung, role in told
        ]
        assert panel.heard_by(FRI_14_FEB)[:2] == [[panel.police.id], [panel.chair.id]]
        assert panel.answers(panel.chair, FRI_14_FEB, "action", panel.session.scalars(select(PanelAction)).one())

    def test_whoever_is_chosen_hears_what_falls_from_that_day_on(self, panel):
        """The rung ahead falls on Thursday 6 February; the chair is chosen on Wednesday 12, and hears the next."""
        panel.action(hears=panel.police)
        both = ("owner", "cdop_chair")
        self.choose(panel, "action", on=WED_12_FEB, ahead=both, due=both)

        told = swept_daily(panel, THU_6_FEB, THU_13_FEB_2014)

        assert told == [
            (THU_6_FEB, "ahead", "owner"), (THU_13_FEB_2014, "due", "owner"), (THU_13_FEB_2014, "due", "cdop_chair"),
        ]  # fmt: skip

    def test_a_role_that_is_left_out_hears_no_more_and_what_it_heard_stays_in_the_ledger(self, panel):
        panel.action(hears=panel.police)
        self.choose(panel, "action", ahead=("owner", "cdop_chair"))
        panel.sweep(THU_6_FEB)
        self.choose(panel, "action", on=THU_6_FEB, ahead=("owner",), overdue=("owner",))

        swept_daily(panel, THU_6_FEB, FRI_14_FEB)

        assert panel.said(role="cdop_chair") == [("ahead", "cdop_chair", "told")]
        assert panel.said(role="cdop_coordinator") == []

    def test_the_chair_hears_of_the_pack_instead_of_the_coordinator_and_of_what_a_member_has_not_read(self, panel):
        meeting = panel.a_meeting(THU_13_FEB_2014, panel.a_death_ready("Child A"))
        self.choose(panel, "pack", due=("cdop_chair",))
        self.choose(panel, "reading", ahead=("panel_member", "cdop_coordinator"), goes_up_1=("cdop_chair",))
        panel.sweep(THU_6_FEB)
        assert panel.heard_by(THU_6_FEB) == [[panel.chair.id]]

        release_pack(panel.session, meeting, person_id=panel.coordinator.id, now=noon(THU_6_FEB))
        panel.sweep(FRI_7_FEB)
        panel.address(FRI_7_FEB)

        to_coordinator = select(Delivery).where(Delivery.person_id == panel.coordinator.id)
        told = [each for each in panel.session.scalars(to_coordinator) if "duty" in each.message.payload]
        items = {item_of(panel.session, each, each.message, DESK) for each in told}
        (item,) = items
        assert len(told) == len(panel.members), "one of each member, which read the same and are one line of a mail"
        assert str(item.words) == "A member has not said whether they have an interest"
        assert str(item.link) == "https://reviews.example.org/panels/PAN/meetings/2014-02-13"
        members = {each.person_id for each in panel.members.values()}
        assert members < {each.person_id for each in panel.session.scalars(select(Delivery))}
        panel.sweep(THU_13_FEB_2014)
        assert {role for rung, role, _ in panel.said(kind="reading") if rung == "goes_up_1"} == {"cdop_chair"}

    def test_a_choice_is_in_the_audit(self, panel):
        self.choose(panel, "minutes", due=("cdop_chair",))

        audited = panel.session.scalars(select(AuditEntry).where(AuditEntry.action == "ladder_adjusted")).one()
        assert audited.detail == {
            "board": "PAN", "workflow": "panel_duties", "clock": "minutes", "rung": "due", "hears": "cdop_chair",
        }  # fmt: skip

    @pytest.mark.parametrize(("kind", "days"), [("action", {"goes_up_1": 31}), ("pack", {"goes_up_1": 5})])
    def test_but_within_bounds(self, panel, kind, days):
        with pytest.raises(NotWithinBounds):
            self.move(panel, kind, **days)

    def test_another_panel_keeps_its_own(self, panel):
        self.move(panel, "action", ahead=7)

        other = duty_ladders(panel.session, [panel.board.id])(panel.board.id, "action")

        assert other.rung("ahead").at.working_days == 5
