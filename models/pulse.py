"""When the scheduler last did each of its tasks, so that its silence is noticed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base


class TickPulse(Base):
    """One task of the scheduler: when it last began, ended well and failed, and in which process."""

    __tablename__ = "tick_pulse"

    name: Mapped[str] = mapped_column(primary_key=True)
    process: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None]
    """The kind of the error and nothing it said, which could quote a row."""
    done: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many things the last run did."""


def record_start(session: Session, name: str, process: str, now: datetime) -> None:
    """Record that a task begins."""
    began = {"process": process, "started_at": now}
    statement = insert(TickPulse).values(name=name, **began)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=began))


def record_end(session: Session, name: str, now: datetime, done: int) -> None:
    """Record that a task ended well, having done so many things."""
    session.execute(update(TickPulse).where(TickPulse.name == name).values(finished_at=now, done=done, error=None))


def record_failure(session: Session, name: str, now: datetime, error: str) -> None:
    """Record that a task failed, by the kind of its error."""
    session.execute(update(TickPulse).where(TickPulse.name == name).values(failed_at=now, error=error))
