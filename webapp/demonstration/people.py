"""Invented people, one for each role, and the appointments that let each see what that role sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.agency import Agency, Board
from models.case import Case, Deadline
from models.passwords import choose_password
from models.people import Appointment, Person
from workflows import roles

# Printed on the screen when the demonstration starts, and good for nothing else.
PASSWORD = "invented-people-only"  # noqa: S105

SINCE = date(2006, 4, 1)

NAMES: Mapping[str, str] = {
    roles.SUBGROUP_CHAIR: "Marian Okafor",
    roles.BUSINESS_MANAGER: "Tom Lindqvist",
    roles.BOARD_CHAIR: "Dame Ruth Abara",
    roles.SAFEGUARDING_PARTNER: "Helen Prowse",
    roles.LEAD_REVIEWER: "Iain McCrae",
    roles.AGENCY_LEAD: "Sunita Rao",
    roles.PANEL_MEMBER: "Peter Vaughan",
    roles.CDOP_COORDINATOR: "Joanne Castle",
    roles.CDOP_CHAIR: "Dr Amara Nwosu",
    roles.DESIGNATED_DOCTOR: "Dr Leo Hartmann",
    roles.LEGAL_ADVISER: "Grace Whitlock",
    roles.BOARD_MEMBER: "Owen Pritchard",
    roles.AUDITOR: "Edith Marlow",
    roles.ADMINISTRATOR: "Sam Ferreira",
}

ON_CASES = (roles.LEAD_REVIEWER, roles.PANEL_MEMBER, roles.LEGAL_ADVISER)
CASES_EACH = 6


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who can sign in to the demonstration, as what."""

    role: str
    name: str
    email: str


def sign_ins() -> tuple[SignIn, ...]:
    return tuple(SignIn(role, name, f"{role.replace('_', '.')}@demonstration.example") for role, name in NAMES.items())


def add_people(session: Session, now: datetime) -> dict[str, int]:
    """Add those who are not there yet, and return the id of the person for each role."""
    ids: dict[str, int] = {}
    for each in sign_ins():
        person = session.scalar(select(Person).where(Person.email == each.email))
        if person is None:
            person = Person(name=each.name, email=each.email, password_changed_at=now)
            choose_password(person, PASSWORD)
            session.add(person)
            session.flush()
        ids[each.role] = person.id
    return ids


def appoint_people(session: Session, ids: Mapping[str, int]) -> None:
    """Appoint each to what shows the role at work: boards, cases, an agency of each board, or the accounts."""
    session.flush()
    for board in session.scalars(select(Board).order_by(Board.id)):
        for role, person_id in ids.items():
            if role not in (*ON_CASES, roles.AGENCY_LEAD, roles.ADMINISTRATOR):
                _appoint(session, person_id, role, board_id=board.id)
        _appoint_to_an_agency(session, ids[roles.AGENCY_LEAD], board)
    reviews = select(Case.id).where(Case.workflow_key != "child_death_review", Case.ended_on.is_(None))
    for case_id in session.scalars(reviews.order_by(Case.opened_on.desc(), Case.id).limit(CASES_EACH)):
        for role in ON_CASES:
            _appoint(session, ids[role], role, case_id=case_id)
    _appoint(session, ids[roles.ADMINISTRATOR], roles.ADMINISTRATOR)


def _appoint_to_an_agency(session: Session, person_id: int, board: Board) -> None:
    """Add the agencies something is asked of, and appoint the lead to the first of them."""
    asked = select(Deadline.agency).join(Case, Case.id == Deadline.case_id)
    names = session.scalars(
        asked.where(Case.board_id == board.id, Deadline.agency.is_not(None)).distinct().order_by(Deadline.agency)
    ).all()
    known = {agency.name: agency for agency in session.scalars(select(Agency).where(Agency.board_id == board.id))}
    for name in names:
        if name is not None and name not in known:
            known[name] = Agency(board_id=board.id, name=name)
            session.add(known[name])
    session.flush()
    if known:
        first = known[min(known)]
        _appoint(session, person_id, roles.AGENCY_LEAD, board_id=board.id, agency_id=first.id)


def _appoint(
    session: Session,
    person_id: int,
    role: str,
    *,
    board_id: int | None = None,
    case_id: int | None = None,
    agency_id: int | None = None,
) -> None:
    place = {"board_id": board_id, "case_id": case_id, "agency_id": agency_id}
    held = select(Appointment.id).filter_by(person_id=person_id, role=role, **place)
    if session.scalar(held.limit(1)) is None:
        session.add(Appointment(person_id=person_id, role=role, from_on=SINCE, **place))
