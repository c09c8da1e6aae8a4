"""What a reader can work out about counts that were withheld, from those that are shown and how they add up.

Reckoned for integers by narrowing, which is what somebody with a pencil does: each count lies between a least and a
most, and each sum narrows the counts in it by what is left for them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

Name = Hashable
Bounds = tuple[float, float]
"""The least and the most that a count can be."""


@dataclass(frozen=True, slots=True)
class AtMost:
    """That some counts together are at most as many as some others together."""

    fewer: tuple[Name, ...]
    more: tuple[Name, ...]


def adds_up(parts: Iterable[Name], whole: Name) -> tuple[AtMost, AtMost]:
    """Return the two halves of the fact that these parts make up the whole."""
    together = tuple(parts)
    return AtMost(together, (whole,)), AtMost((whole,), together)


def narrowed(known: Mapping[Name, Bounds], facts: Sequence[AtMost]) -> dict[Name, Bounds]:
    """Return what each count can be, once every fact was used until none narrows any further.

    Facts that contradict each other would narrow for ever: a count is never narrowed to nothing.
    """
    bounds = dict(known)
    using: dict[Name, list[AtMost]] = {}
    for fact in facts:
        for name in {*fact.fewer, *fact.more}:
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
    for name in fact.more:
        least, most = bounds[name]
        others = sum(bounds[other][1] for other in fact.more if other != name)
        if others < inf and least_of_fewer - others > least:
            yield name, (least_of_fewer - others, most)
