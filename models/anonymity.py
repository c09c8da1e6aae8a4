"""What in a text could tell somebody whom it is about: the names in a case's own details, dates, numbers, postcodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from models.child_death import ChildDeath
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


def identifiers_in(text: str, details: ChildDeath | None = None) -> tuple[Identifier, ...]:
    """Return what could identify somebody, in the order of the text. Finding nothing proves nothing."""
    return tuple(sorted({*_patterns(text), *_names(text, details)}, key=lambda each: (each.start, each.end)))


def _patterns(text: str) -> Iterator[Identifier]:
    for what, pattern in _PATTERNS:
        yield from (Identifier(what, found.start(), found.end()) for found in pattern.finditer(text))


def _names(text: str, details: ChildDeath | None) -> Iterator[Identifier]:
    if details is None:
        return
    people = [details.surname, details.forenames, details.also_known_as]
    people += [carer.name for carer in details.carers] + [sibling.name for sibling in details.siblings]
    words = {word for name in people if name for word in re.findall(r"[^\W\d_]+", name) if len(word) >= SHORTEST_NAME}
    for word in words:
        for found in re.finditer(rf"\b{re.escape(word)}\b", text, re.IGNORECASE):
            yield Identifier("a name", found.start(), found.end())


def withheld(text: str, details: ChildDeath | None = None) -> str:
    """Return the text with everything found in it replaced by what it was, as “[a date]”."""
    parts, at = [], 0
    for each in identifiers_in(text, details):
        if each.start >= at:
            parts += [text[at : each.start], f"[{each.what}]"]
            at = each.end
    return "".join([*parts, text[at:]])
