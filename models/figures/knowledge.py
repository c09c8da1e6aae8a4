"""What a reader knows who has a statement: what is shown of each count, and how counts add up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import inf

from models.figures.inference import AtMost, Bounds, Name, adds_up
from models.figures.small_numbers import Breakdown, Scheme, Statement

Tail = tuple[str, ...]
"""A single count by its key, or a row of a breakdown by the keys of both. The row "" is what a breakdown adds up to."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """The single counts and the rows of each breakdown that are withheld, and the breakdowns withheld whole.

    Of one withheld whole, nothing is said of any row: not that it is small, and not that it is nought.
    """

    single: set[str] = field(default_factory=set)
    rows: dict[str, set[str]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    unsaid: set[str] = field(default_factory=set)
    """The single counts of which not even this is said."""

    def withhold_whole(self, breakdown: Breakdown) -> None:
        self.whole.add(breakdown.key)
        self.rows[breakdown.key] = set(breakdown.counts)

    def withhold_single(self, statement: Statement, key: str) -> None:
        """Withhold a single count, and whatever would be broken down of it."""
        self.single.add(key)
        for breakdown in statement.breakdowns:
            if breakdown.total_key == key:
                self.withhold_whole(breakdown)

    def say_nothing(self, statement: Statement) -> None:
        """Withhold every count, so that the marks tell nothing either."""
        for key in statement.single:
            self.withhold_single(statement, key)
        for breakdown in statement.breakdowns:
            self.withhold_whole(breakdown)
        self.unsaid.update(statement.single)

    def hides(self, tail: Tail, breakdown: Breakdown | None) -> bool:
        if breakdown is None:
            return tail[0] in self.single
        return tail[1] in self.rows[breakdown.key] if tail[1] else breakdown.total_key in self.single

    def says_nothing_of(self, tail: Tail, breakdown: Breakdown | None) -> bool:
        if breakdown is None:
            return tail[0] in self.unsaid
        return breakdown.key in self.whole if tail[1] else breakdown.total_key in self.unsaid


@dataclass(frozen=True, slots=True)
class Knowledge:
    """How it really is, what is shown of it, which of it is secret, and the facts that link it."""

    counts: dict[Name, int] = field(default_factory=dict)
    shown: dict[Name, Bounds] = field(default_factory=dict)
    secret: dict[Name, Tail] = field(default_factory=dict)
    facts: list[AtMost] = field(default_factory=list)

    def __or__(self, other: Knowledge) -> Knowledge:
        return Knowledge.of_all([self, other])

    @classmethod
    def of_all(cls, several: Iterable[Knowledge]) -> Knowledge:
        """Return what somebody knows who knows all of these."""
        found = cls()
        for each in several:
            found.counts.update(each.counts)
            found.shown.update(each.shown)
            found.secret.update(each.secret)
            found.facts.extend(each.facts)
        return found


class Told:
    """A statement that a reader has after others: its counts by name, and the facts about them.

    What is withheld changes none of these. Facts that do not hold are left out, since they would lead a reader astray.
    """

    def __init__(self, statement: Statement, before: Knowledge) -> None:
        self._statement = statement
        self._cells = list(_cells(statement))
        self._counts: dict[Name, int] = {(statement, *tail): count for tail, count, _ in self._cells}
        every = before.counts | self._counts
        self._facts = [fact for fact in self._links() if fact.holds(every)]

    def as_shown(self, withheld: Withheld, scheme: Scheme) -> Knowledge:
        """Return what a reader knows where this is withheld of it."""
        told = Knowledge(self._counts, facts=self._facts)
        for tail, count, breakdown in self._cells:
            name: Name = (self._statement, *tail)
            # Reviews not yet categorised: what the rows add up to is not printed, and may be few.
            hidden = withheld.hides(tail, breakdown) or (tail[-1] == "" and scheme.is_small(count))
            unsaid = withheld.says_nothing_of(tail, breakdown)
            told.shown[name] = (count, count) if not hidden else (0, inf) if unsaid else bounds_of(count, scheme)
            if hidden and scheme.is_small(count):
                told.secret[name] = tail
        return told

    def _links(self) -> Iterator[AtMost]:
        statement = self._statement
        for breakdown in statement.breakdowns:
            rows = [(statement, breakdown.key, row) for row in breakdown.counts]
            yield from adds_up(rows, (statement, *_total(statement, breakdown)))
            yield from _comes_later(statement, breakdown)
        for tail, _, _ in self._cells if statement.made_of else ():
            if tail[-1]:
                yield from adds_up([(part, *tail) for part in statement.made_of], (statement, *tail))


def _cells(statement: Statement) -> Iterator[tuple[Tail, int, Breakdown | None]]:
    yield from (((key,), count, None) for key, count in statement.single.items())
    for breakdown in statement.breakdowns:
        yield from (((breakdown.key, row), count, breakdown) for row, count in breakdown.counts.items())
        if len(total := _total(statement, breakdown)) > 1:
            yield total, breakdown.total, breakdown


def _total(statement: Statement, breakdown: Breakdown) -> Tail:
    """Return which count a breakdown adds up to: the one printed as its total, if it does."""
    printed = statement.single.get(breakdown.total_key) == breakdown.total
    return (breakdown.total_key,) if printed else (breakdown.key, "")


def _comes_later(statement: Statement, breakdown: Breakdown) -> Iterator[AtMost]:
    """Yield, for each of its ordered rows, that no more come as soon as that than in the breakdown it is not before."""
    rows = tuple(breakdown.counts)
    for number in range(1, len(rows) if breakdown.not_before else 0):
        later = tuple((statement, breakdown.key, row) for row in rows[:number])
        yield AtMost(later, tuple((statement, breakdown.not_before, row) for row in rows[:number]))


def bounds_of(count: int, scheme: Scheme) -> Bounds:
    """Return between what a reader knows a withheld count to lie, if each mark is used for one reason only."""
    if scheme.shown_as == scheme.shown_as_secondary:
        return scheme.smallest_withheld, inf
    if scheme.is_small(count):
        return scheme.smallest_withheld, scheme.largest_withheld
    return scheme.largest_withheld + 1, inf
