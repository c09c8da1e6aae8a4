"""Boards, people and cases, all invented, put straight into the tables."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from models.agency import Agency, Board
from models.case import Case, CaseEvent
from models.people import Appointment, Person

Thing = TypeVar("Thing")
SOME_TIME = datetime(2014, 3, 3, 9, 30, tzinfo=UTC)


class Given:
    """What is the case before a test begins; each call adds one thing and returns it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._numbers = itertools.count(1)

    def a_board(self, name: str = "", **other: Any) -> Board:
        number = next(self._numbers)
        name = name or f"Anytown {number}"
        told = {"short_name": name, "reference_prefix": f"ANY{number}", "kind": "lscb"} | other
        return self._added(Board(name=name, **told))

    def an_agency(self, board: Board, name: str = "Health visiting") -> Agency:
        return self._added(Agency(board=board, name=name))

    def a_person(self, email: str = "", **other: Any) -> Person:
        email = email or f"person.{next(self._numbers)}@example.org"
        return self._added(Person(**({"name": "A. Person", "email": email} | other)))

    def a_case(self, board: Board, workflow_key: str = "serious_case_review", **other: Any) -> Case:
        told = {
            "reference": f"{board.reference_prefix}-2014-{next(self._numbers):03d}",
            "regime_key": "WT2013",
            "procedure_fingerprint": "f" * 64,
            "pseudonym": "Child A",
            "opened_on": date(2014, 3, 3),
            "created_at": SOME_TIME,
            "updated_at": SOME_TIME,
            "state": "referred",
            "stage": "referral",
        }
        return self._added(Case(board=board, workflow_key=workflow_key, **(told | other)))

    def an_event(self, case: Case, sequence: int = 1, **other: Any) -> CaseEvent:
        told: dict[str, Any] = {
            "step": "refer_case",
            "happened_first": date(2014, 3, 3),
            "happened_last": date(2014, 3, 3),
            "recorded_at": SOME_TIME,
            "role": "business_manager",
            "procedure_fingerprint": "f" * 64,
            "previous_hash": bytes(32),
            "hash": bytes(32),
        }
        return self._added(CaseEvent(case_id=case.id, sequence=sequence, **(told | other)))

    def appointed(self, person: Person, role: str, on: Board | Case | None = None, **other: Any) -> Appointment:
        where = {} if on is None else {"board": on} if isinstance(on, Board) else {"case": on}
        return self._added(Appointment(person=person, role=role, **({"from_on": date(2010, 1, 1)} | where | other)))

    def _added(self, thing: Thing) -> Thing:
        self._session.add(thing)
        self._session.flush()
        return thing
