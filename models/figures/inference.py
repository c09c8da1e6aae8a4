"""What a reader can work out about counts that were withheld, from those that are shown and how they add up.

The reader has a solver of integer programs. Most is found sooner by narrowing, which is what somebody with a pencil
does: each count lies between a least and a most, and each sum narrows the counts in it by what is left for them.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isinf

Name = Hashable
Bounds = tuple[float, float]
"""The least and the most that a count can be."""


@dataclass(frozen=True, slots=True, eq=False)
class AtMost:
    """That some counts together are at most as many as some others together."""

    fewer: tuple[Name, ...]
    more: tuple[Name, ...]

    @property
    def names(self) -> tuple[Name, ...]:
        return self.fewer + self.more

    def holds(self, counts: Mapping[Name, int]) -> bool:
        return sum(counts[name] for name in self.fewer) <= sum(counts[name] for name in self.more)


def adds_up(parts: Iterable[Name], whole: Name) -> tuple[AtMost, AtMost]:
    """Return the two halves of the fact that these parts make up the whole."""
    together = tuple(parts)
    return AtMost(together, (whole,)), AtMost((whole,), together)


class Reader:
    """Somebody who remembers what they have worked out, so that the same is not asked twice."""

    def __init__(self) -> None:
        self._remembered: dict[Hashable, set[Name]] = {}

    def works_out(
        self,
        counts: Mapping[Name, int],
        known: Mapping[Name, Bounds],
        facts: Sequence[AtMost],
        secret: Collection[Name],
    ) -> set[Name]:
        """Return some of the secret counts that can be nothing else than what they are; none only if there is none.

        `counts` is how it really is, of which all the facts hold, and `known` what is shown of each. What the solver
        does not settle soon is taken as worked out.
        """
        found: set[Name] = set()
        for names, about in _apart(known, facts):
            if asked := tuple(name for name in names if name in secret):
                key = (tuple(about), tuple(names), tuple(known[name] for name in names))
                if key not in self._remembered:
                    self._remembered[key] = _worked_out(counts, known, about, asked)
                found |= self._remembered[key]
        return found


def _worked_out(
    counts: Mapping[Name, int], known: Mapping[Name, Bounds], facts: Sequence[AtMost], asked: Sequence[Name]
) -> set[Name]:
    bounds = narrowed({name: known[name] for fact in facts for name in fact.names}, facts)
    if found := {name for name in asked if bounds[name][0] == bounds[name][1]}:
        return found
    for names, about in _apart(bounds, facts):
        # Of counts in one sum, each can be all that narrowing leaves it.
        if len({frozenset(fact.names) for fact in about}) > 1:
            among = set(names)
            found |= _Question(counts, bounds, about, names).settled([name for name in asked if name in among])
    return found


# --- With a pencil ----------------------------------------------------------


def narrowed(known: Mapping[Name, Bounds], facts: Sequence[AtMost]) -> dict[Name, Bounds]:
    """Return what each count can be at the least and at the most, once every fact was used until none narrows further.

    Facts that contradict each other would narrow for ever: a count is never narrowed to nothing.
    """
    bounds = dict(known)
    using: dict[Name, list[AtMost]] = {}
    for fact in facts:
        for name in dict.fromkeys(fact.names):
            using.setdefault(name, []).append(fact)
    waiting = dict.fromkeys(facts)
    while waiting:
        fact, _ = waiting.popitem()
        for name, found in _narrowings(fact, bounds):
            if found[0] > found[1]:
                continue
            bounds[name] = found
            waiting |= dict.fromkeys(using[name])
    return bounds


def _narrowings(fact: AtMost, bounds: Mapping[Name, Bounds]) -> Iterator[tuple[Name, Bounds]]:
    least_of_fewer = sum(bounds[name][0] for name in fact.fewer)
    most_of_more = sum(bounds[name][1] for name in fact.more)
    if most_of_more < inf:
        for name in fact.fewer:
            least, most = bounds[name]
            if (left := most_of_more - (least_of_fewer - least)) < most:
                yield name, (least, left)
    without_end = [name for name in fact.more if bounds[name][1] == inf]
    if len(without_end) > 1:
        return
    with_end = sum(bounds[name][1] for name in fact.more if bounds[name][1] < inf)
    for name in without_end or fact.more:
        least, most = bounds[name]
        others = with_end - (most if most < inf else 0)
        if least_of_fewer - others > least:
            yield name, (least_of_fewer - others, most)


def _apart(bounds: Mapping[Name, Bounds], facts: Sequence[AtMost]) -> list[tuple[list[Name], list[AtMost]]]:
    """Return the counts still open in groups that no fact links, each with the facts about it."""
    group_of: dict[Name, list[Name]] = {}
    about: dict[int, list[AtMost]] = {}
    for fact in facts:
        open_ones = [name for name in fact.names if bounds[name][0] < bounds[name][1]]
        if not open_ones:
            continue
        groups = {id(group): group for name in open_ones for group in [group_of.setdefault(name, [name])]}
        largest = max(groups.values(), key=len)
        for group in groups.values():
            if group is not largest:
                largest += group
                about.setdefault(id(largest), []).extend(about.pop(id(group), []))
                group_of |= dict.fromkeys(group, largest)
        about.setdefault(id(largest), []).append(fact)
    return [(group, about[id(group)]) for group in {id(each): each for each in group_of.values()}.values()]


# --- With a solver ----------------------------------------------------------

BRANCHES = 5_000
"""How far the solver goes into one question. Most are settled at the first; and it says the same each time."""


class _Question:
    """Whether some counts that facts link could be others, and everything that is shown the same."""

    def __init__(
        self,
        counts: Mapping[Name, int],
        bounds: Mapping[Name, Bounds],
        facts: Sequence[AtMost],
        names: Sequence[Name],
    ) -> None:
        # Only who asks of several tables at once waits for it to be loaded.
        import numpy as np

        self._names = names
        self._true = np.array([counts[name] for name in names])
        self._least = np.array([bounds[name][0] for name in names])
        # Enough to tell one reading from another; without an end the solver would have none either.
        end = 2 * int(self._true.max()) + 10
        self._most = np.array([end if isinf(bounds[name][1]) else bounds[name][1] for name in names])
        place = {name: number for number, name in enumerate(names)}
        self._rows = np.zeros((len(facts), len(place)))
        self._room = np.zeros(len(facts))
        for row, fact in enumerate(facts):
            for sign, side in ((1, fact.fewer), (-1, fact.more)):
                for name in side:
                    if name in place:
                        self._rows[row, place[name]] += sign
                    else:
                        self._room[row] -= sign * bounds[name][0]

    def settled(self, asked: Sequence[Name]) -> set[Name]:
        """Return one of those asked for that is the same in every reading; none if there is no such."""
        left = set(asked)
        # Some at the least and others at the most: a few such questions show most counts to be open.
        for apart in (len(asked), 1, 2):
            for sign in (1, -1):
                if left:
                    ones = enumerate(name for name in asked if name in left)
                    left -= self._otherwise({name: sign if place // apart % 2 else -sign for place, name in ones})
        while left:
            name = next(name for name in asked if name in left)
            for sign in (1, -1):
                left -= self._otherwise({name: sign})
            if name in left:
                return {name}
        return left

    def _otherwise(self, aims: Mapping[Name, int]) -> set[Name]:
        """Return the names that are not as they really are in the reading with the least sum of the aims."""
        import numpy as np
        from scipy.optimize import Bounds as Between
        from scipy.optimize import LinearConstraint, milp

        found = milp(
            np.array([aims.get(name, 0) for name in self._names]),
            integrality=np.ones(len(self._names), dtype=int),
            bounds=Between(self._least, self._most),
            constraints=LinearConstraint(self._rows, -np.inf, self._room),
            options={"node_limit": BRANCHES},
        )
        if found.x is None:
            return set()
        differs = np.rint(found.x) != self._true
        return {name for name, other in zip(self._names, differs, strict=True) if other}
