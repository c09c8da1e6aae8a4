"""What a decision rests on: its date, the criteria as last answered, what was recommended, other choices; or holds."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from webapp.cases.due_dates import DueDate, shown
from webapp.cases.parts import Done, done
from webapp.cases.told import Answer, answered
from workflows.definition import Step
from workflows.history import Event
from workflows.reviews.serious_case_review import CRITERIA_GROUP
from workflows.standing import Availability, Standing, available

OF_A_SERIOUS_CASE_REVIEW = ("recommend", "record_peer_challenge")
OF_A_PRACTICE_REVIEW = ("submit_rapid_review", "record_panel_response")
OF_A_REPORT = ("submit_report",)

RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "decide_to_review": OF_A_SERIOUS_CASE_REVIEW,
    "decide_not_to_review": OF_A_SERIOUS_CASE_REVIEW,
    "decide_alternative_review": OF_A_SERIOUS_CASE_REVIEW,
    "return_to_subgroup": OF_A_SERIOUS_CASE_REVIEW,
    "decide_local_review": OF_A_PRACTICE_REVIEW,
    "decide_no_local_review": OF_A_PRACTICE_REVIEW,
    "approve_report": OF_A_REPORT,
    "return_report": OF_A_REPORT,
}
"""By decision, the steps whose answers are read before it is taken."""

# Whoever looks at a hold again, or ends it, reads why it was made and what the courts have done since.
ABOUT_A_HOLD = frozenset({"review_hold", "release_hold"})


@dataclass(frozen=True, slots=True)
class Grounds:
    """What is read before a decision: its date, each criterion, what others recommended, and the other choices."""

    due: tuple[DueDate, ...]
    criteria: tuple[Answer, ...]
    before: tuple[Done, ...]
    others: tuple[Availability, ...]


def grounds(step: Step, standing: Standing, roles: Collection[str]) -> Grounds | None:
    """Return what a decision rests on; none where the step is no such decision."""
    if step.key in ABOUT_A_HOLD and standing.holds:
        before = tuple(_before(event, standing) for event in _of_the_holds(standing))
        return Grounds(_due(step, standing), (), before, ())
    rests_on = RESTS_ON.get(step.key)
    if rests_on is None:
        return None
    alike = {key for key, steps in RESTS_ON.items() if steps is rests_on and key != step.key}
    return Grounds(
        _due(step, standing),
        () if rests_on is OF_A_REPORT else _criteria(standing),
        tuple(_before(event, standing) for event in standing.events if event.step in rests_on),
        tuple(each for each in available(standing, roles) if each.step.key in alike),
    )


def _due(step: Step, standing: Standing) -> tuple[DueDate, ...]:
    """Return the dates that are owed until the step is taken."""
    waiting = [
        each for each in standing.deadlines if each.is_live and step.key in {on.step for on in each.clock.met_by}
    ]
    return shown(waiting, standing)


def _of_the_holds(standing: Standing) -> Iterator[Event]:
    """Yield what authorised each hold of now, what was decided when it was last looked at, and proceedings since."""
    theirs = {event.sequence for hold in standing.holds for event in (hold.authorised, hold.reviewed) if event}
    begun = False
    for event in standing.events:
        begun = begun or event.sequence in theirs
        if event.sequence in theirs or (begun and event.step == "record_proceedings"):
            yield event


def _before(event: Event, standing: Standing) -> Done:
    """Return a step the decision rests on under its plain title, since its answers are all there beneath."""
    return replace(done(event, standing), title=standing.procedure.steps_by_key[event.step].done)


def _criteria(standing: Standing) -> tuple[Answer, ...]:
    """Return the criteria in the order they are asked, each as it was last answered."""
    found: dict[str, Answer] = {}
    for event in standing.events:
        step = standing.procedure.steps_by_key[event.step]
        asked = {question.key for question in step.asks if question.group == CRITERIA_GROUP}
        found |= {each.key: each for each in answered(step, event.answers) if each.key in asked}
    return tuple(found.values())
