"""Imports of child deaths: how far each has come, and every row refused with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Identifier
from models.people import Person


class ImportRun(Base):
    """One file read for one board. A run stopped in the middle goes on after the last row it finished."""

    __tablename__ = "import_run"
    __table_args__ = (
        CheckConstraint("octet_length(file_digest) = 32", name="file_digest_is_sha_256"),
        Index(None, "board_id", "started_at"),
    )

    id: Mapped[Identifier]
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    file_digest: Mapped[bytes]
    started_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    started_at: Mapped[datetime]
    rows_read: Mapped[int] = mapped_column(default=0)
    recorded: Mapped[int] = mapped_column(default=0)
    already_there: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]


class ImportRefusal(Base):
    """A row that was refused: its number in the file, the column, and why, with nothing of what the row held."""

    __tablename__ = "import_refusal"

    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    column: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]


def refusals(session: Session, run_id: int) -> Iterator[ImportRefusal]:
    """Yield what a run refused, in the order of the file, a part in memory at a time."""
    refused = select(ImportRefusal).where(ImportRefusal.run_id == run_id)
    yield from session.scalars(
        refused.order_by(ImportRefusal.row_number, ImportRefusal.column).execution_options(yield_per=1_000)
    )
