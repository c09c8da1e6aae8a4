"""What in a text could tell whom it is about: names and places of the case's own details, dates, numbers, postcodes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from models.child_deaths.child import ChildDeath
from workflows.dates import MONTH_NAMES

_MONTHS = "|".join((*MONTH_NAMES, *(name[:3] for name in MONTH_NAMES)))
_PATTERNS = (
    ("a date", re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{_MONTHS})\b", re.IGNORECASE)),
    ("a date", re.compile(r"\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b")),
    ("an NHS number", re.compile(r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b")),
    ("a postcode", re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b", re.IGNORECASE)),
)
SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True)
class Identifier:
    """Something found in a text: what it is, and where it begins and ends."""

    what: str
    start: int
    end: int


def identifiers_in(
    text: str, details: ChildDeath | None = None, places: Collection[str] = ()
) -> tuple[Identifier, ...]:  # fmt: skip
    """Return what could identify somebody, in the order of the text. Finding nothing proves nothing.

    `places` are those known beside the details: where the child lived, and the area of the board.
    """
    found = {*_patterns(text), *_names(text, details), *_places(text, details, places)}
    return tuple(sorted(found, key=lambda each: (each.start, -each.end, each.what)))


def _patterns(text: str) -> Iterator[Identifier]:
    for what, pattern in _PATTERNS:
        yield from (Identifier(what, found.start(), found.end()) for found in pattern.finditer(text))


def _names(text: str, details: ChildDeath | None) -> Iterator[Identifier]:
    if details is None:
        return
    people = [details.surname, details.forenames, details.also_known_as]
    people += [carer.name for carer in details.carers] + [sibling.name for sibling in details.siblings]
    words = {word for name in people if name for word in re.findall(r"[^\W\d_]+", name) if len(word) >= SHORTEST_NAME}
    yield from _each("a name", words, text)


def _places(text: str, details: ChildDeath | None, places: Collection[str]) -> Iterator[Identifier]:
    """Yield the places that are named whole: the area, and each line of the address without its number."""
    lines = re.split(r"[,\n]", details.address or "") if details else []
    named = {re.sub(r"^[\d\s]+", "", place).strip() for place in (*places, *lines)}
    yield from _each("a place", {place for place in named if len(place) >= SHORTEST_NAME}, text)


def _each(what: str, words: Collection[str], text: str) -> Iterator[Identifier]:
    for word in words:
        for found in re.finditer(rf"\b{re.escape(word)}\b", text, re.IGNORECASE):
            yield Identifier(what, found.start(), found.end())


def withheld(text: str, details: ChildDeath | None = None, places: Collection[str] = ()) -> str:
    """Return the text with everything found in it replaced by what it was, as “[a date]”."""
    return "".join(piece if what is None else f"[{what}]" for piece, what in pieces(text, details, places))


def pieces(
    text: str, details: ChildDeath | None = None, places: Collection[str] = ()
) -> list[tuple[str, str | None]]:  # fmt: skip
    """Return the text cut where something was found, each piece with what it is, or with nothing to be said of it."""
    found: list[tuple[str, str | None]] = []
    at = 0
    for each in identifiers_in(text, details, places):
        if each.start >= at:
            found += [(text[at : each.start], None), (text[each.start : each.end], each.what)]
            at = each.end
    return [(piece, what) for piece, what in [*found, (text[at:], None)] if piece]
