"""Files of child deaths for the tests, all invented."""

import csv
import io
from pathlib import Path

from models.child_deaths.import_file import COLUMNS

BUCKINGHAMSHIRE = Path(__file__).parents[1] / "data" / "buckinghamshire-2017-18.csv"
EXPECTED = BUCKINGHAMSHIRE.with_suffix(".expected.json")

REVIEWED = {
    "cdop_ref": "A-1", "notified_on": "2016-09-01", "died_on": "2016-08-30", "born_on": "2012-02-20", "sex": "male",
    "ethnic_group": "A", "normally_resident_in": "Anytown", "place_of_death": "home", "expected": "no",
    "outcome": "reviewed", "information_complete_on": "2016-11-01", "reviewed_on": "2017-01-11", "category": "3",
    "preventability": "modifiable", "modifiable_factors": "Smoking in the household; Unsafe sleep",
}  # fmt: skip
OPEN = REVIEWED | dict.fromkeys(
    ("information_complete_on", "reviewed_on", "category", "preventability", "modifiable_factors"), ""
) | {"outcome": "open"}  # fmt: skip


def a_row(of=None, **cells):
    """A reviewed death, or another, with these cells instead."""
    return dict.fromkeys(COLUMNS, "") | (of or REVIEWED) | cells


def a_file(*rows, heading=COLUMNS):
    """The file of these rows, or of lines as they are."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(heading)
    for row in rows:
        if isinstance(row, str):
            written.write(row + "\n")
        else:
            writer.writerow([row[column] for column in COLUMNS])
    return io.BytesIO(written.getvalue().encode())
