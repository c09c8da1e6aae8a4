"""Trying a guard on made-up facts, to find one that asks about a step or an answer that a procedure does not have.

A guard is an expression, so its names cannot be read from the declaration. It is tried on a history in which nothing
has happened, and on others in which everything has, answered differently each time; what it asks is noted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from workflows.calendar import england
from workflows.dates import PartialDate
from workflows.definition import Guard, Kind, Procedure, Question, Step
from workflows.facts import Facts
from workflows.history import Event

A_DAY = date(2014, 2, 7)
A_MOMENT = datetime(2014, 2, 7, 12, tzinfo=UTC)

# Enough to see every answer of the lists that guards compare with; the longest of them has six.
WAYS_TO_ANSWER = 8


def wrongly_asked(procedure: Procedure, step: Step, guard: Guard) -> list[str]:
    """Return, once each, what is wrong with what the guard asks of the facts when the step is tried."""
    heard: dict[str, None] = {}
    for way in (None, *range(WAYS_TO_ANSWER)):
        facts = _made_up(procedure, step, way, heard)
        try:
            if not guard.is_met(facts) and not guard.refusal(facts).strip():
                heard["refuses without a word"] = None
        except (LookupError, TypeError, ValueError, AttributeError) as wrong:
            heard[f"cannot be tried: {type(wrong).__name__}: {wrong}"] = None
    return list(heard)


class _Answers(dict[str, Any]):
    """The answers of one step, noting each question that is looked for and not asked."""

    def __init__(self, step: Step, way: int | None, heard: dict[str, None]) -> None:
        super().__init__({} if way is None else {each.key: _answered(each, way) for each in step.asks})
        self._step, self._heard = step, heard

    def get(self, key: str, default: Any = None) -> Any:
        if self._step.question(key) is None:
            self._heard[f"asks for {self._step.key}.{key}, which is not asked"] = None
        return super().get(key, default)

    def __missing__(self, key: str) -> Any:
        raise KeyError(f"{self._step.key}.{key}")


@dataclass(frozen=True)
class _Rehearsal(Facts):
    """Facts that note each step and each question asked about that the procedure does not have."""

    procedure: Procedure = field(kw_only=True)
    heard: dict[str, None] = field(kw_only=True)

    def __contains__(self, step: object) -> bool:
        self._step(str(step))
        return super().__contains__(step)

    def each(self, *steps: str) -> Iterator[Event]:
        for step in steps:
            self._step(step)
        return super().each(*steps)

    def latest(self, *steps: str) -> Event | None:
        for step in steps:
            self._step(step)
        return super().latest(*steps)

    def answer(self, question: str, *steps: str) -> Any:
        for step in steps:
            self._step(step)
        asking = [step for step in self.procedure.steps if not steps or step.key in steps]
        if not any(step.question(question) for step in asking):
            self.heard[f"asks for {question}, which {' or '.join(steps) or 'no step'} does not ask"] = None
        return next((event.answers[question] for event in self.events if question in event.answers), None)

    def since(self, step: str) -> "_Rehearsal":
        self._step(step)
        return self

    def _step(self, key: str) -> None:
        if key not in self.procedure.steps_by_key:
            self.heard[f"asks about {key}, which is no step"] = None


def _made_up(procedure: Procedure, step: Step, way: int | None, heard: dict[str, None]) -> _Rehearsal:
    happened = [each for each in procedure.steps if each.opens or way is not None]
    return _Rehearsal(
        events=[_event(number, each, way or 0, heard) for number, each in enumerate(happened, 1)],
        calendar=england(),
        on=PartialDate.on(A_DAY),
        answers=_Answers(step, way, heard),
        procedure=procedure,
        heard=heard,
    )


def _event(number: int, step: Step, way: int, heard: dict[str, None]) -> Event:
    return Event(number, step.key, PartialDate.on(A_DAY), A_MOMENT, "", _Answers(step, way, heard))


def _answered(question: Question, way: int) -> Any:
    if question.kind is Kind.DATE:
        return A_DAY.isoformat()
    if question.options:
        chosen = question.options[way % len(question.options)].key
        return [chosen] if question.kind is Kind.SOME_OF else chosen
    return [] if question.kind in (Kind.LINES, Kind.FACTORS) else f"answer {way}"
