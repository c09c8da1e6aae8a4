"""Histories nobody thought of: any step that can be taken next, answered in any way the questions allow."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.scenarios.stories import Story
from workflows.dates import PartialDate
from workflows.definition import Kind, Question, Step
from workflows.errors import StepRefused
from workflows.next_step import next_step
from workflows.registry import procedure_on
from workflows.standing import available

SOME_AGENCIES = ("Police", "School", "Health visiting")
SOME_ACTIONS = ("Train staff", "Mend the form")
FIRST_DAYS = {
    "serious_case_review": (date(2006, 5, 1), date(2019, 3, 29)),
    "practice_review": (date(2018, 7, 2), date(2027, 6, 1)),
    "child_death_review": (date(2008, 5, 1), date(2027, 6, 1)),
}
AREA_STARTS = (None, date(2019, 4, 1), date(2019, 9, 29))
LONGEST_GAP_DAYS = 75
FARTHEST = 16


@st.composite
def stories(draw: DrawFn, *, most_steps: int = 10, in_order: bool = False, exact: bool = False) -> Story:
    """Return a review told by chance: each step legal where it stands, some told late, some known only to the month."""
    workflow = draw(st.sampled_from(sorted(FIRST_DAYS)))
    day = draw(st.dates(*FIRST_DAYS[workflow]))
    story = Story(workflow, draw(st.sampled_from(AREA_STARTS)))
    opening = procedure_on(workflow, PartialDate.on(day), story.new_arrangements_start).opening
    story.tell(opening.key, day, **draw(answers(opening, day, story)))
    for _ in range(draw(st.integers(0, FARTHEST))):
        day += timedelta(days=draw(st.integers(1, 20)))
        _go_on(story, day)
    for _ in range(draw(st.integers(0, most_steps))):
        day += timedelta(days=draw(st.integers(1 if exact else 0, LONGEST_GAP_DAYS)))
        _tell_something(draw, story, day, in_order, exact)
    return story


def _go_on(story: Story, day: date) -> None:
    """Tell what comes next, answered as usual; nothing when that is refused."""
    step = next_step(story.on(day))
    if step is not None:
        with suppress(StepRefused):
            story.tell(step.key, day)


def _tell_something(draw: DrawFn, story: Story, day: date, in_order: bool, exact: bool) -> None:
    """Tell one step that can be taken; nothing when what is drawn is refused, as by a guard on the answers."""
    happened_on = day
    if not in_order and draw(st.integers(0, 5)) == 0:
        happened_on = max(day - timedelta(days=draw(st.integers(1, 60))), story.on(day).opened_on.last)
    on: date | str = happened_on
    if not exact and not in_order and draw(st.integers(0, 5)) == 0:
        on = f"{happened_on:%Y-%m}"
    step = draw(st.sampled_from(_possible(story, happened_on)))
    with suppress(StepRefused):
        story.tell(step.key, on, recorded=day, **draw(answers(step, happened_on, story)))


def _possible(story: Story, day: date) -> list[Step]:
    """Return the steps that can be taken, those that move a case on more than once so that it goes somewhere."""
    steps = [each.step for each in available(story.on(day)) if each.possible]
    ended = {state.key for state in story.procedure.states if state.ended}
    return [step for step in steps for _ in range(4 if step.moves and step.after not in ended else 1)]


@st.composite
def answers(draw: DrawFn, step: Step, on: date, story: Story) -> dict[str, Any]:
    """Return what is answered to a step: everything required, and some of the rest."""
    holds = tuple(hold.name for hold in story.on(on).holds) if story.history.events and step.on_hold else ()
    told: dict[str, Any] = {}
    for question in sorted(step.asks, key=lambda each: _depth(step, each)):
        if question.required or draw(st.booleans()):
            earliest = PartialDate.parse(
                told.get(question.not_before, on if question.not_before == "on" else on - timedelta(days=90))
            )
            told[question.key] = draw(_answer(question, on, earliest.first, holds))
    return told


def _depth(step: Step, question: Question) -> int:
    """Return how many dates must be told before this one, because each is compared with the one before it."""
    before = step.question(question.not_before)
    return _depth(step, before) + 1 if before else 0


def _answer(question: Question, on: date, earliest: date, holds: tuple[str, ...]) -> st.SearchStrategy[Any]:
    if question.kind is Kind.DATE:
        latest = max(earliest, on + timedelta(days=200 if question.may_be_future else 0))
        days = st.dates(min(earliest, on), latest)
        months = days.map(lambda day: f"{day:%Y-%m}")
        return days.map(date.isoformat) if question.day_needed else st.one_of(days.map(date.isoformat), months)
    if question.options:
        keys = [option.key for option in question.options]
        one = st.sampled_from(keys)
        return st.lists(one, min_size=1, max_size=3, unique=True) if question.kind is Kind.SOME_OF else one
    if question.kind is Kind.HOLD:
        return st.sampled_from(holds or ("INQUEST",))
    if question.kind is Kind.LINES:
        return st.lists(st.sampled_from(SOME_AGENCIES), min_size=1, unique=True)
    if question.kind is Kind.FACTORS:
        return st.just([])
    if question.kind is Kind.NHS_NUMBER:
        return st.just("943 476 5919")
    return st.sampled_from({"agency": SOME_AGENCIES, "action": SOME_ACTIONS}.get(question.key, ("1", "Some words")))
