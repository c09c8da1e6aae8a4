"""Tables that leave the site, as CSV or as a workbook: whatever writes one writes its texts with what is here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response

if TYPE_CHECKING:
    from openpyxl.cell import Cell

# A spreadsheet runs a cell that begins like this as a formula; quoting does not prevent it (P38). The last four are
# the wide forms of the first, which some take for the same.
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_of(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV. A text that a spreadsheet would run as a formula is made plain text by an apostrophe."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerows([_plain(cell) for cell in row] for row in (heads, *rows))
    return written.getvalue()


def csv_response(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return a table as a file to keep. `name` says what it is, and nothing that identifies anybody."""
    # The mark at the front tells spreadsheets that the text is UTF-8.
    response = Response("\ufeff" + csv_of(heads, rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _plain(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(BEGINS_A_FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell


WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook: its name, a title above the table, its heads and rows."""

    name: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]


def workbook_response(name: str, sheets: Sequence[Sheet]) -> Response:
    """Return tables as a workbook to keep. A text stays a text, whatever it begins with (P38)."""
    # Not loaded before it is needed: most of what the site does makes no workbook.
    from openpyxl import Workbook
    from openpyxl.styles import Font

    workbook = Workbook(write_only=False)
    if workbook.active is not None:
        workbook.remove(workbook.active)
    for each in sheets:
        sheet = workbook.create_sheet(each.name)
        for row, cells in enumerate(([each.title], each.heads, *each.rows), start=1):
            for column, value in enumerate(cells, start=1):
                cell = sheet.cell(row=row, column=column)
                if isinstance(value, str):
                    write_text(cell, value)
                else:
                    cell.value = value
                cell.font = Font(bold=row <= 2)
        sheet.column_dimensions["A"].width = 46
    written = io.BytesIO()
    workbook.save(written)
    response = Response(written.getvalue(), mimetype=WORKBOOK)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def write_text(cell: Cell, words: str) -> None:
    """Write text into a cell of a workbook, which stays text whatever it begins with (P38)."""
    cell.value = as_a_workbook_holds_it(words)
    cell.data_type = "s"


def as_a_workbook_holds_it(words: str) -> str:
    """Return a text without the characters that a workbook cannot hold, and the name of a board can."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return str(ILLEGAL_CHARACTERS_RE.sub("", words))
