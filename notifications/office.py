"""What one process sends with: the database, the way letters leave, the clock, and the name it claims under."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from notifications.composing import Desk
from notifications.facts import Site
from notifications.senders.letter import Sender
from workflows.calendar import Calendar

LEASE = timedelta(minutes=5)
"""How long a claim holds, a local default: longer than one conversation with a server may take (`senders`)."""


@dataclass(frozen=True, slots=True)
class Office:
    """What one process sends with."""

    sessions: sessionmaker[Session]
    sender: Sender
    clock: Callable[[], datetime]
    site: Site
    calendar: Callable[[], Calendar]
    name: str
    """Who claims: a process, told apart from every other."""
    lease: timedelta = LEASE

    def desk(self) -> Desk:
        return Desk(self.site, self.calendar(), self.clock())
