"""Who has an account, which roles they hold, where they are signed in; and the boards and agencies there are."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.agency import Board
from models.people import Appointment, Person
from models.sessions import WebSession


def roles_held(session: Session, person_id: int, on: date) -> frozenset[str]:
    """Return every role a person holds on a day, on whatever board or case."""
    held = select(Appointment.role).where(Appointment.person_id == person_id, Appointment.held_on(on))
    return frozenset(session.scalars(held))


def appointments_of(session: Session, person_id: int) -> Sequence[Appointment]:
    """Return the appointments of a person, past and to come as well, the latest first."""
    theirs = (
        select(Appointment)
        .where(Appointment.person_id == person_id)
        .options(joinedload(Appointment.board), joinedload(Appointment.case), joinedload(Appointment.agency))
        .order_by(Appointment.from_on.desc(), Appointment.id.desc())
    )
    return session.scalars(theirs).all()


def live_sessions(session: Session, person_id: int, now: datetime, idle: timedelta) -> Sequence[WebSession]:
    """Return where a person is signed in now, the one seen last first."""
    live = select(WebSession).where(
        WebSession.person_id == person_id,
        WebSession.ended_at.is_(None),
        WebSession.expires_at > now,
        WebSession.last_seen_at > now - idle,
    )
    return session.scalars(live.order_by(WebSession.last_seen_at.desc(), WebSession.id.desc())).all()


def people_like(session: Session, words: str, *, page: int, size: int) -> tuple[Sequence[Person], int]:
    """Return one page of the people whose name or e-mail address has `words` in it, and how many there are."""
    matches = or_(Person.name.icontains(words, autoescape=True), Person.email.icontains(words, autoescape=True))
    places = (joinedload(each) for each in (Appointment.board, Appointment.case, Appointment.agency))
    found = select(Person).where(matches).options(selectinload(Person.appointments).options(*places))
    people = session.scalars(found.order_by(Person.name, Person.id).limit(size).offset((page - 1) * size)).all()
    return people, session.scalars(select(func.count()).select_from(Person).where(matches)).one()


def person_of(session: Session, public_id: uuid.UUID) -> Person | None:
    """Return the person an address stands for."""
    return session.scalars(select(Person).where(Person.public_id == public_id)).one_or_none()


def all_boards(session: Session) -> Sequence[Board]:
    """Return every board with its agencies, by name."""
    return session.scalars(select(Board).options(selectinload(Board.agencies)).order_by(Board.name, Board.id)).all()


def board_with_prefix(session: Session, prefix: str) -> Board | None:
    """Return the board whose case references begin with `prefix`."""
    return session.scalars(select(Board).where(Board.reference_prefix == prefix)).one_or_none()


def appointment_of(session: Session, person_id: int, appointment_id: int) -> Appointment | None:
    """Return one appointment, if it is that person's."""
    theirs = select(Appointment).where(Appointment.id == appointment_id, Appointment.person_id == person_id)
    return session.scalars(theirs).one_or_none()
