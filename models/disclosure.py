"""The one function every export of figures passes: small counts are withheld, and whatever would give them back.

The schemes are data (DOMAIN 8.3). A count is withheld for its size (primary), then as many others as it takes until
no withheld count can be worked out from the totals (secondary), then every percentage that would reveal one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

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
    """Counts that add up to a total printed beside them, as the rows of a table do."""

    key: str
    counts: Counts
    total: int


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage: of the total of a breakdown, those in some of its rows."""

    key: str
    of: str
    rows: tuple[str, ...]
    percent: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Figures to leave the system: single counts, breakdowns and shares."""

    single: Counts
    breakdowns: tuple[Breakdown, ...] = ()
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Disclosed:
    """Figures as they may leave, the scheme they were guarded by, and whether anything was withheld."""

    scheme: Scheme
    single: Mapping[str, Cell]
    breakdowns: Mapping[str, Mapping[str, Cell]]
    shares: Mapping[str, Cell]
    withheld: int = 0


class NotDecided(Exception):
    """Figures were to be published as they are, and no decision to do so is recorded. The words say what to do."""


def disclose(statement: Statement, scheme: Scheme, *, published: bool = False, decided: bool = False) -> Disclosed:
    """Return the figures as this scheme lets them leave.

    `published` is for figures that leave the board and its panel. Raises NotDecided when they would be published
    with nothing withheld and no decision is recorded.
    """
    if not scheme.withholds:
        if published and not decided:
            raise NotDecided(
                "Figures that withhold nothing are published only by a recorded decision. "
                "Record it with its reasons, or choose a scheme that withholds small numbers"
            )
        breakdowns: dict[str, Mapping[str, Cell]] = {each.key: each.counts for each in statement.breakdowns}
        shares: dict[str, Cell] = {share.key: share.percent for share in statement.shares}
        return Disclosed(scheme, statement.single, breakdowns, shares)
    return _guarded(statement, scheme)


def _guarded(statement: Statement, scheme: Scheme) -> Disclosed:
    by_key = {each.key: each for each in statement.breakdowns}
    hidden = {key: withheld_rows(each, scheme) for key, each in by_key.items()}
    single = {key: _cell(count, scheme) for key, count in statement.single.items()}
    return Disclosed(
        scheme,
        single,
        {key: _shown(each, hidden[key], scheme) for key, each in by_key.items()},
        {share.key: _share(share, by_key[share.of], hidden[share.of], scheme) for share in statement.shares},
        withheld=sum(map(len, hidden.values())) + sum(isinstance(cell, str) for cell in single.values()),
    )


def _cell(count: int, scheme: Scheme) -> Cell:
    return scheme.shown_as if scheme.is_small(count) else _rounded(count, scheme)


def _rounded(count: int, scheme: Scheme) -> int:
    return (2 * count + scheme.rounded_to) // (2 * scheme.rounded_to) * scheme.rounded_to


def _shown(breakdown: Breakdown, hidden: frozenset[str], scheme: Scheme) -> dict[str, Cell]:
    counts = breakdown.counts
    if scheme.is_small(breakdown.total):
        # The total itself is withheld, so a nought beside it would already say too much.
        return dict.fromkeys(counts, scheme.shown_as_secondary)
    # With every row withheld, which of them are small is all that is left to keep to oneself.
    small = scheme.shown_as_secondary if _can_be_worked_out(counts, set(hidden), scheme) else scheme.shown_as
    return {
        row: (small if scheme.is_small(count) else scheme.shown_as_secondary)
        if row in hidden
        else _rounded(count, scheme)
        for row, count in counts.items()
    }


def withheld_rows(breakdown: Breakdown, scheme: Scheme) -> frozenset[str]:
    """Return the rows to withhold: the small ones, and as many others as keep each of these from being worked out.

    The smallest of the others are taken first. A nought protects nothing, because a reader expects it.
    """
    hidden = {row for row, count in breakdown.counts.items() if scheme.is_small(count)}
    others = sorted((count, row) for row, count in breakdown.counts.items() if count and row not in hidden)
    for _, row in others:
        if not _can_be_worked_out(breakdown.counts, hidden, scheme):
            break
        hidden.add(row)
    return frozenset(hidden)


def _can_be_worked_out(counts: Counts, hidden: set[str], scheme: Scheme) -> bool:
    bounds = {("", row): _bounds(counts[row], scheme) for row in hidden}
    _tighten(bounds, [list(bounds)], CrossTable({"": counts}))
    return any(least == most for least, most in bounds.values())


def _share(share: Share, breakdown: Breakdown, hidden: frozenset[str], scheme: Scheme) -> Cell:
    """Return the percentage, unless it divides the withheld rows and so tells more about them than the total does."""
    split = bool(hidden & set(share.rows)) and bool(hidden - set(share.rows))
    if split or scheme.is_small(breakdown.total):
        return scheme.shown_as_secondary
    part = sum(breakdown.counts[row] for row in share.rows)
    return (
        scheme.shown_as_secondary if scheme.is_small(part) or scheme.is_small(breakdown.total - part) else share.percent
    )


# --- Tables of two characteristics ------------------------------------------


@dataclass(frozen=True, slots=True)
class CrossTable:
    """Counts by two characteristics, with the totals of rows, of columns and of all printed beside them."""

    counts: Mapping[str, Counts]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(next(iter(self.counts.values()), {}))


def disclose_cross_table(table: CrossTable, scheme: Scheme) -> Mapping[str, Mapping[str, Cell]]:
    """Return the table as this scheme lets it leave, so that neither rows nor columns give a withheld count back."""
    hidden = _hidden_cells(table, scheme) if scheme.withholds else frozenset()
    return {
        row: {
            column: (scheme.shown_as if scheme.is_small(count) else scheme.shown_as_secondary)
            if (row, column) in hidden
            else _rounded(count, scheme)
            for column, count in counts.items()
        }
        for row, counts in table.counts.items()
    }


def _hidden_cells(table: CrossTable, scheme: Scheme) -> frozenset[tuple[str, str]]:
    cells = {(row, column): count for row, counts in table.counts.items() for column, count in counts.items()}
    hidden = {cell for cell, count in cells.items() if scheme.is_small(count)}
    # Each round withholds one cell more, so it ends.
    while exposed := _exposed(table, hidden, scheme):
        row, column = min(exposed)
        others = [(count, cell) for cell, count in cells.items() if count and cell not in hidden]
        beside = [(count, cell) for count, cell in others if cell[0] == row or cell[1] == column]
        if not others:
            break
        hidden.add(min(beside or others)[1])
    return frozenset(hidden)


def _exposed(table: CrossTable, hidden: set[tuple[str, str]], scheme: Scheme) -> list[tuple[str, str]]:
    """Return the withheld cells that rows and columns together pin down."""
    bounds = {cell: _bounds(table.counts[cell[0]][cell[1]], scheme) for cell in hidden}
    lines = [
        *([(row, column) for column in table.columns] for row in table.counts),
        *([(row, column) for row in table.counts] for column in table.columns),
    ]
    _tighten(bounds, [[cell for cell in line if cell in hidden] for line in lines], table)
    return [cell for cell, (least, most) in bounds.items() if least == most]


def _tighten(
    bounds: dict[tuple[str, str], tuple[float, float]], lines: Sequence[Sequence[tuple[str, str]]], table: CrossTable
) -> None:
    """Narrow each cell by what is left of its row and of its column, until nothing changes any more."""
    changed = True
    while changed:
        changed = False
        for line in lines:
            left = sum(table.counts[row][column] for row, column in line)
            for cell in line:
                least, most = _narrowed(bounds, cell, line, left)
                changed = changed or (least, most) != bounds[cell]
                bounds[cell] = (least, most)


def _narrowed(
    bounds: Mapping[tuple[str, str], tuple[float, float]],
    cell: tuple[str, str],
    line: Sequence[tuple[str, str]],
    left: int,
) -> tuple[float, float]:
    others = [bounds[other] for other in line if other != cell]
    least, most = bounds[cell]
    return max(least, left - sum(high for _, high in others)), min(most, left - sum(low for low, _ in others))


def _bounds(count: int, scheme: Scheme) -> tuple[float, float]:
    """Return between what a reader knows a withheld count to lie, if each mark is used for one reason only."""
    if scheme.shown_as == scheme.shown_as_secondary:
        return scheme.smallest_withheld, inf
    if scheme.is_small(count):
        return scheme.smallest_withheld, scheme.largest_withheld
    return scheme.largest_withheld + 1, inf
