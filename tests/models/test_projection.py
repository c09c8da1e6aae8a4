"""What is stored beside a history is what it says: whatever was recorded, in whatever order, and whenever asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from models.agency import Board
from models.case import Case
from models.casework import Actor, correct_event, open_case, restand_board, standing_of, take_step
from models.projection import status_on
from models.queries.integrity import check_cases
from tests.models.reviews import REFERRAL, SCOPING, Review, a_board, noon
from tests.scenarios.stories import Story
from tests.workflows.histories import stories
from workflows.calendar import ENGLAND
from workflows.errors import StepRefused
from workflows.roles import ROLES
from workflows.standing import Standing, Told

ANYBODY = Actor(None, frozenset(ROLES))
MON_3_MAR = date(2014, 3, 3)

# Each example is undone by its savepoint, so the session may be shared.
several = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def told_to_casework(session: Session, story: Story) -> Case:
    """Return a case to which the same was told, on the same days."""
    board = a_board(session, new_arrangements_start=story.new_arrangements_start)
    first, *others = story.history.events
    case = open_case(
        session, workflow_key=story.workflow, board=board, step=first.step, actor=ANYBODY,
        told=Told(first.happened_on, first.answers), now=first.recorded_at,
    )  # fmt: skip
    for event in others:
        told = Told(event.happened_on, event.answers)
        take_step(session, case, event.step, actor=ANYBODY, told=told, now=event.recorded_at)
    return case


def what_is_wrong(session: Session, case: Case) -> list[str]:
    return [each.words for each in check_cases(session.connection(), [case.id], calendar=ENGLAND)]


def last_day(story: Story) -> date:
    return max(event.recorded_at.date() for event in story.history.events)


@several
@given(story=stories())
def test_what_is_stored_is_what_the_history_says(session, story):
    with session.begin_nested() as savepoint:
        case = told_to_casework(session, story)

        assert what_is_wrong(session, case) == []
        assert case.history_length == len(story.history)
        savepoint.rollback()


@several
@given(story=stories(), later=st.integers(0, 4000))
def test_the_status_of_a_stored_deadline_on_a_day_is_that_of_the_case(session, story, later):
    with session.begin_nested() as savepoint:
        case = told_to_casework(session, story)
        today = last_day(story) + timedelta(days=later)

        stored = {(each.clock_key, each.subject): status_on(each, today) for each in case.deadlines}
        assert stored == statuses(standing_of(session, case, today=today))
        savepoint.rollback()


def statuses(standing: Standing) -> dict[tuple[str, str], str]:
    return {(each.key, each.about): each.status for each in standing.deadlines if each.due_last is not None}


@several
@given(story=stories(most_steps=5), place=st.integers(0, 20), told=st.booleans())
def test_it_is_still_so_after_a_correction(session, story, place, told):
    with session.begin_nested() as savepoint:
        case = told_to_casework(session, story)
        event = story.history.events[place % len(story.history)]
        try:
            correct_event(
                session, case, event.sequence, actor=ANYBODY, reason="It was misread",
                told=Told(event.happened_on, event.answers) if told else None,
                now=datetime.combine(last_day(story), datetime.max.time(), UTC),
            )  # fmt: skip
        except StepRefused:
            assert not told, "what stands can be told again"

        assert what_is_wrong(session, case) == []
        savepoint.rollback()


@several
@given(story=stories(), area_start=st.dates(date(2018, 6, 29), date(2019, 9, 29)))
def test_it_is_still_so_after_the_area_changed_its_day(session, story, area_start):
    with session.begin_nested() as savepoint:
        case = told_to_casework(session, story)
        case.board.new_arrangements_start = area_start
        restand_board(session, case.board, now=noon(MON_3_MAR))

        assert what_is_wrong(session, case) == []
        savepoint.rollback()


@pytest.fixture
def board(session) -> Board:
    return a_board(session)


@pytest.fixture
def review(session, board) -> Review:
    return Review(session, board, MON_3_MAR).opened()


def test_nothing_is_stored_of_what_has_not_started(review):
    """T-1.8 starts with the decision; X-3 will start with the area's new arrangements, whenever the case is asked."""
    assert [each.clock_key for each in review.case.deadlines] == ["decision", "transition_completion"]


def test_what_bites_first_is_the_earliest_day_still_to_be_met(review):
    """T-1.2: a month from the day the board was told."""
    case = review.case

    assert (case.bites_on, case.bites_key) == (date(2014, 4, 3), "decision")
    assert (case.unexplained_bites_on, case.explained_bites_on) == (date(2014, 4, 3), None)
    assert case.due_soon_on == date(2014, 3, 27)


def test_a_recorded_delay_explains_what_it_may_explain(review):
    review.take("record_delay", answers={"reasons": ["CRIMINAL_TRIAL"]})

    assert (review.case.unexplained_bites_on, review.case.explained_bites_on) == (date(2020, 9, 29), date(2014, 4, 3))


def test_the_status_of_a_deadline_follows_from_the_day(review):
    decision, transition = review.case.deadlines

    days = (date(2014, 3, 26), date(2014, 3, 27), date(2014, 4, 3), date(2014, 4, 4))
    assert [status_on(decision, day) for day in days] == ["running", "due_soon", "due_soon", "overdue"]
    assert [status_on(transition, day) for day in (date(2019, 9, 28), date(2019, 9, 29))] == ["waiting", "running"]


def test_a_deadline_keeps_its_row_while_it_is_met(review):
    """Reminders and acknowledgements refer to a deadline, so what becomes of it must not make it another."""
    review.take("request_scoping", answers=SCOPING)
    before = {each.subject: each.id for each in review.case.deadlines}
    review.take("record_scoping_return", answers={"agency": "Police", "involved": "yes"})

    met = {each.subject: each.met_first for each in review.case.deadlines}
    assert {each.subject: each.id for each in review.case.deadlines} == before
    assert (met["Police"], met["Health visiting"]) == (MON_3_MAR, None)


def test_an_agency_asked_for_two_things_owes_each(review):
    review.taken_to_commissioning()
    review.take("appoint_reviewer", answers={"name": "A. Reviewer", "independent": "yes", "role": "Lead reviewer"})
    review.take(
        "agree_terms_of_reference",
        answers={"period_from": "2013-01-01", "period_to": "2014-01-01", "methodology": "TRAD"},
    )
    review.take("commission_review")
    for kind in ("IMR", "Chronology"):
        review.take("request_agency_report", answers={"agency": "Police", "kind": kind, "due_on": "2014-06-02"})

    owed = [(each.subject, each.agency) for each in review.case.deadlines if each.clock_key == "agency_report"]
    assert owed == [("Police, IMR", "Police"), ("Police, Chronology", "Police")]


def test_a_case_that_has_ended_and_owes_something_stays_among_the_live(review):
    """T-1.5: the national panel is told within 14 days why there is no review, though the case has ended."""
    review.case = Review(review.session, review.board, MON_3_MAR).opened(
        answers=REFERRAL | {"concern_about_joint_working": "no"}
    ).case  # fmt: skip
    review.take("refer_to_subgroup")
    review.take("recommend", answers={"recommendation": "none", "reasons": "The criteria are not met"})
    review.take("decide_not_to_review", answers={"reasons": "The criteria are not met"})
    case = review.case
    assert (case.state, case.ended_on, case.bites_key) == ("not_initiated", None, "explain_not_initiating")
    assert (case.next_step, case.next_roles) == ("tell_national_bodies", ["business_manager", "board_chair"])

    review.take("tell_national_bodies", answers={"bodies": ["National panel"], "sent_on": "2014-03-03"})
    assert (case.ended_on, case.bites_on, case.next_step) == (MON_3_MAR, None, None)
