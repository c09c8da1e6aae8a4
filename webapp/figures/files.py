"""The figures as files: JSON under fixed keys, CSV in rows, and a workbook with a sheet for each table."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask import Response

from models.agency import Board
from models.figures.book import Book
from models.figures.disclosure import Scheme
from models.figures.report import as_data, as_rows
from models.figures.tables import Percent, Shown, Spanning, Table
from models.queries.child_death_figures import Year
from webapp.exports import as_a_workbook_holds_it, csv_of, write_text
from workflows.dates import LONDON, day_in_words

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

MIMETYPES: Mapping[str, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
HEADS = ("Board", "Year", "As at", "Table", "Row", "Figure", "Known", "Small numbers")


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of itself: whose figures, of which year, by what was known, guarded how, and made when."""

    board: str
    year: Year
    scheme: Scheme
    known_on: date | None
    made_at: datetime
    decision: str = ""
    """The decision by which figures were published that withhold nothing, in words."""

    @property
    def known(self) -> str:
        if self.known_on:
            return f"by what was recorded up to the end of {day_in_words(self.known_on)}"
        return f"by everything recorded up to {day_in_words(self.made_at.astimezone(LONDON).date())}"

    @property
    def lines(self) -> tuple[str, ...]:
        """What stands on every sheet."""
        speaks = f"{self.board}, {self.year.name}: as at {day_in_words(self.year.last_day)}, {self.known}."
        return tuple(filter(None, (speaks, f"{self.scheme.title}. {self.scheme.note}", self.decision)))


def as_file(form: str, book: Book, about: About) -> bytes:
    """Return the figures as a file of this form, one of `MIMETYPES`."""
    if form == "json":
        return json.dumps(data_of(book, about), ensure_ascii=False, indent=1).encode()
    return csv_bytes(book, about) if form == "csv" else workbook_of(book, about)


def data_of(book: Book, about: About) -> dict[str, Any]:
    return as_data(about.board, book.latest, book.disclosed)


def csv_bytes(book: Book, about: About) -> bytes:
    """Return the rows of the year. The mark at the front tells spreadsheets that the text is UTF-8."""
    return ("\ufeff" + csv_text(book, about)).encode()


def csv_text(book: Book, about: About) -> str:
    before = (about.board, about.year.name, about.year.last_day.isoformat())
    guarded = " ".join(filter(None, (about.scheme.title + ".", about.scheme.note, about.decision)))
    return csv_of(HEADS, [(*before, *row, about.known, guarded) for row in as_rows(book.disclosed)])


def download(content: bytes, form: str, board: Board, year: Year) -> Response:
    """Return a file to keep. Its name says the board and the year, and nothing else."""
    name = f"child-deaths-{board.reference_prefix}-{year.name}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=MIMETYPES[form], headers=headers)


# --- The workbook -----------------------------------------------------------

FIRST_COLUMN_WIDTH = 46
COLUMN_WIDTH = 16


def workbook_of(book: Book, about: About) -> bytes:
    """Return a workbook with a sheet for each table: its title and sentence, what it speaks of, and typed cells."""
    # Not loaded before it is needed: most of what the site does makes no workbook.
    from openpyxl import Workbook

    workbook = Workbook()
    if workbook.active is not None:
        workbook.remove(workbook.active)
    workbook.properties.title = f"Child deaths, {about.year.name}"
    workbook.properties.creator = as_a_workbook_holds_it(about.board)
    workbook.properties.created = workbook.properties.modified = about.made_at.replace(tzinfo=None)
    for table in book.tables:
        _add_sheet(workbook, table, about)
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def _add_sheet(workbook: Workbook, table: Table, about: About) -> None:
    sheet = workbook.create_sheet(table.key.replace("_", " ").capitalize())
    for number, words in enumerate((table.title, table.sentence, *about.lines), start=1):
        _write(sheet, number, 1, words, bold=number == 1)
    head = len(about.lines) + 4
    for column, words in enumerate((table.head, *table.columns), start=1):
        _write(sheet, head, column, words, bold=True, wraps=True)
    for row, line in enumerate(table.lines, start=head + 1):
        _write(sheet, row, 1, line.words, wraps=True)
        for column, cell in enumerate(line.cells, start=2):
            _write_shown(sheet, row, column, cell)
    for number, note in enumerate(table.notes, start=head + len(table.lines) + 2):
        _write(sheet, number, 1, note)
    _set_up(sheet, head, len(table.columns) + 1)


def _write_shown(sheet: Worksheet, row: int, column: int, shown: Shown) -> None:
    if isinstance(shown, Spanning):
        if shown.rows:
            _write(sheet, row, column, shown.words, wraps=True)
            sheet.merge_cells(start_row=row, end_row=row + shown.rows - 1, start_column=column, end_column=column)
    elif isinstance(shown, Percent):
        _at(sheet, row, column).value = shown.value / 100
        _at(sheet, row, column).number_format = "0%"
    elif isinstance(shown, str):
        _write(sheet, row, column, shown, wraps=True)
    else:
        _at(sheet, row, column).value = shown


def _write(sheet: Worksheet, row: int, column: int, words: str, *, bold: bool = False, wraps: bool = False) -> None:
    from openpyxl.styles import Alignment, Font

    cell = _at(sheet, row, column)
    write_text(cell, words)
    cell.font = Font(bold=bold)
    cell.alignment = Alignment(wrap_text=wraps, vertical="top")


def _at(sheet: Worksheet, row: int, column: int) -> Cell:
    cell: Cell = sheet.cell(row=row, column=column)  # type: ignore[assignment]
    return cell


def _set_up(sheet: Worksheet, head: int, columns: int) -> None:
    """Make the sheet print on the width of one page, with the heads of its columns on each."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.column_dimensions["A"].width = FIRST_COLUMN_WIDTH
    for column in range(2, columns + 1):
        sheet.column_dimensions[get_column_letter(column)].width = COLUMN_WIDTH
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{head}:{head}"
    sheet.freeze_panes = f"B{head + 1}"
    sheet.HeaderFooter.oddFooter = HeaderFooterItem(center=_HeaderFooterPart(text="Page &P of &N"))
