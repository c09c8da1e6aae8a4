"""The file of an import as it is read: its heading, and its rows with one line in memory at a time.

Every row is one line of CSV in UTF-8, so that a stray quotation mark costs one row and no more. A reason never repeats
what a cell holds: one filled in by mistake may hold anything.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from io import BufferedIOBase
from itertools import count, islice
from typing import IO

COLUMNS = (
    "cdop_ref", "notified_on", "died_on", "born_on", "sex", "ethnic_group", "normally_resident_in", "place_of_death",
    "expected", "outcome", "transferred_to", "ground", "information_complete_on", "inquest_opened_on",
    "inquest_concluded_on", "reviewed_on", "category", "preventability", "modifiable_factors",
)  # fmt: skip

LONGEST_LINE = 65_536
ROWS_TRIED = 1_000
"""How many rows at the beginning are tried before a file is taken for noise; a local default."""

Lines = IO[bytes] | BufferedIOBase


class NotTheFile(Exception):
    """The file is not one of child deaths. The words say what it should be; nothing of it was recorded."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number, the heading being row 1, and its cells by column, or why it could not be read."""

    number: int
    cells: Mapping[str, str]
    unreadable: str = ""

    @property
    def reference(self) -> str:
        return self.cells.get("cdop_ref", "")

    @property
    def digest(self) -> str:
        """A mark by which the same row is known again."""
        return sha256("\x1f".join(self.cells[column] for column in COLUMNS).encode("utf-8", "replace")).hexdigest()[:16]

    def day(self, column: str) -> date | None:
        return date.fromisoformat(self.cells[column]) if self.cells[column] else None


def check_beginning(file: Lines) -> None:
    """Raise NotTheFile unless the file begins with the heading and with rows; leave it at its beginning.

    Noise under the right heading is refused here, and not row by row: nothing of a thousand rows could be read.
    """
    beginning = [bool(row.unreadable) for row in islice(read_rows(file), ROWS_TRIED)]
    file.seek(0)
    if len(beginning) == ROWS_TRIED and all(beginning):
        raise NotTheFile(f"None of the first {ROWS_TRIED:,} rows could be read. {SAVE_AS_CSV}. {_WHAT_IT_SHOULD_BE}")


def read_rows(file: Lines) -> Iterator[Row]:
    """Yield the rows under the heading, one line in memory at a time. Raises NotTheFile for any other file."""
    heading = _heading(file.readline(LONGEST_LINE + 1))
    for number in count(2):
        line = file.readline(LONGEST_LINE + 1)
        if not line:
            return
        if len(line) > LONGEST_LINE:
            _skip_to_end_of_line(file, line)
            yield Row(number, {}, f"This row is longer than {LONGEST_LINE:,} characters. Shorten it")
        elif line.strip(b' \t\r\n,;"'):
            yield _row(number, line, heading)


def _skip_to_end_of_line(file: Lines, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = file.readline(LONGEST_LINE)


def _heading(line: bytes) -> list[str]:
    if not line:
        raise NotTheFile(f"The file is empty. {_WHAT_IT_SHOULD_BE}")
    for beginning, kind in OTHER_FILES.items():
        if line.startswith(beginning):
            raise NotTheFile(f"This is {kind}, not CSV. {SAVE_AS_CSV}. {_WHAT_IT_SHOULD_BE}")
    if b"\x00" in line or len(line) > LONGEST_LINE:
        raise NotTheFile(f"This is not a CSV file in UTF-8. {SAVE_AS_CSV}. {_WHAT_IT_SHOULD_BE}")
    try:
        cells = next(csv.reader([line.decode("utf-8-sig")], strict=True), [])
    except (UnicodeDecodeError, csv.Error):
        raise NotTheFile(f"This is not a CSV file in UTF-8. {SAVE_AS_CSV}. {_WHAT_IT_SHOULD_BE}") from None
    names = _without_empty_end([name.strip().lower() for name in cells])
    said = list(_wrong_with_heading(names))
    if said:
        raise NotTheFile(f"The heading is not right: {'; '.join(said)}. {_WHAT_IT_SHOULD_BE}")
    return names


def _without_empty_end(cells: list[str], keep: int = 0) -> list[str]:
    """Return the cells up to the last that holds something, and so many in any case.

    A spreadsheet in which anything was ever typed to the right of the table saves empty columns there.
    """
    last = next((number for number in range(len(cells), keep, -1) if cells[number - 1].strip()), keep)
    return cells[:last]


def _wrong_with_heading(names: Sequence[str]) -> Iterator[str]:
    if len(names) == 1 and (separator := next((each for each in SEPARATORS if each in names[0]), None)):
        yield f"the columns are separated by {SEPARATORS[separator]}, not by commas"
        return
    if not set(COLUMNS) & set(names):
        yield "it names none of the columns of such a file"
        return
    if missing := [column for column in COLUMNS if column not in names]:
        yield f"these columns are missing: {', '.join(missing)}"
    if any(name not in COLUMNS for name in names):
        yield "it has columns there are none of"
    if repeated := [column for column in COLUMNS if names.count(column) > 1]:
        yield f"a column occurs twice: {', '.join(repeated)}"


SAVE_AS_CSV = "Open it in a spreadsheet and save it as CSV UTF-8, separated by commas"
SEPARATORS: Mapping[str, str] = {";": "semicolons", "\t": "tabs", "|": "bars"}
OTHER_FILES: Mapping[bytes, str] = {
    b"PK\x03\x04": "a workbook (xlsx) or another packed file",
    b"\xd0\xcf\x11\xe0": "an old workbook (xls) or document",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
}
"""How files begin that people choose by mistake."""

_WHAT_IT_SHOULD_BE = f"The first row names the columns, separated by commas: {', '.join(COLUMNS)}"


def _row(number: int, line: bytes, heading: Sequence[str]) -> Row:
    try:
        cells = next(csv.reader([line.decode("utf-8").rstrip("\r\n")], strict=True))
    except UnicodeDecodeError:
        return Row(number, {}, f"This row is not in UTF-8. {SAVE_AS_CSV}")
    except csv.Error:
        return Row(
            number,
            {},
            "The quotation marks in this row do not match, or it goes on in the next. Keep each row on one line",
        )
    if b"\x00" in line:
        return Row(number, {}, "This row contains a character that cannot be kept. Type it again")
    cells = _without_empty_end(cells, keep=len(heading)) if len(cells) > len(heading) else cells
    if len(cells) != len(heading):
        return Row(number, {}, f"This row has {len(cells)} columns and the heading has {len(heading)}")
    return Row(number, {column: cell.strip() for column, cell in zip(heading, cells, strict=True)})
