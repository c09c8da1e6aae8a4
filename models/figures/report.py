"""A year's figures of child deaths as they leave the system: under fixed keys, and as rows for a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from models.figures.disclosure import Cell, Disclosed
from models.queries.child_death_figures import BREAKDOWNS, SHARES, SINGLE, Figures
from workflows.child_death_codes import CATEGORY_OPTIONS, COUNTED_PREVENTABILITY, ETHNICITIES, SEX
from workflows.child_deaths import AGE_BAND_WORDS, DURATION_BAND_WORDS
from workflows.codes import YES_NO_NOT_KNOWN
from workflows.definition import Option

# In the order of data/README: the shares come after the durations they are of.
ORDER = (
    *SINGLE, "duration_from_notification", "duration_from_death", *SHARES,
    *(key for key in BREAKDOWNS if not key.startswith("duration")),
)  # fmt: skip

TITLES: Mapping[str, str] = {
    "notifications": "Deaths notified",
    "reviews": "Reviews held",
    "open_at_year_end": "Open at the year’s end",
    "transferred": "Transferred to another panel",
    "not_in_scope": "Not in scope",
    "duration_from_notification": "Time from notification to review",
    "duration_from_death": "Time from death to review",
    "within_6_months_percent": "Reviewed within 6 months, per cent",
    "within_12_months_percent": "Reviewed within 12 months, per cent",
    "over_12_months_percent": "Reviewed after more than 12 months, per cent",
    "sex": "Sex",
    "ethnicity": "Ethnicity",
    "category": "Category of death",
    "preventability": "Preventability",
    "age": "Age at death",
    "expected": "Expected",
}


def _words(choices: tuple[Option, ...]) -> Mapping[str, str]:
    return {option.key: option.words for option in choices}


ROW_WORDS: Mapping[str, Mapping[str, str]] = {
    "duration_from_notification": DURATION_BAND_WORDS,
    "duration_from_death": DURATION_BAND_WORDS,
    "sex": _words(SEX),
    "ethnicity": _words(ETHNICITIES),
    "category": _words(CATEGORY_OPTIONS),
    "preventability": _words(COUNTED_PREVENTABILITY),
    "age": AGE_BAND_WORDS,
    "expected": _words(YES_NO_NOT_KNOWN),
}


def as_data(board: str, figures: Figures, disclosed: Disclosed) -> dict[str, Any]:
    """Return the figures under their fixed keys, as JSON has them."""
    cells: dict[str, Any] = {**disclosed.single, **disclosed.shares, **disclosed.breakdowns}
    return {
        "board": board,
        "year": figures.year.name,
        "as_at": figures.year.last_day.isoformat(),
        **{key: cells[key] for key in ORDER},
    }


def as_rows(disclosed: Disclosed) -> Iterator[tuple[str, str, Cell]]:
    """Yield table, row and figure in words, as CSV and workbook have them; a single figure has no row."""
    for key in ORDER:
        if key in disclosed.breakdowns:
            for row, cell in disclosed.breakdowns[key].items():
                yield TITLES[key], ROW_WORDS[key][row], cell
        else:
            yield TITLES[key], "", disclosed.single[key] if key in disclosed.single else disclosed.shares[key]
