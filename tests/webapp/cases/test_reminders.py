"""The ledger of reminders, and what people answer to them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.delivery import Delivery
from models.outbox import OutboxMessage
from models.panels.panel import DeclaredInterest
from models.people import Person
from models.reminder import LadderAdjustment, LadderHearer, Reminder, ReminderAnswer
from notifications.reminders import sweep
from tests.models.reviews import SCOPING, a_board
from tests.webapp.client import links_of, main_words
from tests.webapp.sweeping import InTheTest
from workflows.calendar import england


@pytest.fixture
def swept(review, session, clock):
    """The case as it was swept on some days; the last of them is today."""

    def run(*days: date):
        session.flush()
        for day in days:
            clock.moment = datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)
            sweep(InTheTest(session), clock.moment, england())
        session.commit()
        session.expire_all()
        return review

    return run


def ledger(browser, review):
    return browser.get(f"/cases/{review.case.reference}/reminders")


def test_the_ledger_says_what_was_said_and_what_comes_next(seen_by, review, swept):
    swept(date(2014, 3, 27))
    manager = seen_by("business_manager")

    words = main_words(ledger(manager, review))
    assert "Decide whether to hold a review" in words
    assert "27 March 2014 5 working days before Business manager Waiting to be sent" in words
    assert "3 April 2014: business manager and subgroup chair" in words
    assert "17 April 2014: board chair (it goes up)" in words


def test_the_ledger_says_why_something_was_not_sent(seen_by, review, swept):
    swept(date(2014, 3, 4), date(2014, 4, 8))
    manager = seen_by("business_manager")

    words = main_words(ledger(manager, review))
    assert "Not sent: a later reminder of the same date took its place" in words


def test_the_ledger_says_what_became_of_each_delivery(seen_by, review, swept, session, given):
    swept(date(2014, 3, 27))
    manager = seen_by("business_manager")
    person = given.a_person("manager.2@example.org")
    message = session.scalars(select(OutboxMessage).where(OutboxMessage.recipient_role == "business_manager")).first()
    at = datetime(2014, 3, 27, 9, 31, tzinfo=UTC)
    session.add(
        Delivery(
            message_id=message.id, person_id=person.id, role="business_manager", channel="mail", timing="at_once",
            created_at=at, send_after=at, meant_for=at, settled_at=at, outcome="failed", because="The address is full",
        )
    )  # fmt: skip
    session.commit()

    assert "A. Person: could not be delivered: the address is full" in main_words(ledger(manager, review))


def test_what_was_seen_is_recorded_and_keeps_it_from_going_up(seen_by, review, swept, session):
    swept(date(2014, 4, 4))
    manager = seen_by("business_manager")
    page = manager.send(ledger(manager, review), "I have seen this")

    assert "It is recorded that you have seen it" in main_words(page)
    assert "Seen by A. Person, business manager" in main_words(page)
    assert session.scalars(select(AuditEntry.action).where(AuditEntry.action == "reminder_seen")).all()
    swept(date(2014, 4, 10), date(2014, 4, 22))
    assert not session.scalars(select(Reminder).where(Reminder.rung.like("goes_up%"))).all()
    # Seen on Friday 4 April: ten working days later, over Easter, is Tuesday 22 April.
    swept(date(2014, 4, 23))
    assert {each.rung for each in session.scalars(select(Reminder).where(Reminder.rung.like("goes_up%")))}


def test_what_is_not_late_yet_is_not_to_be_seen(seen_by, review, swept):
    swept(date(2014, 3, 27))
    assert "I have seen this" not in main_words(ledger(seen_by("business_manager"), review))


def test_an_answer_says_nothing_again_that_was_said(seen_by, review, swept, session):
    swept(date(2014, 4, 4))
    manager = seen_by("business_manager")
    before = len(session.scalars(select(Reminder)).all())
    manager.send(ledger(manager, review), "I have seen this")

    swept(date(2014, 4, 4))
    assert len(session.scalars(select(Reminder)).all()) == before


def put_off(browser, review, day, month="4", reason="The panel meets on the 9th"):
    href = next(link for link in links(browser, review) if link.endswith("put-off"))
    page = browser.get(href)
    return browser.send(
        page, "Remind me later", until_on__day=day, until_on__month=month, until_on__year="2014", reason=reason
    )


def links(browser, review):
    return links_of(ledger(browser, review)).values()


def test_a_reminder_is_put_off_for_a_reason_and_comes_again(seen_by, review, swept, session):
    swept(date(2014, 3, 27))
    manager = seen_by("business_manager")
    page = put_off(manager, review, "1")

    assert "Put off until 1 April 2014 by A. Person, business manager, on 27 March 2014" in main_words(page)
    assert "The panel meets on the 9th" in main_words(page)
    swept(date(2014, 4, 2))
    again = session.scalars(select(Reminder).where(Reminder.rung.like("again_%"))).all()
    assert [(each.role, each.falls_on) for each in again] == [("business_manager", date(2014, 4, 2))]


@pytest.mark.parametrize(
    ("day", "month", "reason", "words"),
    [
        ("1", "4", " ", "Say why it can wait"),
        ("27", "3", "It can", "The day must be after today"),
        ("30", "5", "It can", "The day must be on or before"),
        ("10", "4", "It can", "This goes up to the subgroup chair on 10 April 2014. Choose an earlier day"),
    ],
)
def test_what_cannot_be_put_off_so_is_refused_in_words(seen_by, review, swept, session, day, month, reason, words):
    swept(date(2014, 3, 27))
    manager = seen_by("business_manager")
    page = put_off(manager, review, day, month, reason)

    assert page.status_code == 422
    assert words in main_words(page)
    assert not session.scalars(select(ReminderAnswer)).all()


def test_somebody_who_is_never_told_of_a_date_does_not_answer_for_it(seen_by, review, swept):
    swept(date(2014, 4, 4))
    member = seen_by("auditor")

    page = ledger(member, review)
    assert "I have seen this" not in main_words(page)
    deadline = review.case.deadlines[0].id
    assert member.get(f"/cases/{review.case.reference}/reminders/{deadline}/put-off").status_code == 403


def test_the_ledger_of_a_case_that_may_not_be_seen_is_not_there(seen_by, review, swept, session):
    swept(date(2014, 4, 4))
    manager = seen_by("business_manager")
    person = session.scalars(select(Person).where(Person.email == "business.manager@example.org")).one()
    session.add(DeclaredInterest(person_id=person.id, case_id=review.case.id, declared_at=datetime.now(UTC)))
    session.commit()

    assert ledger(manager, review).status_code == 404
    assert review.case.reference not in manager.get("/account/reminders").text


def test_a_person_reads_why_they_did_not_get_a_reminder(seen_by, review, swept):
    swept(date(2014, 3, 4), date(2014, 4, 8))
    manager = seen_by("business_manager")
    page = manager.get("/account/reminders")

    assert review.case.reference in main_words(page)
    assert "Not sent: a later reminder of the same date took its place" in main_words(page)


def test_a_manager_reads_the_ledger_of_a_person_for_the_cases_they_see(seen_by, review, swept, session):
    swept(date(2014, 3, 4), date(2014, 4, 8))
    manager = seen_by("business_manager")
    seen_by("subgroup_chair")
    person = session.scalars(select(Person).where(Person.email == "subgroup.chair@example.org")).one()

    assert review.case.reference in main_words(manager.get(f"/reminders/people/{person.public_id}"))
    assert seen_by("board_chair").get(f"/reminders/people/{person.public_id}").status_code == 403


def test_the_ladders_are_read_by_everybody_who_is_signed_in(seen_by):
    words = main_words(seen_by("panel_member").get("/reminders/ladders/"))

    assert "6 working days after Agency lead and business manager" in words
    assert "Chaser ladder: local default, DOMAIN 11" in words


LADDER = "/reminders/ladders/ANY/serious_case_review/agency_report"


def test_a_board_moves_a_rung_within_its_bounds(manager, review, session):
    page = manager.send(manager.get(LADDER), "Save", ahead="10")

    assert "Changed by this board" in main_words(page)
    assert "10 working days before Agency lead" in main_words(page)
    assert [(each.rung, each.working_days) for each in session.scalars(select(LadderAdjustment))] == [("ahead", 10)]
    assert session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "ladder_adjusted")).one()


def test_a_ladder_that_somebody_else_has_changed_is_looked_at_before_it_is_changed_again(manager, review, session):
    opened = manager.get(LADDER)
    manager.send(manager.get(LADDER), "Save", ahead="10")
    refused = manager.send(opened, "Save", chaser_1="3")

    assert refused.status_code == 422
    assert "Somebody else has changed this ladder since you opened it" in main_words(refused)
    assert "10 working days before" in main_words(refused)
    page = manager.send(refused, "Save", ahead="10")
    assert page.status_code == 200
    days = {each.rung: each.working_days for each in session.scalars(select(LadderAdjustment))}
    assert days == {"ahead": 10, "chaser_1": 3}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"ahead": "50"}, "Choose from 1 to 20 working days"),
        ({"chaser_1": "9"}, "Choose 9 working days or more: what comes before it comes then"),
        ({"chaser_1": "soon"}, "Enter a whole number of working days, such as 5"),
    ],
)
def test_a_rung_outside_its_bounds_is_refused_in_words(manager, review, session, typed, words):
    page = manager.send(manager.get(LADDER), "Save", **typed)

    assert page.status_code == 422
    assert words in main_words(page)
    assert not session.scalars(select(LadderAdjustment)).all()


def test_what_a_board_has_moved_is_said_on_the_day_it_chose(manager, review, swept, session):
    manager.send(manager.get(LADDER.replace("agency_report", "scoping_return")), "Save", ahead="10")
    review.take("request_scoping", answers=SCOPING)
    swept(date(2014, 3, 18))

    falls = session.scalars(select(Reminder.falls_on).where(Reminder.clock_key == "scoping_return")).all()
    assert falls == [date(2014, 3, 18)] * 2


DECISION = LADDER.replace("agency_report", "decision")


def test_a_board_chooses_who_hears_and_to_whom_it_goes_up(manager, review, swept, session):
    page = manager.send(
        manager.get(DECISION), "Save", ahead_hears=["subgroup_chair"], goes_up_1_hears=["subgroup_chair", "board_chair"]
    )
    swept(date(2014, 3, 27))

    words = main_words(page)
    assert "Changed by this board. Subgroup chair; goes up to board chair" in words
    assert "5 working days before Subgroup chair On the day Business manager and subgroup chair" in words
    assert "It goes up 5 working days after Subgroup chair and board chair" in words
    ahead = select(Reminder.role).where(Reminder.clock_key == "decision", Reminder.rung == "ahead")
    assert session.scalars(ahead).all() == ["subgroup_chair"]
    recorded = session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "ladder_adjusted")).all()
    assert [(each["rung"], each["hears"]) for each in recorded] == [
        ("ahead", "subgroup_chair"),
        ("goes_up_1", "subgroup_chair board_chair"),
    ]


def test_whoever_is_chosen_hears_nothing_of_what_fell_before(seen_by, review, swept, session):
    """The limit of the decision is Thursday 3 April 2014; the board chair is chosen the day after."""
    swept(date(2014, 4, 4))
    manager = seen_by("business_manager")
    with_chair = ["business_manager", "board_chair"]
    manager.send(manager.get(DECISION), "Save", ahead_hears=with_chair, due_hears=with_chair, overdue_hears=with_chair)
    swept(date(2014, 4, 7))

    heard = select(Reminder.rung).where(Reminder.clock_key == "decision", Reminder.role == "board_chair")
    assert session.scalars(heard).all() == ["overdue"]


def test_a_board_that_goes_back_to_ours_has_ours(manager, review, session):
    manager.send(manager.get(DECISION), "Save", ahead_hears=["business_manager"])
    page = manager.send(manager.get(DECISION), "Save", ahead_hears=["business_manager", "subgroup_chair"])

    assert "Changed by this board" not in main_words(page)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"ahead_hears": []}, "Choose at least one role"),
        ({"ahead_hears": ["auditor"]}, "must be among the answers offered"),
        ({"goes_up_2_hears": ["subgroup_chair"]}, "A limit of the guidance stays with one of ours: choose board chair"),
    ],
)
def test_who_may_not_be_chosen_is_refused_in_words(manager, review, session, chosen, words):
    page = manager.send(manager.get(DECISION), "Save", **chosen)

    assert page.status_code == 422
    assert words in main_words(page)
    assert not session.scalars(select(LadderHearer)).all()


def test_nobody_changes_the_ladders_of_a_board_that_is_not_theirs(seen_by, session, review):
    a_board(session, "Elsewhere")
    assert seen_by("business_manager").get(LADDER.replace("ANY", "ELS")).status_code == 404
    assert seen_by("board_chair").get(LADDER).status_code == 403
