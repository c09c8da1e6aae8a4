"""When the scheduler last did each of its tasks, so that its silence is noticed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

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
