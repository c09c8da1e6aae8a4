"""Decisions to publish figures with small numbers in them (DOMAIN 8.3): by whom, for which year, and why."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Identifier
from models.people import Person


class FiguresDecision(Base):
    """That a board’s figures of a year may be published unsuppressed. Withdrawn, never removed."""

    __tablename__ = "figures_decision"
    __table_args__ = (Index(None, "board_id", "year"),)

    id: Mapped[Identifier]
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    year: Mapped[int]
    decided_on: Mapped[date]
    decided_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    role: Mapped[str]
    reasons: Mapped[str]
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


def decision_in_force(session: Session, board_id: int, year: int) -> FiguresDecision | None:
    """Return the decision under which the figures of a year may be published as they are, if there is one."""
    standing = select(FiguresDecision).where(
        FiguresDecision.board_id == board_id, FiguresDecision.year == year, FiguresDecision.withdrawn_at.is_(None)
    )
    return session.scalars(standing.order_by(FiguresDecision.id.desc()).limit(1)).one_or_none()
