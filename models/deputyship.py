"""That somebody stands in for somebody else while they are away, and on which cases a span decides who that is.

Who may be named is in `models.naming_deputies`; what a deputy then hears and does, in `models.deputies`.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, and_, case, exists, not_, or_, text
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from models.agency import Board
from models.base import Base, Identifier
from models.case import Case
from models.panels.panel import PanelBoard
from models.people import Person
from workflows.regimes import CHILD_DEATH_REVIEW

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


Spans = type[Deputyship]

# Made once, and not for every condition: they are asked of each person that each message is for.
_OTHER, _OWN = aliased(Deputyship), aliased(Deputyship)


def covers(span: Spans) -> ColumnElement[bool]:
    """Return the condition on `Case` that it is one of those a span is for."""
    served = exists().where(PanelBoard.panel_id == span.board_id, PanelBoard.board_id == Case.board_id)
    of_the_panel = and_(Case.workflow_key == CHILD_DEATH_REVIEW, served.correlate_except(PanelBoard))
    everything = and_(span.board_id.is_(None), span.case_id.is_(None))
    return or_(everything, span.case_id == Case.id, span.board_id == Case.board_id, of_the_panel)


def decides(span: Spans, on: date) -> ColumnElement[bool]:
    """Return the condition on `Case` that a span says who stands in there that day.

    Of several the one for the case comes before the one for the board, and that before the one for everything. None
    does while its own deputy is away: chains are not followed.
    """
    breadth, others = _breadth(span), _breadth(_OTHER)
    earlier = or_(others < breadth, and_(others == breadth, _OTHER.id < span.id))
    before_it = exists().where(_OTHER.absent_id == span.absent_id, _OTHER.stands_on(on), covers(_OTHER), earlier)
    away = exists().where(_OWN.absent_id == span.deputy_id, _OWN.stands_on(on), covers(_OWN))
    return and_(
        span.stands_on(on), covers(span), not_(before_it.correlate_except(_OTHER)), not_(away.correlate_except(_OWN))
    )


def _breadth(span: Spans) -> ColumnElement[int]:
    return case((span.case_id.is_not(None), 0), (span.board_id.is_not(None), 1), else_=2)
