"""That somebody stands in for somebody else while they are away. Columns only: `models.deputies` has the rules."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, and_, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.agency import Board
from models.base import Base, Identifier
from models.case import Case
from models.people import Person

NOT_ENDED = text("ended_at IS NULL")


class Deputyship(Base):
    """From a day to a day, both included; for one board, for one case, or for everything. Never removed."""

    __tablename__ = "deputyship"
    __table_args__ = (
        CheckConstraint("absent_id <> deputy_id", name="is_somebody_else"),
        CheckConstraint("named_by <> deputy_id", name="is_not_named_by_the_deputy"),
        CheckConstraint("num_nonnulls(board_id, case_id) <= 1", name="for_one_board_or_case_or_everything"),
        CheckConstraint("num_nonnulls(ended_at, ended_by) IN (0, 2)", name="ended_by_somebody"),
        CheckConstraint("until_on >= from_on", name="ends_after_it_starts"),
        Index("ix_deputyship_absent", "absent_id", "until_on", postgresql_where=NOT_ENDED),
        Index("ix_deputyship_deputy", "deputy_id", "until_on", postgresql_where=NOT_ENDED),
    )

    id: Mapped[Identifier]
    absent_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    deputy_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    board_id: Mapped[int | None] = mapped_column(ForeignKey(Board.id))
    case_id: Mapped[int | None] = mapped_column(ForeignKey(Case.id))
    from_on: Mapped[date]
    until_on: Mapped[date]
    named_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    named_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))

    absent: Mapped[Person] = relationship(foreign_keys=[absent_id])
    deputy: Mapped[Person] = relationship(foreign_keys=[deputy_id])
    board: Mapped[Board | None] = relationship()
    case: Mapped[Case | None] = relationship()

    @classmethod
    def stands_on(cls, day: date) -> ColumnElement[bool]:
        """Return the condition that the span has `day` in it and was not ended early."""
        return and_(cls.ended_at.is_(None), cls.from_on <= day, cls.until_on >= day)
