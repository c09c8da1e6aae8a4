"""What an administrator does to accounts, appointments, boards and agencies: each act recorded in the audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models import audit
from models.agency import Agency, Board
from models.case import Case
from models.passwords import choose_password
from models.people import Appointment, Person
from models.sessions import end_all_sessions


@dataclass(frozen=True, slots=True)
class Administrator:
    """Who acts, in which transaction, and when."""

    session: Session
    person: Person
    now: datetime

    def open_account(self, name: str, email: str, password: str) -> Person:
        """Return a new person, who signs in with `password` until they choose one of their own."""
        person = Person(name=name, email=email, created_at=self.now)
        choose_password(person, password)
        self._add(person)
        self._record("account_opened", person)
        return person

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
            appointed_by=self.person.id,
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
            person_id=self.person.id,
            role="administrator",
            case_id=case.id if case else None,
            detail={**whose, **detail},
        )
