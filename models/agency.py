"""The boards and panels that keep cases, and the agencies that answer to them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from rapidfuzz.distance import OSA
from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, Identifier

BoardKind = Literal["lscb", "partnership", "panel"]


class Board(Base):
    """A safeguarding children board, a partnership or a child death overview panel."""

    __tablename__ = "board"
    __table_args__ = (
        CheckConstraint("kind IN ('lscb', 'partnership', 'panel')", name="kind"),
        CheckConstraint("reference_prefix ~ '^[A-Z][A-Z0-9]{1,7}$'", name="reference_prefix"),
    )

    id: Mapped[Identifier]
    name: Mapped[str] = mapped_column(unique=True)
    short_name: Mapped[str]
    reference_prefix: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[BoardKind] = mapped_column(Text)
    new_arrangements_start: Mapped[date | None]
    """The day the area's safeguarding partners took over (X-3); decides the regime of a new case."""
    telephone: Mapped[str | None]
    """Whom to ring where a page cannot help, as it is printed."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    agencies: Mapped[list[Agency]] = relationship(back_populates="board", order_by="Agency.name, Agency.id")


def board_named(session: Session, name: str) -> Board | None:
    """Return the board of this name, if there is one."""
    return session.scalars(select(Board).where(Board.name == name)).one_or_none()


def board_meant(session: Session, name: str) -> Board | None:
    """Return the board whose name this seems to be, mistyped: the same number of words, each the same or nearly so.

    Areas whose names are alike are told apart by it (North and South, Derby and Derbyshire, Bedford and Bradford), and
    so are a board and the partnership that followed it.
    """
    written = _words(name)
    near = [
        board for board in session.scalars(select(Board).order_by(Board.name)) if _near(_words(board.name), written)
    ]
    return next((board for board in near if _words(board.name) == written), next(iter(near), None))


def _words(name: str) -> list[str]:
    return re.findall(r"\w+", name.replace("&", " and ").replace("’", "").replace("'", "").casefold())


def _near(words: Sequence[str], written: Sequence[str]) -> bool:
    return len(words) == len(written) and all(
        OSA.distance(word, other) <= _slips(min(word, other, key=len))
        for word, other in zip(words, written, strict=True)
    )


def _slips(word: str) -> int:
    """Return how many letters may be mistyped in a word before it is taken for another. A local rule."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


def add_board(session: Session, name: str, *, new_arrangements_start: date | None = None) -> Board:
    """Return a new board of this name, with a short name and a prefix for its references made from it."""
    short = name.split(" Safeguarding", maxsplit=1)[0]
    board = Board(
        name=name,
        short_name=short,
        reference_prefix=_unused_prefix(session, short),
        kind=_kind_of(name),
        new_arrangements_start=new_arrangements_start,
    )
    session.add(board)
    session.flush()
    return board


def _kind_of(name: str) -> BoardKind:
    """Return what a body of this name is, as its name says it."""
    words = name.casefold()
    return "panel" if "panel" in words else "partnership" if "partnership" in words else "lscb"


def _unused_prefix(session: Session, short_name: str) -> str:
    letters = "".join(letter for letter in short_name.upper() if "A" <= letter <= "Z") or "AREA"
    stem = (letters + "XX")[:3]
    taken = set(session.scalars(select(Board.reference_prefix)))
    return next(each for each in (stem, *(f"{stem}{number}" for number in range(2, 10_000))) if each not in taken)


class Agency(Base):
    """An organisation a board asks for returns and reports."""

    __tablename__ = "agency"
    __table_args__ = (
        UniqueConstraint("board_id", "name"),
        # Lets an appointment name an agency together with its board, so that it cannot name another's.
        UniqueConstraint("id", "board_id"),
    )

    id: Mapped[Identifier]
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    name: Mapped[str]

    board: Mapped[Board] = relationship(back_populates="agencies")


class ReferenceSerial(Base):
    """The last serial number a board has given out to a case opened in a year."""

    __tablename__ = "reference_serial"

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last_serial: Mapped[int]


# Spelt once: a case is given its reference in the statement that adds it.
TAKE_REFERENCE = """
INSERT INTO reference_serial (board_id, year, last_serial) VALUES (%(board_id)s, %(year)s, 1)
ON CONFLICT (board_id, year) DO UPDATE SET last_serial = reference_serial.last_serial + 1
RETURNING format('%%s-%%s-%%s', %(prefix)s::text, %(year)s::integer,
                 lpad(last_serial::text, greatest(3, length(last_serial::text)), '0')) AS next_reference
"""


def reference_parameters(board: Board, opened_on: date) -> dict[str, int | str]:
    """Return what the statement that takes a reference is told."""
    return {"board_id": board.id, "year": opened_on.year, "prefix": board.reference_prefix}


def next_reference(session: Session, board: Board, opened_on: date) -> str:
    """Return the next unused case reference of the board, such as `BEX-2012-003`.

    The number is taken for good only if the transaction commits; until then
    another case of the same board and year waits for it.
    """
    told = reference_parameters(board, opened_on)
    return str(session.connection().exec_driver_sql(TAKE_REFERENCE, told).scalar_one())


def next_references(session: Session, board: Board, opened_on: Sequence[date]) -> list[str]:
    """Return the next unused references for cases opened on these days, in one statement for each year."""
    serials = {
        year: iter(_take_serials(session, board.id, year, times))
        for year, times in sorted(Counter(day.year for day in opened_on).items())
    }
    return [f"{board.reference_prefix}-{day.year}-{next(serials[day.year]):03d}" for day in opened_on]


def _take_serials(session: Session, board_id: int, year: int, times: int) -> range:
    take = insert(ReferenceSerial).values(board_id=board_id, year=year, last_serial=times)
    take = take.on_conflict_do_update(
        index_elements=[ReferenceSerial.board_id, ReferenceSerial.year],
        set_={"last_serial": ReferenceSerial.last_serial + times},
    )
    last = session.scalars(take.returning(ReferenceSerial.last_serial)).one()
    return range(last - times + 1, last + 1)
