"""Cases that may be about the same child, scored with reasons.

What somebody decides of them is in `models.child_deaths.merging`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.child_deaths.child import ChildDeath
from models.child_deaths.possible_duplicate import PossibleDuplicate
from models.panels.panel import boards_served, panels_serving

WORTH_SHOWING = 40
"""Below this score two cases are not put before anybody."""

DAYS_APART = 7

MOST_ALIKE, SPELT_ALIKE = 100, 85
"""Of 100, how alike two addresses are that have the same words, and that have nearly the same. A local default."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two children are, of 100, and why in words that repeat neither name nor date."""

    score: int
    reasons: tuple[str, ...]


def likeness(one: ChildDeath, other: ChildDeath) -> Likeness:
    """Return how likely two records are to be of the same child. Names are compared by their sound."""
    found = list(_signs(one, other))
    return Likeness(max(0, min(100, sum(points for points, _ in found))), tuple(words for _, words in found))


def _signs(one: ChildDeath, other: ChildDeath) -> Iterator[tuple[int, str]]:
    if one.nhs_number and other.nhs_number:
        same = one.nhs_number == other.nhs_number
        yield (80, "The NHS numbers are the same") if same else (-40, "The NHS numbers are different")
    yield from _dates(one.born_on, other.born_on, "Born", 20)
    yield from _dates(one.died_on, other.died_on, "Died", 20)
    yield from _names(one, other)
    yield from _addresses(one, other)


def _addresses(one: ChildDeath, other: ChildDeath) -> Iterator[tuple[int, str]]:
    if _squeezed(one.postcode) and _squeezed(one.postcode) == _squeezed(other.postcode):
        yield 10, "The postcodes are the same"
    if one.address and other.address:
        # Loaded late, as the names are: words in any order, so that a flat before or after its house is the same.
        from rapidfuzz.fuzz import token_sort_ratio
        from rapidfuzz.utils import default_process

        alike = token_sort_ratio(one.address, other.address, processor=default_process)
        if alike == MOST_ALIKE:
            yield 10, "The addresses are the same"
        elif alike >= SPELT_ALIKE:
            yield 5, "The addresses are nearly the same"


def _dates(one: date | None, other: date | None, what: str, points: int) -> Iterator[tuple[int, str]]:
    if one is None or other is None:
        return
    apart = abs((one - other).days)
    if apart == 0:
        yield points, f"{what} on the same day"
    elif (one.day, one.month) == (other.month, other.day) and one.year == other.year:
        yield points // 2, f"{what} on days that differ by day and month changed round"
    elif apart <= 1:
        yield points // 2, f"{what} within a day of each other"
    elif apart > DAYS_APART:
        yield -points, f"{what} {apart} days apart"


def _names(one: ChildDeath, other: ChildDeath) -> Iterator[tuple[int, str]]:
    yield from _sounds([one.surname, one.also_known_as], [other.surname, other.also_known_as], "surnames", 20)
    yield from _sounds([one.forenames], [other.forenames], "forenames", 15)


def _sounds(
    ones: Sequence[str | None], others: Sequence[str | None], what: str, points: int
) -> Iterator[tuple[int, str]]:
    # Loaded late: most of what reads these tables compares no names.
    from jellyfish import jaro_winkler_similarity, metaphone

    mine, theirs = [_letters(each) for each in ones if each], [_letters(each) for each in others if each]
    pairs = [(one, other) for one in mine for other in theirs if one and other]
    if not pairs:
        return
    if any(one == other for one, other in pairs):
        yield points, f"The {what} are the same"
    elif any(metaphone(one) == metaphone(other) for one, other in pairs):
        yield points * 4 // 5, f"The {what} sound alike"
    elif any(jaro_winkler_similarity(one, other) > 0.92 for one, other in pairs):
        yield points // 2, f"The {what} are spelt alike"
    else:
        yield -points // 2, f"The {what} are different"


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalpha())


def _squeezed(postcode: str | None) -> str:
    return "".join((postcode or "").upper().split())


def find_possible_duplicates(
    session: Session, case_id: int, board_ids: Collection[int], *, now: datetime
) -> list[PossibleDuplicate]:
    """Return the pairs this case makes with others of these boards that are worth showing, likeliest first.

    Each is kept with its score. One that somebody has decided about is left as decided, and not returned.
    """
    child = session.get_one(ChildDeath, case_id)
    for other, found in likely_the_same(session, child, board_ids):
        _keep(session, case_id, other.case_id, found, now)
    session.flush()
    pair = or_(PossibleDuplicate.case_id == case_id, PossibleDuplicate.other_case_id == case_id)
    undecided = select(PossibleDuplicate).where(pair, PossibleDuplicate.verdict.is_(None))
    ordered = undecided.order_by(
        PossibleDuplicate.score.desc(), PossibleDuplicate.case_id, PossibleDuplicate.other_case_id
    )
    return list(session.scalars(ordered.execution_options(populate_existing=True)))


def likely_the_same(
    session: Session, child: ChildDeath, board_ids: Collection[int]
) -> list[tuple[ChildDeath, Likeness]]:
    """Return the children of these boards worth showing beside one who has no case yet, likeliest first."""
    scored = [(other, likeness(child, other)) for other in session.scalars(_candidates(child, board_ids))]
    worth = [(other, found) for other, found in scored if found.score >= WORTH_SHOWING]
    return sorted(worth, key=lambda each: (-each[1].score, each[0].case_id))


def boards_compared(session: Session, board_id: int) -> frozenset[int]:
    """Return the boards with whose deaths one of this board is compared: those its panel serves, and the panel."""
    return boards_served(session, {board_id, *panels_serving(session, board_id)})


def _candidates(child: ChildDeath, board_ids: Collection[int]) -> Any:
    """Return the query of those that share the number, the day of birth, nearly the day of death, or the postcode."""
    alike = []
    if child.nhs_number:
        alike.append(ChildDeath.nhs_number == child.nhs_number)
    if child.born_on:
        alike.append(ChildDeath.born_on == child.born_on)
    if child.died_on:
        around = timedelta(days=DAYS_APART)
        alike.append(ChildDeath.died_on.between(child.died_on - around, child.died_on + around))
    if _squeezed(child.postcode):
        squeezed = func.upper(func.replace(ChildDeath.postcode, " ", ""))
        alike.append(squeezed == _squeezed(child.postcode))
    others = select(ChildDeath).where(ChildDeath.board_id.in_(sorted(board_ids)))
    if child.case_id is not None:
        others = others.where(ChildDeath.case_id != child.case_id)
    return others.where(or_(*alike)) if alike else others.where(ChildDeath.case_id.is_(None))


def _keep(session: Session, case_id: int, other_id: int, found: Likeness, now: datetime) -> None:
    first, second = sorted((case_id, other_id))
    keep = insert(PossibleDuplicate).values(
        case_id=first, other_case_id=second, score=found.score, reasons=list(found.reasons), found_at=now
    )
    session.execute(
        keep.on_conflict_do_update(
            index_elements=[PossibleDuplicate.case_id, PossibleDuplicate.other_case_id],
            set_={"score": found.score, "reasons": list(found.reasons)},
            where=PossibleDuplicate.verdict.is_(None),
        )
    )
