"""Telling a review as dated steps, through the same functions as the pages.

A story answers what a step asks with something usual unless the test says otherwise, so that a test names only what it
is about. Days are given as dates, or as text where only the month is known.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from workflows.calendar import ENGLAND
from workflows.clocks import Deadline
from workflows.dates import PartialDate
from workflows.definition import Kind, Procedure, Question, Step
from workflows.errors import StepRefused
from workflows.explanation import Explanation, explain
from workflows.history import Event, History
from workflows.registry import procedure_on
from workflows.standing import Availability, Standing, Told, available, correct, open_history, stand, take

Day = date | str | PartialDate
Value = TypeVar("Value")

# What is usual enough that a test need not say it, where the first answer of a list would be a story of its own.
USUAL: Mapping[str, Mapping[str, Any]] = {
    "refer_case": {
        "died": "no", "seriously_harmed": "no", "abuse_or_neglect": "not_known", "concern_about_joint_working": "no",
    },
    "record_incident": {"died": "no", "seriously_harmed": "yes", "abuse_or_neglect": "suspected"},
    "recommend": {"recommendation": "review"},
    "appoint_reviewer": {"independent": "yes", "role": "Lead reviewer"},
    "decide_publication": {"mode": "FULL"},
    "submit_rapid_review": {"decision": "local_review", "agreed_by": ["Local authority", "Police", "Health"]},
}  # fmt: skip

# The shortest way from one state to the next.
STEPS_TO: Mapping[str, tuple[str, ...]] = {
    "referred": ("refer_case",),
    "scoping": ("refer_case", "request_scoping"),
    "awaiting_recommendation": ("refer_case", "refer_to_subgroup"),
    "awaiting_decision": ("refer_case", "refer_to_subgroup", "recommend"),
    "not_initiated": ("refer_case", "refer_to_subgroup", "recommend", "decide_not_to_review"),
    "alternative_review": ("refer_case", "refer_to_subgroup", "recommend", "decide_alternative_review"),
    "incident_known": ("record_incident",),
    "rapid_review": ("record_incident", "notify_panel"),
    "awaiting_panel": ("record_incident", "notify_panel", "submit_rapid_review"),
}
TO_COMMISSIONING = {
    "serious_case_review": (*STEPS_TO["awaiting_decision"], "decide_to_review"),
    "practice_review": (*STEPS_TO["awaiting_panel"], "decide_local_review"),
}
FROM_COMMISSIONING: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("commissioning", ()),
    ("gathering_information", ("appoint_reviewer", "agree_terms_of_reference", "commission_review")),
    ("analysis", ("begin_analysis",)),
    ("drafting", ("begin_drafting",)),
    ("awaiting_approval", ("submit_report",)),
    ("preparing_publication", ("approve_report",)),
)


@dataclass
class Story:
    """One review being told: its history so far, and what it amounts to on any day."""

    workflow: str = "serious_case_review"
    new_arrangements_start: date | None = None
    history: History = field(init=False)
    known_procedure: Procedure | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.history = History(new_arrangements_start=self.new_arrangements_start)

    @property
    def procedure(self) -> Procedure:
        assert self.known_procedure is not None, "the story has not begun"
        return self.known_procedure

    def tell(
        self, step: str, on: Day, *, by: str | Collection[str] = (), recorded: date | None = None, **answers: Any
    ) -> Event:
        """Record a step, by the first role it names unless others are given. Raises StepRefused."""
        happened_on = PartialDate.parse(on)
        if self.known_procedure is None:
            procedure = procedure_on(self.workflow, happened_on, self.new_arrangements_start)
            event = open_history(procedure, ENGLAND, **self._told(procedure, step, happened_on, by, recorded, answers))
            self.known_procedure = procedure
        else:
            told = self._told(self.procedure, step, happened_on, by, recorded, answers)
            event = take(self.procedure, self.history, ENGLAND, **told)
        self.history = self.history.and_then(event)
        return event

    def _told(
        self, procedure: Procedure, step: str, on: PartialDate, by: str | Collection[str], recorded: date | None,
        answers: Mapping[str, Any],
    ) -> dict[str, Any]:  # fmt: skip
        declared = procedure.steps_by_key.get(step)
        usual = usual_answers(declared, on) if declared else {}
        return {
            "step": step,
            "roles": {by} if isinstance(by, str) else set(by) or set(declared.by if declared else ()),
            "told": Told(on, {key: answer for key, answer in {**usual, **answers}.items() if answer is not None}),
            "now": noon(recorded or on.last),
        }

    def refused(self, step: str, on: Day, **more: Any) -> StepRefused:
        """Return the refusal of a step. Fails when it is taken."""
        try:
            self.tell(step, on, **more)
        except StepRefused as refusal:
            return refusal
        raise AssertionError(f"{step} was not refused")

    def correct(
        self, event: Event, recorded: date, *, on: Day | None = None, reason: str = "Mistyped", **answers: Any
    ) -> Event:
        """Record what should have been recorded instead of an event."""
        happened_on = event.happened_on if on is None else PartialDate.parse(on)
        return self._supersede(event, recorded, Told(happened_on, {**event.answers, **answers}), reason)

    def strike_out(self, event: Event, recorded: date, reason: str = "It did not happen") -> Event:
        return self._supersede(event, recorded, None, reason)

    def _supersede(self, event: Event, recorded: date, told: Told | None, reason: str) -> Event:
        new = correct(
            self.procedure, self.history, ENGLAND,
            sequence=event.sequence, told=told, reason=reason, role=event.role, now=noon(recorded),
        )  # fmt: skip
        self.history = self.history.and_then(new)
        return new

    def on(self, day: date, known_at: datetime | None = None) -> Standing:
        """Return where the review stood on a day, by what was known at a moment."""
        return stand(self.procedure, self.history.known_at(known_at), ENGLAND, day)

    def deadline(self, key: str, on: date) -> Deadline:
        """Return the one deadline of a clock."""
        (deadline,) = self.on(on).deadline(key)
        return deadline

    def explained(self, key: str, on: date) -> Explanation:
        return explain(self.deadline(key, on), self.on(on))

    def offered(self, on: date, *roles: str) -> set[str]:
        """Return the steps that can be taken on a day, by anyone or by these roles."""
        return {each.step.key for each in available(self.on(on), roles or None) if each.refusal is None}

    def availability(self, step: str, on: date) -> Availability:
        return next(each for each in available(self.on(on)) if each.step.key == step)


def known(value: Value | None) -> Value:
    """Return what the story says there is."""
    assert value is not None
    return value


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def a_review(
    at: str,
    opened: date,
    *,
    workflow: str = "serious_case_review",
    new_arrangements_start: date | None = None,
    every: int = 0,
    **opening: Any,
) -> Story:
    """Return a review that has just come into this state, a step `every` so many days from the day it was opened."""
    story = Story(workflow, new_arrangements_start)
    for number, step in enumerate(_steps_to(at, workflow)):
        story.tell(step, opened + timedelta(days=every * number), **(opening if number == 0 else {}))
    return story


def _steps_to(state: str, workflow: str) -> tuple[str, ...]:
    if state in STEPS_TO:
        return STEPS_TO[state]
    steps = TO_COMMISSIONING[workflow]
    for reached, then in FROM_COMMISSIONING:
        steps += then
        if reached == state:
            return steps
    raise KeyError(state)


def usual_answers(step: Step, on: PartialDate) -> dict[str, Any]:
    """Return something usual for whatever the step requires."""
    usual = USUAL.get(step.key, {})
    return {each.key: usual.get(each.key, _usual(each, on)) for each in step.asks if each.required or each.key in usual}


def _usual(question: Question, on: PartialDate) -> Any:
    if question.kind is Kind.DATE:
        return (on.last + timedelta(days=30)).isoformat() if question.may_be_future else on.iso()
    if question.options:
        chosen = question.options[0].key
        return [chosen] if question.kind is Kind.SOME_OF else chosen
    return ["Children’s social care"] if question.kind is Kind.LINES else f"{question.label}, as told"
