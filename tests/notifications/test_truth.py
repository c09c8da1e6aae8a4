"""A message is looked at again when it is to be sent, and not sent when what it says is no longer so (P20)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import make_sessions
from models.delivery import Delivery
from models.outbox import OutboxMessage
from models.reminder import ReminderAnswer
from notifications.addressing import address_waiting
from notifications.composing import Desk, item_of
from notifications.truth import why_it_waits, why_not_true
from notifications.wording import sentence, title
from tests.models.reviews import SCOPING
from tests.notifications.conftest import SITE
from tests.notifications.watching import Watch, morning
from workflows.roles import BUSINESS_MANAGER, SUBGROUP_CHAIR

MON_3_MAR, FRI_4_APR = date(2014, 3, 3), date(2014, 4, 4)
BECAUSE = {"reasons": "The criteria are met"}


@pytest.fixture
def watch(committed_database):
    with Session(committed_database.engine, expire_on_commit=False) as session:
        watch = Watch(committed_database.engine, session)
        watch.review.opened()
        yield watch


def of_decision(watch, rung, role=BUSINESS_MANAGER):
    wanted = ("decision", rung, role)
    told = {(each.payload["clock"], each.payload["rung"], each.recipient_role): each for each in watch.messages()}
    return told[wanted]


def decide(watch, day):
    watch.review.today = day
    watch.review.take("refer_to_subgroup")
    watch.review.take("recommend", answers={"recommendation": "review", **BECAUSE})
    watch.review.take("decide_to_review", answers=BECAUSE)
    watch.session.expire_all()


def why(watch, message, day=FRI_4_APR):
    return why_not_true(watch.session, message, morning(day))


def test_a_reminder_is_true_while_what_it_speaks_of_is_owed(watch):
    watch.swept(FRI_4_APR)
    assert why(watch, of_decision(watch, "overdue")) is None

    decide(watch, FRI_4_APR)
    assert why(watch, of_decision(watch, "overdue")) == "It had been done by 4 April 2014"


def test_what_was_asked_for_and_has_been_done_since_is_told_as_what_happened(watch):
    message = next(each for each in watch.session.scalars(select(OutboxMessage)) if each.notice_key == "case_referred")
    delivery = Delivery(person_id=watch.appoint(SUBGROUP_CHAIR).id, meant_for=morning(MON_3_MAR))
    desk = Desk(SITE, watch.calendar, morning(FRI_4_APR))

    asked = item_of(watch.session, delivery, message, desk)
    assert (asked.kind, sentence(asked).startswith("It has to be decided what follows.")) == ("asked", True)

    decide(watch, FRI_4_APR)
    told = item_of(watch.session, delivery, message, desk)
    assert (told.kind, title(told)) == ("told", "Case referred on 3 March 2014")
    assert "decided" not in sentence(told)


def test_a_reminder_of_a_day_that_moved_is_not_true_any_more(watch):
    watch.swept(FRI_4_APR)
    watch.review.today = FRI_4_APR
    first = watch.review.case.events[0]
    watch.review.correct(1, MON_3_MAR, answers=first.answers | {"received_on": "2014-03-02"})
    watch.session.expire_all()

    assert why(watch, of_decision(watch, "overdue")) == "The day it is due moved from 3 April 2014 to 2 April 2014"


def test_an_earlier_reminder_still_unsent_gives_way_to_a_later_one(watch):
    watch.swept_daily(MON_3_MAR, FRI_4_APR)

    assert why(watch, of_decision(watch, "ahead")) == "A later reminder of the same date took its place"
    assert why(watch, of_decision(watch, "overdue")) is None


@pytest.mark.parametrize("seconds", [-1, 3600])
def test_what_is_put_off_is_not_true_for_as_long_even_where_the_sweep_had_not_seen_it(watch, seconds):
    """Somebody may put it off while the sweep that records it is under way, a moment before it does."""
    watch.swept(FRI_4_APR)
    message = of_decision(watch, "overdue")
    person = watch.appoint(BUSINESS_MANAGER)
    watch.session.add(
        ReminderAnswer(
            case_id=message.case_id, clock_key="decision", subject="", due_on=date(2014, 4, 3), person_id=person.id,
            role=BUSINESS_MANAGER, kind="snoozed", answered_at=message.created_at + timedelta(seconds=seconds),
            from_on=FRI_4_APR, until_on=THU_10_APR, reason="She is away",
        )
    )  # fmt: skip
    watch.session.commit()

    assert why(watch, message) == "Put off by the business manager until 10 April 2014"
    assert why(watch, message, THU_10_APR) is not None
    assert why(watch, message, THU_10_APR + timedelta(days=1)) is None
    assert why(watch, of_decision(watch, "overdue", SUBGROUP_CHAIR)) is None


THU_10_APR, TUE_29_APR = date(2014, 4, 10), date(2014, 4, 29)


@pytest.fixture
def seen_before_it_was_sent(watch):
    """What went up to the subgroup’s chair, and the business manager saw on that day before it was sent."""
    watch.swept_daily(MON_3_MAR, THU_10_APR)
    person = watch.appoint(BUSINESS_MANAGER)
    watch.appoint(SUBGROUP_CHAIR)
    message = of_decision(watch, "goes_up_1", SUBGROUP_CHAIR)
    seen_at = message.created_at + timedelta(hours=1)
    watch.session.add(
        ReminderAnswer(
            case_id=message.case_id, clock_key="decision", subject="", due_on=date(2014, 4, 3), person_id=person.id,
            role=BUSINESS_MANAGER, kind="seen", answered_at=seen_at, from_on=seen_at.date(),
        )
    )  # fmt: skip
    watch.session.commit()
    return message


def addressed(watch, message, day):
    address_waiting(make_sessions(watch.engine), morning(day), watch.calendar)
    watch.session.expire_all()
    return watch.session.get_one(OutboxMessage, message.id)


def test_what_was_seen_before_it_was_sent_waits_for_ten_working_days(watch, seen_before_it_was_sent):
    """ADR 41. Ten working days after 10 April 2014, past Good Friday and Easter Monday, are 28 April."""
    words = "Seen by the business manager on 10 April 2014, so it waits until 28 April 2014"
    waiting = addressed(watch, seen_before_it_was_sent, THU_10_APR + timedelta(days=1))
    assert (waiting.outcome, waiting.addressed_at, waiting.last_error) == (None, None, words)

    assert why_it_waits(watch.session, of_decision(watch, "overdue"), morning(THU_10_APR), watch.calendar) is None
    assert addressed(watch, waiting, TUE_29_APR).addressed_at == morning(TUE_29_APR)


def test_what_waited_because_it_was_seen_is_not_sent_when_it_was_done_by_then(watch, seen_before_it_was_sent):
    addressed(watch, seen_before_it_was_sent, THU_10_APR + timedelta(days=1))
    decide(watch, date(2014, 4, 25))
    watch.session.commit()

    assert addressed(watch, seen_before_it_was_sent, TUE_29_APR).outcome == "suppressed"


def notice(watch, key):
    written = select(OutboxMessage).where(OutboxMessage.notice_key == key).order_by(OutboxMessage.id)
    return watch.session.scalars(written).first()


def test_a_notice_of_a_step_that_was_struck_out_is_not_true(watch):
    watch.review.take("request_scoping", answers=SCOPING)
    assert why(watch, notice(watch, "scoping_requested")) is None

    watch.review.correct(2)
    watch.session.expire_all()
    assert why(watch, notice(watch, "scoping_requested")) == "The step it tells of was struck out"


def test_a_notice_that_a_decision_is_awaited_ends_with_the_decision(watch):
    watch.review.take("refer_to_subgroup")
    watch.review.take("recommend", answers={"recommendation": "review", **BECAUSE})
    watch.session.expire_all()
    assert why(watch, notice(watch, "decision_awaited")) is None

    watch.review.take("decide_to_review", answers=BECAUSE)
    watch.session.expire_all()
    assert "moved on" in why(watch, notice(watch, "decision_awaited"))


def test_a_notice_that_an_agency_is_asked_ends_when_all_has_come(watch):
    watch.review.take("request_scoping", answers=SCOPING)
    for agency in SCOPING["agencies"]:
        assert why(watch, notice(watch, "scoping_requested")) is None
        watch.review.take("record_scoping_return", answers={"agency": agency, "involved": "no"})
        watch.session.expire_all()

    assert why(watch, notice(watch, "scoping_requested"))
