"""The worklist: the cases a person may see, what bites first at the top, and how many are late, due, held or theirs.

Everything is computed over the cases the person may see, and over nothing else.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, Text, and_, cast, false, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import Session, joinedload

from models.agency import Board
from models.case import LIVE_CASE, UNMET_DEADLINE, Case, Deadline, Hold
from models.deputies import LentTurns, lent_roles, turns_lent
from models.people import Appointment, Person
from models.queries.access import (
    Places,
    Sight,
    is_asked_of_an_agency_led_by,
    may_see_what_is_asked,
    places_of,
    sight_of,
)

Only = Literal["late", "explained", "due", "held", "mine"]
DAYS_OF_A_WEEK = timedelta(days=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What a worklist is narrowed to. Ended cases are left out unless `ended`, which shows them alone."""

    only: Only | None = None
    words: str = ""
    workflow: str = ""
    stage: str = ""
    state: str = ""
    board_id: int | None = None
    person: uuid.UUID | None = None
    awaiting: str = ""
    """An agency of which something is still to come."""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the cases seen are late, late and explained, due within a week, held, and waiting for the person."""

    late: int
    explained: int
    due: int
    held: int
    mine: int


@dataclass(frozen=True, slots=True)
class Row:
    """One case on the list, with the kinds of its active holds."""

    case: Case
    holds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list, and how many cases the whole list has."""

    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose list it is, on which day: what they see, where they are appointed, and for whom they stand in there."""

    person_id: int
    sight: Sight
    places: Places
    today: date
    lent: tuple[LentTurns, ...] = ()


def reader(session: Session, person_id: int, today: date) -> Reader:
    sight, places = sight_of(session, person_id, today), places_of(session, person_id, today)
    return Reader(person_id, sight, places, today, turns_lent(session, person_id, today))


def roles_of(session: Session, who: Reader, case: Case) -> frozenset[str]:
    """Return the roles in which it may be the person's turn in a case of the list: their own, and those lent."""
    own = who.places.boards.get(case.board_id, frozenset()) | who.places.cases.get(case.id, frozenset())
    return own | frozenset(lent_roles(session, who.person_id, case, who.today)) if who.lent else own


def counts(session: Session, who: Reader, narrowing: Narrowing) -> Counts:
    """Return the counts at the top of the list, for what it is narrowed to beside them."""
    each: dict[str, Select[int]] = {
        name: select(func.count()).select_from(Case).where(*_narrowed(who, narrowing), condition)
        for name, condition in _only(who).items()
    }
    row = session.execute(select(*(count.scalar_subquery().label(name) for name, count in each.items()))).one()
    return Counts(*row)


def page(session: Session, who: Reader, narrowing: Narrowing, *, number: int, size: int) -> Page:
    """Return one page of the list: what bites first comes first, cases that owe nothing last."""
    conditions = _conditions(who, narrowing)
    found = _in_order(select(Case).where(*conditions), narrowing).options(joinedload(Case.board))
    cases = session.scalars(found.limit(size).offset((number - 1) * size)).all()
    total = session.scalar(select(func.count()).select_from(Case).where(*conditions)) or 0
    return Page(_with_holds(session, cases), total)


def every(session: Session, who: Reader, narrowing: Narrowing) -> Iterator[Row]:
    """Yield the whole list, some at a time, for an export."""
    found = _in_order(select(Case).where(*_conditions(who, narrowing)), narrowing).options(joinedload(Case.board))
    for cases in session.scalars(found).partitions(500):
        yield from _with_holds(session, cases)


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing asked of an agency that the person leads: the case by its reference, and the edition it is under."""

    reference: str
    workflow_key: str
    regime_key: str
    deadline: Deadline


def asked_of_their_agency(session: Session, person_id: int, today: date) -> tuple[Asked, ...]:
    """Return what is still to come from the agencies a person leads, the earliest first."""
    asked = (
        select(Case.reference, Case.workflow_key, Case.regime_key, Deadline)
        .join(Case, Case.id == Deadline.case_id)
        .where(
            UNMET_DEADLINE,
            LIVE_CASE,
            is_asked_of_an_agency_led_by(person_id, today),
            may_see_what_is_asked(person_id, today),
        )
        .order_by(Deadline.due_last, Case.reference, Deadline.id)
    )
    return tuple(Asked(*row) for row in session.execute(asked))


def boards_seen(session: Session, who: Reader) -> Sequence[Board]:
    """Return the boards of which the person sees cases, by name."""
    seen = select(Case.board_id).where(who.sight.covers()).distinct()
    return session.scalars(select(Board).where(Board.id.in_(seen)).order_by(Board.name, Board.id)).all()


def people_on_cases(session: Session, who: Reader) -> Sequence[Person]:
    """Return those appointed to single cases that the person sees, by name."""
    held = Appointment.held_on(who.today)
    appointed = select(Appointment.person_id).join(Case, Case.id == Appointment.case_id).where(who.sight.covers(), held)
    return session.scalars(select(Person).where(Person.id.in_(appointed)).order_by(Person.name, Person.id)).all()


def _conditions(who: Reader, narrowing: Narrowing) -> list[ColumnElement[bool]]:
    only = [_only(who)[narrowing.only]] if narrowing.only else []
    return [*_narrowed(who, narrowing), *only]


def _narrowed(who: Reader, narrowing: Narrowing) -> list[ColumnElement[bool]]:
    """Return what every case of the list satisfies, apart from the count chosen at the top."""
    conditions: list[ColumnElement[bool]] = [who.sight.covers()]
    conditions.append(Case.ended_on.is_not(None) if narrowing.ended else _live())
    for column, value in (
        (Case.workflow_key, narrowing.workflow),
        (Case.stage, narrowing.stage),
        (Case.state, narrowing.state),
        (Case.board_id, narrowing.board_id),
    ):
        if value:
            conditions.append(column == value)
    if narrowing.words:
        conditions.append(_called(narrowing.words))
    if narrowing.person:
        conditions.append(Case.id.in_(_cases_of(narrowing.person, who.today)))
    if narrowing.awaiting:
        conditions.append(Case.id.in_(_awaiting(narrowing.awaiting)))
    return conditions


def _live() -> ColumnElement[bool]:
    return and_(LIVE_CASE)


def _called(words: str) -> ColumnElement[bool]:
    """Return the condition that the reference or the pseudonym has these words in it, in any case."""
    return or_(
        Case.reference.icontains(words.strip(), autoescape=True),
        Case.pseudonym.icontains(words.strip(), autoescape=True),
    )


def _cases_of(person: uuid.UUID, today: date) -> Select[int | None]:
    held = Appointment.held_on(today)
    return select(Appointment.case_id).join(Person, Person.id == Appointment.person_id).where(
        Person.public_id == person, Appointment.case_id.is_not(None), held
    )  # fmt: skip


def _awaiting(agency: str) -> Select[int]:
    return select(Deadline.case_id).where(func.lower(Deadline.agency) == agency.lower(), UNMET_DEADLINE)


def _only(who: Reader) -> Mapping[Only, ColumnElement[bool]]:
    """Return the condition of each count. A case with one date late and another late and explained is late."""
    today = who.today
    late = Case.unexplained_bites_on < today
    return {
        "late": late,
        "explained": and_(
            Case.explained_bites_on < today,
            or_(Case.unexplained_bites_on.is_(None), Case.unexplained_bites_on >= today),
        ),
        "due": Case.bites_on.between(today, today + DAYS_OF_A_WEEK),
        "held": and_(Case.held),
        "mine": or_(
            _is_their_turn(who.places), *(and_(each.stands_in, _is_their_turn(each.places)) for each in who.lent)
        ),
    }


def _is_their_turn(places: Places) -> ColumnElement[bool]:
    """Return the condition that the next step is for a role the person holds on the board or on the case."""
    by_roles: dict[frozenset[str], list[int]] = {}
    for board_id, roles in places.boards.items():
        by_roles.setdefault(roles, []).append(board_id)
    on_boards = (
        and_(Case.board_id.in_(sorted(boards)), Case.next_roles.op("&&")(_roles(roles)))
        for roles, boards in by_roles.items()
    )
    on_cases = (
        and_(Case.id == case_id, Case.next_roles.op("&&")(_roles(roles))) for case_id, roles in places.cases.items()
    )
    return or_(false(), *on_boards, *on_cases)


def _roles(roles: frozenset[str]) -> ColumnElement[Any]:
    return cast(array(sorted(roles)), ARRAY(Text))


def _in_order(found: Select[Case], narrowing: Narrowing) -> Select[Case]:
    if narrowing.ended:
        return found.order_by(Case.ended_on.desc(), Case.id)
    return found.order_by(Case.bites_on.asc().nulls_last(), Case.id)


def _with_holds(session: Session, cases: Sequence[Case]) -> tuple[Row, ...]:
    active = select(Hold.case_id, Hold.kind).where(
        Hold.case_id.in_([case.id for case in cases if case.held]), Hold.released_last.is_(None)
    )
    kinds: dict[int, list[str]] = {}
    for case_id, kind in session.execute(active.order_by(Hold.case_id, Hold.event_sequence)):
        kinds.setdefault(case_id, []).append(kind)
    return tuple(Row(case, tuple(kinds.get(case.id, ()))) for case in cases)
