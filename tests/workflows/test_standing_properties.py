"""What must hold of every history that can come about, whatever happened and however it was told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.scenarios.stories import Story, noon
from tests.workflows.histories import stories
from workflows.calendar import ENGLAND
from workflows.clocks import due
from workflows.dates import PartialDate
from workflows.definition import Clock, Procedure
from workflows.errors import NotAvailable, NotYourRole, OnHold, StepRefused
from workflows.explanation import explain
from workflows.history import Event
from workflows.holds import Hold, days_under_hold
from workflows.machine import NotFromHere, machine_for
from workflows.next_step import next_step
from workflows.registry import workflows
from workflows.standing import Standing, available, stand

PROCEDURES = [procedure for workflow in workflows().values() for procedure in workflow.procedures.values()]
CLOCKS = [clock for procedure in PROCEDURES for clock in procedure.clocks if not clock.from_area]


def last_day(story: Story) -> date:
    return max(event.happened_on.last for event in story.history.events)


def any_day(data: st.DataObject, story: Story) -> date:
    """Return a day from the opening of a case to two years after the last that is known of it."""
    opened = story.history.events[0].happened_on.last
    return data.draw(st.dates(opened, last_day(story) + timedelta(days=730)), label="asked about")


def told_of(standing: Standing) -> tuple[Any, ...]:
    """Return what a reader sees of a standing, without the order in which it was recorded."""
    deadlines = [
        (
            each.key,
            each.subject,
            each.due_first,
            each.due_last,
            each.status,
            each.met_on,
            each.voided_on,
            each.uncertain,
        )
        for each in standing.deadlines
    ]
    return (
        standing.state,
        standing.underlying,
        sorted(deadlines, key=repr),
        sorted(hold.name for hold in standing.holds),
    )


@given(story=stories(), data=st.data())
def test_every_day_of_every_case_can_be_asked_about(story, data):
    """No page of a case fails: where it stands, what is next, what can be recorded, and why each date is what it is."""
    standing = story.on(any_day(data, story))

    next_step(standing)
    assert standing.state in standing.procedure.states_by_key
    assert {each.step.key for each in available(standing)} <= standing.procedure.steps_by_key.keys()
    assert 0 <= standing.time_taken.under_hold <= standing.time_taken.elapsed
    for deadline in standing.deadlines:
        explanation = explain(deadline, standing)
        assert all(sentence.strip(" .") for sentence in explanation.sentences())
        assert explanation.rule
        assert explanation.as_data()["parts"]


@given(story=stories())
def test_nothing_that_was_accepted_is_out_of_place(story):
    assert story.on(last_day(story)).out_of_place == ()


@given(story=stories(), data=st.data())
def test_a_past_day_stands_as_if_nothing_later_were_known(story, data):
    """ARCHITECTURE 2: what happens later changes no past day."""
    day = any_day(data, story)
    until_then = tuple(event for event in story.history.events if event.happened_on.last <= day)

    assert story.on(day) == stand(story.procedure, replace(story.history, events=until_then), ENGLAND, day)


@given(story=stories(in_order=True), data=st.data())
def test_a_past_day_stands_as_it_stood_when_it_was_today(story, data):
    """When nothing is told late, what is computed for a past day is what was computed on it."""
    day = any_day(data, story)

    assert story.on(day) == story.on(day, known_at=noon(day))


@given(story=stories(exact=True), data=st.data())
def test_the_order_of_recording_does_not_matter(story, data):
    """Days decide, where they are known and differ."""
    first, *others = story.history.events
    days = [event.happened_on for event in others]
    assume(len(set(days)) == len(days) and first.happened_on not in days)
    told = [first, *data.draw(st.permutations(others))]
    renumbered = tuple(replace(event, sequence=place) for place, event in enumerate(told, 1))
    shuffled = stand(story.procedure, replace(story.history, events=renumbered), ENGLAND, last_day(story))

    assert told_of(shuffled) == told_of(story.on(last_day(story)))


@given(story=stories())
def test_a_case_stands_where_its_last_move_led(story):
    """An oracle without a machine: nothing else moves a case, and a hold only lies over where it stands."""
    standing = story.on(last_day(story))
    moves = [event for event in standing.events if story.procedure.step(event.step).moves]

    assert standing.underlying == story.procedure.step(moves[-1].step).after
    held = {state: scope for scope in story.procedure.scopes for state in scope.states}.get(standing.underlying)
    covered = held is not None and any(held.key in hold.scopes for hold in standing.holds)
    assert standing.state == (held.stands_in if held is not None and covered else standing.underlying)


@given(story=stories(), data=st.data())
def test_what_is_offered_and_what_is_taken_agree(story, data):
    """STYLE: buttons come from what enforces them. Offered, a step is refused for its answers at most."""
    day = last_day(story)
    offered = data.draw(st.sampled_from(available(story.on(day))))
    refusal = _refusal(story, offered.step.key, day)

    if offered.refusal is None:
        assert not isinstance(refusal, NotYourRole | NotAvailable | OnHold)
    if isinstance(offered.refusal, NotAvailable | OnHold):
        assert type(refusal) is type(offered.refusal)
        assert refusal is not None
        assert refusal.reasons == offered.refusal.reasons


def _refusal(story: Story, step: str, day: date) -> StepRefused | None:
    before = story.history
    try:
        story.tell(step, day)
    except StepRefused as refusal:
        return refusal
    finally:
        story.history = before
    return None


@given(story=stories(), data=st.data())
def test_a_correction_of_when_a_hold_was_authorised_gives_no_hold_back_and_takes_none_away(story, data):
    """Steps that looked at it or released it go on meaning it, whatever it is called since."""
    authorised = [event for event in story.history.events if event.step == "authorise_hold"]
    if not authorised:
        return
    event, until = data.draw(st.sampled_from(authorised)), last_day(story)
    before = [hold.authorised.sequence for hold in story.on(until).holds]
    day = data.draw(st.dates(story.history.events[0].happened_on.last, until), label="corrected to")
    try:
        story.correct(event, until, on=day)
    except StepRefused:
        return

    assert sorted(hold.authorised.sequence for hold in story.on(until).holds) == sorted(before)


@given(story=stories(), data=st.data())
def test_a_step_struck_out_leaves_no_trace_in_how_the_case_stands(story, data):
    others = story.history.events[1:]
    assume(others)
    event = data.draw(st.sampled_from(others))
    without = replace(story.history, events=tuple(each for each in story.history.events if each is not event))
    try:
        story.strike_out(event, last_day(story))
    except StepRefused:
        return

    assert told_of(story.on(last_day(story))) == told_of(stand(story.procedure, without, ENGLAND, last_day(story)))


class TestDates:
    @pytest.mark.parametrize("clock", {each.key: each for each in CLOCKS}.values(), ids=lambda clock: clock.key)
    @given(
        start=st.dates(date(2006, 1, 1), date(2040, 1, 1)),
        later=st.integers(0, 800).map(lambda days: timedelta(days=days)),
    )
    def test_a_later_start_is_never_due_earlier(self, clock: Clock, start, later):
        assert due(clock, start, ENGLAND) <= due(clock, start + later, ENGLAND)

    @given(story=stories(), data=st.data())
    def test_the_earliest_reading_is_never_after_the_latest(self, story, data):
        for deadline in story.on(any_day(data, story)).deadlines:
            if deadline.due_first is not None and deadline.due_last is not None:
                assert deadline.due_soon_on <= deadline.due_first <= deadline.due_last

    @given(story=stories(), data=st.data())
    def test_what_is_met_stays_met_as_days_pass(self, story, data):
        """Nothing but a step changes a date, and a date that was met in time never becomes late."""
        day = data.draw(st.dates(last_day(story), last_day(story) + timedelta(days=400)))
        before = {(each.key, each.subject): each for each in story.on(last_day(story)).deadlines}

        for deadline in story.on(day).deadlines:
            then = before[deadline.key, deadline.subject]
            assert (deadline.due_first, deadline.due_last, deadline.met_on) == (
                then.due_first,
                then.due_last,
                then.met_on,
            )
            if then.met_on is not None or then.status == "void":
                assert deadline.status == then.status


@st.composite
def holds(draw: st.DrawFn) -> Hold:
    begun = draw(st.dates(date(2014, 1, 1), date(2014, 12, 31)))
    length = draw(st.none() | st.integers(0, 120))
    released = None if length is None else _on(begun + timedelta(days=length))
    return Hold("INQUEST", frozenset({"publication"}), authorised=_on(begun), released=released)


def _on(day: date) -> Event:
    return Event(1, "authorise_hold", PartialDate.on(day), noon(day), "board_chair")


@given(
    active=st.lists(holds(), max_size=6),
    start=st.dates(date(2013, 12, 1), date(2014, 12, 31)),
    length=st.integers(0, 500),
)
def test_holds_that_overlap_count_once(active: Sequence[Hold], start, length):
    """Against counting day by day (DOMAIN 6, K16)."""
    days = [start + timedelta(days=number) for number in range(length)]

    assert days_under_hold(active, start, start + timedelta(days=length)) == sum(
        any(_is_held(hold, day) for hold in active) for day in days
    )


def _is_held(hold: Hold, day: date) -> bool:
    released = hold.released.happened_on.first if hold.released else date.max
    return hold.authorised.happened_on.first <= day < released


def _registered_with(trigger: Any) -> list[object]:
    return list(trigger.__self__.machine.models)


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda each: f"{each.workflow}-{each.regime}")
class TestTheMachine:
    def test_has_no_way_round_a_step(self, procedure: Procedure):
        """P1: transitions would add a way to every state, past every guard and hold."""
        triggers = machine_for(procedure)._triggers

        assert triggers.keys() == {step.key for step in procedure.steps if step.before}
        assert not [name for name in triggers if name.startswith("to_")]

    def test_keeps_nothing_it_was_fired_on(self, procedure: Procedure):
        """P5: a machine that registers models grows with every case."""
        compiled = machine_for(procedure)
        step = next(each for each in procedure.steps if each.moves and each.before)
        for _ in range(10):
            compiled.fire(step.before[0], step.key)

        assert not any(_registered_with(trigger) for trigger in compiled._triggers.values())

    def test_leads_where_the_declaration_says_whether_or_not_it_was_asked_before(self, procedure: Procedure):
        compiled = machine_for(procedure)
        for _ in range(2):
            for step in procedure.steps:
                for state in set(step.before) - procedure.hold_states:
                    assert compiled.fire(state, step.key) == (step.after or state)

    def test_refuses_what_is_not_declared_every_time(self, procedure: Procedure):
        compiled = machine_for(procedure)
        step = next(each for each in procedure.steps if each.moves and each.before)
        elsewhere = next(state.key for state in procedure.states if state.key not in step.before)
        for _ in range(2):
            with pytest.raises(NotFromHere):
                compiled.fire(elsewhere, step.key)

    def test_is_compiled_once(self, procedure: Procedure):
        assert machine_for(procedure) is machine_for(procedure)
