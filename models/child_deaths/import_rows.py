"""Rows of the import file: what each column may hold, and the steps that a row amounts to.

A reason never repeats what a cell holds: one filled in by mistake may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from models.child_deaths.import_file import COLUMNS, Row
from models.whole_case import RefusedAt, ToldStep
from workflows.child_death_codes import (
    CATEGORY_OPTIONS,
    ETHNIC_GROUPS,
    OUT_OF_SCOPE_GROUNDS,
    PLACES_OF_DEATH,
    PREVENTABILITY,
    SEX,
)
from workflows.codes import YES_NO_NOT_KNOWN, chosen, options
from workflows.dates import PartialDate
from workflows.definition import Option
from workflows.errors import AnswersRefused, NoRegime
from workflows.standing import Told

OUTCOMES = options(open="Open", reviewed="Reviewed", transferred="Transferred", not_in_scope="Not in scope")

DATES = tuple(column for column in COLUMNS if column.endswith("_on"))
CODES: Mapping[str, tuple[Option, ...]] = {
    "sex": SEX,
    "ethnic_group": ETHNIC_GROUPS,
    "place_of_death": PLACES_OF_DEATH,
    "expected": YES_NO_NOT_KNOWN,
    "outcome": OUTCOMES,
    "ground": OUT_OF_SCOPE_GROUNDS,
    "category": CATEGORY_OPTIONS,
    "preventability": PREVENTABILITY,
}
ALWAYS_NEEDED = (
    "cdop_ref", "notified_on", "died_on", "born_on", "sex", "normally_resident_in", "expected", "outcome"
)  # fmt: skip
NEEDED_FOR: Mapping[str, tuple[str, ...]] = {
    "reviewed": ("reviewed_on",),
    "transferred": ("transferred_to",),
    "not_in_scope": ("ground",),
}
ONLY_FOR: Mapping[str, tuple[str, ...]] = {
    "reviewed_on": ("reviewed",),
    "category": ("reviewed",),
    "preventability": ("reviewed",),
    "modifiable_factors": ("reviewed",),
    "information_complete_on": ("open", "reviewed"),
    "transferred_to": ("transferred",),
    "ground": ("not_in_scope",),
}
# Each of these days cannot come before the one above it. An inquest may end after the panel has met.
IN_ORDER = (
    ("born_on", "died_on", "notified_on", "information_complete_on", "reviewed_on"),
    ("died_on", "inquest_opened_on", "inquest_concluded_on"),
)

COLUMN_OF: Mapping[str, str] = {column: column for column in COLUMNS} | {
    "to_panel": "transferred_to",
    "factors": "modifiable_factors",
}
"""The column that an answer is taken from, by its question."""

LONGEST_REFERENCE = 100


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a row: the column, and a sentence that says what to do."""

    column: str
    reason: str


class RowRefused(Exception):
    """A row that cannot be recorded, with everything that is wrong with it."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        super().__init__(" ".join(each.reason for each in wrong))
        self.wrong = tuple(wrong)


# --- What a row may hold ----------------------------------------------------


def checked(row: Row, today: date) -> Row:
    """Return the row with its codes as they are kept. Raises RowRefused with everything that is wrong with it."""
    if row.unreadable:
        raise RowRefused([Wrong("", row.unreadable)])
    wrong = [Wrong(column, "This is needed") for column in ALWAYS_NEEDED if not row.cells[column]]
    cells = dict(row.cells)
    for column, choices in CODES.items():
        if cells[column]:
            choice = chosen(choices, cells[column])
            cells[column] = choice.key if choice else ""
            if choice is None:
                wrong.append(Wrong(column, f"This is not in the list. Choose one of: {_keys(choices)}"))
    wrong += [Wrong(column, "Write the day as 2017-05-31") for column in DATES if not _is_day(cells[column])]
    if len(cells["cdop_ref"]) > LONGEST_REFERENCE:
        wrong.append(Wrong("cdop_ref", f"This is longer than {LONGEST_REFERENCE} characters. Shorten it"))
    if not wrong:
        row = Row(row.number, cells)
        wrong = [*_against_the_outcome(row), *_out_of_order(row), *_ahead(row, today)]
    if wrong:
        raise RowRefused(wrong)
    return row


def _keys(choices: Sequence[Option]) -> str:
    return ", ".join(dict.fromkeys(choice.key for choice in choices))


def _is_day(written: str) -> bool:
    try:
        return not written or (len(written) == 10 and PartialDate.parse(written).exact)
    except ValueError:
        return False


def _against_the_outcome(row: Row) -> Iterator[Wrong]:
    outcome = row.cells["outcome"]
    for column in NEEDED_FOR.get(outcome, ()):
        if not row.cells[column]:
            yield Wrong(column, f"This is needed where the outcome is {outcome}")
    for column, outcomes in ONLY_FOR.items():
        if row.cells[column] and outcome not in outcomes:
            yield Wrong(column, f"Leave this empty where the outcome is {outcome}, or correct the outcome")
    for column, other in (("category", "preventability"), ("preventability", "category")):
        if row.cells[column] and not row.cells[other]:
            yield Wrong(other, f"This is needed where there is a {column}")


def _out_of_order(row: Row) -> Iterator[Wrong]:
    for columns in IN_ORDER:
        known = [(column, day) for column in columns if (day := row.day(column))]
        for (before, earlier), (column, later) in pairwise(known):
            if later < earlier:
                yield Wrong(column, f"This cannot be before {before}. Check both")


def _ahead(row: Row, today: date) -> Iterator[Wrong]:
    for column in DATES:
        day = row.day(column)
        if day and day > today:
            yield Wrong(column, "This day is in the future. Give the day it happened")


# --- What a row amounts to --------------------------------------------------

# A file says that the panel reviewed a death, not who sat there: those without whom it could not have.
WITHOUT_WHOM_NO_PANEL = ("Health", "Local authority")
NOT_IN_THE_FILE = "Imported: the file says that the panel met, and not who was there"


@dataclass(frozen=True, slots=True)
class StepOfRow:
    """A step that a row amounts to, and the column that a refusal of it belongs to."""

    step: ToldStep
    column: str


def steps_of(row: Row, *, with_meeting: bool) -> list[StepOfRow]:
    """Return the steps that a checked row amounts to, as they happened; days that are the same stay in this order.

    `with_meeting` says whether the guidance has a child death review meeting before the panel (from 2018).
    """
    steps = [_notification(row)]
    outcome, notified_on = row.cells["outcome"], row.cells["notified_on"]
    if outcome == "transferred":
        told = {"to_panel": row.cells["transferred_to"], "reasons": "As the imported file says"}
        steps.append(_step("transfer_case", notified_on, "transferred_to", told))
    elif outcome == "not_in_scope":
        steps.append(_step("rule_out_of_scope", notified_on, "ground", {"ground": row.cells["ground"]}))
    else:
        steps.append(_step("confirm_in_scope", notified_on, "born_on"))
    steps += _inquest(row)
    if outcome in ("open", "reviewed"):
        steps += _review(row, with_meeting=with_meeting)
    return sorted(steps, key=lambda each: each.step.told.on.first)


def _step(key: str, on: str, column: str, answers: Mapping[str, object] | None = None) -> StepOfRow:
    return StepOfRow(ToldStep(key, Told(PartialDate.parse(on), answers or {})), column)


def _notification(row: Row) -> StepOfRow:
    asked = (
        "cdop_ref", "notified_on", "died_on", "born_on", "sex", "ethnic_group", "normally_resident_in",
        "place_of_death", "expected",
    )  # fmt: skip
    answers = {column: row.cells[column] for column in asked if row.cells[column]}
    return _step("notify_death", row.cells["notified_on"], "notified_on", answers)


def _inquest(row: Row) -> Iterator[StepOfRow]:
    for column, event in (("inquest_opened_on", "inquest_opened"), ("inquest_concluded_on", "inquest_concluded")):
        if day := row.cells[column]:
            answers = {"process": "INQUEST", "event": event}
            if day < row.cells["notified_on"]:
                # Nothing can be recorded of a case before it began.
                answers["event_on"] = day
            yield _step("record_proceedings", max(day, row.cells["notified_on"]), column, answers)


def _review(row: Row, *, with_meeting: bool) -> Iterator[StepOfRow]:
    reviewed_on = row.cells["reviewed_on"]
    complete_on = row.cells["information_complete_on"] or reviewed_on
    if complete_on:
        yield _step("complete_information", complete_on, "information_complete_on")
    if complete_on and with_meeting:
        told = {"report_received_on": complete_on}
        yield _step("hold_review_meeting", complete_on, "information_complete_on", told)
    if reviewed_on:
        yield _step("list_for_panel", complete_on, "reviewed_on", {"meeting_on": reviewed_on})
        told_of_panel = {
            "meeting_on": reviewed_on,
            "roles_present": list(WITHOUT_WHOM_NO_PANEL),
            "presence_assumed_because": NOT_IN_THE_FILE,
        }
        yield _step("review_at_panel", reviewed_on, "reviewed_on", told_of_panel)
    if row.cells["category"]:
        yield _step("categorise", reviewed_on, "preventability", _conclusions(row))


def _conclusions(row: Row) -> dict[str, object]:
    names = [name.strip() for name in row.cells["modifiable_factors"].split(";") if name.strip()]
    factors = [{"description": name, "modifiable": "yes"} for name in dict.fromkeys(names)]
    concluded = {"category": row.cells["category"], "preventability": row.cells["preventability"]}
    return concluded | ({"factors": factors} if factors else {})


def refusal(steps: Sequence[StepOfRow], refused: RefusedAt) -> RowRefused:
    """Return the refusal of a row for the refusal of one of its steps, with the columns it belongs to."""
    at = steps[refused.place]
    cause = refused.refusal
    if isinstance(cause, NoRegime):
        words = "Child deaths are reviewed from 1 April 2008 on: no edition of the guidance covers this day. Check it"
        return RowRefused([Wrong("notified_on", words)])
    if isinstance(cause, AnswersRefused):
        return RowRefused([Wrong(COLUMN_OF.get(each.question, at.column), each.words) for each in cause.problems])
    return RowRefused([Wrong(at.column, words) for words in cause.reasons])
