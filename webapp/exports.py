"""The one writer of tables that leave the site as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

# A spreadsheet runs a cell that begins like this as a formula; quoting does not prevent it (P38).
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV. A text that a spreadsheet would run as a formula is made plain text by an apostrophe."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
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
