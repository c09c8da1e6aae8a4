"""Every rung that fell is in the ledger, also of a day that something is not due on any more."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.next_rung import FormerDueDay
from notifications.ladders import ladder_for
from tests.models.reviews import Review
from tests.notifications.a_year.ladders import counted
from tests.notifications.watching import Watch
from workflows.calendar import england
from workflows.roles import AGENCY_LEAD, BUSINESS_MANAGER

MON_3_MAR = date(2014, 3, 3)
POLICE = {"agencies": ["Police"], "due_on": "2014-04-01"}
RETURNED = {"agency": "Police", "involved": "no"}


@pytest.fixture
def watch(committed_database):
    with Session(committed_database.engine, expire_on_commit=False) as session:
        yield Watch(committed_database.engine, session)


@pytest.fixture
def asked(watch):
    """A case whose scoping is asked of the police by Tuesday 1 April 2014, reckoned on the day it was asked."""
    watch.review.opened()
    watch.review.take("request_scoping", answers=POLICE)
    watch.swept(MON_3_MAR)
    return watch


def moved(watch: Watch, today: date, due_on: str) -> None:
    watch.review.today = today
    request = next(each.sequence for each in watch.review.case.events if each.step == "request_scoping")
    watch.review.correct(request, MON_3_MAR, answers=POLICE | {"due_on": due_on})
    watch.session.commit()


def ledger(watch: Watch) -> list[tuple[date, str, str, str]]:
    return sorted((each.due_on, each.rung, each.role, each.outcome) for each in watch.reminders("scoping_return"))


def test_a_day_that_moved_after_a_rung_fell_and_before_a_sweep_is_in_the_ledger_and_nobody_is_told(asked):
    moved(asked, date(2014, 4, 3), "2014-05-01")
    assert asked.swept(date(2014, 4, 3)).no_longer_true == 2
    assert ledger(asked) == [
        (date(2014, 4, 1), "ahead", AGENCY_LEAD, "no_longer_true"),
        (date(2014, 4, 1), "chaser_1", AGENCY_LEAD, "no_longer_true"),
    ]
    because = {each.because for each in asked.reminders("scoping_return")}
    assert because == {"The day it is due moved from 1 April 2014 to 1 May 2014"}
    assert asked.session.scalar(select(func.count(FormerDueDay.id))) == 0
    assert asked.swept(date(2014, 4, 3)).recorded == 0


def test_what_was_struck_out_after_a_rung_fell_is_in_the_ledger(asked):
    asked.review.today = date(2014, 3, 28)
    asked.review.correct(2)
    asked.swept(date(2014, 3, 28))

    assert ledger(asked) == [(date(2014, 4, 1), "ahead", AGENCY_LEAD, "no_longer_true")]
    (reminder,) = asked.reminders("scoping_return")
    assert reminder.because == "What asked for it was corrected or struck out"


def test_a_day_that_moved_when_all_that_fell_had_been_said_leaves_nothing_behind(asked):
    asked.swept_daily(MON_3_MAR, date(2014, 3, 27))
    moved(asked, date(2014, 3, 28), "2014-05-01")

    assert asked.session.scalar(select(func.count(FormerDueDay.id))) == 0


def test_a_day_that_is_due_again_is_told_though_it_was_recorded_as_no_longer_true(asked):
    """Moved away during an outage, and back: whoever is to hear that it is late hears it, once."""
    moved(asked, date(2014, 4, 3), "2014-05-01")
    asked.swept(date(2014, 4, 3))
    moved(asked, date(2014, 4, 4), "2014-04-01")
    asked.swept_daily(date(2014, 4, 4), date(2014, 4, 8))

    assert ledger(asked) == [
        (date(2014, 4, 1), "ahead", AGENCY_LEAD, "no_longer_true"),
        (date(2014, 4, 1), "chaser_1", AGENCY_LEAD, "told"),
    ]
    assert [each.payload["rung"] for each in asked.messages() if each.payload["clock"] == "scoping_return"] == [
        "chaser_1"
    ]


def test_what_was_done_by_mistake_is_told_when_it_is_owed_again(asked):
    asked.review.today = date(2014, 4, 3)
    mistaken = asked.review.take("record_scoping_return", answers=RETURNED)
    asked.swept(date(2014, 4, 3))
    asked.review.today = date(2014, 4, 4)
    asked.review.correct(mistaken.sequence)
    asked.swept(date(2014, 4, 4))

    assert ledger(asked)[-1] == (date(2014, 4, 1), "chaser_1", AGENCY_LEAD, "told")


def test_a_correction_that_leaves_the_day_as_it_was_hides_nothing_that_was_missed(asked):
    asked.review.today = date(2014, 4, 10)
    asked.review.correct(2, MON_3_MAR, answers=POLICE | {"agencies": ["Police", "Health visiting"]})
    asked.swept(date(2014, 4, 10))

    of_the_police = [(each.rung, each.role, each.outcome) for each in asked.reminders() if each.subject == "Police"]
    assert sorted(of_the_police) == [
        ("ahead", AGENCY_LEAD, "overtaken"),
        ("chaser_1", AGENCY_LEAD, "overtaken"),
        ("chaser_2", AGENCY_LEAD, "told"),
        ("chaser_2", BUSINESS_MANAGER, "told"),
    ]


# --- Whatever happens, in whatever order ---------------------------------------

HAPPENS = st.tuples(
    st.integers(0, 9),
    st.one_of(st.just("sweep"), st.just("return"), st.just("mistake"), st.dates(date(2014, 3, 10), date(2014, 5, 20))),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(HAPPENS, min_size=2, max_size=12))
def test_whatever_moves_is_met_or_is_taken_back_between_sweeps_every_rung_that_fell_is_in_the_ledger_once(
    watch, happens
):
    """The day of the return moves, it comes, it had not come; sweeps are as they happen to be."""
    watch.review = Review(watch.session, watch.review.board).opened()
    watch.review.take("request_scoping", answers=POLICE)
    today, due_on, returned = MON_3_MAR, date(2014, 4, 1), None
    owed = fell(due_on, today, today)
    for days, what in happens:
        since, today = today, today + timedelta(days)
        owed |= fell(due_on, since, today) if returned is None else set()
        watch.review.today = today
        if what == "sweep":
            watch.swept(today)
        elif what == "return" and returned is None:
            returned = watch.review.take("record_scoping_return", answers=RETURNED).sequence
        elif what == "mistake" and returned is not None:
            watch.review.correct(returned)
            returned = None
        elif isinstance(what, date):
            moved(watch, today, what.isoformat())
            due_on = what
        owed |= fell(due_on, today, today) if returned is None else set()
    watch.swept(today)

    mine = [each for each in watch.reminders("scoping_return") if each.case_id == watch.review.case.id]
    recorded = [(each.due_on, each.rung, each.role) for each in mine]
    assert len(recorded) == len(set(recorded))
    assert owed <= set(recorded)
    told = {each.id for each in mine if each.outcome == "told"}
    messages = [each.payload["reminder"] for each in watch.messages() if each.case_id == watch.review.case.id]
    assert sorted(each for each in messages if each in {every.id for every in mine}) == sorted(told)


def fell(due_on: date, first: date, last: date) -> set[tuple[date, str, str]]:
    """Return what fell from one day to another of a return asked for on 3 March, counted day by day."""
    found = set()
    for rung in ladder_for("serious_case_review", "scoping_return").rungs:
        days = rung.at.working_days
        day = counted(due_on, -days if rung.at.side == "before" else days, england())
        if first <= day <= last and (rung.at.side != "before" or day > MON_3_MAR):
            found |= {(due_on, rung.key, role) for role in rung.to}
    return found
