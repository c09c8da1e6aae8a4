"""How alike two records of a child are, of 100, and why, in words that repeat neither a name nor a date.

The points are local: no rule sets them. What two records agree in adds to them, what they differ in takes away, and
what one of them does not know says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from models.child_deaths.child import ChildDeath
from models.child_deaths.names import sound, sounds_of, words_of_name

DAYS_APART = 7
"""Days closer to each other than this are not held against two records."""

MOST_ALIKE, SPELT_ALIKE = 100, 85
"""Of 100, how alike two addresses are that have the same words, and that have nearly the same."""
NAMES_SPELT_ALIKE = 0.92
"""Of 1, how alike two names are that may be one, mistyped."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two children are, of 100, and why."""

    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Points:
    """What names are worth that are the same, sound alike, have a word in common, or are spelt alike; or differ."""

    same: int
    sounding: int
    in_part: int
    spelt: int
    different: int


SURNAMES, FORENAMES = Points(20, 17, 14, 10, -10), Points(15, 13, 12, 7, -7)
SAME_DAY, SLIP, OTHER_DAY = 20, 10, -10


def likeness(one: ChildDeath, other: ChildDeath) -> Likeness:
    """Return how likely two records are to be of the same child. Names are compared by their sound."""
    found = list(_signs(one, other))
    return Likeness(max(0, min(100, sum(points for points, _ in found))), tuple(words for _, words in found))


def _signs(one: ChildDeath, other: ChildDeath) -> Iterator[tuple[int, str]]:
    if one.nhs_number and other.nhs_number:
        same = one.nhs_number == other.nhs_number
        yield (80, "The NHS numbers are the same") if same else (-40, "The NHS numbers are different")
    yield from _dates(one.born_on, other.born_on, "Born")
    yield from _dates(one.died_on, other.died_on, "Died")
    yield from _names(one, other)
    yield from _addresses(one, other)


# --- Dates ------------------------------------------------------------------


def _dates(one: date | None, other: date | None, what: str) -> Iterator[tuple[int, str]]:
    if one is None or other is None:
        return
    apart = abs((one - other).days)
    if apart == 0:
        yield SAME_DAY, f"{what} on the same day"
    elif (one.day, one.month, one.year) == (other.month, other.day, other.year):
        yield SLIP, f"{what} on days that differ by day and month changed round"
    elif apart == 1:
        yield SLIP, f"{what} within a day of each other"
    elif differ_by_a_slip(f"{one:%Y%m%d}", f"{other:%Y%m%d}"):
        yield SLIP, f"{what} on days that differ by one slip of the keys"
    elif apart > DAYS_APART:
        yield OTHER_DAY, f"{what} {apart} days apart"


def differ_by_a_slip(one: str, other: str) -> bool:
    """Return whether one row of digits is the other with a digit mistyped, or two beside each other changed round."""
    wrong = [place for place, (mine, theirs) in enumerate(zip(one, other, strict=True)) if mine != theirs]
    if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
        return one[wrong[0]] == other[wrong[1]] and one[wrong[1]] == other[wrong[0]]
    return len(wrong) == 1


# --- Names ------------------------------------------------------------------


def _names(one: ChildDeath, other: ChildDeath) -> Iterator[tuple[int, str]]:
    if _changed_round(one, other):
        yield SURNAMES.sounding + FORENAMES.sounding, "The surname of one is the forename of the other, and so about"
        return
    yield from _compared(_surnames(one), _surnames(other), "surnames", SURNAMES)
    yield from _compared([one.forenames], [other.forenames], "forenames", FORENAMES)


def _surnames(child: ChildDeath) -> Sequence[str | None]:
    return [child.surname, child.also_known_as]


def _changed_round(one: ChildDeath, other: ChildDeath) -> bool:
    surnames, forenames = sounds_of(one.surname), sounds_of(one.forenames)
    round_about = bool(surnames & sounds_of(other.forenames)) and bool(forenames & sounds_of(other.surname))
    return round_about and not surnames & sounds_of(other.surname)


def _compared(
    ones: Sequence[str | None], others: Sequence[str | None], what: str, points: Points
) -> Iterator[tuple[int, str]]:
    mine, theirs = _spelt(ones), _spelt(others)
    pairs = [(one, other) for one in mine for other in theirs]
    if not pairs:
        return
    if any(one == other for one, other in pairs):
        yield points.same, f"The {what} are the same"
    elif any(sound(one) == sound(other) for one, other in pairs):
        yield points.sounding, f"The {what} sound alike"
    elif any(sounds_of(one) & sounds_of(other) for one in ones for other in others):
        yield points.in_part, f"The {what} have a name in common, by its sound"
    elif any(_nearly(one, other) for one, other in pairs):
        yield points.spelt, f"The {what} are spelt alike"
    else:
        yield points.different, f"The {what} are different"


def _spelt(names: Sequence[str | None]) -> list[str]:
    return [spelt for name in names if (spelt := "".join(words_of_name(name)))]


def _nearly(one: str, other: str) -> bool:
    # Loaded late, as what tells how names sound is.
    from jellyfish import jaro_winkler_similarity

    return jaro_winkler_similarity(one, other) > NAMES_SPELT_ALIKE


# --- Addresses --------------------------------------------------------------


def _addresses(one: ChildDeath, other: ChildDeath) -> Iterator[tuple[int, str]]:
    if squeezed_postcode(one.postcode) and squeezed_postcode(one.postcode) == squeezed_postcode(other.postcode):
        yield 10, "The postcodes are the same"
    if one.address and other.address:
        # Loaded late, as what compares names is: words in any order, so that a flat before or after its house is alike.
        from rapidfuzz.fuzz import token_sort_ratio
        from rapidfuzz.utils import default_process

        alike = token_sort_ratio(one.address, other.address, processor=default_process)
        if alike == MOST_ALIKE:
            yield 10, "The addresses have the same words"
        elif alike >= SPELT_ALIKE:
            yield 5, "The addresses are nearly the same"


def squeezed_postcode(postcode: str | None) -> str:
    """Return a postcode as postcodes are compared: without spaces, in capitals."""
    return "".join((postcode or "").upper().split())
