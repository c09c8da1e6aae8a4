"""Invented children behind the invented deaths: names, families and agencies, two tellings of one death, and one begun.

Nobody here lived. The names are of birds and places of no map, so that nobody can be taken for somebody.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.agency import Board
from models.case import Case, CaseEvent
from models.casework import Actor
from models.child_deaths.child import AgencyContact, Carer, ChildDeath, Sibling
from models.child_deaths.notifying import Details, notify_death
from models.child_deaths.possible_duplicates import boards_compared, find_possible_duplicates
from models.child_deaths.unfinished_notification import UnfinishedNotification, begin, keep_page
from workflows import roles
from workflows.dates import PartialDate, london_day
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.standing import Told

FORENAMES = ("Robin", "Wren", "Martin", "Linnet", "Merlin", "Avocet", "Jay", "Teal", "Swift", "Lark", "Piper", "Rail")
SURNAMES = ("Sandmere", "Holtwick", "Fernley-Gale", "Ashdrift", "Colderbeck", "Marlow-Tarn", "Oakhythe", "Brackenside")
STREETS = ("Quay Street", "Lantern Lane", "Upper Wyre Row", "Saltmarsh Road", "Chapel Steps")

TOLD_BY_THE_HOSPITAL = uuid.UUID("6d0e7c7e-3a35-4b8e-9a6e-7b1f0a6c1a01")
TOLD_BY_THE_POLICE = uuid.UUID("6d0e7c7e-3a35-4b8e-9a6e-7b1f0a6c1a02")
BEGUN = uuid.UUID("6d0e7c7e-3a35-4b8e-9a6e-7b1f0a6c1a03")


def add_children(session: Session, board_name: str, ids: Mapping[str, int], now: datetime) -> None:
    """Add to the deaths of a board who the children were, a death told twice, and a notification not finished yet."""
    board = session.scalars(select(Board).where(Board.name == board_name)).one_or_none()
    if board is None:
        return
    for number, case in enumerate(_without_a_child(session, board)):
        _add_child(session, case, number, now)
    session.flush()
    _tell_twice(session, board, ids[roles.CDOP_COORDINATOR], now)
    _begin_one(session, board, ids[roles.CDOP_COORDINATOR], now)


def _without_a_child(session: Session, board: Board) -> Iterator[Case]:
    known = select(ChildDeath.case_id)
    deaths = select(Case).where(
        Case.board_id == board.id, Case.workflow_key == CHILD_DEATH_REVIEW, Case.id.not_in(known)
    )
    yield from session.scalars(deaths.order_by(Case.id)).all()


def _add_child(session: Session, case: Case, number: int, now: datetime) -> None:
    answers = _notified(session, case)
    surname, other = SURNAMES[number % len(SURNAMES)], FORENAMES[(number + 5) % len(FORENAMES)]
    death = ChildDeath(
        case_id=case.id, board_id=case.board_id, surname=surname, forenames=FORENAMES[number % len(FORENAMES)],
        no_nhs_number_because="not_available", born_on=_day(answers.get("born_on")), died_on=_day(answers["died_on"]),
        address=f"{number + 1} {STREETS[number % len(STREETS)]}, Wyremouth", postcode=f"ZZ{number % 9 + 1} 1ZZ",
        details={"certificate_issued": "no", "coroner_informed": "yes", "follow_up": "yes"}, updated_at=now,
    )  # fmt: skip
    death.carers = [Carer(name=f"Sky {surname}", relationship_to_child="mother", parental_responsibility="yes")]
    death.siblings = [Sibling(name=f"{other} {surname}", same_household="yes")] if number % 2 else []
    death.contacts = [
        AgencyContact(agency="General practice", kind="gp", contact="Practice manager"),
        AgencyContact(agency="Health visiting", kind="health_visitor", contact="Duty health visitor"),
    ]
    session.add(death)


def _notified(session: Session, case: Case) -> Mapping[str, Any]:
    first = select(CaseEvent.answers).where(CaseEvent.case_id == case.id, CaseEvent.sequence == 1)
    answers: Mapping[str, Any] = session.scalars(first).one()
    return answers


def _day(written: Any) -> date | None:
    day = PartialDate.parse(written) if written else None
    return day.first if day and day.exact else None


def _tell_twice(session: Session, board: Board, person_id: int, now: datetime) -> None:
    """Record one death as the hospital told it and as the police did: the name spelt otherwise, a date a day apart."""
    _notify(
        session, board, person_id, now, TOLD_BY_THE_HOSPITAL, died=3, circumstances="Found in the morning by a parent.",
        details=Details(
            surname="Sandmere", forenames="Heron", address="7 Lantern Lane, Wyremouth", postcode="ZZ9 9ZZ",
            carers=({"name": "Sky Sandmere", "relationship_to_child": "mother"},),
            contacts=({"agency": "General practice", "kind": "gp"},),
        ),
    )  # fmt: skip
    second = _notify(
        session, board, person_id, now, TOLD_BY_THE_POLICE, died=3, circumstances="Called to the home at seven.",
        details=Details(
            surname="Sandmeer", forenames="Heron", address="Lantern Lane 7, Wyremouth",
            carers=({"name": "Glen Sandmere", "relationship_to_child": "father"},),
            contacts=({"agency": "Police", "kind": "police"},),
        ),
    )  # fmt: skip
    find_possible_duplicates(session, second.id, boards_compared(session, board.id), now=now)


def _notify(
    session: Session, board: Board, person_id: int, now: datetime, key: uuid.UUID, *, died: int, circumstances: str,
    details: Details,
) -> Case:  # fmt: skip
    died_on = london_day(now) - timedelta(days=died)
    answers = {
        "notified_on": (died_on + timedelta(days=1)).isoformat(), "died_on": died_on.isoformat(),
        "born_on": (died_on - timedelta(days=150)).isoformat(), "sex": "male", "normally_resident_in": "Wyremouth",
        "expected": "no", "place_of_death": "home", "circumstances": circumstances, "notifier": "A. Ward",
    }  # fmt: skip
    return notify_death(
        session, board=board, actor=Actor(person_id, frozenset({roles.CDOP_COORDINATOR})),
        told=Told(PartialDate.on(died_on + timedelta(days=1)), answers), details=details, now=now, idempotency_key=key,
    )  # fmt: skip


def _begin_one(session: Session, board: Board, person_id: int, now: datetime) -> None:
    """Begin a notification as somebody does who is called away after two pages."""
    if session.scalars(select(UnfinishedNotification).filter_by(public_id=BEGUN)).one_or_none():
        return
    yesterday = london_day(now) - timedelta(days=1)
    begun = begin(session, board=board, person_id=person_id, now=now)
    begun.public_id = BEGUN
    session.flush()
    told = {
        "notifier": ["A. Ward"], "notifier_role": ["Registrar"], "notifier_agency": ["Wyremouth Infirmary"],
    }  # fmt: skip
    keep_page(session, begun, "notification", {**told, **_typed("notified_on", yesterday)}, now)
    keep_page(
        session, begun, "child", {"forenames": ["Plover"], "surname": ["Oakhythe"], "sex": ["female"]}, now
    )  # fmt: skip


def _typed(name: str, day: date) -> dict[str, list[str]]:
    return {f"{name}-day": [str(day.day)], f"{name}-month": [str(day.month)], f"{name}-year": [str(day.year)]}
