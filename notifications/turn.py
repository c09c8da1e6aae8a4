"""Whose turn it is to work: of all schedulers that run, the one that holds a lock of the database.

The lock is held by a connection of its own. PostgreSQL lets go of it the moment that connection ends, however the
process ended, so another takes over at its next look.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

TAKE = text("SELECT pg_try_advisory_lock(hashtextextended('reviews scheduler', 0))")
STILL_THERE = text("SELECT 1")

# So that the server notices within half a minute that the machine of whoever holds the lock has gone (P18).
NOTICE_DEAD_MACHINES = text(
    "SELECT set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),"
    " set_config('tcp_keepalives_count', '3', false)"
)


class Turn:
    """The turn to work, taken when it is free and kept for as long as the connection lasts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def is_ours(self) -> bool:
        """Return whether it is our turn now, taking it if nobody has it. Never raises for a database that is away."""
        try:
            if self._connection is not None:
                self._connection.execute(STILL_THERE)
                return True
            return self._taken()
        except SQLAlchemyError:
            self.give_up()
            return False

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
            connection.execute(NOTICE_DEAD_MACHINES)
            if connection.execute(TAKE).scalar_one():
                self._connection = connection
                return True
        except SQLAlchemyError:
            connection.invalidate()
            connection.close()
            raise
        connection.close()
        return False
