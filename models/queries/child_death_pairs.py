"""Pairs of child deaths that may be of one child, as far as somebody may see both."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.case import Case
from models.child_deaths.possible_duplicate import PossibleDuplicate
from models.queries.access import cases_visible_to


@dataclass(frozen=True, slots=True)
class PairOfCases:
    """Two cases that may be of one child, the one recorded first before the other, and what is known of the pair."""

    pair: PossibleDuplicate
    one: Case
    other: Case


def pairs_seen(
    session: Session, person_id: int, on: date, verdicts: Collection[str | None], limit: int = 200
) -> list[PairOfCases]:
    """Return the pairs of which the person may see both, with one of these verdicts, likeliest first."""
    undecided = PossibleDuplicate.is_put_forward() if None in verdicts else None
    decided = PossibleDuplicate.verdict.in_([each for each in verdicts if each])
    condition = decided if undecided is None else or_(undecided, decided)
    rows = _pairs(person_id, on).where(condition).order_by(*_LIKELIEST_FIRST)
    return [PairOfCases(*row) for row in session.execute(rows.limit(limit))]


def undecided_count(session: Session, person_id: int, on: date) -> int:
    """Return how many pairs the person may see that nobody has decided about."""
    undecided = _pairs(person_id, on).where(PossibleDuplicate.is_put_forward()).subquery()
    return session.scalar(select(func.count()).select_from(undecided)) or 0


def pair_of(session: Session, person_id: int, on: date, one: str, other: str) -> PairOfCases | None:
    """Return the pair of two cases named by reference, if it is one and the person may see both."""
    ids = select(Case.id).where(Case.reference.in_([one, other]))
    named = _pairs(person_id, on).where(PossibleDuplicate.case_id.in_(ids), PossibleDuplicate.other_case_id.in_(ids))
    row = session.execute(named).one_or_none()
    return PairOfCases(*row) if row else None


def pairs_with(session: Session, case: Case, person_id: int, on: date) -> Sequence[PairOfCases]:
    """Return the pairs a case makes with others that the person may see: those undecided, and those merged."""
    mine = or_(PossibleDuplicate.case_id == case.id, PossibleDuplicate.other_case_id == case.id)
    open_or_merged = or_(PossibleDuplicate.is_put_forward(), PossibleDuplicate.verdict == "merged")
    rows = _pairs(person_id, on).where(mine, open_or_merged).order_by(*_LIKELIEST_FIRST)
    return [PairOfCases(*row) for row in session.execute(rows)]


_LIKELIEST_FIRST = (PossibleDuplicate.score.desc(), PossibleDuplicate.case_id, PossibleDuplicate.other_case_id)


def _pairs(person_id: int, on: date) -> Select[PossibleDuplicate, Case, Case]:
    one, other = aliased(Case), aliased(Case)
    seen = cases_visible_to(person_id, on)
    return (
        select(PossibleDuplicate, one, other)
        .join(one, one.id == PossibleDuplicate.case_id)
        .join(other, other.id == PossibleDuplicate.other_case_id)
        .where(PossibleDuplicate.case_id.in_(seen), PossibleDuplicate.other_case_id.in_(seen))
    )
