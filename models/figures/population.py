"""How many children lived in a board's area in a year, each entry with its source; a later one replaces an earlier."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import audit
from models.base import Base, Identifier
from models.figures.book import Children
from models.people import Person
from models.queries.child_death_figures import Year


class ChildPopulation(Base):
    """The number of children in a year, as somebody entered it. Never changed: the latest entry counts."""

    __tablename__ = "child_population"
    __table_args__ = (
        CheckConstraint("children > 0", name="somebody_lived_there"),
        Index(None, "board_id", "year", "recorded_at"),
    )

    id: Mapped[Identifier]
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    year: Mapped[int]
    children: Mapped[int]
    source: Mapped[str]
    entered_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    recorded_at: Mapped[datetime]


def enter_children(
    session: Session, board_id: int, year: Year, children: int, source: str, *, person_id: int, now: datetime
) -> None:
    """Record how many children lived there in a year, and who said so."""
    session.add(
        ChildPopulation(
            board_id=board_id, year=year.begins, children=children, source=source, entered_by=person_id, recorded_at=now
        )
    )
    detail: dict[str, str | int | bool | None] = {"board_id": board_id, "year": year.name, "children": children}
    audit.record(session, "children_entered", at=now, person_id=person_id, detail=detail)


def children_of(session: Session, board_id: int, known_at: datetime | None = None) -> dict[str, Children]:
    """Return the latest number for each year, by its name, as it was known at a moment or is now."""
    entered = select(ChildPopulation).where(ChildPopulation.board_id == board_id)
    if known_at:
        entered = entered.where(ChildPopulation.recorded_at <= known_at)
    in_order = session.scalars(entered.order_by(ChildPopulation.recorded_at, ChildPopulation.id))
    return {Year(each.year).name: Children(each.children, each.source) for each in in_order}
