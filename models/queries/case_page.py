"""What the pages about one case show: its standing, all that was recorded of it and by whom, and who is told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from models.agency import Agency
from models.case import Case, Deadline, LinkedCase
from models.corrections import procedure_as_known
from models.drafts import Draft
from models.errors import Since
from models.histories import Recorded, read_case, since
from models.outbox import UNSETTLED, OutboxMessage
from models.panels.panel import panels_serving
from models.people import Appointment, Person
from models.queries.access import BOARD_READERS, cases_visible_to, may_see, may_see_what_is_asked, speaks_for
from workflows.calendar import Calendar
from workflows.history import History
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.roles import ADMINISTRATOR, AGENCY_LEAD
from workflows.standing import Standing, stand


@dataclass(frozen=True, slots=True)
class CaseAsSeen:
    """A case on a day, by what had been recorded by a moment: where it stood, and everything recorded until then.

    `names` are those of the people who recorded something, or for whom it was recorded, by their ids. `length` is how
    long the whole history is.
    """

    case: Case
    standing: Standing
    history: History
    recorded: tuple[Recorded, ...]
    names: dict[int, str]
    length: int

    def name_of(self, recorded: Recorded) -> str:
        """Return who recorded this, or nothing where it was not a person with an account."""
        return self.names.get(recorded.actor_id, "") if recorded.actor_id else ""

    def for_whom(self, recorded: Recorded) -> str:
        """Return for whom this was recorded, or nothing where nobody was stood in for."""
        return self.names.get(recorded.on_behalf_of, "") if recorded.on_behalf_of else ""

    def since(self, length: int) -> tuple[Since, ...]:
        """Return what was recorded after the history had been so long."""
        return since(self.standing.procedure, [each for each in self.recorded if each.event.sequence > length])


def case_as_seen(
    session: Session, case: Case, *, as_at: date, known_at: datetime | None = None, calendar: Calendar | None = None
) -> CaseAsSeen:
    """Return the case as it stood on a day, by what had been recorded by `known_at`, or by now.

    Raises ValueError when nothing had happened by then, or nothing of it was known.
    """
    read = read_case(session.connection(), case.id)
    history = read.history.known_at(known_at)
    standing = stand(procedure_as_known(read, history), history, calendar or read.calendar, as_at)
    recorded = tuple(each for each in read.recorded if known_at is None or each.event.recorded_at <= known_at)
    return CaseAsSeen(case, standing, history, recorded, _names(session, recorded), len(read.recorded))


def _names(session: Session, recorded: Collection[Recorded]) -> dict[int, str]:
    ids = {person for each in recorded for person in (each.actor_id, each.on_behalf_of) if person is not None}
    people = select(Person.id, Person.name).where(Person.id.in_(sorted(ids)))
    return {person_id: name for person_id, name in session.execute(people)}  # noqa: C416 - a row is no pair to mypy


def letters_to_be(session: Session, case: Case) -> Sequence[OutboxMessage]:
    """Return the messages about the case that have still to be sent, in the order they came up."""
    waiting = select(OutboxMessage).where(OutboxMessage.case_id == case.id, UNSETTLED)
    return session.scalars(waiting.order_by(OutboxMessage.id)).all()


def linked_cases(session: Session, case: Case, person_id: int, on: date) -> Sequence[Case]:
    """Return the cases this one led to or came from, as far as the person may see them."""
    linked = or_(
        and_(LinkedCase.case_id == case.id, LinkedCase.other_case_id == Case.id),
        and_(LinkedCase.other_case_id == case.id, LinkedCase.case_id == Case.id),
    )
    theirs = select(Case).join(LinkedCase, linked).where(Case.id.in_(cases_visible_to(person_id, on)))
    return session.scalars(theirs.order_by(Case.opened_on, Case.id)).unique().all()


def people_on(session: Session, case: Case, on: date) -> Sequence[Appointment]:
    """Return the appointments through which people may see the case on a day, or what is asked of their agency."""
    sees = or_(may_see(Person.id, on), may_see_what_is_asked(Person.id, on))
    people = select(Person.id).join(Case, Case.id == case.id).where(sees)
    held = (
        select(Appointment)
        .join(Person, Person.id == Appointment.person_id)
        .outerjoin(Agency, Agency.id == Appointment.agency_id)
        .where(Appointment.person_id.in_(people), Appointment.held_on(on), _shows(session, case))
        .options(joinedload(Appointment.person), joinedload(Appointment.agency), joinedload(Appointment.board))
    )
    return session.scalars(held.order_by(Appointment.role, Person.name, Appointment.id)).all()


def appointments_to(session: Session, case: Case, person_ids: Collection[int]) -> Sequence[Appointment]:
    """Return the appointments through which these people could ever see the case, held today or not."""
    held = (
        select(Appointment)
        .outerjoin(Agency, Agency.id == Appointment.agency_id)
        .where(Appointment.person_id.in_(sorted(person_ids)), _shows(session, case))
    )
    return session.scalars(held.order_by(Appointment.role, Appointment.id)).all()


def _shows(session: Session, case: Case) -> ColumnElement[bool]:
    """Return the condition on an appointment that it is one of those through which the case is seen."""
    asked = select(func.lower(Deadline.agency)).where(Deadline.case_id == case.id)
    leads = and_(Appointment.role == AGENCY_LEAD, func.lower(Agency.name).in_(asked))
    reads = Appointment.role.in_(BOARD_READERS.get(case.workflow_key, ()))
    is_a_death = case.workflow_key == CHILD_DEATH_REVIEW
    boards = {case.board_id, *(panels_serving(session, case.board_id) if is_a_death else ())}
    on_the_case = and_(Appointment.case_id == case.id, Appointment.role != ADMINISTRATOR)
    return or_(on_the_case, and_(Appointment.board_id.in_(boards), or_(reads, leads)))


def agencies_led(session: Session, person_id: int, case: Case, on: date) -> tuple[str, ...]:
    """Return the agencies of the case's board that a person speaks for on a day, by name."""
    of_the_board = select(Agency.name).join(Case, Case.board_id == Agency.board_id).where(Case.id == case.id)
    led = of_the_board.where(speaks_for(person_id, on))
    return tuple(session.scalars(led.order_by(Agency.name, Agency.id)))


def drafts_on(session: Session, person_id: int, case: Case) -> Sequence[Draft]:
    """Return what a person has begun to record on the case and not recorded yet, the latest first."""
    theirs = select(Draft).where(Draft.person_id == person_id, Draft.case_id == case.id)
    return session.scalars(theirs.order_by(Draft.updated_at.desc(), Draft.id)).all()
