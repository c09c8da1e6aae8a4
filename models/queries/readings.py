"""Who looked at a case, on which days, at what and in which role: the answer an auditor asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, Integer, Select, cast, func, select
from sqlalchemy.orm import Session, aliased

from models.audit import ON_BEHALF_OF, AuditEntry
from models.case import Case
from models.people import Person
from models.queries.case_page import appointments_to

READINGS = {
    "case_read": "The case",
    "personal_details_read": "Who the child is",
    "identifying_answers_read": "What identifies somebody, to correct it",
    "returned_form_read": "A report that an agency returned",
    "pack_read": "The pack of a meeting",
}
"""The acts of the audit that are a look at something, by what was looked at."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one person looked at on one day: how often, first and last, for whom, and the roles they then had there."""

    person_id: int
    name: str
    public_id: UUID
    on: date
    action: str
    times: int
    first_at: datetime
    last_at: datetime
    instead_of: str | None
    roles: tuple[str, ...] = ()


def readings_of(session: Session, case: Case, *, page: int, size: int) -> tuple[Sequence[Reading], int]:
    """Return one page of who looked at the case, the latest day first, and how many pages there are."""
    found = _by_person_and_day(case)
    count = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    latest = found.order_by(func.max(AuditEntry.at).desc(), func.max(AuditEntry.id).desc())
    rows = [Reading(*row) for row in session.execute(latest.limit(size).offset((page - 1) * size))]
    roles = _roles_then(session, case, rows)
    told = [replace(each, roles=roles[each.person_id, each.on]) for each in rows]
    return told, max(1, -(-count // size))


def _by_person_and_day(case: Case) -> Select[int, str, UUID, date, str, int, datetime, datetime, str | None]:
    absent = aliased(Person)
    day = cast(func.timezone("Europe/London", AuditEntry.at), Date)
    return (
        select(
            Person.id, Person.name, Person.public_id, day, AuditEntry.action, func.count(AuditEntry.id),
            func.min(AuditEntry.at), func.max(AuditEntry.at), absent.name,
        )
        .join(Person, Person.id == AuditEntry.person_id)
        .outerjoin(absent, absent.id == AuditEntry.detail[ON_BEHALF_OF].astext.cast(Integer))
        .where(AuditEntry.case_id == case.id, AuditEntry.action.in_(READINGS))
        .group_by(Person.id, day, AuditEntry.action, absent.id)
    )  # fmt: skip


def _roles_then(
    session: Session, case: Case, readings: Collection[Reading]
) -> Mapping[tuple[int, date], tuple[str, ...]]:
    """Return by person and day the roles through which the case was theirs to see; none where there was none."""
    held = appointments_to(session, case, {each.person_id for each in readings})
    return {
        (each.person_id, each.on): tuple(
            dict.fromkeys(
                one.role
                for one in held
                if one.person_id == each.person_id and one.from_on <= each.on <= (one.until_on or each.on)
            )
        )
        for each in readings
    }
