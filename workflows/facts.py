"""What a history amounts to, as guards and clocks ask it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workflows.calendar import Calendar
from workflows.dates import PartialDate
from workflows.history import Event
from workflows.holds import Hold


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a case on a day, and what is being told when a step is tried.

    `on` is the day asked about, or the day the step being tried happened; `answers` are those given with it.
    """

    events: Sequence[Event]
    calendar: Calendar
    on: PartialDate
    holds: tuple[Hold, ...] = ()
    new_arrangements_start: date | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)

    def __contains__(self, step: object) -> bool:
        return any(event.step == step for event in self.events)

    def each(self, *steps: str) -> Iterator[Event]:
        """Yield the events of these steps, in the order they happened."""
        return (event for event in self.events if event.step in steps)

    def latest(self, *steps: str) -> Event | None:
        """Return the last event of these steps, or None."""
        return next((event for event in reversed(self.events) if event.step in steps), None)

    def answer(self, question: str, *steps: str) -> Any:
        """Return the last answer given to a question, in any step or only in these; None when there is none."""
        for event in reversed(self.events):
            if (not steps or event.step in steps) and event.answers.get(question) is not None:
                return event.answers[question]
        return None

    def since(self, step: str) -> "Facts":
        """Return the same facts without what happened before the last time this step was taken."""
        last = max((index for index, event in enumerate(self.events) if event.step == step), default=-1)
        return Facts(
            self.events[last + 1 :], self.calendar, self.on, self.holds, self.new_arrangements_start, self.answers
        )
