"""Which cases may be about the same child: found by what two records share, scored, and kept with the reasons.

How alike two records are is in `models.child_deaths.likeness`, what somebody decides of them in
`models.child_deaths.merging`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.child_deaths.child import POSTCODE_SQUEEZED, ChildDeath
from models.child_deaths.likeness import DAYS_APART, Likeness, likeness, squeezed_postcode
from models.child_deaths.possible_duplicate import WORTH_SHOWING, PossibleDuplicate
from models.panels.panel import boards_served, panels_serving

Alike = tuple[ChildDeath, Likeness]


def find_possible_duplicates(
    session: Session, case_id: int, board_ids: Collection[int], *, now: datetime
) -> list[PossibleDuplicate]:
    """Return the pairs this case makes with others of these boards that are worth showing, likeliest first.

    Each is kept with its score, and one kept before is scored again. One that somebody has decided about is left as
    decided, and not returned.
    """
    child = session.get_one(ChildDeath, case_id)
    found = likely_the_same(session, child, board_ids)
    _keep(session, case_id, [*found, *_no_longer_alike(session, child, {other.case_id for other, _ in found})], now)
    undecided = select(PossibleDuplicate).where(_is_of(case_id), PossibleDuplicate.is_put_forward())
    ordered = undecided.order_by(
        PossibleDuplicate.score.desc(), PossibleDuplicate.case_id, PossibleDuplicate.other_case_id
    )
    return list(session.scalars(ordered.execution_options(populate_existing=True)))


def likely_the_same(session: Session, child: ChildDeath, board_ids: Collection[int]) -> list[Alike]:
    """Return the children of these boards worth showing beside one who has no case yet, likeliest first."""
    scored = [(other, likeness(child, other)) for other in session.scalars(_candidates(child, board_ids))]
    worth = [(other, found) for other, found in scored if found.score >= WORTH_SHOWING]
    return sorted(worth, key=lambda each: (-each[1].score, each[0].case_id))


def boards_compared(session: Session, board_id: int) -> frozenset[int]:
    """Return the boards with whose deaths one of this board is compared: those its panel serves, and the panel."""
    return boards_served(session, {board_id, *panels_serving(session, board_id)})


def _candidates(child: ChildDeath, board_ids: Collection[int]) -> Select[ChildDeath]:
    """Return the query of those that share something with the child by which a duplicate is found.

    Each sign has an index, so that the number of deaths recorded hardly matters.
    """
    other = ChildDeath.case_id.is_distinct_from(child.case_id)
    return select(ChildDeath).where(ChildDeath.board_id.in_(sorted(board_ids)), other, or_(*_shared(child)))


def _shared(child: ChildDeath) -> Iterator[ColumnElement[bool]]:
    """Give the conditions of which one holds: the number, the day of birth, nearly that of death, the home, the name.

    A name is a surname and a forename together that sound like those of the child: it finds a record in which both
    days are mistyped, and not everybody of the same surname.
    """
    yield false()
    if child.nhs_number:
        yield ChildDeath.nhs_number == child.nhs_number
    if child.born_on:
        yield ChildDeath.born_on == child.born_on
    if child.died_on:
        around = timedelta(days=DAYS_APART)
        yield ChildDeath.died_on.between(child.died_on - around, child.died_on + around)
    if postcode := squeezed_postcode(child.postcode):
        yield POSTCODE_SQUEEZED.in_([postcode])
    if child.name_sounds:
        yield ChildDeath.name_sounds.overlap(child.name_sounds)


def _no_longer_alike(session: Session, child: ChildDeath, found: Collection[int]) -> list[Alike]:
    """Return those put beside the child before that were not found again, because something was put right since."""
    before = select(PossibleDuplicate).where(_is_of(child.case_id), PossibleDuplicate.verdict.is_(None))
    pairs = session.scalars(before).all()
    others = {pair.other_case_id if pair.case_id == child.case_id else pair.case_id for pair in pairs} - {*found}
    children = session.scalars(select(ChildDeath).where(ChildDeath.case_id.in_(sorted(others))))
    return [(other, likeness(child, other)) for other in children]


def _is_of(case_id: int) -> ColumnElement[bool]:
    return or_(PossibleDuplicate.case_id == case_id, PossibleDuplicate.other_case_id == case_id)


def _keep(session: Session, case_id: int, alike: Sequence[Alike], now: datetime) -> None:
    rows = [
        {
            "case_id": min(case_id, other.case_id),
            "other_case_id": max(case_id, other.case_id),
            "score": found.score,
            "reasons": list(found.reasons),
            "found_at": now,
        }
        for other, found in alike
    ]
    if rows:
        keep = insert(PossibleDuplicate).values(rows)
        again = keep.on_conflict_do_update(
            index_elements=[PossibleDuplicate.case_id, PossibleDuplicate.other_case_id],
            set_={"score": keep.excluded.score, "reasons": keep.excluded.reasons},
            where=PossibleDuplicate.verdict.is_(None),
        )
        session.execute(again)
