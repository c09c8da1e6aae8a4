"""What a reminder's message carries: a clock and days. Nothing that identifies anybody fits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

KEY = re.compile(r"[a-z][a-z0-9_]{0,60}")
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class ReminderTold:
    """One reminder as it is told. `falls_on` is the day it should have been, and `late` that it was not.

    `title` is the clock's words in its declaration. Neither the agency asked nor the subject of a deadline is here:
    both can be what somebody typed.
    """

    reminder_id: int
    clock: str
    title: str
    due_on: date
    rung: str
    falls_on: date
    late: bool
    by_law: bool

    def __post_init__(self) -> None:
        if not (KEY.fullmatch(self.clock) and KEY.fullmatch(self.rung)):
            raise ValueError("A reminder names a clock and a rung by their keys")
        if not self.title or len(self.title) > LONGEST_TITLE or "\n" in self.title:
            raise ValueError("A reminder has the title of a clock, in one line")


def reminder_told(payload: Mapping[str, Any]) -> ReminderTold:
    """Return what the payload of a reminder's message says. Raises KeyError or ValueError for any other payload."""
    return ReminderTold(
        reminder_id=int(payload["reminder"]),
        clock=payload["clock"],
        title=payload["title"],
        due_on=date.fromisoformat(payload["due_on"]),
        rung=payload["rung"],
        falls_on=date.fromisoformat(payload["falls_on"]),
        late=bool(payload["late"]),
        by_law=bool(payload["by_law"]),
    )
