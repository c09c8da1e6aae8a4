"""Who stands in for whom on a case today: who is reminded instead, and in whose roles a deputy may act.

A deputy sees nothing more than before: they stand in only on cases that their own appointments show them and in which
they have declared no interest (`models.queries.access`). What they may do there is what the absent person might, and
no more. Of several deputies the one named for the case comes before the one for the board, and that one before the
one for everything. Nobody stands in for a deputy who is away as well: chains are not followed (ADR 0048).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, exists, not_, or_, select, true
from sqlalchemy.orm import Session, aliased

from models.agency import Board
from models.case import Case, Deadline
from models.deputyship import Deputyship
from models.panels.panel import PanelBoard
from models.people import Appointment, Person
from models.queries.access import (
    Places,
    is_asked_of_an_agency_led_by,
    may_see,
    may_see_what_is_asked,
    places_of,
    roles_on,
)
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.roles import AGENCY_LEAD

Spans = type[Deputyship]


def standing_in(session: Session, person_id: int, case_id: int, board_id: int, on: date) -> int | None:
    """Return who is reminded instead of a person about a case of a board; None where nobody can be.

    None as well where the deputy may not see the case, has an interest in it, or is away: it then goes to the person.
    """
    spans = select(Deputyship.deputy_id).join(Case, and_(Case.id == case_id, Case.board_id == board_id))
    theirs = spans.where(Deputyship.absent_id == person_id, Deputyship.stands_on(on), covers(Deputyship))
    deputy = session.scalar(theirs.order_by(_breadth(Deputyship), Deputyship.id).limit(1))
    return deputy if deputy is not None and _can(session, deputy, person_id, case_id, on) else None


def lent_roles(session: Session, person_id: int, case_: Case, on: date) -> Mapping[str, int]:
    """Return the roles in which a person may act on a case for somebody who is away, each with whose it is.

    An agency's own lead alone speaks for the agency, so that role is not lent.
    """
    lent: dict[str, int] = {}
    for absent_id in _whose_deputy(session, person_id, case_, on):
        if standing_in(session, absent_id, case_.id, case_.board_id, on) == person_id:
            for role in sorted(roles_on(session, absent_id, case_, on) - {AGENCY_LEAD}):
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
    named = select(Deputyship.absent_id).join(Case, Case.id == case_.id)
    theirs = named.where(Deputyship.deputy_id == person_id, Deputyship.stands_on(on), covers(Deputyship))
    return list(dict.fromkeys(session.scalars(theirs.order_by(Deputyship.id))))


def _can(session: Session, deputy_id: int, absent_id: int, case_id: int, on: date) -> bool:
    """Return whether a deputy can stand in on the case that day."""
    shown = or_(may_see(deputy_id, on), _lead_the_agency_asked(deputy_id, absent_id, on))
    away = exists().where(Deputyship.absent_id == deputy_id, Deputyship.stands_on(on), covers(Deputyship))
    can = select(true()).where(Case.id == case_id, shown, not_(away.correlate(Case)))
    return session.scalar(can) or False


def _lead_the_agency_asked(deputy_id: int, absent_id: int, on: date) -> ColumnElement[bool]:
    """Return the condition on `Case` that something in it is asked of an agency that both of them lead."""
    asked = exists().where(
        Deadline.case_id == Case.id,
        is_asked_of_an_agency_led_by(deputy_id, on),
        is_asked_of_an_agency_led_by(absent_id, on),
    )
    return and_(may_see_what_is_asked(deputy_id, on), asked.correlate(Case))


def covers(span: Spans) -> ColumnElement[bool]:
    """Return the condition on `Case` that it is one of those a span is for."""
    served = exists().where(PanelBoard.panel_id == span.board_id, PanelBoard.board_id == Case.board_id)
    of_the_panel = and_(Case.workflow_key == CHILD_DEATH_REVIEW, served.correlate_except(PanelBoard))
    everything = and_(span.board_id.is_(None), span.case_id.is_(None))
    return or_(everything, span.case_id == Case.id, span.board_id == Case.board_id, of_the_panel)


def _breadth(span: Spans) -> ColumnElement[int]:
    return case((span.case_id.is_not(None), 0), (span.board_id.is_not(None), 1), else_=2)


def _lent_turns(session: Session, span: Deputyship, on: date) -> LentTurns:
    other = aliased(Deputyship)
    earlier = or_(
        _breadth(other) < _breadth(Deputyship), and_(_breadth(other) == _breadth(Deputyship), other.id < Deputyship.id)
    )
    decided_by_another = exists().where(other.absent_id == span.absent_id, other.stands_on(on), covers(other), earlier)
    decides = exists().where(
        Deputyship.id == span.id, covers(Deputyship), not_(decided_by_another.correlate(Case, Deputyship))
    )
    away = exists().where(other.absent_id == span.deputy_id, other.stands_on(on), covers(other))
    stands_in = and_(decides.correlate(Case), not_(away.correlate(Case)), may_see(span.absent_id, on))
    return LentTurns(stands_in, _without_agencies(places_of(session, span.absent_id, on)))


def _without_agencies(places: Places) -> Places:
    return Places(
        {board_id: roles - {AGENCY_LEAD} for board_id, roles in places.boards.items()},
        {case_id: roles - {AGENCY_LEAD} for case_id, roles in places.cases.items()},
    )
