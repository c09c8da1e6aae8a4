"""Letters of a demonstration: kept in the database, shown on a page, and sent to nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from models.delivery import DemonstrationLetter
from notifications.senders.letter import Letter, Receipt


class LogSender:
    """Keeps each letter once, by its key."""

    name = "log"

    def __init__(self, sessions: sessionmaker[Session], clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    def send(self, letter: Letter) -> Receipt:
        """Keep the letter."""
        kept = insert(DemonstrationLetter).values(
            key=letter.key, to=letter.to, subject=letter.subject, text=letter.text, kept_at=self._clock()
        )
        with self._sessions.begin() as session:
            session.execute(kept.on_conflict_do_nothing(index_elements=["key"]))
        return Receipt("Kept to be looked at; sent to nobody")

    def close(self) -> None:
        """Nothing is held open."""
