"""How the engine that sends is: when it last ran, and what waits, each question bounded whatever there is (P48)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.delivery import GIVEN_UP, UNSENT, Delivery
from models.outbox import UNADDRESSED, OutboxMessage
from models.pulse import TickPulse

MOST_COUNTED = 1_000
SWEEP = "sweep"
SILENT_AFTER = timedelta(minutes=15)
"""How long the last sweep may be past before people are told to look at their dates themselves; a local default."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to be sent and what was given up, each counted no further than `MOST_COUNTED`."""

    unaddressed: int
    waiting: int
    oldest_waiting: datetime | None
    failed: int
    unknown: int
    without_recipient: int


def last_swept(session: Session) -> datetime | None:
    """Return when the last sweep ended, or nothing if none ever has."""
    return session.scalar(select(TickPulse.finished_at).where(TickPulse.name == SWEEP))


def is_silent(swept_at: datetime | None, now: datetime) -> bool:
    """Return whether the last sweep is so long past that nobody should rely on being reminded."""
    return swept_at is None or now - swept_at > SILENT_AFTER


def pulses(session: Session) -> Mapping[str, TickPulse]:
    """Return the pulse of each tick that ever ran, by its name."""
    return {each.name: each for each in session.scalars(select(TickPulse).order_by(TickPulse.name))}


def backlog(session: Session, now: datetime) -> Backlog:
    """Return what waits and what was given up. Reads partial indexes, and at most so many rows of each."""
    due = Delivery.send_after <= now
    return Backlog(
        unaddressed=_counted(session, OutboxMessage, UNADDRESSED, OutboxMessage.not_before <= now),
        waiting=_counted(session, Delivery, UNSENT, due),
        oldest_waiting=session.scalar(select(func.min(Delivery.send_after)).where(UNSENT, due)),
        failed=_counted(session, Delivery, GIVEN_UP, Delivery.outcome == "failed"),
        unknown=_counted(session, Delivery, GIVEN_UP, Delivery.outcome == "unknown"),
        without_recipient=_counted(session, OutboxMessage, UNADDRESSED, OutboxMessage.attempts > 0),
    )


def _counted(
    session: Session, table: type[Delivery] | type[OutboxMessage], predicate: object, condition: ColumnElement[bool]
) -> int:
    some = select(table.id).where(predicate, condition).limit(MOST_COUNTED).subquery()  # type: ignore[arg-type]
    return session.scalar(select(func.count()).select_from(some)) or 0
