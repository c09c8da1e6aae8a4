"""Imports of child deaths: how far each has come, every row refused with its reason, and files uploaded for it.

An uploaded file tells of children. It is kept here in parts, never on disk under a name, and removed as soon as it is
recorded or given up, or on its last day; what a row held is not repeated anywhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func, select
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


class ImportUpload(Base):
    """A file uploaded to be imported: what it would do, and whether that was confirmed or given up."""

    __tablename__ = "import_upload"
    __table_args__ = (Index(None, "forget_on"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), primary_key=True)
    rows_examined: Mapped[int] = mapped_column(default=0)
    would_record: Mapped[int] = mapped_column(default=0)
    already_there: Mapped[int] = mapped_column(default=0)
    would_refuse: Mapped[int] = mapped_column(default=0)
    examined_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    forget_on: Mapped[date]
    """The day from which the file is not kept, whatever has become of it."""


class ImportUploadPart(Base):
    """A part of an uploaded file, so that none is ever in memory whole."""

    __tablename__ = "import_upload_part"

    run_id: Mapped[int] = mapped_column(ForeignKey("import_upload.run_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]


RemarkKind = Literal["differs", "alike"]


class ImportRemark(Base):
    """What to look at in a row of an uploaded file that is not refused: there from another row, or like another."""

    __tablename__ = "import_remark"
    __table_args__ = (CheckConstraint("kind IN ('differs', 'alike')", name="kind"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RemarkKind] = mapped_column(Text, primary_key=True)
    words: Mapped[str]


@dataclass(frozen=True, slots=True)
class ToSee:
    """Something that is said of a row: its number, the column where it has one, and the words."""

    row_number: int
    column: str
    words: str


@dataclass(frozen=True, slots=True)
class PageOfRows:
    """One page of what is said of rows, and how much there is in all."""

    lines: Sequence[ToSee]
    total: int


def refused_page(session: Session, run_id: int, *, first: int, count: int) -> PageOfRows:
    """Return some of what a run refused, in the order of the file."""
    refused = select(ImportRefusal).where(ImportRefusal.run_id == run_id)
    ordered = refused.order_by(ImportRefusal.row_number, ImportRefusal.column).offset(first).limit(count)
    total = session.scalar(select(func.count()).select_from(refused.subquery())) or 0
    return PageOfRows([ToSee(each.row_number, each.column, each.reason) for each in session.scalars(ordered)], total)


def remarks_page(session: Session, run_id: int, *, first: int, count: int) -> PageOfRows:
    """Return some of what there is to look at in an uploaded file, in its order."""
    found = select(ImportRemark).where(ImportRemark.run_id == run_id)
    ordered = found.order_by(ImportRemark.row_number, ImportRemark.kind).offset(first).limit(count)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    return PageOfRows([ToSee(each.row_number, "", each.words) for each in session.scalars(ordered)], total)


def refusals(session: Session, run_id: int) -> Iterator[ImportRefusal]:
    """Yield what a run refused, in the order of the file, a part in memory at a time."""
    refused = select(ImportRefusal).where(ImportRefusal.run_id == run_id)
    yield from session.scalars(
        refused.order_by(ImportRefusal.row_number, ImportRefusal.column).execution_options(yield_per=1_000)
    )
