"""A case is its history: events, what supersedes what, and the order they happened in the world."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from workflows.dates import PartialDate

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One recorded step: the day it happened in the world, the moment it was recorded, and what was answered.

    A `correction` carries the whole step as it should have been recorded; a `strike_out` says that it did not
    happen. Both name the event they supersede and why. Answers are JSON values, with dates as ISO text.
    """

    sequence: int
    step: str
    happened_on: PartialDate
    recorded_at: datetime
    role: str
    answers: Answers = field(default_factory=dict)
    kind: Literal["step", "correction", "strike_out"] = "step"
    supersedes: int | None = None
    reason: str = ""
    fingerprint: str = ""
    earlier: tuple["Event", ...] = field(default=(), compare=False, repr=False)
    """In a step as it stands after corrections: what had been recorded instead, the first version first."""

    def date(self, question: str | None) -> PartialDate | None:
        """Return the day the step happened, or the date given as this answer; None when it was not answered."""
        if question is None:
            return self.happened_on
        answer = self.answers.get(question)
        return PartialDate.parse(answer) if answer else None


@dataclass(frozen=True, slots=True)
class History:
    """What has been recorded of one case, in the order it was recorded, and the area it belongs to.

    `new_arrangements_start` is the day on which the area's safeguarding partners took over from its board (X-1).
    """

    events: tuple[Event, ...] = ()
    new_arrangements_start: date | None = None

    def __len__(self) -> int:
        return len(self.events)

    def and_then(self, event: Event) -> "History":
        return replace(self, events=(*self.events, event))

    def known_at(self, moment: datetime | None) -> "History":
        """Return what had been recorded by `moment`; everything when it is None."""
        if moment is None:
            return self
        return replace(self, events=tuple(event for event in self.events if event.recorded_at <= moment))

    def effective(self) -> tuple[Event, ...]:
        """Return the steps that stand after corrections, in the order they happened in the world."""
        if all(event.kind == "step" for event in self.events):
            return in_world_order(self.events)
        return in_world_order(_as_corrected(self.events))

    def standing_version(self, sequence: int) -> Event | None:
        """Return the event of this sequence as it now stands, or None when it was struck out or never was."""
        return next((event for event in self.effective() if event.sequence == sequence), None)


def _as_corrected(events: Sequence[Event]) -> list[Event]:
    """Return each original step in its newest version; a correction keeps the place of what it corrects."""
    versions: dict[int, list[Event]] = {}
    root: dict[int, int] = {}
    for event in events:
        at = event.sequence if event.supersedes is None else root[event.supersedes]
        root[event.sequence] = at
        versions.setdefault(at, []).append(event)
    return [
        replace(newest, kind="step", sequence=at, role=earlier[0].role, earlier=tuple(earlier)) if earlier else newest
        for at, (*earlier, newest) in versions.items()
        if newest.kind != "strike_out"
    ]


def in_world_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return the events as they happened; those whose days do not decide stay in the order they were recorded."""
    ordered: list[Event] = []
    for event in events:
        ordered.insert(place_for(event.happened_on, ordered), event)
    return tuple(ordered)


def place_for(happened_on: PartialDate, ordered: Sequence[Event]) -> int:
    """Return where a step of this day comes: after all but those that certainly happened later."""
    place = len(ordered)
    while place and ordered[place - 1].happened_on.first > happened_on.last:
        place -= 1
    return place
