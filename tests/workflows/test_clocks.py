"""Each thing a clock can be declared with changes what it gives (P27): tried on reviews of two or three steps."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.scenarios.stories import known, noon
from workflows.calendar import ENGLAND
from workflows.clocks import Deadline, due, overdue_by
from workflows.dates import PartialDate, days, months, weeks, working_days
from workflows.definition import Clock, Kind, On, Procedure, Question, Source, Stage, State, Step, YearEnd
from workflows.history import Event, History
from workflows.standing import Standing, stand

MON_2_JUN, MON_9_JUN, MON_16_JUN, MON_23_JUN = date(2014, 6, 2), date(2014, 6, 9), date(2014, 6, 16), date(2014, 6, 23)
SOURCE = Source("T-0", "A guide, chapter 1")
WITHIN_A_WEEK = Clock("answer", "Answer", days(7), SOURCE, starts=(On("ask"),), met_by=(On("return"),))


def a_procedure(clock: Clock) -> Procedure:
    """Return a review in which somebody asks, somebody returns, and it may be ended; with this one clock."""
    agency, on = Question("agency", "Agency"), Question("on_day", "Day", Kind.DATE, may_be_future=True)
    agencies, why = Question("agencies", "Agencies", Kind.LINES), Question("status", "Status")
    asks = (agency, agencies, on, why)
    return Procedure(
        workflow="a_review", regime="WT2015", title="A review",
        stages=(Stage("all", "All"),),
        states=(State("open", "Open", "all"), State("ended", "Ended", "all", ended=True)),
        steps=(
            Step("begin", "Begin", "Begun", after="open", opens=True, by=("board_chair",)),
            Step("ask", "Ask", "Asked", before=("open",), by=("board_chair",), asks=asks),
            Step("return", "Return", "Returned", before=("open",), by=("board_chair",), asks=asks),
            Step("recall", "Recall", "Recalled", before=("open",), by=("board_chair",), asks=asks),
            Step("record_delay", "Delay", "Delayed", before=("open",), by=("board_chair",)),
            Step("end", "End", "Ended", before=("open",), after="ended", by=("board_chair",)),
        ),
        clocks=(clock,), scopes=(),
    )  # fmt: skip


Told = tuple[str, date | str] | tuple[str, date | str, dict[str, Any]]


def standing(clock: Clock, today: date, *told: Told, area_start: date | None = None) -> Standing:
    """Return where the review stands after these steps, begun on the first Monday of June."""
    events = [
        Event(number, step, PartialDate.parse(on), noon(MON_2_JUN), "board_chair", answers[0] if answers else {})
        for number, (step, on, *answers) in enumerate([("begin", MON_2_JUN), *told], 1)
    ]
    return stand(a_procedure(clock), History(tuple(events), area_start), ENGLAND, today)


def only(clock: Clock, today: date, *told: Told) -> Deadline:
    (deadline,) = standing(clock, today, *told).deadlines
    return deadline


def test_nothing_runs_before_it_is_started():
    assert only(WITHIN_A_WEEK, MON_23_JUN).status == "waiting"


def test_it_runs_from_the_step_that_starts_it_to_the_one_that_meets_it():
    deadline = only(WITHIN_A_WEEK, MON_23_JUN, ("ask", MON_2_JUN), ("return", MON_9_JUN))

    assert (deadline.due_last, deadline.status, known(deadline.met_on).first) == (MON_9_JUN, "met", MON_9_JUN)


@pytest.mark.parametrize(
    ("runs", "last_day"),
    [
        (days(7), date(2014, 6, 9)),
        (weeks(2), date(2014, 6, 16)),
        (working_days(5), date(2014, 6, 9)),
        (months(1), date(2014, 7, 2)),
        (YearEnd(3, 31), date(2015, 3, 31)),
    ],
)
def test_how_long_it_runs(runs, last_day):
    assert only(replace(WITHIN_A_WEEK, runs=runs), MON_2_JUN, ("ask", MON_2_JUN)).due_last == last_day


@pytest.mark.parametrize(
    ("start", "last_day"),
    [
        (date(2014, 3, 30), date(2014, 3, 31)),
        (date(2014, 3, 31), date(2014, 3, 31)),
        (date(2014, 4, 1), date(2015, 3, 31)),
    ],
)
def test_the_end_of_a_year_is_the_first_on_or_after_the_start(start, last_day):
    """T-4.11: what is done on 31 March belongs to the year that ends on it."""
    assert due(replace(WITHIN_A_WEEK, runs=YearEnd(3, 31)), start, ENGLAND) == last_day


def test_without_a_number_the_day_asked_for_is_the_limit():
    clock = replace(WITHIN_A_WEEK, runs=None, starts=(On("ask", "on_day"),))

    assert only(clock, MON_2_JUN, ("ask", MON_2_JUN, {"on_day": "2014-06-20"})).due_last == date(2014, 6, 20)


def test_a_date_not_answered_starts_and_meets_nothing():
    clock = replace(WITHIN_A_WEEK, starts=(On("ask", "on_day"),), met_by=(On("return", "on_day"),))
    assert only(clock, MON_9_JUN, ("ask", MON_2_JUN)).status == "waiting"

    assert only(clock, MON_9_JUN, ("ask", MON_2_JUN, {"on_day": "2014-06-02"}), ("return", MON_9_JUN)).met_on is None


def test_backwards_it_is_counted_from_a_planned_day():
    clock = replace(WITHIN_A_WEEK, backwards=True, starts=(On("ask", "on_day"),))

    assert only(clock, MON_2_JUN, ("ask", MON_2_JUN, {"on_day": "2014-06-23"})).due_last == MON_16_JUN


def test_backwards_what_was_done_before_it_was_planned_counts():
    clock = replace(WITHIN_A_WEEK, backwards=True, starts=(On("ask", "on_day"),))
    told: tuple[Told, ...] = (("return", MON_2_JUN), ("ask", MON_9_JUN, {"on_day": "2014-06-23"}))

    assert only(clock, MON_9_JUN, *told).status == "met"
    assert only(replace(clock, backwards=False), MON_9_JUN, *told).met_on is None


def test_a_minimum_is_never_late():
    clock = replace(WITHIN_A_WEEK, not_before=True)

    assert only(clock, date(2014, 6, 8), ("ask", MON_2_JUN)).status == "not_before"
    assert only(clock, MON_9_JUN, ("ask", MON_2_JUN)).status == "met"
    assert only(clock, MON_23_JUN, ("ask", MON_2_JUN), ("return", MON_23_JUN)).status == "met"
    assert only(WITHIN_A_WEEK, MON_23_JUN, ("ask", MON_2_JUN), ("return", MON_23_JUN)).status == "met_late"


@pytest.mark.parametrize(
    ("lead", "day"), [(days(1), date(2014, 6, 8)), (days(3), date(2014, 6, 6)), (working_days(2), date(2014, 6, 5))]
)
def test_how_long_before_it_is_due_soon(lead, day):
    clock = replace(WITHIN_A_WEEK, lead=lead)

    assert only(clock, MON_2_JUN, ("ask", MON_2_JUN)).due_soon_on == day
    assert only(clock, day, ("ask", MON_2_JUN)).status == "due_soon"
    assert only(clock, day.replace(day=day.day - 1), ("ask", MON_2_JUN)).status == "running"


def test_a_later_start_replaces_an_earlier_one():
    deadline = only(WITHIN_A_WEEK, MON_16_JUN, ("ask", MON_2_JUN), ("ask", MON_16_JUN))

    assert deadline.due_last == MON_23_JUN
    assert [each.start.first for each in deadline.replaced] == [MON_2_JUN]


def test_what_was_met_is_not_met_again():
    told = (("ask", MON_2_JUN), ("return", date(2014, 6, 5)), ("return", MON_16_JUN))

    assert known(only(WITHIN_A_WEEK, MON_23_JUN, *told).met_on).first == date(2014, 6, 5)


def test_from_the_latest_of_its_dates():
    """T-4.10: from the later of the report and the end of an inquest, in whatever order they are told."""
    clock = replace(WITHIN_A_WEEK, starts=(On("ask", "on_day"), On("recall")))
    told = (("ask", MON_2_JUN, {"on_day": "2014-06-16"}), ("recall", MON_9_JUN))

    assert only(replace(clock, from_latest=True), MON_9_JUN, *told).due_last == MON_23_JUN
    assert only(clock, MON_9_JUN, *told).due_last == MON_16_JUN


def test_in_the_same_step_it_starts_before_it_is_met():
    clock = replace(
        WITHIN_A_WEEK, starts=(On("ask", "on_day"),), met_by=(On("ask"),),
    )  # fmt: skip
    told = ("ask", MON_9_JUN, {"on_day": "2014-06-05"})

    assert only(replace(clock, same_step=True), MON_9_JUN, told).status == "met"
    assert only(clock, MON_9_JUN, told).met_on is None


def test_only_where_the_answer_is_one_of_those():
    clock = replace(WITHIN_A_WEEK, met_by=(On("return", where={"status": ("done", "dropped")}),))

    for status, met in (("done", "met"), ("dropped", "met"), ("claimed", "due_soon")):
        assert only(clock, MON_9_JUN, ("ask", MON_2_JUN), ("return", MON_9_JUN, {"status": status})).status == met


class TestOneForEach:
    clock = replace(
        WITHIN_A_WEEK, per="each",
        starts=(On("ask", each=("agency",)),), met_by=(On("return", each=("agency",)),),
    )  # fmt: skip

    def found(self, *told: Told) -> dict[str, str]:
        return {each.about: each.status for each in standing(self.clock, MON_9_JUN, *told).deadlines}

    def test_none_is_shown_before_any_is_asked_for(self):
        assert self.found() == {}

    def test_each_is_met_by_its_own(self):
        assert self.found(
            ("ask", MON_2_JUN, {"agency": "Police"}),
            ("ask", MON_2_JUN, {"agency": "School"}),
            ("return", MON_9_JUN, {"agency": "School"}),
        ) == {"Police": "due_soon", "School": "met"}

    def test_a_list_asks_for_several_at_once(self):
        clock = replace(self.clock, starts=(On("ask", each=("agencies",)),))
        found = standing(clock, MON_9_JUN, ("ask", MON_2_JUN, {"agencies": ["Police", "School"]})).deadlines

        assert [each.about for each in found] == ["Police", "School"]

    def after_both_are_asked(self, voided_by: On, *told: Told) -> dict[str, Deadline]:
        clock = replace(self.clock, voided_by=(voided_by,))
        asked = ("ask", MON_2_JUN, {"agency": "Police"}), ("ask", MON_2_JUN, {"agency": "School"})
        return {each.about: each for each in standing(clock, MON_23_JUN, *asked, *told).deadlines}

    def test_what_is_void_for_one_is_still_due_from_the_others(self):
        found = self.after_both_are_asked(On("recall", each=("agency",)), ("recall", MON_9_JUN, {"agency": "police"}))

        assert {about: each.status for about, each in found.items()} == {"Police": "void", "School": "overdue"}
        assert known(found["Police"].voided_on).first == MON_9_JUN
        assert known(found["Police"].voided_by).step == "recall"

    def test_what_was_void_for_one_alone_can_still_be_met(self):
        found = self.after_both_are_asked(
            On("recall", each=("agency",)),
            ("recall", MON_9_JUN, {"agency": "Police"}), ("return", MON_16_JUN, {"agency": "Police"}),
        )  # fmt: skip

        assert (found["Police"].status, found["Police"].voided_on) == ("met_late", None)

    def test_a_return_that_says_not_of_what_meets_what_is_still_due(self):
        found = self.after_both_are_asked(
            On("recall", each=("agency",)), ("recall", MON_9_JUN, {"agency": "Police"}), ("return", MON_9_JUN)
        )

        assert {about: each.status for about, each in found.items()} == {"Police": "void", "School": "met"}

    def test_a_step_that_names_nobody_voids_it_for_all(self):
        found = self.after_both_are_asked(
            On("recall"), ("recall", MON_9_JUN), ("return", MON_16_JUN, {"agency": "Police"})
        )

        assert {each.status for each in found.values()} == {"void"}

    def test_they_stay_in_the_order_they_were_asked_for(self):
        found = self.found(
            ("ask", MON_2_JUN, {"agency": "School"}),
            ("ask", date(2014, 6, 3), {"agency": "Police"}),
            ("ask", date(2014, 6, 4), {"agency": "School"}),
        )

        assert list(found) == ["School", "Police"]


class TestWhatIsDueNoLonger:
    def test_what_a_step_voids_is_void_until_it_starts_again(self):
        clock = replace(WITHIN_A_WEEK, voided_by=(On("recall"),))

        assert only(clock, MON_23_JUN, ("ask", MON_2_JUN), ("recall", MON_9_JUN)).status == "void"
        again = only(clock, MON_23_JUN, ("ask", MON_2_JUN), ("recall", MON_9_JUN), ("ask", MON_16_JUN))
        assert (again.status, again.due_last) == ("due_soon", MON_23_JUN)

    def test_what_was_met_is_not_voided(self):
        clock = replace(WITHIN_A_WEEK, voided_by=(On("recall"),))

        assert (
            only(clock, MON_23_JUN, ("ask", MON_2_JUN), ("return", MON_9_JUN), ("recall", MON_16_JUN)).status == "met"
        )

    def test_what_is_void_is_not_met(self):
        clock = replace(WITHIN_A_WEEK, voided_by=(On("recall"),))

        assert (
            only(clock, MON_23_JUN, ("ask", MON_2_JUN), ("recall", MON_9_JUN), ("return", MON_16_JUN)).status == "void"
        )

    def test_the_end_of_a_case_voids_what_can_no_longer_be_met(self):
        deadline = only(WITHIN_A_WEEK, MON_23_JUN, ("ask", MON_2_JUN), ("end", MON_16_JUN))

        assert (deadline.status, known(deadline.voided_on).first) == ("void", MON_16_JUN)

    def test_while_it_is_not_owed_it_waits(self):
        clock = replace(WITHIN_A_WEEK, unless=lambda facts: "recall" in facts)

        assert only(clock, MON_9_JUN, ("ask", MON_2_JUN)).status == "due_soon"
        assert only(clock, MON_9_JUN, ("ask", MON_2_JUN), ("recall", MON_9_JUN)).status == "waiting"


class TestADelay:
    def test_explains_only_what_it_can(self):
        told = (("ask", MON_2_JUN), ("record_delay", date(2014, 6, 5)))

        assert only(replace(WITHIN_A_WEEK, explained_by_delay=True), MON_16_JUN, *told).status == "late_explained"
        assert only(WITHIN_A_WEEK, MON_16_JUN, *told).status == "overdue"

    def test_before_it_was_started_explains_nothing(self):
        clock = replace(WITHIN_A_WEEK, explained_by_delay=True)

        assert only(clock, MON_16_JUN, ("record_delay", MON_2_JUN), ("ask", MON_2_JUN)).status == "overdue"

    def test_of_an_earlier_start_explains_a_later_one_no_more(self):
        clock = replace(WITHIN_A_WEEK, explained_by_delay=True)
        told = (("ask", MON_2_JUN), ("record_delay", date(2014, 6, 5)), ("ask", MON_9_JUN))

        assert only(clock, MON_23_JUN, *told).status == "overdue"

    def test_moves_nothing(self):
        clock = replace(WITHIN_A_WEEK, explained_by_delay=True)

        assert only(clock, MON_16_JUN, ("ask", MON_2_JUN), ("record_delay", MON_9_JUN)).due_last == MON_9_JUN


class TestTheDayTheAreaChanged:
    clock = replace(WITHIN_A_WEEK, starts=(), from_area=True)

    def at(self, today: date, *told: Told, area_start: date | None = MON_9_JUN) -> Deadline:
        (deadline,) = standing(self.clock, today, *told, area_start=area_start).deadlines
        return deadline

    def test_starts_it(self):
        assert (self.at(MON_9_JUN).status, self.at(MON_9_JUN).due_last) == ("due_soon", MON_16_JUN)

    def test_is_waited_for(self):
        assert self.at(MON_2_JUN).status == "waiting"
        assert self.at(MON_23_JUN, area_start=None).status == "waiting"

    def test_does_not_concern_what_was_finished(self):
        assert self.at(MON_23_JUN, ("return", date(2014, 6, 5))).status == "waiting"
        assert self.at(MON_23_JUN, ("end", date(2014, 6, 5))).status == "waiting"

    def test_is_met_by_what_finishes_it_afterwards(self):
        assert self.at(MON_23_JUN, ("return", MON_16_JUN)).status == "met"


class TestHowLate:
    def test_what_is_not_done_is_late_from_its_last_day(self):
        assert overdue_by(only(WITHIN_A_WEEK, MON_16_JUN, ("ask", MON_2_JUN)), MON_16_JUN).days == 7

    def test_what_was_done_late_stays_as_late_as_it_was(self):
        deadline = only(WITHIN_A_WEEK, MON_23_JUN, ("ask", MON_2_JUN), ("return", date(2014, 6, 11)))

        assert overdue_by(deadline, MON_23_JUN).days == 2

    def test_what_is_in_time_or_was_never_started_is_not_late(self):
        for deadline in (only(WITHIN_A_WEEK, MON_9_JUN, ("ask", MON_2_JUN)), only(WITHIN_A_WEEK, MON_9_JUN)):
            assert overdue_by(deadline, MON_9_JUN).days == 0

    def test_from_a_month_it_counts_from_the_latest_reading(self):
        deadline = only(WITHIN_A_WEEK, date(2014, 7, 10), ("ask", "2014-06"))

        assert (deadline.due_first, deadline.due_last) == (date(2014, 6, 8), date(2014, 7, 7))
        assert overdue_by(deadline, date(2014, 7, 10)).days == 3
