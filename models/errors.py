"""What may go wrong when something is looked for or written, each with words fit to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workflows.dates import PartialDate
from workflows.roles import ROLES


class CaseNotFound(LookupError):
    """There is no such case, or not for the person who asks."""


@dataclass(frozen=True, slots=True)
class Since:
    """One event recorded since a form was opened: what it says, when it happened, and who recorded it."""

    sequence: int
    step: str
    done: str
    happened_on: PartialDate
    recorded_at: datetime
    role: str
    actor_id: int | None

    def words(self) -> str:
        """Return “Report approved”, 7 February 2014, recorded by the board chair."""
        return f"“{self.done}”, {self.happened_on.words()}, recorded by the {ROLES.get(self.role, self.role)}"


class CaseMovedOn(Exception):
    """Something was recorded since the form was opened. `since` are those events, in the order recorded.

    Nothing of what was typed is wrong; whoever typed it should look at it again in the light of what happened.
    """

    def __init__(self, since: tuple[Since, ...]) -> None:
        super().__init__("This was recorded while you were writing: " + "; ".join(each.words() for each in since))
        self.since = since


class HistoryDamaged(Exception):
    """A history is not as it was written, so nothing is added to it until somebody has looked.

    `reviews check-histories` says more of it.
    """

    def __init__(self, reference: str, words: str) -> None:
        super().__init__(f"{reference}: {words}")
        self.reference = reference
        self.words = words


class EntryRefused(Exception):
    """Something entered on a form cannot be taken. `box` says which box to change, and the words how."""

    def __init__(self, box: str, words: str) -> None:
        super().__init__(words)
        self.box = box
