"""Child deaths as they are notified: the case with its history, and beside it whose death it is."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.agency import Board
from models.case import Case
from models.casework import Actor, Beside, open_case
from models.child_deaths.child import AgencyContact, Carer, ChildDeath, Sibling
from models.child_deaths.names import name_sounds
from workflows.dates import PartialDate
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.standing import Told

NOTIFY = "notify_death"


@dataclass(frozen=True, slots=True)
class Details:
    """What a notification tells of the child, the family and the agencies, beside what the step asks (DOMAIN 3.3).

    `other` holds what is neither searched nor sorted: the certificate, the coroner, the post-mortem, follow-up.
    """

    surname: str = ""
    forenames: str = ""
    also_known_as: str = ""
    no_nhs_number_because: str = ""
    address: str = ""
    postcode: str = ""
    other: Mapping[str, Any] = field(default_factory=dict)
    carers: Sequence[Mapping[str, Any]] = ()
    siblings: Sequence[Mapping[str, Any]] = ()
    contacts: Sequence[Mapping[str, Any]] = ()


def notify_death(
    session: Session,
    *,
    board: Board,
    actor: Actor,
    told: Told,
    details: Details,
    now: datetime,
    idempotency_key: uuid.UUID | None = None,
) -> Case:
    """Return the case that a notification opens, with whose death it is stored beside it. Raises StepRefused."""
    child = {"board_id": board.id, **_of_the_child(told, details), "updated_at": now}
    family = [Beside(table, _FAMILY[table], told_of) for table, told_of in _family(details).items() if told_of]
    return open_case(
        session, workflow_key=CHILD_DEATH_REVIEW, board=board, step=NOTIFY, actor=actor, told=told, now=now,
        idempotency_key=idempotency_key, beside=(Beside("child_death", _CHILD, [child]), *family),
    )  # fmt: skip


def _family(details: Details) -> dict[str, list[dict[str, Any]]]:
    return {
        "carer": [{"parental_responsibility": "not_known", **each} for each in details.carers],
        "sibling": [{"same_household": "not_known", **each} for each in details.siblings],
        "agency_contact": [dict(each) for each in details.contacts],
    }


_FAMILY: Mapping[str, tuple[str, ...]] = {
    "carer": ("case_id", "name", "relationship_to_child", "parental_responsibility", "born_on", "sex", "address"),
    "sibling": ("case_id", "name", "born_on", "sex", "same_household", "seen_safe_on"),
    "agency_contact": ("case_id", "agency", "kind", "contact", "telephone", "email"),
}
_CHILD = (
    "case_id", "board_id", "cdop_ref", "surname", "forenames", "also_known_as", "nhs_number", "no_nhs_number_because",
    "born_on", "died_on", "address", "postcode", "details", "name_sounds", "updated_at",
)  # fmt: skip


def _of_the_child(told: Told, details: Details) -> dict[str, Any]:
    answers = told.answers
    nhs_number = "".join(str(answers.get("nhs_number") or "").replace("-", "").split())
    return {
        "cdop_ref": str(answers.get("cdop_ref") or "").strip() or None,
        "surname": details.surname or None,
        "forenames": details.forenames or None,
        "also_known_as": details.also_known_as or None,
        "nhs_number": nhs_number or None,
        "no_nhs_number_because": None if nhs_number else details.no_nhs_number_because or None,
        "born_on": _exact(answers.get("born_on")),
        "died_on": _exact(answers.get("died_on")),
        "address": details.address or None,
        "postcode": details.postcode or None,
        "details": dict(details.other),
        "name_sounds": name_sounds((details.surname, details.also_known_as), details.forenames),
    }


def child_told(told: Told, details: Details) -> ChildDeath:
    """Return the child that a notification tells of, belonging to no case yet and stored nowhere."""
    return ChildDeath(**_of_the_child(told, details))


def _exact(answer: Any) -> date | None:
    """Return the day, or nothing where only the month is known."""
    day = PartialDate.parse(answer) if answer else None
    return day.first if day and day.exact else None


def _replace_family(death: ChildDeath, details: Details) -> None:
    death.carers = [Carer(**each) for each in details.carers]
    death.siblings = [Sibling(**each) for each in details.siblings]
    death.contacts = [AgencyContact(**each) for each in details.contacts]


def details_of(session: Session, case: Case, *, reader: Actor, role: str, now: datetime) -> ChildDeath | None:
    """Return whose death a case is about, and record in the audit that this person has read it."""
    audit.record(session, "personal_details_read", at=now, person_id=reader.person_id, role=role, case_id=case.id)
    return session.get(ChildDeath, case.id)


def bearing_on_scope(session: Session, case_id: int) -> dict[str, Any]:
    """Return what stands beside the history, bears on who reviews the death and how, and identifies nobody."""
    columns = select(
        ChildDeath.no_nhs_number_because,
        ChildDeath.details["joint_response"],
        ChildDeath.details["looked_after_by"].is_not(None),
    )
    row = session.execute(columns.where(ChildDeath.case_id == case_id)).one_or_none()
    keys = ("no_nhs_number_because", "joint_response", "looked_after_by")
    return {key: value for key, value in zip(keys, row, strict=True) if value} if row else {}


def change_details(
    session: Session, case: Case, details: Details, told: Told, *, actor: Actor, role: str, now: datetime
) -> ChildDeath:
    """Store what is now known of the child and the family in place of what was, and record in the audit who did.

    `told` is the notification as it stands: dates and number are corrected there, and followed here.
    """
    death = session.get(ChildDeath, case.id, with_for_update=True)
    if death is None:
        death = ChildDeath(case_id=case.id, board_id=case.board_id)
        session.add(death)
    for column, value in _of_the_child(told, details).items():
        setattr(death, column, value)
    _replace_family(death, details)
    death.updated_at = now
    audit.record(session, "personal_details_changed", at=now, person_id=actor.person_id, role=role, case_id=case.id)
    session.flush()
    return death


def agencies_to_ask(session: Session, case: Case, told: Sequence[str]) -> list[str]:
    """Return the agencies that knew the child, by the notification and the contacts, each once, by name."""
    theirs = select(AgencyContact.agency).where(AgencyContact.case_id == case.id)
    contacts = session.scalars(theirs.order_by(AgencyContact.id))
    by_name = {name.casefold(): name for name in (*contacts, *told)}
    return sorted(by_name.values(), key=str.casefold)
