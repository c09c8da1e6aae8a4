"""What a board changes of a ladder: on which working day a rung falls and who hears it, within bounds, and who did."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise

from sqlalchemy import BigInteger, any_, delete, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from models import audit
from models.agency import Board
from models.case import Case, Deadline
from models.histories import lock_cases
from models.next_rung import TO_RECKON, NextRung
from models.reminder import LadderAdjustment, LadderHearer
from models.role_words import role_words
from notifications.chosen import changes_of
from notifications.duty_ladders import PANEL_DUTIES
from notifications.ladders import ladder_for
from notifications.rungs import Changes, Ladder, Rung
from workflows.dates import london_day
from workflows.roles import either

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 0))")

HEARS = "_hears"
"""What the name of the box of those who hear a rung ends in, after the key of the rung."""


class NotWithinBounds(Exception):
    """The ladder cannot be changed so. `wrong` has, by box, words that say what to choose."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__("; ".join(wrong.values()))
        self.wrong = wrong


class LadderChanged(Exception):
    """Somebody else has changed the ladder since it was looked at."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else has changed this ladder since you opened it. The headings say how it is now, the boxes what"
            " you chose. Look at both, and save again"
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A ladder of a board: of which kind of review, and of which clock."""

    board: Board
    workflow_key: str
    clock_key: str

    @property
    def ladder(self) -> Ladder:
        return ladder_for(self.workflow_key, self.clock_key)


@dataclass(frozen=True, slots=True)
class Wanted:
    """By rung, the working days and the roles wanted; rungs not named stay as they are."""

    days: Mapping[str, int] = field(default_factory=dict)
    hears: Mapping[str, Collection[str]] = field(default_factory=dict)


def changes_to(session: Session, place: Place) -> Changes:
    """Return what the board has changed of the ladder."""
    every = changes_of(session.connection(), [place.board.id])
    return every.get((place.board.id, place.workflow_key, place.clock_key), Changes())


def as_looked_at(ladder: Ladder) -> str:
    """Return what is the same of a ladder as long as nobody changes it."""
    return " ".join(f"{rung.key}:{rung.at.working_days}:{','.join(sorted(rung.to))}" for rung in ladder.rungs)


def adjust(session: Session, place: Place, wanted: Wanted, *, looked_at: str, person_id: int, now: datetime) -> bool:
    """Change a board's ladder, and return whether that changed anything.

    `looked_at` is the ladder `as_looked_at` by the one who changes it. Of two who change one ladder at the same time
    the second waits for the first. Raises LadderChanged and NotWithinBounds.
    """
    session.execute(_ONE_AT_A_TIME, {"place": f"ladder {place.board.id} {place.workflow_key} {place.clock_key}"})
    had = place.ladder.changed(changes_to(session, place))
    if as_looked_at(had) != looked_at:
        raise LadderChanged
    refuse_what_is_out_of_bounds(had, wanted)
    changing = Changing(session, place, person_id, now)
    days = {key: number for key, number in wanted.days.items() if number != had.rung(key).at.working_days}
    hears = {key: roles for key, roles in wanted.hears.items() if set(roles) != set(had.rung(key).to)}
    for key, number in sorted(days.items()):
        changing.put_days(key, number)
    for key, roles in sorted(hears.items()):
        changing.put_hearers(had.rung(key), roles)
    if days or hears:
        _reckon_again(session, place)
    return bool(days or hears)


# --- Within which bounds -----------------------------------------------------


def refuse_what_is_out_of_bounds(ladder: Ladder, wanted: Wanted) -> None:
    """Raise NotWithinBounds, with every box that is not within its bounds or not in its place in the ladder."""
    wrong = dict(_days_out_of_bounds(ladder, wanted)) | dict(_roles_out_of_bounds(ladder, wanted))
    if not wrong:
        wrong = dict(_days_out_of_order(ladder, wanted)) | dict(_escalations_that_go_down(ladder, wanted))
    if wrong:
        raise NotWithinBounds(wrong)


def _days_out_of_bounds(ladder: Ladder, wanted: Wanted) -> Iterator[tuple[str, str]]:
    for key, number in wanted.days.items():
        rung = ladder.rung(key)
        if not rung.can_be_moved:
            yield key, "This stays on the day it is due"
        elif not rung.least <= number <= rung.most:
            yield key, f"Choose from {rung.least} to {rung.most} working days"


def _days_out_of_order(ladder: Ladder, wanted: Wanted) -> Iterator[tuple[str, str]]:
    for lower, higher in pairwise(ladder.changed(Changes(days=wanted.days)).rungs):
        if higher.at.side == lower.at.side == "after" and higher.at.working_days < lower.at.working_days:
            yield higher.key, f"Choose {lower.at.working_days} working days or more: what comes before it comes then"


def _roles_out_of_bounds(ladder: Ladder, wanted: Wanted) -> Iterator[tuple[str, str]]:
    for key, roles in wanted.hears.items():
        rung = ladder.rung(key)
        if not roles:
            yield key + HEARS, "Choose at least one role"
        elif not set(roles) <= set(rung.may_hear):
            # Nobody is told of a case that they may not be shown (P33).
            yield key + HEARS, f"Choose from {_either(rung.may_hear)}"
        elif not set(rung.stays) <= set(roles):
            yield key + HEARS, f"Choose {_either(rung.stays)} as well: it is theirs to do"
        elif ladder.statutory and set(roles).isdisjoint(rung.ours):
            yield key + HEARS, f"A limit of the guidance stays with one of ours: choose {_either(rung.ours)} as well"


def _escalations_that_go_down(ladder: Ladder, wanted: Wanted) -> Iterator[tuple[str, str]]:
    up = [(rung.key, wanted.hears.get(rung.key, rung.to)) for rung in ladder.rungs if rung.escalates]
    for (_, lower), (key, higher) in pairwise(up):
        if ladder.height(higher) < (reached := ladder.height(lower)):
            enough = _either(ladder.chain[reached:])
            yield key + HEARS, f"Choose {enough}: it has gone up so far before, and does not come down again"


def _either(roles: Iterable[str]) -> str:
    return either([role_words(role) for role in roles])


# --- Writing it down ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Changing:
    """Who changes which ladder, and when."""

    session: Session
    place: Place
    person_id: int
    now: datetime

    def put_days(self, rung: str, number: int) -> None:
        """Have a rung fall so many working days before or after."""
        where = self._where(rung)
        self.session.execute(delete(LadderAdjustment).filter_by(**where))
        if number != self.place.ladder.rung(rung).at.working_days:
            self.session.execute(insert(LadderAdjustment).values(**where, **self._by(), working_days=number))
        self._record(rung, {"working_days": number})

    def put_hearers(self, had: Rung, roles: Collection[str]) -> None:
        """Have these roles hear a rung: those that did not hear it before, what falls from today on."""
        where, before = self._where(had.key), dict(had.only_from)
        self.session.execute(delete(LadderHearer).filter_by(**where))
        for role in roles:
            since = before.get(role, date.min) if role in had.to else london_day(self.now)
            from_on = None if since == date.min else since
            self.session.execute(insert(LadderHearer).values(**where, **self._by(), role=role, from_on=from_on))
        self._record(had.key, {"hears": " ".join(role for role in had.may_hear if role in roles)})

    def _where(self, rung: str) -> dict[str, int | str]:
        place = self.place
        return {
            "board_id": place.board.id, "workflow_key": place.workflow_key, "clock_key": place.clock_key, "rung": rung,
        }  # fmt: skip

    def _by(self) -> dict[str, datetime | int]:
        return {"changed_at": self.now, "changed_by": self.person_id}

    def _record(self, rung: str, changed: Mapping[str, str | int]) -> None:
        place = self.place
        detail: dict[str, str | int | bool | None] = {
            "board": place.board.reference_prefix, "workflow": place.workflow_key, "clock": place.clock_key,
            "rung": rung, **changed,
        }  # fmt: skip
        audit.record(self.session, "ladder_adjusted", at=self.now, person_id=self.person_id, detail=detail)


def _reckon_again(session: Session, place: Place) -> None:
    """Have the sweep reckon the open deadlines of this clock again, for every case of the board.

    What a panel owes is reckoned at every sweep.
    """
    if place.workflow_key == PANEL_DUTIES:
        return
    cases = select(Case.id).where(Case.board_id == place.board.id, Case.workflow_key == place.workflow_key)
    # Locked before their deadlines, as a step does, so that neither ever waits for the other in a circle.
    case_ids = lock_cases(session.connection(), session.scalars(cases).all())
    of_this = select(Deadline.id).where(
        Deadline.case_id == any_(literal(case_ids, ARRAY(BigInteger))), Deadline.clock_key == place.clock_key
    )
    session.execute(
        update(NextRung)
        .where(NextRung.deadline_id.in_(of_this), NextRung.over_on.is_(None))
        .values(falls_on=TO_RECKON)
        .execution_options(synchronize_session=False)
    )
