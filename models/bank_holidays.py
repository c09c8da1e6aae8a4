"""The working days in force: those published, and the bank holidays announced since, which are only ever added.

Whatever reckons a date asks here, in the transaction it reckons in, so that no process goes on with an older calendar
(P25). An announcement that was a mistake is taken back by another row, never removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import BigInteger, CheckConstraint, Connection, ForeignKey, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column, relationship

from models.base import Base, Identifier
from models.people import Person
from workflows.calendar import Calendar, NamedDay, england


class AnnouncedHoliday(Base):
    """That a bank holiday was announced after the list was published; with `takes_back`, that this was a mistake."""

    __tablename__ = "announced_holiday"
    __table_args__ = (
        CheckConstraint("(takes_back IS NULL) = (reason IS NULL)", name="is_taken_back_with_a_reason"),
        CheckConstraint("takes_back < id", name="takes_back_an_earlier_one"),
    )

    id: Mapped[Identifier]
    day: Mapped[date]
    name: Mapped[str]
    source: Mapped[str]
    """Where it was announced, as a letter may print it."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    takes_back: Mapped[int | None] = mapped_column(ForeignKey("announced_holiday.id"), unique=True)
    reason: Mapped[str | None]

    person: Mapped[Person] = relationship()


class Restanding(Base):
    """How far the cases have been stood again after a change of the calendar. The dates it moved are counted."""

    __tablename__ = "restanding"
    __table_args__ = (CheckConstraint("gone_through >= 0 AND changed >= 0", name="counts"),)

    change_id: Mapped[int] = mapped_column(ForeignKey(AnnouncedHoliday.id), primary_key=True, autoincrement=False)
    last_case_id: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    gone_through: Mapped[int] = mapped_column(default=0, server_default="0")
    changed: Mapped[int] = mapped_column(default=0, server_default="0")
    finished_at: Mapped[datetime | None]

    change: Mapped[AnnouncedHoliday] = relationship()


STANDING = """
SELECT day, name FROM announced_holiday AS announced
WHERE takes_back IS NULL AND NOT EXISTS (SELECT FROM announced_holiday WHERE takes_back = announced.id)
ORDER BY day, id"""
"""The bank holidays announced and not taken back."""


def calendar_in_force(asked: Session | Connection) -> Calendar:
    """Return the working days of England with every bank holiday announced so far."""
    return calendar_with(standing_holidays(asked))


def standing_holidays(asked: Session | Connection) -> tuple[NamedDay, ...]:
    """Return the bank holidays announced and not taken back, in order of date."""
    connection = asked.connection() if isinstance(asked, Session) else asked
    return tuple(NamedDay(*row) for row in connection.exec_driver_sql(STANDING))


@lru_cache(maxsize=16)
def calendar_with(announced: tuple[NamedDay, ...]) -> Calendar:
    """Return the working days of England with these bank holidays as well; one that it has already adds nothing."""
    calendar = england()
    for day, name in announced:
        calendar = calendar.with_holiday(day, name)
    return calendar


def announcements(session: Session) -> Sequence[tuple[AnnouncedHoliday, AnnouncedHoliday | None]]:
    """Return every bank holiday announced, the latest day first, each with what took it back if that was done."""
    back = aliased(AnnouncedHoliday)
    found = select(AnnouncedHoliday, back).outerjoin(back, back.takes_back == AnnouncedHoliday.id)
    found = found.where(AnnouncedHoliday.takes_back.is_(None))
    rows = session.execute(found.order_by(AnnouncedHoliday.day.desc(), AnnouncedHoliday.id.desc()))
    return [(announced, taken_back) for announced, taken_back in rows]
