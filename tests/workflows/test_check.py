"""Every kind of mistake in a declaration is found when the program starts, and all of them at once."""

from dataclasses import replace
from typing import Any

import pytest

from workflows import check
from workflows.check import DeclarationsWrong, check_all, problems
from workflows.dates import days
from workflows.definition import (
    Clock,
    Guard,
    HoldScope,
    Kind,
    Notice,
    On,
    Option,
    Procedure,
    Question,
    Source,
    Stage,
    State,
    Step,
    Workflow,
    YearEnd,
)
from workflows.regimes import PRACTICE_REVIEW
from workflows.registry import workflows

YES_NO = (Option("yes", "Yes"), Option("no", "No"))
SOURCE = Source("T-0", "A guide, chapter 1")

OPEN = Step(
    "open", "Open", "Opened", after="waiting", opens=True, by=("business_manager",),
    asks=(
        Question("told_on", "Told on", Kind.DATE, required=True),
        Question("harmed", "Harmed?", Kind.ONE_OF, options=YES_NO),
    ),
)  # fmt: skip
ASK = Step(
    "ask", "Ask", "Asked", before=("waiting",), by=("business_manager",),
    asks=(Question("agency", "Agency"), Question("due_on", "Due", Kind.DATE, not_before="on")),
)  # fmt: skip
RETURN = Step(
    "return", "Return", "Returned", before=("waiting",), by=("agency_lead",), asks=(Question("agency", "Agency"),)
)
PUBLISH = Step(
    "publish", "Publish", "Published", before=("waiting",), after="published", by=("board_chair",),
    activity="publication", tells=(Notice("published", "business_manager"),),
    guards=(Guard("was_asked", lambda facts: "ask" in facts, "Nobody has been asked", SOURCE),),
)  # fmt: skip
HOLD = Step(
    "hold", "Hold", "Held", before=("waiting", "held"), by=("board_chair",), on_hold="authorises",
    asks=(Question("review_on", "Look again on", Kind.DATE),),
)  # fmt: skip
RELEASE = Step(
    "release", "Release", "Released", before=("waiting", "held"), by=("board_chair",), on_hold="releases",
    asks=(Question("hold", "Which", Kind.HOLD),),
)  # fmt: skip
TELL = Clock("tell", "Tell", days(5), SOURCE, starts=(On("open", "told_on"),), met_by=(On("publish"),))
ANSWER = Clock(
    "answer", "Answer", None, SOURCE, per="each",
    starts=(On("ask", "due_on", each=("agency",)),), met_by=(On("return", each=("agency",)),),
)  # fmt: skip

SOUND = Procedure(
    workflow=PRACTICE_REVIEW,
    regime="WT2018",
    title="A review",
    stages=(Stage("first", "First"), Stage("last", "Last")),
    states=(
        State("waiting", "Waiting", "first"),
        State("held", "Held", "first"),
        State("published", "Published", "last", ended=True),
    ),
    steps=(OPEN, ASK, RETURN, PUBLISH, HOLD, RELEASE),
    clocks=(TELL, ANSWER),
    scopes=(HoldScope("publication", "publication", ("waiting",), "held"),),
)  # fmt: skip


def found_in(**changes: Any) -> list[str]:
    """Return what is wrong with the sound procedure, changed like this."""
    procedure = replace(SOUND, **changes)
    return [problem for each in check.CHECKS for problem in each(procedure)]


def with_step(key: str, **changes: Any) -> dict[str, Any]:
    return {"steps": tuple(replace(step, **changes) if step.key == key else step for step in SOUND.steps)}


def with_clock(**changes: Any) -> dict[str, Any]:
    return {"clocks": (replace(TELL, **changes), ANSWER)}


def a_guard(holds: Any, **more: Any) -> dict[str, Any]:
    return with_step("publish", guards=(Guard("a_guard", holds, more.pop("otherwise", "No"), **more),))


def test_a_sound_procedure_has_no_problem():
    assert found_in() == []


def test_what_is_declared_is_sound():
    check_all()


BROKEN = {
    "a key that means two things": (
        {"steps": (*SOUND.steps, ASK)}, "ask occurs 2 times among the steps"),
    "a question asked twice": (
        with_step("return", asks=(*RETURN.asks, *RETURN.asks)), "agency occurs 2 times among the questions of return"),
    "an option offered twice": (
        with_step("open", asks=(OPEN.asks[0], replace(OPEN.asks[1], options=YES_NO + YES_NO))),
        "yes occurs 2 times among the options of open.harmed"),
    "a guard named twice": (
        with_step("publish", guards=PUBLISH.guards * 2), "was_asked occurs 2 times among the guards of publish"),
    "a state of no stage": (
        {"states": (replace(SOUND.states[0], stage="nowhere"), *SOUND.states[1:])},
        "state waiting belongs to nowhere, which is no stage"),
    "a state nothing leads to": (
        {"states": (*SOUND.states, State("lost", "Lost", "last", ended=True))}, "state lost cannot be reached"),
    "a state only nobody leads to": (
        with_step("publish", by=()), "state published cannot be reached"),
    "a dead end": (
        {"states": (*SOUND.states[:2], replace(SOUND.states[2], ended=False))},
        "state published is a dead end: no step leads out of it"),
    "states that lead only to each other": (
        {"states": (*SOUND.states[:2], replace(SOUND.states[2], ended=False)),
         "steps": (*SOUND.steps, replace(PUBLISH, key="recall", before=("published",), after="waiting"))},
        "state published leads to no end"),
    "a hold state nobody can leave": (
        with_step("release", before=("waiting",)), "state held is a dead end: no step leads out of it"),
    "a hold state nobody can enter": (
        with_step("hold", before=("held",)), "state held cannot be reached"),
    "two steps that open": (
        {"steps": (*SOUND.steps, replace(OPEN, key="open_again"))}, "one step opens a case, not 2"),
    "no step that opens": (
        {"steps": SOUND.steps[1:]}, "one step opens a case, not 0"),
    "a step from an unknown state": (
        with_step("ask", before=("waiting", "limbo")), "step ask is taken from limbo, which is no state"),
    "a step to an unknown state": (
        with_step("publish", after="limbo"), "step publish leads to limbo, which is no state"),
    "a step nobody can take": (
        with_step("ask", by=()), "step ask can be taken by nobody"),
    "a step by an unknown role": (
        with_step("ask", by=("wizard",)), "step ask is taken by wizard, which is no role"),
    "a step by someone who only reads": (
        with_step("ask", by=("auditor",)), "step ask is taken by auditor, who only reads"),
    "a step from nowhere": (
        with_step("ask", before=()), "step ask is taken from nowhere"),
    "an opening step from a state": (
        with_step("open", before=("waiting",)), "step open opens a case and is taken from a state"),
    "a notice to an unknown role": (
        with_step("publish", tells=(Notice("published", "wizard"),)), "step publish tells wizard, which is no role"),
    "a list with nothing in it": (
        with_step("open", asks=(OPEN.asks[0], replace(OPEN.asks[1], options=()))),
        "open.harmed is chosen from a list, and the list is empty"),
    "options nobody can choose": (
        with_step("return", asks=(Question("agency", "Agency", options=YES_NO),)),
        "return.agency has options and is not chosen from a list"),
    "a hold named where holds do not change": (
        with_step("return", asks=(*RETURN.asks, Question("hold", "Hold", Kind.HOLD))),
        "return.hold names a hold, and return does nothing to holds"),
    "a date compared with what is not asked": (
        with_step("ask", asks=(ASK.asks[0], replace(ASK.asks[1], not_before="asked_on"))),
        "ask.due_on is compared with asked_on, which is no date the step asks"),
    "a date compared with what is no date": (
        with_step("ask", asks=(ASK.asks[0], replace(ASK.asks[1], not_before="agency"))),
        "ask.due_on is compared with agency, which is no date the step asks"),
    "a guard that asks about an unknown step": (
        a_guard(lambda facts: "recant" in facts), "guard a_guard of publish asks about recant, which is no step"),
    "a guard that asks how often an unknown step was taken": (
        a_guard(lambda facts: any(facts.each("ask", "recant"))),
        "guard a_guard of publish asks about recant, which is no step"),
    "a guard that asks when an unknown step was last taken": (
        a_guard(lambda facts: facts.latest("recant") is None),
        "guard a_guard of publish asks about recant, which is no step"),
    "a guard that asks since an unknown step": (
        a_guard(lambda facts: "ask" in facts.since("recant")),
        "guard a_guard of publish asks about recant, which is no step"),
    "a guard that asks for an answer no step asks": (
        a_guard(lambda facts: facts.answer("colour", "ask") == "red"),
        "guard a_guard of publish asks for colour, which ask does not ask"),
    "a guard that asks for an answer its own step does not ask": (
        a_guard(lambda facts: facts.answers.get("colour") == "red"),
        "guard a_guard of publish asks for publish.colour, which is not asked"),
    "a guard that takes an answer nobody was asked for": (
        a_guard(lambda facts: all(event.answers["colour"] for event in facts.each("ask"))),
        "guard a_guard of publish cannot be tried: KeyError: 'ask.colour'"),
    "a guard that asks only when the answer is no": (
        a_guard(lambda facts: facts.answer("harmed", "open") != "no" or "recant" in facts),
        "guard a_guard of publish asks about recant, which is no step"),
    "a guard that refuses without a word": (
        a_guard(lambda _: False, otherwise=lambda _: " "), "guard a_guard of publish refuses without a word"),
    "a guard lifted by what is not asked": (
        a_guard(lambda _: False, unless_answered="why"),
        "guard a_guard of publish is lifted by why, which publish does not ask"),
    "a guard whose source has no rule": (
        a_guard(lambda _: False, source=Source("", "A guide")),
        "guard a_guard of publish has a source without its rule or its text"),
    "a clock nothing starts": (
        with_clock(starts=()), "clock tell is started by nothing"),
    "a clock nothing meets": (
        with_clock(met_by=()), "clock tell is met by nothing"),
    "a number without a source": (
        with_clock(source=Source("", "")), "clock tell has a number without a source"),
    "a limit asked for, without a source": (
        with_clock(runs=None, source=Source("", "")), "clock tell has a limit without a source"),
    "a limit that is no date asked for": (
        with_clock(runs=None, starts=(On("open"),)),
        "clock tell has no number, and starts from no date that is asked for"),
    "a day no year has": (
        with_clock(runs=YearEnd(2, 32)), "clock tell ends on a day no year has"),
    "a clock that watches an unknown step": (
        with_clock(met_by=(On("recant"),)), "clock tell watches recant, which is no step"),
    "a clock from an unknown date": (
        with_clock(starts=(On("open", "heard_on"),)),
        "clock tell watches open.heard_on, which is no date the step asks"),
    "a clock from what is no date": (
        with_clock(starts=(On("open", "harmed"),)), "clock tell watches open.harmed, which is no date the step asks"),
    "a clock told apart by what is not asked": (
        {"clocks": (TELL, replace(ANSWER, met_by=(On("return", each=("kind",)),)))},
        "clock answer is told apart by return.kind, which is not asked"),
    "a clock told apart that runs once": (
        with_clock(met_by=(On("return", each=("agency",)),)), "clock tell runs once, and is told apart by return"),
    "a clock for each of nothing": (
        {"clocks": (TELL, replace(ANSWER, met_by=(On("return"),)))}, "clock answer runs for each of nothing by return"),
    "a clock for each hold, from a step that does nothing to holds": (
        with_clock(per="hold"), "clock tell runs for each hold, and open does nothing to holds"),
    "a clock restricted by an answer nobody can give": (
        with_clock(starts=(On("open", where={"harmed": ("perhaps",)}),)),
        "clock tell watches open where harmed is perhaps, which cannot be answered"),
    "a clock restricted by what is not asked": (
        with_clock(starts=(On("open", where={"colour": ("red",)}),)),
        "clock tell watches open where colour is red, which cannot be answered"),
    "a clock voided by an unknown step": (
        with_clock(voided_by=(On("recant"),)), "clock tell is voided by recant, which is no step"),
    "a clock voided by an answer that is not asked": (
        {"clocks": (TELL, replace(ANSWER, voided_by=(On("return", each=("kind",)),)))},
        "clock answer is told apart by return.kind, which is not asked"),
    "a clock that runs once, voided for one": (
        with_clock(voided_by=(On("return", each=("agency",)),)), "clock tell runs once, and is told apart by return"),
    "a clock voided from a day that is asked for": (
        with_clock(voided_by=(On("return", "sent_on"),)),
        "clock tell is voided by return.sent_on, and is void from the day of the step"),
    "a delay that cannot be recorded": (
        with_clock(explained_by_delay=True), "clock tell is explained by record_delay, which is no step"),
    "a hold on what may not be held": (
        {"scopes": (*SOUND.scopes, HoldScope("rapid_review", "the rapid review"))},
        "hold scope rapid_review may not be held"),
    "a hold that stops nothing": (
        {"scopes": (*SOUND.scopes, HoldScope("approval", "approval"))}, "hold scope approval stops no step"),
    "a hold state over no state": (
        {"scopes": (HoldScope("publication", "publication", (), "held"),)},
        "hold scope publication needs both the states it covers and the state to stand in, or neither"),
    "a hold state that is no state": (
        {"scopes": (HoldScope("publication", "publication", ("waiting",), "frozen"),)},
        "hold scope publication names frozen, which is no state"),
    "a hold over an unknown state": (
        {"scopes": (HoldScope("publication", "publication", ("waiting", "limbo"), "held"),)},
        "hold scope publication names limbo, which is no state"),
    "an activity no hold covers": (
        with_step("ask", activity="asking"), "step ask belongs to activity asking, which no hold scope covers"),
    "a step from a hold state alone": (
        with_step("return", before=("held",)), "step return is taken from held and from no state it lies over"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "problem"), BROKEN.values(), ids=BROKEN)
def test_a_mistake_is_found(changes, problem):
    assert problem in found_in(**changes)


@pytest.mark.parametrize("key", sorted(check.NEVER_HELD))
def test_what_may_never_be_held_is_stopped_by_no_hold(key):
    """DOMAIN 6.2: notifications, the rapid review, immediate learning and the action plan are never held."""
    stopped = replace(RETURN, key=key, activity="publication")
    kept = replace(PUBLISH, key=key, activity=None)

    assert f"step {key} may never be held, and a hold on publication would stop it" in found_in(
        steps=(*SOUND.steps, stopped)
    )
    assert f"step {key} may never be held, and a hold on publication would keep it from waiting" in found_in(
        steps=(*SOUND.steps, kept)
    )


def test_a_step_left_possible_in_the_hold_state_is_not_kept_by_the_hold():
    from_both = replace(PUBLISH, key="record_delay", activity=None, before=("waiting", "held"))

    assert found_in(steps=(*SOUND.steps, from_both)) == []


def test_every_edition_in_force_has_a_procedure():
    """R-0: a case opened on any day finds the procedure of its edition."""
    found = problems(Workflow(PRACTICE_REVIEW, "A review", "R", {"WT2018": SOUND}))

    assert f"{PRACTICE_REVIEW}: WT2023 is in force and has no procedure" in found


def test_a_procedure_belongs_to_the_edition_it_is_filed_under():
    found = problems(Workflow(PRACTICE_REVIEW, "A review", "R", {"WT2015": SOUND}))

    assert f"{PRACTICE_REVIEW}: WT2015 is not an edition in force for it" in found
    assert f"{PRACTICE_REVIEW}: WT2015 holds the procedure of {PRACTICE_REVIEW} WT2018" in found


def test_all_failures_are_reported_at_once():
    wrong = replace(
        SOUND, clocks=(replace(TELL, starts=(), met_by=()), ANSWER), steps=(*SOUND.steps, replace(ASK, by=()))
    )
    found = problems(Workflow(PRACTICE_REVIEW, "A review", "R", {"WT2018": wrong}))

    assert {
        f"{PRACTICE_REVIEW} WT2018: clock tell is started by nothing",
        f"{PRACTICE_REVIEW} WT2018: clock tell is met by nothing",
        f"{PRACTICE_REVIEW} WT2018: step ask can be taken by nobody",
    } <= set(found)


def test_the_failure_says_all_of_them():
    refused = DeclarationsWrong(["one thing", "another"])

    assert str(refused) == "one thing\nanother"
    assert refused.failures == ("one thing", "another")


@pytest.mark.parametrize("workflow", workflows().values(), ids=lambda workflow: workflow.key)
def test_each_workflow_is_sound(workflow):
    assert problems(workflow) == []
