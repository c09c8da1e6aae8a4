"""What a board changes of a ladder: on which working day a rung falls, within bounds, and who changed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import BigInteger, any_, delete, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from models import audit
from models.agency import Board
from models.case import TO_RECKON, Case, Deadline
from models.histories import lock_cases
from models.reminder import LadderAdjustment
from notifications.ladders import ladder_for
from notifications.rungs import Ladder, Rung


class NotWithinBounds(Exception):
    """The days cannot be chosen so. `wrong` has, by rung, words that say what to choose."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__("; ".join(wrong.values()))
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Place:
    """A ladder of a board: of which kind of review, and of which clock."""

    board: Board
    workflow_key: str
    clock_key: str

    @property
    def ladder(self) -> Ladder:
        return ladder_for(self.workflow_key, self.clock_key)


def moved_by(session: Session, place: Place) -> dict[str, int]:
    """Return the working days of the rungs that the board has moved, by rung."""
    moved = select(LadderAdjustment).filter_by(
        board_id=place.board.id, workflow_key=place.workflow_key, clock_key=place.clock_key
    )
    return {each.rung: each.working_days for each in session.scalars(moved)}


def adjust(session: Session, place: Place, days: Mapping[str, int], *, person_id: int, now: datetime) -> bool:
    """Have the rungs of a board's ladder fall on these working days, and return whether that changed anything.

    Rungs not named stay as they are. Raises NotWithinBounds.
    """
    before = moved_by(session, place)
    wanted = {rung.key: rung.at.amount for rung in place.ladder.moved(before | dict(days)).rungs if rung.can_be_moved}
    refuse_what_is_out_of_bounds(place.ladder, wanted)
    own = {rung.key: rung.at.amount for rung in place.ladder.rungs}
    moved = {key: number for key, number in wanted.items() if number != own[key]}
    if moved == before:
        return False
    _put(session, place, moved, person_id, now)
    _reckon_again(session, place)
    for key in sorted(moved.keys() | before.keys()):
        if moved.get(key) != before.get(key):
            _record(session, place, key, wanted[key], person_id, now)
    return True


def refuse_what_is_out_of_bounds(ladder: Ladder, wanted: Mapping[str, int]) -> None:
    """Raise NotWithinBounds, with every rung that is not within its bounds or not in its place in the ladder."""
    wrong = {
        rung.key: f"Choose from {rung.least} to {rung.most} working days"
        for rung in ladder.rungs
        if rung.can_be_moved and not rung.least <= wanted[rung.key] <= rung.most
    }
    if not wrong:
        wrong = _out_of_order(ladder.moved(wanted).rungs)
    if wrong:
        raise NotWithinBounds(wrong)


def _out_of_order(rungs: tuple[Rung, ...]) -> dict[str, str]:
    wrong = {}
    for lower, higher in pairwise(rungs):
        if higher.at.side == lower.at.side == "after" and higher.at.amount < lower.at.amount:
            wrong[higher.key] = f"Choose {lower.at.amount} working days or more: what comes before it comes then"
    return wrong


def _put(session: Session, place: Place, moved: Mapping[str, int], person_id: int, now: datetime) -> None:
    where = {"board_id": place.board.id, "workflow_key": place.workflow_key, "clock_key": place.clock_key}
    session.execute(delete(LadderAdjustment).filter_by(**where))
    changed = {"changed_at": now, "changed_by": person_id}
    for rung, number in moved.items():
        session.execute(insert(LadderAdjustment).values(**where, **changed, rung=rung, working_days=number))


def _reckon_again(session: Session, place: Place) -> None:
    """Have the sweep reckon the open deadlines of this clock again, for every case of the board."""
    cases = select(Case.id).where(Case.board_id == place.board.id, Case.workflow_key == place.workflow_key)
    # Locked before their deadlines, as a step does, so that neither ever waits for the other in a circle.
    case_ids = lock_cases(session.connection(), session.scalars(cases).all())
    of_this = (Deadline.clock_key == place.clock_key, Deadline.met_first.is_(None), Deadline.voided_on.is_(None))
    session.execute(
        update(Deadline)
        .where(Deadline.case_id == any_(literal(case_ids, ARRAY(BigInteger))), *of_this)
        .values(next_rung_on=TO_RECKON)
        .execution_options(synchronize_session=False)
    )


def _record(session: Session, place: Place, rung: str, days: int, person_id: int, now: datetime) -> None:
    detail: dict[str, str | int | bool | None] = {
        "board": place.board.reference_prefix, "workflow": place.workflow_key, "clock": place.clock_key, "rung": rung,
        "working_days": days,
    }  # fmt: skip
    audit.record(session, "ladder_adjusted", at=now, person_id=person_id, detail=detail)
