"""The columns of what is stored beside a history, and the rows of them that a case has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CASE_COLUMNS = (
    "regime_key", "procedure_fingerprint", "pseudonym", "opened_on", "state", "stage", "held", "ended_on", "bites_on",
    "bites_key", "unexplained_bites_on", "explained_bites_on", "due_soon_on", "next_step", "next_roles",
)  # fmt: skip
DEADLINE_KEY, HOLD_KEY = ("case_id", "clock_key", "subject"), ("case_id", "event_sequence")
DEADLINE_COLUMNS = (
    *DEADLINE_KEY, "agency", "ordinal", "title", "starts_on", "starts_last", "due_first", "due_last", "due_soon_on",
    "not_before", "met_first", "met_last", "met_uncertain", "met_late", "voided_on", "explained", "source",
    "confirmed", "explanation",
)  # fmt: skip
HOLD_COLUMNS = (
    *HOLD_KEY, "kind", "scopes", "authorised_first", "authorised_last", "review_on", "released_first", "released_last",
    "requested_by",
)  # fmt: skip

StoredRow = Mapping[str, Any]
"""A row as JSON gives it: days as ISO text."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of a case beside its history."""

    case: StoredRow
    deadlines: tuple[StoredRow, ...]
    holds: tuple[StoredRow, ...]


NOTHING_STORED = Stored({}, (), ())
