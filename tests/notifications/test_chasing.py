"""Who is chased when, as the guidance tells it: agencies, holds, limits of the law; and who can hear at all."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from models.next_rung import TO_RECKON, NextRung
from models.queries.access import BOARD_READERS
from models.reminder import ReminderAnswer
from tests.models.reviews import SCOPING, noon
from tests.notifications.watching import Watch
from workflows import registry
from workflows.roles import (
    AGENCY_LEAD,
    BOARD_CHAIR,
    BUSINESS_MANAGER,
    LEAD_REVIEWER,
    LEGAL_ADVISER,
    PANEL_MEMBER,
    SUBGROUP_CHAIR,
)

MON_3_MAR = date(2014, 3, 3)
TO_SINGLE_CASES = frozenset({AGENCY_LEAD, LEAD_REVIEWER, PANEL_MEMBER, LEGAL_ADVISER})
"""Roles people are appointed to one case in, or to one agency, and so see what concerns it."""


@pytest.fixture
def watch(committed_database):
    with Session(committed_database.engine, expire_on_commit=False) as session:
        watch = Watch(committed_database.engine, session)
        watch.review.opened()
        yield watch


def test_an_agency_that_does_not_answer_is_chased_twice_and_then_it_goes_up(watch):
    """DOMAIN 11: due-5 WD, due+1, due+6 with the manager, due+11 to the agency's board member and the panel.

    Due on Tuesday 1 April 2014; Good Friday was 18 April and Easter Monday the 21st.
    """
    watch.review.take("request_scoping", answers=SCOPING | {"agencies": ["Police"]})
    watch.swept_daily(MON_3_MAR, date(2014, 4, 25))

    assert watch.told("scoping_return") == [
        (date(2014, 3, 25), "ahead", AGENCY_LEAD),
        (date(2014, 4, 2), "chaser_1", AGENCY_LEAD),
        (date(2014, 4, 9), "chaser_2", AGENCY_LEAD),
        (date(2014, 4, 9), "chaser_2", BUSINESS_MANAGER),
        (date(2014, 4, 16), "goes_up", "board_member"),
        (date(2014, 4, 16), "panel_told", SUBGROUP_CHAIR),
    ]


def test_an_agency_that_answers_is_chased_no_more(watch):
    watch.review.take("request_scoping", answers=SCOPING | {"agencies": ["Police"]})
    watch.swept_daily(MON_3_MAR, date(2014, 4, 3))
    watch.review.today = date(2014, 4, 4)
    watch.review.take("record_scoping_return", answers={"agency": "Police", "involved": "no"})
    watch.swept_daily(date(2014, 4, 4), date(2014, 5, 9))

    assert [rung for _, rung, _ in watch.told("scoping_return")] == ["ahead", "chaser_1"]


HOLD = {
    "kind": "CRIMINAL_TRIAL", "scope": ["publication"], "requested_by": "The senior investigating officer",
    "review_on": "2014-05-01", "reasons": "A trial is expected",
}  # fmt: skip


def test_a_hold_nobody_looks_at_again_is_overdue_and_goes_up_to_the_chair(watch):
    """DOMAIN 6.3: a hold past its next review date is overdue."""
    watch.review.take("authorise_hold", answers=HOLD)
    watch.swept_daily(MON_3_MAR, date(2014, 5, 20))

    told = [(day, rung) for day, rung, role in watch.told("hold_review") if role in (SUBGROUP_CHAIR, BOARD_CHAIR)]
    assert told == [
        (date(2014, 4, 24), "ahead"),
        (date(2014, 5, 1), "due"),
        (date(2014, 5, 2), "overdue"),
        (date(2014, 5, 9), "goes_up_1"),
        (date(2014, 5, 16), "goes_up_2"),
    ]


def test_a_hold_that_was_looked_at_is_spoken_of_by_its_next_day(watch):
    watch.review.take("authorise_hold", answers=HOLD)
    watch.swept_daily(MON_3_MAR, date(2014, 4, 25))
    watch.review.today = date(2014, 4, 28)
    again = {"hold": "CRIMINAL_TRIAL", "outcome": "continue", "review_on": "2014-07-01"}
    watch.review.take("review_hold", answers=again)
    watch.swept_daily(date(2014, 4, 28), date(2014, 6, 24))

    reminders = [(each.due_on, each.rung) for each in watch.reminders("hold_review", "told")]
    assert sorted(set(reminders)) == [(date(2014, 5, 1), "ahead"), (date(2014, 7, 1), "ahead")]


def test_a_limit_of_the_law_that_is_late_goes_up_to_the_board_chair_while_nobody_has_seen_it(watch):
    """T-1.2: a decision within a month of the referral, by 3 April 2014."""
    watch.swept_daily(MON_3_MAR, date(2014, 4, 30))

    assert (date(2014, 4, 10), "goes_up_1", SUBGROUP_CHAIR) in watch.told("decision")
    assert (date(2014, 4, 17), "goes_up_2", BOARD_CHAIR) in watch.told("decision")


def test_while_it_is_seen_it_does_not_go_up_and_then_it_does(watch):
    watch.swept_daily(MON_3_MAR, date(2014, 4, 7))
    manager = watch.appoint(BUSINESS_MANAGER)
    seen_on = date(2014, 4, 7)
    watch.session.add(
        ReminderAnswer(
            case_id=watch.review.case.id, clock_key="decision", subject="", due_on=date(2014, 4, 3),
            person_id=manager.id, role=BUSINESS_MANAGER, kind="seen", answered_at=noon(seen_on), from_on=seen_on,
        )
    )  # fmt: skip
    watch.session.execute(_reckoned_again())
    watch.swept_daily(date(2014, 4, 8), date(2014, 4, 23))
    assert not [rung for _, rung, _ in watch.told("decision") if rung.startswith("goes_up")]

    # Ten working days after Monday 7 April, over Easter, is Wednesday 23 April.
    watch.swept(date(2014, 4, 24))
    assert (date(2014, 4, 24), "goes_up_2", BOARD_CHAIR) in watch.told("decision")


def _reckoned_again():
    return update(NextRung).values(falls_on=TO_RECKON)


@pytest.mark.parametrize("workflow", registry.workflows().values(), ids=lambda each: each.key)
def test_for_every_notice_somebody_can_exist_who_may_receive_it(workflow):
    """A notice to a role that is shown no case of the kind would be told to nobody, and nobody would notice."""
    may_hear = {*BOARD_READERS[workflow.key], *TO_SINGLE_CASES}
    told = {
        (notice.key, notice.to)
        for procedure in workflow.procedures.values()
        for step in procedure.steps
        for notice in step.tells
    }

    assert told
    assert {(key, role) for key, role in told if role not in may_hear} == set()
