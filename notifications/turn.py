"""Whose turn it is to work: of all schedulers that run, the one that holds a lock of the database.

The lock is held by a connection of its own. PostgreSQL lets go of it the moment that connection ends, however the
process ended, and ends it itself when nothing has been heard on it for a while: a process that is frozen, or whose
machine or network is gone, loses its turn like one that was killed. Another takes over at its next look.
"""

from __future__ import annotations

import time

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

# A connection that stays open says nothing of the process behind it, which may be frozen: being asked does (P18). In
# one statement, so that nobody is frozen who has taken the turn and not yet said for how long they may be silent.
TAKE_AND_END_WHEN_SILENT = text(
    "SELECT CASE WHEN pg_try_advisory_lock(hashtextextended('reviews scheduler', 0))"
    " THEN set_config('idle_session_timeout', :milliseconds, false) END IS NOT NULL"
)
STILL_THERE = text("SELECT 1")

SILENT_AFTER_SECONDS = 30.0
"""For how long whoever has the turn may not be heard of before it is free: half of the minute that taking over may
take, and six looks of `schedule.LOOK_EVERY_SECONDS`."""


class Turn:
    """The turn to work, taken when it is free and kept for as long as `is_ours` is asked often enough."""

    def __init__(self, engine: Engine, *, silent_after_seconds: float = SILENT_AFTER_SECONDS) -> None:
        self._engine = engine
        self._silent_after_seconds = silent_after_seconds
        self._connection: Connection | None = None
        self._heard_at = time.monotonic()

    def is_ours(self) -> bool:
        """Return whether it is our turn now, taking it if nobody has it. Never raises for a database that is away."""
        try:
            if self._connection is not None:
                self._connection.execute(STILL_THERE)
                self._heard_at = time.monotonic()
                return True
            return self._taken()
        except SQLAlchemyError:
            self.give_up()
            return False

    def may_have_passed(self) -> bool:
        """Return whether so long has gone by since it was ours that another may have it: a process that was frozen."""
        return time.monotonic() - self._heard_at >= self._silent_after_seconds

    def give_up(self) -> None:
        """Let somebody else have it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # The lock goes with the connection, which must not go back to the pool holding it.
            connection.invalidate()
            connection.close()

    def _taken(self) -> bool:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            milliseconds = str(int(self._silent_after_seconds * 1000))
            if connection.execute(TAKE_AND_END_WHEN_SILENT, {"milliseconds": milliseconds}).scalar_one():
                self._connection, self._heard_at = connection, time.monotonic()
                return True
        except SQLAlchemyError:
            connection.invalidate()
            connection.close()
            raise
        connection.close()
        return False
