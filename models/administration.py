"""What an administrator does to accounts, appointments, boards and agencies: each act recorded in the audit.

Where nobody can act as one yet, or nobody any more, whoever keeps the system running lets somebody in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Exists, exists, select
from sqlalchemy.orm import Session

from models import audit
from models.agency import Agency, Board
from models.case import Case
from models.passwords import choose_password
from models.people import Appointment, Person, person_with_email
from models.sessions import end_all_sessions
from workflows.dates import london_day
from workflows.roles import ADMINISTRATOR


class AdministratorThere(Exception):
    """Somebody else administers accounts, and can open others on the pages."""


@dataclass(frozen=True, slots=True)
class Administrator:
    """Who acts, in which transaction, and when. Nobody is named where it is whoever keeps the system running."""

    session: Session
    person: Person | None
    now: datetime

    def open_account(self, name: str, email: str, password: str) -> Person:
        """Return a new person, who signs in with `password` until they choose one of their own."""
        person = Person(name=name, email=email, created_at=self.now)
        choose_password(person, password)
        self._add(person)
        self._record("account_opened", person)
        return person

    def change_account(self, person: Person, name: str, email: str) -> None:
        """Change what the person is called and where they are written to, which is also what they sign in with.

        Letters that wait, or are sent again, go to the new address. Raises IntegrityError where somebody else has it.
        """
        person.name, person.email = name, email
        self.session.flush()
        self._record("account_changed", person)

    def close_account(self, person: Person) -> None:
        """Let the person sign in no more, and sign them out everywhere. Their appointments stay as they are."""
        person.active = False
        end_all_sessions(self.session, person, self.now)
        self._record("account_closed", person)

    def reopen_account(self, person: Person) -> None:
        """Let the person sign in again."""
        person.active = True
        self._record("account_reopened", person)

    def give_password(self, person: Person, password: str) -> None:
        """Let the person sign in with `password` until they choose one of their own; sign them out everywhere."""
        choose_password(person, password)
        person.password_changed_at = None
        end_all_sessions(self.session, person, self.now)
        self._record("password_given", person)

    def appoint(
        self,
        person: Person,
        role: str,
        from_on: date,
        until_on: date | None,
        *,
        board: Board | None = None,
        case: Case | None = None,
        agency: Agency | None = None,
    ) -> Appointment:
        """Return a new appointment to a board or a case, or to neither for an administrator."""
        appointment = Appointment(
            person=person,
            role=role,
            board=board,
            case=case,
            agency_id=agency.id if agency else None,
            from_on=from_on,
            until_on=until_on,
            appointed_by=self.person.id if self.person else None,
            created_at=self.now,
        )
        self._add(appointment)
        self._record("appointed", person, case=case, role=role, appointment=appointment.id)
        return appointment

    def end_appointment(self, appointment: Appointment, until_on: date) -> None:
        """Let `until_on` be the last day of the appointment."""
        appointment.until_on = until_on
        self._record("appointment_ended", appointment.person, case=appointment.case, appointment=appointment.id)

    def add_board(self, board: Board) -> None:
        """Store a new board."""
        self._add(board)
        self._record("board_added", board=board.reference_prefix)

    def board_changed(self, board: Board) -> None:
        """Record that what is known of a board has been changed."""
        self._record("board_changed", board=board.reference_prefix)

    def add_agency(self, board: Board, name: str) -> Agency:
        """Return a new agency that answers to the board."""
        agency = Agency(board=board, name=name)
        self._add(agency)
        self._record("agency_added", board=board.reference_prefix, agency=agency.id)
        return agency

    def _add(self, thing: Person | Appointment | Board | Agency) -> None:
        self.session.add(thing)
        self.session.flush()

    def _record(
        self, action: str, about: Person | None = None, *, case: Case | None = None, **detail: str | int | None
    ) -> None:
        whose = {} if about is None else {"about_person": about.id}
        audit.record(
            self.session,
            action,
            at=self.now,
            person_id=self.person.id if self.person else None,
            role=ADMINISTRATOR,
            case_id=case.id if case else None,
            detail={**whose, **detail},
        )


def let_an_administrator_in(session: Session, name: str, email: str, password: str, now: datetime) -> Person:
    """Return the person with this address, who can sign in with `password` and administers accounts from today.

    Their account is opened if there is none, and opened again if it was closed; one they have keeps its name. Raises
    AdministratorThere where somebody else can do all this on the pages.
    """
    keeper, today = Administrator(session, None, now), london_day(now)
    person = person_with_email(session, email)
    if person is None or not _administers(session, person, today):
        if _somebody_administers(session, today):
            raise AdministratorThere
        person = person or keeper.open_account(name, email, password)
        keeper.appoint(person, ADMINISTRATOR, today, None)
    if not person.active:
        keeper.reopen_account(person)
    keeper.give_password(person, password)
    return person


def _administers(session: Session, person: Person, today: date) -> bool:
    return bool(session.scalar(select(_appointed(today).where(Appointment.person_id == person.id))))


def _somebody_administers(session: Session, today: date) -> bool:
    can_sign_in = exists().where(Person.id == Appointment.person_id, Person.active)
    return bool(session.scalar(select(_appointed(today).where(can_sign_in))))


def _appointed(today: date) -> Exists:
    return exists().where(Appointment.role == ADMINISTRATOR, Appointment.held_on(today))
