"""Cases told whole, as an import tells them: judged step by step like any other, then written many at a time.

Nothing here is stored. `models.casework.open_whole_cases` writes what is judged here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from models import projection
from models.kept_apart import Apart, set_apart
from workflows import registry
from workflows.calendar import Calendar
from workflows.errors import StepRefused
from workflows.history import History
from workflows.standing import Told, open_history, take


@dataclass(frozen=True, slots=True)
class ToldStep:
    """One step of a case told whole."""

    step: str
    told: Told


class RefusedAt(Exception):
    """A step of a case told whole was refused; with it the case."""

    def __init__(self, place: int, refusal: StepRefused) -> None:
        super().__init__(str(refusal))
        self.place = place
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case judged and found right: its history, the answers kept apart from each event, and what is stored beside."""

    history: History
    apart: tuple[tuple[Apart, ...], ...]
    projected: projection.Projection


def judge(
    workflow_key: str,
    area_start: date | None,
    steps: Sequence[ToldStep],
    *,
    roles: Collection[str],
    now: datetime,
    calendar: Calendar,
) -> WholeCase:
    """Return the case that these steps amount to, all recorded now, if each may be taken after those before it.

    `area_start` is the day the area's new arrangements began. Raises RefusedAt with the first that may not.
    """
    history = History((), area_start)
    try:
        procedure = registry.procedure_on(workflow_key, steps[0].told.on, area_start)
        opening = open_history(procedure, calendar, step=steps[0].step, roles=roles, told=steps[0].told, now=now)
        history = history.and_then(opening)
        for each in steps[1:]:
            event = take(procedure, history, calendar, step=each.step, roles=roles, told=each.told, now=now)
            history = history.and_then(event)
    except StepRefused as refusal:
        raise RefusedAt(len(history), refusal) from refusal
    divided = [set_apart(procedure.step(event.step), event.answers) for event in history.events]
    events = tuple(replace(event, answers=answers) for event, (answers, _) in zip(history.events, divided, strict=True))
    history = replace(history, events=events)
    projected = projection.project_history(procedure, history, calendar)
    return WholeCase(history, tuple(apart for _, apart in divided), projected)
