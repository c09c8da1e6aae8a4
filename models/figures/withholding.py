"""What has to be withheld for a scheme, so that no small count is shown and none can be worked out.

The small ones first, then as many others as it takes. `models.figures.inference` is the reader who tries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import inf

from models.figures.inference import AtMost, Bounds, Name, adds_up, narrowed
from models.figures.small_numbers import Breakdown, CrossTable, Scheme, Statement


@dataclass(frozen=True, slots=True)
class Withheld:
    """The single counts and the rows of each breakdown that are withheld, and the breakdowns withheld whole.

    Of one withheld whole, nothing is said of any row: not that it is small, and not that it is nought.
    """

    single: set[str] = field(default_factory=set)
    rows: dict[str, set[str]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)

    def withhold_whole(self, breakdown: Breakdown) -> None:
        self.whole.add(breakdown.key)
        self.rows[breakdown.key] = set(breakdown.counts)


def withheld_rows(breakdown: Breakdown, scheme: Scheme) -> frozenset[str]:
    """Return the rows to withhold: the small ones, and as many others as keep each of these from being worked out.

    The smallest of the others are taken first. A nought protects nothing, because a reader expects it.
    """
    hidden = {row for row, count in breakdown.counts.items() if scheme.is_small(count)}
    others = sorted((count, row) for row, count in breakdown.counts.items() if count and row not in hidden)
    for _, row in others:
        if not can_be_worked_out(breakdown, hidden, scheme):
            break
        hidden.add(row)
    return frozenset(hidden)


def can_be_worked_out(breakdown: Breakdown, hidden: set[str], scheme: Scheme) -> bool:
    left = sum(breakdown.counts[row] for row in hidden)
    known: dict[Name, Bounds] = {row: _bounds(breakdown.counts[row], scheme) for row in hidden}
    found = narrowed(known | {None: (left, left)}, adds_up(hidden, None))
    return any(found[row][0] == found[row][1] for row in hidden)


def withheld_from(statement: Statement, scheme: Scheme) -> Withheld:
    """Return what is withheld so that neither the statement nor what it is made of can be worked out.

    Of one that can be taken apart in two ways at once, as a panel's years together by year and by board, nothing is
    said: what the two tell together is more than can be reckoned here (docs/figures.md).
    """
    found = Withheld({key for key, count in statement.single.items() if scheme.is_small(count)})
    if scheme.withholds and len(statement.made_of) > 1:
        return _nothing_of(statement)
    for breakdown in statement.breakdowns:
        hidden = found.rows[breakdown.key] = set(withheld_rows(breakdown, scheme))
        too_few = scheme.is_too_few_to_break_down(breakdown.total)
        if too_few or can_be_worked_out(breakdown, hidden, scheme):
            found.withhold_whole(breakdown)
    parts = [[(part, withheld_from(part, scheme)) for part in partition] for partition in statement.made_of]
    for key in statement.single:
        reckoning = _Reckoning(scheme)
        reckoning.add_single(statement, found, parts, key)
        if reckoning.exposed():
            found.single.add(key)
    for breakdown in statement.breakdowns:
        _withhold_more(statement, found, parts, breakdown, scheme)
    return found


def _nothing_of(statement: Statement) -> Withheld:
    found = Withheld(set(statement.single))
    for breakdown in statement.breakdowns:
        found.withhold_whole(breakdown)
    return found


def _withhold_more(
    statement: Statement,
    found: Withheld,
    parts: Sequence[Sequence[tuple[Statement, Withheld]]],
    breakdown: Breakdown,
    scheme: Scheme,
) -> None:
    """Withhold more rows of a breakdown until nothing is given away by its parts or by the breakdown beside it.

    Each round withholds one row more, so it ends.
    """
    hidden = found.rows[breakdown.key]
    while breakdown.key not in found.whole:
        reckoning = _Reckoning(scheme)
        reckoning.add_breakdowns(statement, found, parts, breakdown)
        if not (exposed := {name[-1] for name in reckoning.exposed()}):
            return
        rows = [row for row, count in breakdown.counts.items() if count and row not in hidden]
        if rows:
            hidden.add(min(rows, key=lambda row: (row not in exposed, breakdown.counts[row])))
        else:
            found.withhold_whole(breakdown)


class _Reckoning:
    """What a reader knows of one breakdown, of that beside it and of the statements it is made of."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._counts: dict[tuple[str, ...], int] = {}
        self._hidden: set[tuple[str, ...]] = set()
        self._known: dict[Name, Bounds] = {}
        self._facts: list[AtMost] = []

    def add_single(
        self,
        statement: Statement,
        found: Withheld,
        parts: Sequence[Sequence[tuple[Statement, Withheld]]],
        key: str,
    ) -> None:
        self._add(("whole", key), statement.single[key], hidden=key in found.single)
        for number, partition in enumerate(parts):
            names = [(f"part {number} {place}", key) for place in range(len(partition))]
            for name, (part, withheld) in zip(names, partition, strict=True):
                self._add(name, part.single[key], hidden=key in withheld.single)
            self._facts += adds_up(names, ("whole", key))

    def add_breakdowns(
        self,
        statement: Statement,
        found: Withheld,
        parts: Sequence[Sequence[tuple[Statement, Withheld]]],
        breakdown: Breakdown,
    ) -> None:
        self._add_rows("whole", statement, found, breakdown.key)
        for number, partition in enumerate(parts):
            places = [f"part {number} {place}" for place in range(len(partition))]
            for place, (part, withheld) in zip(places, partition, strict=True):
                self._add_rows(place, part, withheld, breakdown.key)
            for row in ("", *breakdown.counts):
                names = [(place, breakdown.key, row) for place in places]
                self._facts += adds_up(names, ("whole", breakdown.key, row))

    def _add_rows(self, place: str, statement: Statement, found: Withheld, key: str) -> None:
        by_key = {each.key: each for each in statement.breakdowns}
        beside = {each.key: each for each in by_key.values() if key in (each.key, each.not_before)}
        if sooner := by_key[key].not_before:
            beside[sooner] = by_key[sooner]
        for breakdown in beside.values():
            self._add_one(place, breakdown, found)
            self._facts += _comes_later(place, breakdown)

    def _add_one(self, place: str, breakdown: Breakdown, found: Withheld) -> None:
        hidden_total = breakdown.total_key in found.single or self._scheme.is_small(breakdown.total)
        self._add((place, breakdown.key, ""), breakdown.total, hidden=hidden_total)
        for row, count in breakdown.counts.items():
            name = (place, breakdown.key, row)
            self._add(name, count, hidden=row in found.rows[breakdown.key])
            if breakdown.key in found.whole:
                self._known[name] = (0, inf)
        self._facts += adds_up([(place, breakdown.key, row) for row in breakdown.counts], (place, breakdown.key, ""))

    def _add(self, name: tuple[str, ...], count: int, *, hidden: bool) -> None:
        self._counts[name] = count
        if hidden:
            self._hidden.add(name)
        self._known[name] = _bounds(count, self._scheme) if hidden else (count, count)

    def exposed(self) -> list[tuple[str, ...]]:
        """Return the withheld counts that can be worked out. That there is none of something is no secret."""
        found = narrowed(self._known, self._facts)
        return sorted(name for name in self._hidden if self._counts[name] and found[name][0] == found[name][1])


def _comes_later(place: str, breakdown: Breakdown) -> Iterator[AtMost]:
    """Yield, for each of its ordered rows, that no more come as soon as that than in the breakdown it is not before."""
    rows = tuple(breakdown.counts)
    for number in range(1, len(rows) if breakdown.not_before else 0):
        later = tuple((place, breakdown.key, row) for row in rows[:number])
        yield AtMost(later, tuple((place, breakdown.not_before, row) for row in rows[:number]))


# --- Tables of two characteristics ------------------------------------------


def hidden_cells(table: CrossTable, scheme: Scheme) -> frozenset[tuple[str, str]]:
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
    known: dict[Name, Bounds] = {cell: _bounds(table.counts[cell[0]][cell[1]], scheme) for cell in hidden}
    facts: list[AtMost] = []
    lines = [
        *([(row, column) for column in table.columns] for row in table.counts),
        *([(row, column) for row in table.counts] for column in table.columns),
    ]
    for number, line in enumerate(lines):
        withheld = [cell for cell in line if cell in hidden]
        left = sum(table.counts[row][column] for row, column in withheld)
        known[number] = (left, left)
        facts += adds_up(withheld, number)
    found = narrowed(known, facts)
    return [cell for cell in hidden if found[cell][0] == found[cell][1]]


def _bounds(count: int, scheme: Scheme) -> Bounds:
    """Return between what a reader knows a withheld count to lie, if each mark is used for one reason only."""
    if scheme.shown_as == scheme.shown_as_secondary:
        return scheme.smallest_withheld, inf
    if scheme.is_small(count):
        return scheme.smallest_withheld, scheme.largest_withheld
    return scheme.largest_withheld + 1, inf
