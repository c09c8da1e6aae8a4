"""What is next in a case and whose turn it is, read from the declaration: nothing here is decided for anybody.

The next step is the one that leads on from where the case stands. While something must be true first, it is the step
that would make it so; while a hold keeps the case, it is the release; and where a case has ended and still owes
something, it is what would meet that.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from workflows.dates import PartialDate
from workflows.definition import Guard, Procedure, Step
from workflows.errors import StepRefused
from workflows.facts import Facts
from workflows.history import Event
from workflows.standing import Standing, refuse_unless_from_here, refuse_unless_guards_met


def next_step(standing: Standing) -> Step | None:
    """Return the step that comes next, or None where the case has ended and nothing is owed."""
    procedure = standing.procedure
    if standing.state != standing.underlying:
        return next((step for step in procedure.steps if step.on_hold == "releases"), None)
    onwards = _onwards(procedure, standing.underlying)
    if onwards is None:
        return _owed(standing)
    return next(_preparing(standing, onwards), onwards)


@cache
def _onwards(procedure: Procedure, state: str) -> Step | None:
    """Return the step that leads from a state to a later one; one that ends the case only if there is no other.

    Later is by stage, then in the order the states are declared. Of several, the one that belongs to the fewest
    states comes first, and then the one declared first: a transfer from everywhere is not what is next anywhere.
    """
    place = _places(procedure)
    steps = [
        step
        for step in procedure.steps
        if step.after and step.by and state in step.before and place[step.after] > place[state]
    ]
    return min(steps, key=lambda step: (procedure.state(step.after or "").ended, len(step.before)), default=None)


def _places(procedure: Procedure) -> dict[str, tuple[int, int]]:
    stages = [stage.key for stage in procedure.stages]
    return {state.key: (stages.index(state.stage), place) for place, state in enumerate(procedure.states)}


def _preparing(standing: Standing, onwards: Step) -> Iterator[Step]:
    """Yield what unmet guards wait for, in their order: steps not taken since the case came to where it stands."""
    entered = standing.moves[-1][0]
    taken = {event.step for event in standing.events[standing.events.index(entered) :]}
    for guard in onwards.guards:
        asked = [] if guard.is_met(standing.facts) else _asked_by(guard, standing.facts)
        waiting = [
            step
            for step in standing.procedure.steps
            if step.key in asked and step.key not in taken and not step.moves and _can_be_taken(standing, step)
        ]
        # Of several that one guard asks about, the later says what became of the earlier: an action added, then done.
        yield from waiting[-1:]


def _can_be_taken(standing: Standing, step: Step) -> bool:
    try:
        refuse_unless_from_here(standing, step)
        refuse_unless_guards_met(standing, step, PartialDate.on(standing.today), {})
    except StepRefused:
        return False
    return bool(step.by)


def _owed(standing: Standing) -> Step | None:
    """Return what would meet the deadline that bites first, of those that can still be met here."""
    live = (deadline for deadline in standing.deadlines if deadline.is_live and deadline.due_last)
    for deadline in sorted(live, key=lambda each: each.due_last or standing.today):
        for on in deadline.clock.met_by:
            step = standing.procedure.step(on.step)
            if standing.underlying in step.before and step.by:
                return step
    return None


@dataclass(frozen=True)
class _Listening(Facts):
    """Facts that note which steps are asked about."""

    heard: list[str] = field(kw_only=True)

    def __contains__(self, step: object) -> bool:
        self.heard.append(str(step))
        return super().__contains__(step)

    def each(self, *steps: str) -> Iterator[Event]:
        self.heard.extend(steps)
        return super().each(*steps)

    def latest(self, *steps: str) -> Event | None:
        self.heard.extend(steps)
        return super().latest(*steps)

    def answer(self, question: str, *steps: str) -> Any:
        self.heard.extend(steps)
        return super().answer(question, *steps)

    def since(self, step: str) -> "_Listening":
        return _listening(super().since(step), self.heard)


def _asked_by(guard: Guard, facts: Facts) -> list[str]:
    heard: list[str] = []
    guard.is_met(_listening(facts, heard))
    return heard


def _listening(facts: Facts, heard: list[str]) -> _Listening:
    told = {each.name: getattr(facts, each.name) for each in fields(Facts)}
    return _Listening(**told, heard=heard)
