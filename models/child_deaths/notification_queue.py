"""Notifications from the public page that were confirmed: waiting for a coordinator, and decided once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, exists, select, update
from sqlalchemy.orm import Session

from models import audit
from models.agency import Board
from models.case import Case, Hold
from models.casework import Actor
from models.child_deaths.child import AgencyContact, ChildDeath
from models.child_deaths.likeness import Likeness
from models.child_deaths.notifying import Details, child_told, notify_death
from models.child_deaths.possible_duplicates import likely_the_same
from models.child_deaths.public_notification import Decision, PublicNotification
from workflows.dates import PartialDate
from workflows.standing import Told


class DecidedAlready(Exception):
    """The notification was accepted, merged or refused before. `case_id` is the case it led to, if any."""

    def __init__(self, decision: Decision, case_id: int | None) -> None:
        done = {"accepted": "accepted", "merged": "joined to a case", "refused": "refused"}[decision]
        super().__init__(f"This notification has been {done} already. Nothing was recorded twice")
        self.case_id = case_id


def waiting(session: Session, board_ids: Collection[int]) -> Sequence[PublicNotification]:
    """Return the confirmed notifications that nobody has decided on, oldest first."""
    queue = select(PublicNotification).where(
        PublicNotification.board_id.in_(board_ids),
        PublicNotification.confirmed_at.is_not(None),
        PublicNotification.decision.is_(None),
    )
    return session.scalars(queue.order_by(PublicNotification.confirmed_at, PublicNotification.id)).all()


def confirmed(session: Session, notification_id: int, board_ids: Collection[int]) -> PublicNotification | None:
    """Return a confirmed notification of one of these boards, decided or not."""
    found = select(PublicNotification).where(
        PublicNotification.id == notification_id,
        PublicNotification.board_id.in_(board_ids),
        PublicNotification.confirmed_at.is_not(None),
    )
    return session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def told_in(notification: PublicNotification) -> Told:
    """Return what a notification tells, as the step that opens a case takes it."""
    return Told(PartialDate.parse(notification.answers["notified_on"]), notification.answers)


def details_in(notification: PublicNotification) -> Details:
    """Return what a notification tells of the child, the family and the agencies."""
    return Details(**notification.details)


def record_reading(
    session: Session, notification: PublicNotification, *, actor: Actor, role: str, now: datetime
) -> None:
    """Record in the audit that this person has read a notification."""
    audit.record(
        session, "public_notification_read", at=now, person_id=actor.person_id, role=role,
        detail={"notification": notification.id},
    )  # fmt: skip


def may_be_of(
    session: Session, notification: PublicNotification, board_ids: Collection[int], seen: ColumnElement[bool]
) -> list[tuple[Case, ChildDeath, Likeness]]:
    """Return the cases seen of these boards that may be of the same child, likeliest first, before any is opened."""
    child = child_told(told_in(notification), details_in(notification))
    alike = likely_the_same(session, child, board_ids)
    cases = select(Case).where(Case.id.in_([other.case_id for other, _ in alike]), seen)
    by_id = {case.id: case for case in session.scalars(cases)}
    return [(by_id[other.case_id], other, found) for other, found in alike if other.case_id in by_id]


# --- Deciding ---------------------------------------------------------------


def accept(session: Session, notification: PublicNotification, *, actor: Actor, role: str, now: datetime) -> Case:
    """Return the case a notification opens. Raises DecidedAlready when it is no longer waiting, and StepRefused."""
    _lock_undecided(session, notification)
    board = session.get_one(Board, notification.board_id)
    case = notify_death(
        session, board=board, actor=actor, told=told_in(notification), details=details_in(notification), now=now
    )
    _decide(session, notification, "accepted", case.id, actor, role, now)
    return case


def merge(
    session: Session,
    notification: PublicNotification,
    case: Case,
    *,
    actor: Actor,
    role: str,
    now: datetime,
    contacts: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Settle a notification as telling of a death that has a case already.

    The case stays as it is, but for the contacts that were chosen to be added to it. Raises DecidedAlready.
    """
    _lock_undecided(session, notification)
    session.add_all(AgencyContact(case_id=case.id, **each) for each in contacts)
    if contacts:
        audit.record(
            session, "personal_details_changed", at=now, person_id=actor.person_id, role=role, case_id=case.id,
            detail={"contacts_added": len(contacts)},
        )  # fmt: skip
    _decide(session, notification, "merged", case.id, actor, role, now)


def refuse(
    session: Session, notification: PublicNotification, *, actor: Actor, role: str, reason: str, now: datetime
) -> None:
    """Settle a notification as telling of nothing to be recorded, and why. Raises DecidedAlready."""
    _lock_undecided(session, notification)
    _decide(session, notification, "refused", None, actor, role, now, reason)


def _lock_undecided(session: Session, notification: PublicNotification) -> None:
    """Wait for whoever is deciding on it now. Raises DecidedAlready when they have."""
    session.refresh(notification, with_for_update=True)
    if notification.decision is not None:
        raise DecidedAlready(notification.decision, notification.case_id)


def _decide(
    session: Session,
    notification: PublicNotification,
    decision: Decision,
    case_id: int | None,
    actor: Actor,
    role: str,
    now: datetime,
    reason: str | None = None,
) -> None:
    settle = (
        update(PublicNotification)
        .where(PublicNotification.id == notification.id, PublicNotification.decision.is_(None))
        .values(decision=decision, decided_at=now, decided_by=actor.person_id, case_id=case_id, reason=reason)
    )
    result = session.execute(settle)
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise DecidedAlready(decision, notification.case_id)
    detail = {"notification": notification.id, "decision": decision}
    audit.record(
        session, "public_notification_decided", at=now, person_id=actor.person_id, role=role, case_id=case_id,
        detail=detail,
    )  # fmt: skip


# --- Forgetting what was told -----------------------------------------------


def empty_decided(session: Session, now: datetime, kept_for: timedelta) -> int:
    """Remove what the notifications told that were decided on so long ago, and return of how many.

    The decision, who took it and the case it led to stay. What belongs to a case in which something is on hold is kept
    until it is released: it may be asked for in the proceedings (DOMAIN 8.1). Each is recorded in the audit.
    """
    held = exists().where(Hold.case_id == PublicNotification.case_id, Hold.released_first.is_(None))
    empty = (
        update(PublicNotification)
        .where(PublicNotification.decided_at <= now - kept_for, PublicNotification.emptied_at.is_(None), ~held)
        .values(answers={}, details={}, email="", sent_from="", emptied_at=now)
        .returning(PublicNotification.id, PublicNotification.case_id, PublicNotification.decision)
        .execution_options(synchronize_session=False)
    )
    emptied = session.execute(empty).all()
    for row in emptied:
        detail: audit.Detail = {"notification": row.id, "decision": row.decision}
        audit.record(session, "public_notification_emptied", at=now, case_id=row.case_id, detail=detail)
    return len(emptied)
