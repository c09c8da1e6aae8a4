"""How long is kept what somebody typed and what has served its purpose, where no record of a case depends on it.

DOMAIN 8.1: no rule sets these; a board's own schedule does. What else is removed in time: unfinished notifications
(`models.child_deaths.unfinished_notification`), notifications nobody confirmed (`public_notifications`), uploaded files
(`uploaded_imports`) and the packs of a meeting (`models.panels.packs`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class KeptFor:
    """How long after the last that was done with it each is kept. Local defaults, which a board confirms."""

    decided_notifications: timedelta = timedelta(days=90)
    """What a public notification told, after somebody accepted, joined or refused it."""
    drafts: timedelta = timedelta(days=90)
    """What was typed into the form of a step and neither recorded nor given up."""


USUAL = KeptFor()
