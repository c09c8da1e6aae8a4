"""What a deputy hears and does on a case instead of whoever is away: the reminders, and the roles that are lent.

A deputy sees nothing more than before: they stand in only on cases that their own appointments show them and in which
they have declared no interest (`models.queries.access`). What they may do there is what the absent person might, and
no more. For an agency speaks, instead of its lead, only somebody appointed for that agency. What belongs to a board and
to no case is in `models.queries.capacities` (ADR 48 and 55).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session

from models.agency import Board
from models.case import Case, Deadline
from models.deputyship import Deputyship, decides
from models.panels.panel import has_interest
from models.people import Appointment, Person
from models.queries.access import Places, is_asked_of_whom_both_speak_for, may_see, places_of, roles_on
from workflows.roles import ADMINISTRATOR, AGENCY_LEAD, AUDITOR

NEVER_LENT = frozenset({ADMINISTRATOR, AUDITOR})
"""Roles nobody acts in for somebody else: whoever gives access or audits does so in person."""

NOT_ON_A_LIST = NEVER_LENT | {AGENCY_LEAD}
"""A case is not on the list of an agency's lead, nor on their deputy's: what is asked of the agency is a list apart."""


def standing_in(
    session: Session, absent_id: int, case_id: int, role: str, on: date, *, asked_of: Sequence[str] = ()
) -> int | None:
    """Return who stands in for a person in a role of theirs on a case; None where nobody can.

    For an agency's lead `asked_of` names the agencies it is about, and the deputy is of one of them; none named, any.

    None as well where the deputy may not see the case, has an interest in it, or is away: what is to be told then goes
    to the person.
    """
    named = select(Deputyship.deputy_id).join(Case, Case.id == case_id)
    deputy_id = session.scalar(named.where(Deputyship.absent_id == absent_id, decides(Deputyship, on)))
    if deputy_id is None or not _is_shown(session, deputy_id, absent_id, case_id, role, on, asked_of):
        return None
    return deputy_id


def lent_roles(session: Session, person_id: int, case_: Case, on: date) -> Mapping[str, int]:
    """Return the roles in which a person may act on a case for somebody who is away, each with whose it is."""
    lent: dict[str, int] = {}
    for absent_id in _whose_deputy(session, person_id, case_, on):
        for role in sorted(roles_on(session, absent_id, case_, on) - NEVER_LENT):
            if _is_shown(session, person_id, absent_id, case_.id, role, on):
                lent.setdefault(role, absent_id)
    return lent


@dataclass(frozen=True, slots=True)
class LentTurns:
    """The cases on which a person stands in for somebody, as a condition on `Case`, and where that one is appointed."""

    stands_in: ColumnElement[bool]
    places: Places


def turns_lent(session: Session, person_id: int, on: date) -> tuple[LentTurns, ...]:
    """Return for each span in which a person is a deputy today what they then see to as well.

    The same as `lent_roles`, for lists: to be asked beside the person's own sight, which these conditions do not name.
    """
    return tuple(_lent_turns(session, span, on) for span in standing_for(session, person_id, on))


def deputyships_of(session: Session, person_id: int) -> Sequence[Deputyship]:
    """Return the spans in which a person is away or stands in for somebody, past ones as well, the latest first."""
    theirs = or_(Deputyship.absent_id == person_id, Deputyship.deputy_id == person_id)
    spans = select(Deputyship).where(theirs).order_by(Deputyship.from_on.desc(), Deputyship.id.desc())
    return session.scalars(spans).all()


def possible_deputies(session: Session, absent: Person, on: date) -> Sequence[Person]:
    """Return those who are appointed somewhere that a person is, by name: among them deputies are to be found."""
    places = places_of(session, absent.id, on)
    there = or_(Appointment.board_id.in_(places.boards), Appointment.case_id.in_(places.cases))
    people = select(Appointment.person_id).where(there, Appointment.held_on(on))
    others = select(Person).where(Person.id.in_(people), Person.id != absent.id, Person.active == true())
    return session.scalars(others.order_by(Person.name, Person.id)).all()


def boards_to_stand_in_for(session: Session, person_id: int, on: date) -> Sequence[Board]:
    """Return the boards a person is appointed to, by name."""
    boards = select(Board).where(Board.id.in_(places_of(session, person_id, on).boards))
    return session.scalars(boards.order_by(Board.name, Board.id)).all()


def standing_for(session: Session, person_id: int, on: date) -> Sequence[Deputyship]:
    """Return the spans in which a person is a deputy today."""
    spans = select(Deputyship).where(Deputyship.deputy_id == person_id, Deputyship.stands_on(on))
    return session.scalars(spans.order_by(Deputyship.until_on, Deputyship.id)).all()


def _whose_deputy(session: Session, person_id: int, case_: Case, on: date) -> Sequence[int]:
    """Return whom a person stands in for on a case, in the order in which they were named."""
    named = select(Deputyship.absent_id).join(Case, Case.id == case_.id)
    theirs = named.where(Deputyship.deputy_id == person_id, decides(Deputyship, on))
    return list(dict.fromkeys(session.scalars(theirs.order_by(Deputyship.id))))


def _is_shown(
    session: Session, deputy_id: int, absent_id: int, case_id: int, role: str, on: date, asked_of: Sequence[str] = ()
) -> bool:
    """Return whether the deputy's own appointments show the case, or for an agency's lead what is asked of it."""
    if has_interest(session, deputy_id, case_id):
        return False
    shown = may_see(deputy_id, on)
    if role == AGENCY_LEAD:
        about = func.lower(Deadline.agency).in_([name.lower() for name in asked_of]) if asked_of else true()
        asked = exists().where(
            Deadline.case_id == Case.id, about, is_asked_of_whom_both_speak_for(absent_id, deputy_id, on)
        )  # fmt: skip
        shown = asked.correlate(Case)
    return session.scalar(select(true()).where(Case.id == case_id, shown)) or False


def _lent_turns(session: Session, span: Deputyship, on: date) -> LentTurns:
    named = exists().where(Deputyship.id == span.id, decides(Deputyship, on)).correlate(Case)
    stands_in = and_(named, may_see(span.absent_id, on))
    return LentTurns(stands_in, _lendable(places_of(session, span.absent_id, on)))


def _lendable(places: Places) -> Places:
    return Places(
        {board_id: roles - NOT_ON_A_LIST for board_id, roles in places.boards.items()},
        {case_id: roles - NOT_ON_A_LIST for case_id, roles in places.cases.items()},
    )
