"""What child deaths show in the demonstration beside their histories: a notification waiting, a form half filled in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.agency import Agency, Board, board_named
from models.asking import standing_of
from models.case import Case, Deadline
from models.casework import Actor
from models.child_deaths.child import ChildDeath
from models.child_deaths.notifying import Details, change_details
from models.child_deaths.public_notification import PublicNotification
from models.child_deaths.public_notifications import code_of, confirm, keep_notification
from models.child_deaths.reporting_forms import (
    REQUESTS,
    Request,
    Wanted,
    form_to_fill,
    request_forms,
    requests_of,
    save_answers,
)
from models.people import Appointment
from webapp.demonstration.people import SINCE
from webapp.demonstration.reviews import PARTNERSHIP
from workflows import roles
from workflows.dates import PartialDate, london_day
from workflows.history import Event
from workflows.reporting_forms import forms_for
from workflows.standing import Told

TELEPHONE = "01632 960 117"
"""One of the numbers kept for invented people."""


def add_child_deaths(session: Session, ids: Mapping[str, int], now: datetime) -> None:
    """Add what is not there yet, in the area where the latest deaths are."""
    board = board_named(session, PARTNERSHIP)
    if board is None:
        return
    board.telephone = TELEPHONE
    if session.scalar(select(PublicNotification.id).limit(1)) is None:
        _add_notification(session, board, now)
    if (asked := _open_request(session, board, now)) is not None:
        _fill_half_of_it(session, *asked, ids, now)
    if (complete := _to_be_returned(session, board)) is not None:
        _say_who_it_was(session, complete, _coordinator(ids), now)


def _to_be_returned(session: Session, board: Board) -> Case | None:
    """Return a death that lacks nothing for the national return but whose it was; nothing once one lacks nothing."""
    categorised = select(Case).where(Case.board_id == board.id, Case.state == "categorised")
    named = exists().where(ChildDeath.case_id == Case.id)
    if session.scalar(categorised.where(named.where(ChildDeath.postcode.is_not(None))).limit(1)) is not None:
        return None
    return session.scalar(categorised.where(~named).order_by(Case.id).limit(1))


def _coordinator(ids: Mapping[str, int]) -> Actor:
    return Actor(ids[roles.CDOP_COORDINATOR], frozenset({roles.CDOP_COORDINATOR}))


def _add_notification(session: Session, board: Board, now: datetime) -> None:
    """Add a notification by somebody without an account, confirmed two hours ago."""
    told_at = now - timedelta(hours=2)
    died_on = london_day(now) - timedelta(days=1)
    answers = {
        "died_on": died_on.isoformat(), "born_on": (died_on - timedelta(days=410)).isoformat(), "sex": "male",
        "ethnic_group": "A", "normally_resident_in": board.short_name, "expected": "no",
        "place_of_death": "acute_hospital_emergency_department",
        "circumstances": "Found unresponsive in his cot in the morning. Resuscitation was stopped in the department.",
        "agencies": ["General practice", "Health visiting", "Nursery"], "notifier": "Dr Noor Invented",
    }  # fmt: skip
    details = {
        "surname": "Example", "forenames": "Robin", "address": "1 Invented Lane", "postcode": "ZZ9 9ZZ",
        "carers": [{"name": "Alex Example, mother"}], "siblings": [{"name": "Sam Example, 5"}],
        "other": {
            "notifier_role": "Consultant in emergency medicine", "notifier_agency": "Wyremouth Hospital",
            "notifier_telephone": "01632 960 118",
        },
    }  # fmt: skip
    kept = keep_notification(
        session, board=board, answers=answers, details=details, email="noor@hospital.example",
        sent_from="demonstration", now=told_at,
    )  # fmt: skip
    secret = uuid.uuid4().bytes
    confirm(session, kept.token, code_of(kept.token, secret), secret=secret, now=told_at)


def _open_request(session: Session, board: Board, now: datetime) -> tuple[Case, Request] | None:
    """Return the latest death in which a form is asked for that nobody has begun; nothing once one is begun."""
    owed = select(Deadline.case_id).where(Deadline.clock_key == REQUESTS, Deadline.met_first.is_(None))
    cases = select(Case).where(Case.board_id == board.id, Case.id.in_(owed), Case.ended_on.is_(None))
    for case in session.scalars(cases.order_by(Case.opened_on.desc(), Case.id)):
        found = requests_of(session, case, standing_of(session, case, today=london_day(now)))
        if any(each.kept is not None and each.kept.answers for each in found):
            return None
        if asked := [each for each in found if each.form and each.is_open]:
            return case, asked[0]
    return None


def _fill_half_of_it(session: Session, case: Case, asked: Request, ids: Mapping[str, int], now: datetime) -> None:
    coordinator = _coordinator(ids)
    _say_who_it_was(session, case, coordinator, now)
    today = london_day(now)
    wanted = [
        Wanted(asked.agency, form, today + timedelta(days=21))
        for form in forms_for(today, ["sudden_unexpected"], newborn=False)
        if form.key == "sudden_unexpected"
    ]
    request_forms(session, case, wanted, actor=coordinator, on=today, now=now)
    assert asked.form is not None
    begun = form_to_fill(session, case, asked.agency, asked.form, now=now)
    known = {"known": "yes", "last_contact_on": (today - timedelta(days=40)).isoformat()}
    summary = {"summary": "Seen four times for coughs and colds, and for the immunisations of the first year."}
    child = {"birth_weight": "3,310", "gestation": "39", "multiple_birth": "no", "immunised": "yes"}
    unknown = {"first_contact_on": "The record before the move cannot be found", "disability": "Not recorded by us"}
    save_answers(begun, asked.form, known | summary | child, unknown, now=now)
    _lead(session, case, asked.agency, ids[roles.AGENCY_LEAD])


def _say_who_it_was(session: Session, case: Case, coordinator: Actor, now: datetime) -> None:
    if session.get(ChildDeath, case.id) is not None:
        return
    opening: Event = standing_of(session, case, today=london_day(now)).events[0]
    told = Told(PartialDate.on(opening.happened_on.first), opening.answers)
    details = Details(
        surname="Sample", forenames="Jamie", address="2 Invented Lane", postcode="ZZ9 9ZZ",
        no_nhs_number_because="not_available",
    )  # fmt: skip
    role = roles.CDOP_COORDINATOR
    change_details(session, case, details, told, actor=coordinator, role=role, now=now)


def _lead(session: Session, case: Case, name: str, person_id: int) -> None:
    """Appoint the lead to the agency that the form is asked of."""
    named = select(Agency).where(Agency.board_id == case.board_id, Agency.name == name)
    agency = session.scalars(named).one_or_none()
    if agency is None:
        agency = Agency(board_id=case.board_id, name=name)
        session.add(agency)
        session.flush()
    held = select(Appointment.id).where(Appointment.person_id == person_id, Appointment.agency_id == agency.id)
    if session.scalar(held.limit(1)) is None:
        session.add(
            Appointment(
                person_id=person_id, role=roles.AGENCY_LEAD, from_on=SINCE, board_id=case.board_id,
                agency_id=agency.id,
            )
        )  # fmt: skip
