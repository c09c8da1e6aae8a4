"""By how much the clock of a demonstration is moved, kept where every process can see it. In service nobody looks."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import audit
from models.base import Base
from models.people import Person
from models.sessions import WebSession

NOT_MOVED = timedelta()
THE_ONLY_ONE = 1


class MovedClock(Base):
    """How far ahead of the real time the clock stands; behind it, if negative. There is one row, or none."""

    __tablename__ = "moved_clock"
    __table_args__ = (CheckConstraint("id = 1", name="there_is_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ahead_by: Mapped[timedelta]
    moved_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))


def ahead_by(session: Session) -> timedelta:
    """Return how far ahead of the real time the clock stands."""
    return session.scalar(select(MovedClock.ahead_by)) or NOT_MOVED


def move_clock(session: Session, ahead: timedelta, *, now: datetime, person_id: int | None = None) -> None:
    """Let the clock stand so far ahead of the real time from now on.

    Whoever is signed in stays so for as long as they would have: their sessions move along.
    """
    by = ahead - ahead_by(session)
    set_to = {"ahead_by": ahead, "moved_by": person_id}
    statement = insert(MovedClock).values(id=THE_ONLY_ONE, **set_to)
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=set_to))
    session.execute(
        update(WebSession)
        .where(WebSession.ended_at.is_(None))
        .values(last_seen_at=WebSession.last_seen_at + by, expires_at=WebSession.expires_at + by)
        .execution_options(synchronize_session=False)
    )
    detail = {"ahead_by_seconds": int(ahead.total_seconds())}
    audit.record(session, "clock_moved", at=now, person_id=person_id, detail=detail)
