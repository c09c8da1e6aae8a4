"""What somebody decides of two cases that may be about the same child: they are not, they are one, or not after all.

A merge ends one case as the same death and fills what the kept one lacks. It notes what it filled, and from where, so
that it can be undone whole: only what somebody has put right since stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import audit
from models.case import Case
from models.casework import Actor, correct_event, take_step
from models.child_deaths.child import AgencyContact, Carer, ChildDeath, Sibling
from models.child_deaths.importing import DIGEST
from models.child_deaths.names import name_sounds
from models.child_deaths.possible_duplicate import PossibleDuplicate, Verdict
from models.panels.panel import DeclaredInterest
from workflows.dates import PartialDate
from workflows.errors import NotAvailable
from workflows.notification_pages import NOT_KNOWN
from workflows.standing import Told

FILLED = (
    "surname", "forenames", "also_known_as", "nhs_number", "born_on", "died_on", "address", "postcode"
)  # fmt: skip
"""The columns that a merge fills where the kept case has nothing."""
OF_ONE_CASE = (DIGEST, NOT_KNOWN)
"""Details that belong to how one case came to be known, and are never filled in from another."""

Row = Carer | Sibling | AgencyContact
_ROWS: Mapping[str, type[Row]] = {"carers": Carer, "siblings": Sibling, "contacts": AgencyContact}


@dataclass(frozen=True, slots=True)
class Filling:
    """What a merge fills in the case that is kept: columns, details by key, and rows of the other by their id."""

    columns: tuple[str, ...]
    details: tuple[str, ...]
    rows: Mapping[str, tuple[int, ...]]


def not_the_same(
    session: Session, pair: PossibleDuplicate, *, actor: Actor, role: str, reason: str, now: datetime
) -> None:
    """Remember that two cases are about different children, so that they are not put forward again.

    Raises NotAvailable, as all of these do, where somebody else has decided about them in the meantime.
    """
    _lock(session, pair, None)
    pair.verdict, pair.decided_at, pair.decided_by, pair.reason = "not_the_same", now, actor.person_id, reason
    _audit(session, "not_the_same_child", pair, actor, role, now)


def ask_again(session: Session, pair: PossibleDuplicate, *, actor: Actor, role: str, now: datetime) -> None:
    """Forget that two cases were said to be about different children, so that they are put forward again."""
    _lock(session, pair, "not_the_same")
    pair.verdict = pair.decided_at = pair.decided_by = pair.reason = None
    _audit(session, "perhaps_the_same_child", pair, actor, role, now)


def filling(into: ChildDeath, out_of: ChildDeath) -> Filling:
    """Return what the kept case lacks and the other has. Nobody and no agency of the same name is added twice."""
    columns = tuple(key for key in FILLED if getattr(into, key) is None and getattr(out_of, key) is not None)
    details = tuple(key for key in out_of.details if key not in into.details and key not in OF_ONE_CASE)
    rows = {
        name: tuple(row.id for row in _rows(out_of, name) if _called(row) not in set(map(_called, _rows(into, name))))
        for name in _ROWS
    }
    return Filling(columns, details, rows)


def merge_cases(
    session: Session, pair: PossibleDuplicate, kept: Case, *, actor: Actor, role: str, on: PartialDate, now: datetime
) -> None:
    """End the other case of the pair as the same death, and fill what the kept one lacks from it.

    Whoever has declared an interest in the other case is kept from this one as well. Raises StepRefused where the
    other case cannot be ruled out any more, or not by this person.
    """
    _lock(session, pair, None, "not_the_same")
    other = session.get_one(Case, pair.other_case_id if pair.case_id == kept.id else pair.case_id)
    told = Told(on, {"ground": "duplicate"})
    ended = take_step(session, other, "rule_out_of_scope", actor=actor, told=told, now=now)
    into, out_of = session.get_one(ChildDeath, kept.id), session.get_one(ChildDeath, other.id)
    found, reason_before = filling(into, out_of), into.no_nhs_number_because
    _fill(into, out_of, found)
    pair.merged = {
        "kept": kept.id, "ended": other.id, "event": ended.sequence, "filled": list(found.columns),
        "details": list(found.details), "rows": {name: list(ids) for name, ids in found.rows.items()},
        "no_nhs_number_because": reason_before, "interests": _share_interests(session, other.id, kept.id),
    }  # fmt: skip
    pair.verdict, pair.decided_at, pair.decided_by, pair.reason = "merged", now, actor.person_id, None
    into.updated_at = now
    _audit(session, "cases_merged", pair, actor, role, now)
    session.flush()


def unmerge_cases(
    session: Session, pair: PossibleDuplicate, *, actor: Actor, role: str, reason: str, now: datetime
) -> None:
    """Undo a merge whole: the other case goes on where it stood, and what was filled in from it is empty again.

    What somebody has put right since is theirs and stays. Raises StepRefused.
    """
    _lock(session, pair, "merged")
    merged = pair.merged
    assert merged is not None
    other = session.get_one(Case, merged["ended"])
    correct_event(session, other, merged["event"], actor=actor, told=None, reason=reason, now=now)
    into, out_of = session.get_one(ChildDeath, merged["kept"]), session.get_one(ChildDeath, other.id)
    _empty(into, out_of, merged)
    shared = delete(DeclaredInterest).where(
        DeclaredInterest.case_id == into.case_id, DeclaredInterest.person_id.in_(merged.get("interests", []))
    )
    session.execute(shared)
    into.updated_at = now
    pair.merged = pair.verdict = pair.decided_at = pair.decided_by = pair.reason = None
    _audit(session, "merge_undone", pair, actor, role, now)
    session.flush()


def _lock(session: Session, pair: PossibleDuplicate, *verdicts: Verdict | None) -> None:
    """Keep others from deciding about the pair until the transaction ends.

    Raises NotAvailable unless what was decided is one of these: what was seen is not how it is.
    """
    session.refresh(pair, with_for_update=True)
    if pair.verdict not in verdicts:
        raise NotAvailable("Somebody else has decided about these two cases in the meantime. Look at them again")


def _fill(into: ChildDeath, out_of: ChildDeath, found: Filling) -> None:
    for column in found.columns:
        setattr(into, column, getattr(out_of, column))
    if "nhs_number" in found.columns:
        into.no_nhs_number_because = None
    _hear_names(into)
    into.details = {**into.details, **{key: out_of.details[key] for key in found.details}}
    for name, ids in found.rows.items():
        _rows(into, name).extend(_copied(row) for row in _rows(out_of, name) if row.id in ids)


def _empty(into: ChildDeath, out_of: ChildDeath, merged: Mapping[str, Any]) -> None:
    for column in merged["filled"]:
        if getattr(into, column) == getattr(out_of, column):
            setattr(into, column, None)
    if "nhs_number" in merged["filled"] and into.nhs_number is None:
        into.no_nhs_number_because = merged.get("no_nhs_number_because")
    _hear_names(into)
    gone = {key for key in merged.get("details", ()) if into.details.get(key) == out_of.details.get(key)}
    into.details = {key: value for key, value in into.details.items() if key not in gone}
    for name, ids in merged.get("rows", {}).items():
        copied = [_told(row) for row in _rows(out_of, name) if row.id in ids]
        for row in [row for row in _rows(into, name) if _told(row) in copied]:
            _rows(into, name).remove(row)


def _hear_names(death: ChildDeath) -> None:
    death.name_sounds = name_sounds((death.surname, death.also_known_as), death.forenames)


def _share_interests(session: Session, ended: int, kept: int) -> list[int]:
    """Keep from the kept case whoever has declared an interest in the other; return those who had not in this one."""
    declared = select(DeclaredInterest).where(DeclaredInterest.case_id == ended)
    already = set(session.scalars(select(DeclaredInterest.person_id).where(DeclaredInterest.case_id == kept)))
    new = [each for each in session.scalars(declared) if each.person_id not in already]
    session.add_all(
        DeclaredInterest(person_id=each.person_id, case_id=kept, declared_at=each.declared_at) for each in new
    )
    return sorted(each.person_id for each in new)


def _rows(death: ChildDeath, name: str) -> list[Any]:
    rows: list[Any] = getattr(death, name)
    return rows


def _called(row: Row) -> str:
    return (row.agency if isinstance(row, AgencyContact) else row.name).casefold().strip()


def _told(row: Row) -> dict[str, Any]:
    """Return what a row says, without whose it is."""
    columns: Iterable[str] = row.__table__.columns.keys()
    return {column: getattr(row, column) for column in columns if column not in ("id", "case_id")}


def _copied(row: Row) -> Row:
    return type(row)(**_told(row))


def _audit(session: Session, action: str, pair: PossibleDuplicate, actor: Actor, role: str, now: datetime) -> None:
    for case_id in (pair.case_id, pair.other_case_id):
        audit.record(session, action, at=now, person_id=actor.person_id, role=role, case_id=case_id)
