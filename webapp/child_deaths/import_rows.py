"""Rows of an import file as the page shows them: which row is meant and what it would do, and no more of the child."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.child_deaths.importing import Examined
from webapp.templating import day
from workflows.child_death_codes import CATEGORIES_BY_KEY

STAGES = {
    "looking_through": "Being looked through",
    "to_confirm": "Waiting to be confirmed",
    "recording": "Being recorded",
    "finished": "Recorded",
    "given_up": "Given up",
}

COLUMNS = (
    ("cdop_ref", "The panel’s own reference: each once within the board"),
    ("notified_on, died_on, born_on", "Days, written as 2017-05-31"),
    ("sex", "male, female or not_known"),
    ("ethnic_group", "The NHS ethnic category, such as A; or empty"),
    ("normally_resident_in", "The area where the child lived"),
    ("place_of_death", "The code of the place, such as hospice; or empty"),
    ("expected", "yes, no or not_known"),
    ("outcome", "open, reviewed, transferred or not_in_scope"),
    ("transferred_to, ground", "Where the outcome is transferred, or not_in_scope"),
    ("information_complete_on, inquest_opened_on, inquest_concluded_on", "Days, or empty"),
    ("reviewed_on", "The day the panel reviewed the death; or empty"),
    ("category, preventability", "1 to 10, and what the panel concluded; or both empty"),
    ("modifiable_factors", "Separated by semicolons; or empty"),
)
"""The heading of the file, and what each column holds, in short. `docs/import.md` has the whole."""


@dataclass(frozen=True, slots=True)
class RowLine:
    """One row: its number, the panel’s reference, what it would do, and why where it is refused."""

    row_number: int
    reference: str
    verdict: str
    words: tuple[str, ...]


def row_line(examined: Examined) -> RowLine:
    """Return a row as the page shows it."""
    row = examined.row
    if examined.wrong:
        words = tuple(f"{each.column}: {each.reason}" if each.column else each.reason for each in examined.wrong)
        return RowLine(row.number, row.reference, "refused", words)
    if examined.is_there:
        other = "It came from another row: nothing is changed" if examined.differs else "Nothing is changed"
        return RowLine(row.number, row.reference, "there", (other,))
    return RowLine(row.number, row.reference, "new", tuple(_would_do(examined)))


def _would_do(examined: Examined) -> Iterator[str]:
    """Yield the history that a new row amounts to, in words."""
    for each in examined.steps:
        on, answers = day(each.step.told.on), each.step.told.answers
        if each.step.step == "notify_death":
            yield f"Notified {on}"
        elif each.step.step == "transfer_case":
            yield "Transferred to another panel"
        elif each.step.step == "rule_out_of_scope":
            yield "Not in scope"
        elif each.step.step == "review_at_panel":
            yield f"Reviewed {on}"
        elif each.step.step == "categorise":
            category = CATEGORIES_BY_KEY[str(answers["category"])]
            yield f"Category {category.number}, {category.name[:1].lower()}{category.name[1:]}"
