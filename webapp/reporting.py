"""Reports as they are printed and downloaded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.agency import Board, board_named
from models.child_death_report import as_data, as_disclosed, as_rows
from models.disclosure import SCHEMES, Disclosed
from models.panel import boards_served
from models.queries.child_death_figures import Year, figures
from webapp.exports import csv_of
from workflows.dates import LONDON

HEADS = ("Board", "Year", "As at", "Table", "Row", "Figure")


class NotReportable(Exception):
    """There is nothing to report on under that name. The words say what there is."""


@dataclass(frozen=True, slots=True)
class Report:
    """A year's figures of child deaths, guarded by a scheme."""

    data: dict[str, Any]
    disclosed: Disclosed

    def as_json(self) -> str:
        return json.dumps(self.data, ensure_ascii=False, indent=1)

    def as_csv(self) -> str:
        about = (self.data["board"], self.data["year"], self.data["as_at"])
        return csv_of(HEADS, [(*about, *row) for row in as_rows(self.disclosed)])


def child_deaths_report(
    session: Session, board_name: str, year_name: str, *, known_on: date | None = None, scheme: str = "as_they_are"
) -> Report:
    """Return the figures of a financial year, by what was recorded up to the end of `known_on` in London.

    Raises NotReportable where there is no such board, year or scheme.
    """
    try:
        year = Year.named(year_name)
    except ValueError as wrong:
        raise NotReportable(str(wrong)) from wrong
    if scheme not in SCHEMES:
        raise NotReportable(f"There is no scheme “{scheme}”. Choose one of: {', '.join(SCHEMES)}")
    board = board_named(session, board_name)
    if board is None:
        names = session.scalars(select(Board.name).order_by(Board.name)).all()
        raise NotReportable(f"There is no board “{board_name}”. There are: {'; '.join(names) or 'none yet'}")
    found = figures(session, boards_served(session, [board.id]), year, known_at=end_of(known_on))
    disclosed = as_disclosed(found, SCHEMES[scheme])
    return Report(as_data(board.name, found, disclosed), disclosed)


def end_of(day: date | None) -> datetime | None:
    """Return the last moment of a day in London; nothing for no day."""
    return datetime.combine(day + timedelta(days=1), time(), LONDON) - timedelta(microseconds=1) if day else None
