"""Which cases a person may see, and the roles they may act in: the one place that decides either.

Everything follows from appointments held on the day, and nothing is seen by
default. A board's readers see its reviews; those appointed for child deaths
see its child deaths, and those of a panel the deaths of every board it serves;
whoever is appointed to one case sees that case. A case in which somebody has
declared an interest is withheld from them, whatever they are appointed to. An
administrator sees no case. An agency's lead appointed to a board is shown,
in a view of its own, the cases in which something is asked of the agency; so
is whoever the lead named to stand in, from among those appointed for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, exists, false, func, not_, or_, select, true
from sqlalchemy.orm import Session

from models.agency import Agency
from models.case import Case, Deadline
from models.deputyship import Deputyship, decides
from models.panels.panel import DeclaredInterest, PanelBoard, boards_served, has_interest, panels_serving, served_by
from models.people import Appointment, Person
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.roles import (
    ADMINISTRATOR,
    AGENCY_LEAD,
    AUDITOR,
    BOARD_CHAIR,
    BOARD_MEMBER,
    BUSINESS_MANAGER,
    CDOP_CHAIR,
    CDOP_COORDINATOR,
    DESIGNATED_DOCTOR,
    SAFEGUARDING_PARTNER,
    SUBGROUP_CHAIR,
)

OF_REVIEWS = (BUSINESS_MANAGER, SUBGROUP_CHAIR, BOARD_CHAIR, BOARD_MEMBER, SAFEGUARDING_PARTNER, AUDITOR)
OF_CHILD_DEATHS = (CDOP_COORDINATOR, CDOP_CHAIR, DESIGNATED_DOCTOR, AUDITOR)

BOARD_READERS: Mapping[str, tuple[str, ...]] = {
    "serious_case_review": OF_REVIEWS,
    "practice_review": OF_REVIEWS,
    "child_death_review": OF_CHILD_DEATHS,
}
"""By workflow, the roles in which a board shows its cases. One not named is shown to nobody."""

SEE_WHO_THE_CHILD_IS = (CDOP_COORDINATOR, DESIGNATED_DOCTOR)
"""DOMAIN 8.2: the child death office and the designated doctor see who the child is; a panel sees anonymised papers."""


@dataclass(frozen=True)
class Sight:
    """What one person sees on one day: whole boards by workflow, and single cases.

    It says the same as `may_see`, with the boards written out, so that a list
    of one board is read in the order of its index.
    """

    boards: Mapping[str, frozenset[int]]
    cases: frozenset[int]
    withheld: frozenset[int] = frozenset()

    def covers(self) -> ColumnElement[bool]:
        """Return the condition on `Case` that it is seen."""
        workflows: dict[frozenset[int], list[str]] = {}
        for workflow_key, boards in self.boards.items():
            workflows.setdefault(boards, []).append(workflow_key)
        whole_boards = (
            and_(Case.board_id.in_(sorted(boards)), Case.workflow_key.in_(keys))
            for boards, keys in workflows.items()
            if boards
        )
        single_cases = [Case.id.in_(sorted(self.cases))] if self.cases else []
        seen = or_(false(), *whole_boards, *single_cases)
        return and_(seen, Case.id.not_in(sorted(self.withheld))) if self.withheld else seen


def sight_of(session: Session, person_id: int, on: date) -> Sight:
    """Return what the person sees on a day."""
    held = _appointments(session, person_id, on)
    boards = {
        workflow_key: frozenset(each.board_id for each in held if each.board_id and each.role in readers)
        for workflow_key, readers in BOARD_READERS.items()
    }
    return Sight(
        boards | {CHILD_DEATH_REVIEW: boards_served(session, boards[CHILD_DEATH_REVIEW])},
        frozenset(each.case_id for each in held if each.case_id and each.role != ADMINISTRATOR),
        frozenset(session.scalars(select(DeclaredInterest.case_id).where(DeclaredInterest.person_id == person_id))),
    )


def cases_visible_to(person_id: int, on: date) -> Select[int]:
    """Return the query of the ids of the cases a person may see on a day."""
    return select(Case.id).where(may_see(person_id, on))


def may_see(person_id: int | SQLColumnExpression[int], on: date) -> ColumnElement[bool]:
    """Return the condition on `Case` that a person, or the person of a row, may see it on a day."""
    to_the_board = (
        and_(Case.workflow_key == workflow_key, Appointment.role.in_(readers))
        for workflow_key, readers in BOARD_READERS.items()
    )
    shows_the_case = or_(
        and_(_is_on_the_board_or_its_panel(), or_(*to_the_board)),
        and_(Appointment.case_id == Case.id, Appointment.role != ADMINISTRATOR),
    )
    seen = exists(_held(person_id, on).where(shows_the_case).correlate_except(Appointment))
    return and_(seen, not_(_has_declared_an_interest(person_id)))


def _has_declared_an_interest(person_id: int | SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Return the condition on `Case` that it is withheld from a person, or the person of a row."""
    interest = exists().where(DeclaredInterest.person_id == person_id, DeclaredInterest.case_id == Case.id)
    return interest.correlate_except(DeclaredInterest)


def _is_on_the_board_or_its_panel() -> ColumnElement[bool]:
    served = exists().where(PanelBoard.panel_id == Appointment.board_id, PanelBoard.board_id == Case.board_id)
    return or_(
        Appointment.board_id == Case.board_id,
        and_(Case.workflow_key == CHILD_DEATH_REVIEW, served.correlate_except(PanelBoard)),
    )


def may_see_what_is_asked(person_id: int | SQLColumnExpression[int], on: date) -> ColumnElement[bool]:
    """Return the condition on `Case` that something in it is asked of an agency the person speaks for.

    What is shown of it is what is asked of the agency, and not the case. An interest withholds that too: another of the
    agency answers, or the coordinator enters what comes on paper.
    """
    return and_(_is_asked(speaks_for(person_id, on)), not_(_has_declared_an_interest(person_id)))


def _is_asked(of: ColumnElement[bool]) -> ColumnElement[bool]:
    asked = (
        select(Agency.id)
        .join(Deadline, func.lower(Deadline.agency) == func.lower(Agency.name))
        .where(Agency.board_id == Case.board_id, Deadline.case_id == Case.id, of)
    )
    return exists(asked.correlate_except(Agency, Deadline))


def speaks_for(person_id: int | SQLColumnExpression[int], on: date) -> ColumnElement[bool]:
    """Return the condition on `Agency`, beside a `Case`, that the person leads it or stands in for whoever does."""
    return or_(_leads(person_id, on), _stands_in_for_its_lead(person_id, on))


def _leads(person_id: int | SQLColumnExpression[int], on: date) -> ColumnElement[bool]:
    led = _held(person_id, on).where(Appointment.role == AGENCY_LEAD, Appointment.agency_id == Agency.id)
    return exists(led.correlate_except(Appointment))


def _stands_in_for_its_lead(person_id: int | SQLColumnExpression[int], on: date) -> ColumnElement[bool]:
    """Return the condition that a lead of the agency named the person, who is appointed for it as well (ADR 55)."""
    of_the_agency = _held(person_id, on).where(Appointment.agency_id == Agency.id)
    named = exists().where(
        Deputyship.deputy_id == person_id,
        decides(Deputyship, on),
        _leads(Deputyship.absent_id, on),
        not_(_has_declared_an_interest(Deputyship.absent_id)),
        exists(of_the_agency.correlate_except(Appointment)),
    )
    return named.correlate_except(Deputyship)


def roles_on(session: Session, person_id: int, case: Case, on: date) -> frozenset[str]:
    """Return the roles of their own that a person may act in on a case; none where they may not see it."""
    is_a_death = case.workflow_key == CHILD_DEATH_REVIEW
    if has_interest(session, person_id, case.id):
        return frozenset()
    readers = BOARD_READERS.get(case.workflow_key, ())
    held = _appointments(session, person_id, on)
    boards = {case.board_id, *(panels_serving(session, case.board_id) if is_a_death else ())}
    roles = {each.role for each in held if each.board_id in boards and each.role in readers}
    roles |= {each.role for each in held if each.case_id == case.id and each.role != ADMINISTRATOR}
    if session.scalar(select(true()).where(Case.id == case.id, _is_asked(_leads(person_id, on)))):
        roles.add(AGENCY_LEAD)
    return frozenset(roles)


@dataclass(frozen=True, slots=True)
class Places:
    """Where a person is appointed on a day: the roles held on each board, and on each single case, by id."""

    boards: Mapping[int, frozenset[str]]
    cases: Mapping[int, frozenset[str]]


def places_of(session: Session, person_id: int, on: date) -> Places:
    """Return the boards and cases a person is appointed to on a day, with the roles held there."""
    boards: dict[int, set[str]] = {}
    cases: dict[int, set[str]] = {}
    for each in _appointments(session, person_id, on):
        if each.board_id:
            boards.setdefault(each.board_id, set()).add(each.role)
        if each.case_id:
            cases.setdefault(each.case_id, set()).add(each.role)
    for panel_id, served in served_by(session, list(boards)):
        boards.setdefault(served, set()).update(boards[panel_id] & set(OF_CHILD_DEATHS))
    return Places(
        {board_id: frozenset(roles) for board_id, roles in boards.items()},
        {case_id: frozenset(roles) for case_id, roles in cases.items()},
    )


def is_asked_of_an_agency_led_by(person_id: int, on: date) -> ColumnElement[bool]:
    """Return the condition on `Deadline`, joined to its `Case`, that it is asked of an agency the person speaks for."""
    return and_(_of_an_agency(speaks_for(person_id, on)), not_(_has_declared_an_interest(person_id)))


def is_asked_of_whom_both_speak_for(absent_id: int, deputy_id: int, on: date) -> ColumnElement[bool]:
    """Return the same for an agency that somebody who is away leads and their deputy is appointed for."""
    theirs = _held(deputy_id, on).where(Appointment.agency_id == Agency.id)
    return _of_an_agency(and_(_leads(absent_id, on), exists(theirs.correlate_except(Appointment))))


def _of_an_agency(which: ColumnElement[bool]) -> ColumnElement[bool]:
    named = and_(Agency.board_id == Case.board_id, func.lower(Agency.name) == func.lower(Deadline.agency))
    return exists(select(Agency.id).where(named, which).correlate_except(Agency))


def _appointments(session: Session, person_id: int, on: date) -> list[Appointment]:
    return list(session.scalars(_held(person_id, on).order_by(Appointment.id)))


def _held(person_id: int | SQLColumnExpression[int], on: date) -> Select[Appointment]:
    """Return the query of the appointments a person holds on a day; a closed account holds none."""
    holds = and_(Appointment.person_id == person_id, Appointment.held_on(on))
    return select(Appointment).where(holds, exists().where(Person.id == Appointment.person_id, Person.active == true()))
