"""The schemes by which small numbers are guarded (DOMAIN 8.3), as data, and the figures that are handed to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Cell = int | str
Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Scheme:
    """A rule for small numbers: which counts are withheld and how they are shown, and what happens to the others."""

    key: str
    title: str
    smallest_withheld: int
    largest_withheld: int
    shown_as: str
    shown_as_secondary: str
    rounded_to: int = 1
    note: str = ""

    @property
    def withholds(self) -> bool:
        return self.largest_withheld >= self.smallest_withheld

    def is_small(self, count: int) -> bool:
        return self.smallest_withheld <= count <= self.largest_withheld

    def is_too_few_to_break_down(self, total: int) -> bool:
        """Return whether so few are not broken down at all, because hardly any table of them would keep a secret."""
        return 0 < total < 2 * (self.largest_withheld + 1)


AS_THEY_ARE = Scheme(
    "as_they_are", "As they are, for the board and its panel", 1, 0, "", "",
    note="Nothing is withheld. Not for publication without a recorded decision.",
)  # fmt: skip
LOCAL = Scheme(
    "local", "Local report: 1 to 4 withheld", 1, 4, "<5", "x",
    note="Counts from 1 to 4 are shown as <5. Others are withheld (x) where they would give one of these back.",
)  # fmt: skip
NHS = Scheme(
    "nhs", "NHS hospital data: 1 to 7 withheld, others to the nearest 5", 1, 7, "*", "*", rounded_to=5,
    note="Counts from 1 to 7 are shown as *, others are rounded to the nearest 5.",
)  # fmt: skip
DFE = Scheme(
    "dfe", "Department for Education: confidential counts marked c", 1, 4, "c", "c",
    note="c: confidential, withheld with as many others as needed.",
)  # fmt: skip
ONS = Scheme(
    "ons", "Office for National Statistics: counts under 3 withheld", 1, 2, ":", ":",
    note="No figure is given for fewer than 3 deaths; those on fewer than 20 are marked u.",
)  # fmt: skip

SCHEMES: Mapping[str, Scheme] = {scheme.key: scheme for scheme in (LOCAL, DFE, NHS, ONS, AS_THEY_ARE)}


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Counts that add up to a total printed beside them, as the rows of a table do.

    `total_key` names the single count that the total is, where it is printed as one. `not_before` names another
    breakdown into the same ordered rows, in which no count can have come earlier: a review is as long after the death
    as after the notification, or longer.
    """

    key: str
    counts: Counts
    total: int
    total_key: str = ""
    not_before: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage: of the total of a breakdown, those in some of its rows."""

    key: str
    of: str
    rows: tuple[str, ...]
    percent: int


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """Figures to leave the system: single counts, breakdowns and shares.

    `made_of` are other statements that add up to this one. `after` are further ones made of some of the same. All of
    them may be out as well, and none withholds anything on account of this one.
    """

    single: Counts
    breakdowns: tuple[Breakdown, ...] = ()
    shares: tuple[Share, ...] = ()
    made_of: tuple[Statement, ...] = ()
    after: tuple[Statement, ...] = ()
