"""What every declaration must satisfy, so that a mistake in one is found when the program starts and not by a case.

Each check yields sentences; all of them are gathered before anything is refused.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from workflows import regimes
from workflows.clocks import DELAY_STEP
from workflows.definition import Clock, Kind, On, Procedure, Step, Workflow, YearEnd
from workflows.registry import workflows
from workflows.rehearsal import wrongly_asked
from workflows.roles import ADMINISTRATOR, AUDITOR, BOARD_MEMBER, ROLES

READS_ONLY = frozenset({BOARD_MEMBER, AUDITOR, ADMINISTRATOR})

# DOMAIN 6.2: what a hold may cover. Anything else a hold would name is refused here.
MAY_BE_HELD = frozenset({
    "publication", "approval", "review", "learning_events", "witness_conversations", "family_contact", "panel_review",
})  # fmt: skip

# DOMAIN 6.2, 4.8: what no hold may ever stop: notifications, the rapid review, the joint response and requests for
# reports, immediate learning, the action plan, and the record of holds, proceedings and delay itself.
NEVER_HELD = frozenset({
    "record_incident_notification", "record_incident", "notify_panel", "tell_partners", "tell_national_bodies",
    "submit_rapid_review", "record_panel_response",
    "notify_death", "convene_joint_response", "request_report", "record_report", "record_report_not_coming",
    "finalise_return",
    "publish_learning_brief", "agree_action_plan", "add_action", "update_action", "record_impact_return",
    "record_proceedings", "record_delay", "review_hold", "release_hold",
})  # fmt: skip


class DeclarationsWrong(Exception):
    """Some declaration cannot be relied on. Carries every failure found."""

    def __init__(self, failures: Iterable[str]) -> None:
        self.failures = tuple(failures)
        super().__init__("\n".join(self.failures))


@cache
def check_all() -> None:
    """Raise DeclarationsWrong with everything that is wrong with any declared workflow. Checked once a process."""
    failures = [failure for workflow in workflows().values() for failure in problems(workflow)]
    if failures:
        raise DeclarationsWrong(failures)


def problems(workflow: Workflow) -> list[str]:
    """Return a sentence for each thing that is wrong with a workflow, in any of its editions."""
    found = [f"{workflow.key}: {problem}" for problem in _editions(workflow)]
    for regime, procedure in workflow.procedures.items():
        found += [f"{workflow.key} {regime}: {problem}" for check in CHECKS for problem in check(procedure)]
    return found


def _editions(workflow: Workflow) -> Iterator[str]:
    """Every edition that applies to this kind of review has a procedure, and the other way round (R-0)."""
    in_force = {
        regime.key
        for regime in regimes.REGIMES
        if workflow.key in regime.applies_from or workflow.key in regime.from_area_start
    }
    yield from (f"{key} is in force and has no procedure" for key in sorted(in_force - workflow.procedures.keys()))
    yield from (f"{key} is not an edition in force for it" for key in sorted(workflow.procedures.keys() - in_force))
    for key, procedure in workflow.procedures.items():
        if (procedure.workflow, procedure.regime) != (workflow.key, key):
            yield f"{key} holds the procedure of {procedure.workflow} {procedure.regime}"


def _keys(procedure: Procedure) -> Iterator[str]:
    """No key means two things."""
    for what, named in (
        ("stages", procedure.stages),
        ("states", procedure.states),
        ("steps", procedure.steps),
        ("clocks", procedure.clocks),
        ("hold scopes", procedure.scopes),
    ):
        yield from _repeated(f"the {what}", [each.key for each in named])
    for step in procedure.steps:
        yield from _repeated(f"the questions of {step.key}", [question.key for question in step.asks])
        yield from _repeated(f"the guards of {step.key}", [guard.key for guard in (*step.guards, *step.cautions)])
        for question in step.asks:
            yield from _repeated(f"the options of {step.key}.{question.key}", [each.key for each in question.options])


def _repeated(where: str, keys: list[str]) -> Iterator[str]:
    yield from (f"{key} occurs {times} times among {where}" for key, times in Counter(keys).items() if times > 1)


def _states(procedure: Procedure) -> Iterator[str]:
    """Every state belongs to a stage, can be reached, and leads to an end."""
    stages = {stage.key for stage in procedure.stages}
    yield from (
        f"state {state.key} belongs to {state.stage}, which is no stage"
        for state in procedure.states
        if state.stage not in stages
    )
    ways = _ways(procedure)
    for state in procedure.states:
        if state.key not in _reached(_openings(procedure), ways):
            yield f"state {state.key} cannot be reached"
        if not state.ended and not ways.get(state.key):
            yield f"state {state.key} is a dead end: no step leads out of it"
        elif not state.ended and not any(
            each.ended and each.key in _reached([state.key], ways) for each in procedure.states
        ):
            yield f"state {state.key} leads to no end"


def _openings(procedure: Procedure) -> list[str]:
    return [step.after for step in procedure.steps if step.opens and step.after]


def _ways(procedure: Procedure) -> Mapping[str, set[str]]:
    """Return the states each state leads to, by a step or by a hold that is authorised or released."""
    ways: dict[str, set[str]] = {}
    for step in procedure.steps:
        for before in step.before:
            if step.after and step.by:
                ways.setdefault(before, set()).add(step.after)
    for scope in procedure.scopes:
        for state in scope.states:
            if scope.stands_in and _some_step(procedure, "authorises", state):
                ways.setdefault(state, set()).add(scope.stands_in)
            if scope.stands_in and _some_step(procedure, "releases", scope.stands_in):
                ways.setdefault(scope.stands_in, set()).add(state)
    return ways


def _some_step(procedure: Procedure, on_hold: str, state: str) -> bool:
    return any(step.on_hold == on_hold and state in step.before for step in procedure.steps)


def _reached(starts: Iterable[str], ways: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(starts)
    while waiting:
        here = waiting.pop()
        if here not in reached:
            reached.add(here)
            waiting.extend(ways.get(here, ()))
    return reached


def _steps(procedure: Procedure) -> Iterator[str]:
    """Every step can be taken by somebody, from somewhere, and leads somewhere there is."""
    states, roles = procedure.states_by_key, ROLES
    if len(_openings(procedure)) != 1:
        yield f"one step opens a case, not {len(_openings(procedure))}"
    for step in procedure.steps:
        yield from (
            f"step {step.key} is taken from {key}, which is no state" for key in step.before if key not in states
        )
        if step.after and step.after not in states:
            yield f"step {step.key} leads to {step.after}, which is no state"
        if not step.by:
            yield f"step {step.key} can be taken by nobody"
        yield from (f"step {step.key} is taken by {role}, which is no role" for role in step.by if role not in roles)
        yield from (f"step {step.key} is taken by {role}, who only reads" for role in step.by if role in READS_ONLY)
        if step.opens == bool(step.before):
            yield f"step {step.key} " + (
                "opens a case and is taken from a state" if step.opens else "is taken from nowhere"
            )
        yield from (
            f"step {step.key} tells {notice.to}, which is no role" for notice in step.tells if notice.to not in roles
        )


def _questions(procedure: Procedure) -> Iterator[str]:
    """Every question can be answered, and compares only with what the step asks."""
    for step in procedure.steps:
        for question in step.asks:
            where = f"{step.key}.{question.key}"
            if question.kind in (Kind.ONE_OF, Kind.SOME_OF) and not question.options:
                yield f"{where} is chosen from a list, and the list is empty"
            if question.options and question.kind not in (Kind.ONE_OF, Kind.SOME_OF):
                yield f"{where} has options and is not chosen from a list"
            if question.kind is Kind.HOLD and not step.on_hold:
                yield f"{where} names a hold, and {step.key} does nothing to holds"
            if question.not_before and not _is_date_asked(step, question.not_before):
                yield f"{where} is compared with {question.not_before}, which is no date the step asks"


def _is_date_asked(step: Step, key: str) -> bool:
    """Whether this is a date the step asks, `on` being the day the step itself happened."""
    question = step.question(key)
    return key == "on" or (question is not None and question.kind is Kind.DATE)


def _guards(procedure: Procedure) -> Iterator[str]:
    """Every guard asks only about steps and answers there are, and says why it refuses."""
    for step in procedure.steps:
        for guard in (*step.guards, *step.cautions):
            where = f"guard {guard.key} of {step.key}"
            if guard.unless_answered and step.question(guard.unless_answered) is None:
                yield f"{where} is lifted by {guard.unless_answered}, which {step.key} does not ask"
            yield from (f"{where} {problem}" for problem in wrongly_asked(procedure, step, guard))
            if guard.source and not (guard.source.rule and guard.source.text):
                yield f"{where} has a source without its rule or its text"


def _clocks(procedure: Procedure) -> Iterator[str]:
    """Every clock is started and met by steps there are, from dates they ask, and says where its number is from."""
    for clock in procedure.clocks:
        where = f"clock {clock.key}"
        if not clock.starts and not clock.from_area:
            yield f"{where} is started by nothing"
        if not clock.met_by:
            yield f"{where} is met by nothing"
        if not (clock.source.rule and clock.source.text):
            yield f"{where} has {'a number' if clock.runs else 'a limit'} without a source"
        if clock.runs is None and not all(on.question for on in clock.starts):
            yield f"{where} has no number, and starts from no date that is asked for"
        if isinstance(clock.runs, YearEnd) and not (1 <= clock.runs.month <= 12 and 1 <= clock.runs.day <= 28 + 3):
            yield f"{where} ends on a day no year has"
        yield from (
            f"{where} {problem}" for on in (*clock.starts, *clock.met_by) for problem in _on(procedure, clock, on)
        )
        yield from (f"{where} {problem}" for on in clock.voided_by for problem in _voids(procedure, clock, on))
        if clock.explained_by_delay and DELAY_STEP not in procedure.steps_by_key:
            yield f"{where} is explained by {DELAY_STEP}, which is no step"


def _on(procedure: Procedure, clock: Clock, on: On) -> Iterator[str]:
    step = procedure.steps_by_key.get(on.step)
    if step is None:
        yield f"watches {on.step}, which is no step"
        return
    if on.question and not (on.question != "on" and _is_date_asked(step, on.question)):
        yield f"watches {on.step}.{on.question}, which is no date the step asks"
    yield from _answers_watched(step, on)
    if (clock.per == "each") != bool(on.each):
        yield f"runs {'for each of nothing' if clock.per == 'each' else 'once, and is told apart'} by {on.step}"
    if clock.per == "hold" and not step.on_hold:
        yield f"runs for each hold, and {on.step} does nothing to holds"


def _voids(procedure: Procedure, clock: Clock, on: On) -> Iterator[str]:
    step = procedure.steps_by_key.get(on.step)
    if step is None:
        yield f"is voided by {on.step}, which is no step"
        return
    if on.question:
        yield f"is voided by {on.step}.{on.question}, and is void from the day of the step"
    if on.each and clock.per != "each":
        yield f"runs once, and is told apart by {on.step}"
    yield from _answers_watched(step, on)


def _answers_watched(step: Step, on: On) -> Iterator[str]:
    for key in on.each:
        if step.question(key) is None:
            yield f"is told apart by {on.step}.{key}, which is not asked"
    for key, answers in on.where.items():
        question = step.question(key)
        yield from (
            f"watches {on.step} where {key} is {answer}, which cannot be answered"
            for answer in answers
            if question is None or not question.has(answer)
        )


def _holds(procedure: Procedure) -> Iterator[str]:
    """Holds cover only what may be held, stand where there is a state for it, and stop something (DOMAIN 6.2)."""
    scopes = {scope.key: scope for scope in procedure.scopes}
    activities = {step.activity for step in procedure.steps}
    for scope in procedure.scopes:
        if scope.key not in MAY_BE_HELD:
            yield f"hold scope {scope.key} may not be held"
        if scope.key not in activities:
            yield f"hold scope {scope.key} stops no step"
        if bool(scope.states) != bool(scope.stands_in):
            yield f"hold scope {scope.key} needs both the states it covers and the state to stand in, or neither"
        yield from (
            f"hold scope {scope.key} names {key}, which is no state"
            for key in (*scope.states, *filter(None, [scope.stands_in]))
            if key not in procedure.states_by_key
        )
    for step in procedure.steps:
        if step.activity and step.activity not in scopes:
            yield f"step {step.key} belongs to activity {step.activity}, which no hold scope covers"
        if step.key in NEVER_HELD:
            yield from _never_held(procedure, step)
        yield from _from_hold_states(procedure, step)


def _never_held(procedure: Procedure, step: Step) -> Iterator[str]:
    if step.activity:
        yield f"step {step.key} may never be held, and a hold on {step.activity} would stop it"
    for state in step.before:
        scope = procedure.scope_by_state.get(state)
        if step.moves and scope and scope.stands_in not in step.before:
            yield f"step {step.key} may never be held, and a hold on {scope.key} would keep it from {state}"


def _from_hold_states(procedure: Procedure, step: Step) -> Iterator[str]:
    """A hold state lies over states in which the case otherwise stands: a step leaves from one of those too."""
    for scope in procedure.scopes:
        if scope.stands_in in step.before and not set(scope.states) & set(step.before):
            yield f"step {step.key} is taken from {scope.stands_in} and from no state it lies over"


CHECKS: tuple[Callable[[Procedure], Iterator[str]], ...] = (
    _keys,
    _states,
    _steps,
    _questions,
    _guards,
    _clocks,
    _holds,
)
