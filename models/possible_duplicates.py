"""Cases that may be about the same child: scored with reasons, decided by a person, merged and unmerged whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models import audit
from models.case import Case
from models.casework import Actor, correct_event, take_step
from models.child_death import ChildDeath
from models.panel import boards_served, panels_serving
from models.possible_duplicate import PossibleDuplicate
from workflows.dates import PartialDate
from workflows.standing import Told

WORTH_SHOWING = 40
"""Below this score two cases are not put before anybody."""

DAYS_APART = 7


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
    if _squeezed(one.postcode) and _squeezed(one.postcode) == _squeezed(other.postcode):
        yield 10, "The postcodes are the same"


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
    """Return the query of those that share the number, the day of birth, or nearly the day of death."""
    alike = []
    if child.nhs_number:
        alike.append(ChildDeath.nhs_number == child.nhs_number)
    if child.born_on:
        alike.append(ChildDeath.born_on == child.born_on)
    if child.died_on:
        around = timedelta(days=DAYS_APART)
        alike.append(ChildDeath.died_on.between(child.died_on - around, child.died_on + around))
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


# --- What somebody decides --------------------------------------------------

FILLED = (
    "surname", "forenames", "also_known_as", "nhs_number", "born_on", "died_on", "address", "postcode"
)  # fmt: skip


def not_the_same(
    session: Session, pair: PossibleDuplicate, *, actor: Actor, role: str, reason: str, now: datetime
) -> None:
    """Remember that two cases are about different children, so that they are not put forward again."""
    pair.verdict, pair.decided_at, pair.decided_by, pair.reason = "not_the_same", now, actor.person_id, reason
    _audit(session, "not_the_same_child", pair, actor, role, now)


def merge_cases(
    session: Session, pair: PossibleDuplicate, kept: Case, *, actor: Actor, role: str, on: PartialDate, now: datetime
) -> None:
    """End the other case of the pair as the same death, and fill what the kept one lacks from it.

    Raises StepRefused where the other case cannot be ruled out any more, or not by this person.
    """
    other = session.get_one(Case, pair.other_case_id if pair.case_id == kept.id else pair.case_id)
    told = Told(on, {"ground": "duplicate"})
    ended = take_step(session, other, "rule_out_of_scope", actor=actor, told=told, now=now)
    into, out_of = session.get_one(ChildDeath, kept.id), session.get_one(ChildDeath, other.id)
    filled = [column for column in FILLED if getattr(into, column) is None and getattr(out_of, column) is not None]
    for column in filled:
        setattr(into, column, getattr(out_of, column))
    if "nhs_number" in filled:
        into.no_nhs_number_because = None
    pair.merged = {"kept": kept.id, "ended": other.id, "event": ended.sequence, "filled": filled}
    pair.verdict, pair.decided_at, pair.decided_by, pair.reason = "merged", now, actor.person_id, None
    into.updated_at = now
    _audit(session, "cases_merged", pair, actor, role, now)
    session.flush()


def unmerge_cases(
    session: Session, pair: PossibleDuplicate, *, actor: Actor, role: str, reason: str, now: datetime
) -> None:
    """Undo a merge whole: the other case goes on where it stood, and what was filled in from it is empty again.

    Raises ValueError for a pair that is not merged, and StepRefused.
    """
    if pair.merged is None:
        raise ValueError("These two cases are not merged")
    merged = pair.merged
    other = session.get_one(Case, merged["ended"])
    correct_event(session, other, merged["event"], actor=actor, told=None, reason=reason, now=now)
    into, out_of = session.get_one(ChildDeath, merged["kept"]), session.get_one(ChildDeath, other.id)
    for column in merged["filled"]:
        # What somebody has put right since is theirs.
        if getattr(into, column) == getattr(out_of, column):
            setattr(into, column, None)
    into.updated_at = now
    pair.merged = pair.verdict = pair.decided_at = pair.decided_by = pair.reason = None
    _audit(session, "merge_undone", pair, actor, role, now)
    session.flush()


def _audit(session: Session, action: str, pair: PossibleDuplicate, actor: Actor, role: str, now: datetime) -> None:
    for case_id in (pair.case_id, pair.other_case_id):
        audit.record(session, action, at=now, person_id=actor.person_id, role=role, case_id=case_id)
