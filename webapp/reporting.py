"""Reports as they are printed and downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.agency import Board, board_named
from models.figures.book import Book, Wanted, book
from models.figures.disclosure import SCHEMES
from models.figures.population import children_of
from models.panels.panel import boards_served
from models.queries.child_death_figures import Year
from models.queries.figures_access import family_of
from webapp.figures.files import About, as_file, csv_text
from workflows.dates import end_of_day


class NotReportable(Exception):
    """There is nothing to report on under that name. The words say what there is."""


@dataclass(frozen=True, slots=True)
class Report:
    """A year's figures of child deaths, guarded by a scheme, and what a file of them says about itself."""

    book: Book
    about: About

    def as_json(self) -> str:
        return as_file("json", self.book, self.about).decode()

    def as_csv(self) -> str:
        return csv_text(self.book, self.about)

    def as_workbook(self) -> bytes:
        return as_file("xlsx", self.book, self.about)


def child_deaths_report(
    session: Session,
    board_name: str,
    year_name: str,
    *,
    now: datetime,
    known_on: date | None = None,
    scheme: str = "as_they_are",
) -> Report:
    """Return the figures of a financial year, by what was recorded up to the end of `known_on` in London.

    Raises NotReportable where there is no such board, year or scheme.
    """
    try:
        year = Year.written(year_name)
    except ValueError as wrong:
        raise NotReportable(str(wrong)) from wrong
    if scheme not in SCHEMES:
        raise NotReportable(f"There is no scheme “{scheme}”. Choose one of: {', '.join(SCHEMES)}")
    board = board_named(session, board_name)
    if board is None:
        names = session.scalars(select(Board.name).order_by(Board.name)).all()
        raise NotReportable(f"There is no board “{board_name}”. There are: {'; '.join(names) or 'none yet'}")
    known_at = end_of_day(known_on) if known_on else None
    wanted = Wanted(
        boards_served(session, [board.id]), year, SCHEMES[scheme], known_at, family=family_of(session, board.id)
    )  # fmt: skip
    made = book(session, wanted, children_of(session, board.id, known_at))
    return Report(made, About(board.name, year, SCHEMES[scheme], known_on, now))
