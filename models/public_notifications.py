"""Deaths told from the public page: written, confirmed by a code sent to the address given, and decided once."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from models import audit
from models.agency import Board
from models.case import Case
from models.casework import Actor
from models.child_deaths import Details, notify_death
from models.public_notification import Decision, PublicNotification
from workflows.dates import PartialDate
from workflows.standing import Told

FROM_ONE_PLACE_AN_HOUR = 10
FOR_ONE_BOARD_AN_HOUR = 60
CODE_GOOD_FOR = timedelta(minutes=30)
MOST_ATTEMPTS = 5


class TooManyNotifications(Exception):
    """More has come from one place, or for one board, than people send. The words say what to do instead."""

    def __init__(self) -> None:
        super().__init__("Too many notifications have come in the last hour. Telephone the child death office instead")


class CodeRefused(Exception):
    """The code is not the one that was sent, or no longer good. The words say what to do."""


class DecidedAlready(Exception):
    """Somebody else accepted, merged or refused the notification. `case_id` is the case it led to, if any."""

    def __init__(self, case_id: int | None) -> None:
        super().__init__("Somebody else has decided on this notification in the meantime. Nothing was recorded twice")
        self.case_id = case_id


def keep_notification(
    session: Session,
    *,
    board: Board,
    answers: Mapping[str, Any],
    details: Mapping[str, Any],
    email: str,
    sent_from: str,
    now: datetime,
) -> PublicNotification:
    """Return the notification, kept until its code is given. Raises TooManyNotifications.

    `sent_from` is a keyed digest of the network address it came from.
    """
    recent = PublicNotification.created_at > now - timedelta(hours=1)
    from_there = session.scalar(select(func.count()).where(recent, PublicNotification.sent_from == sent_from)) or 0
    for_board = session.scalar(select(func.count()).where(recent, PublicNotification.board_id == board.id)) or 0
    if from_there >= FROM_ONE_PLACE_AN_HOUR or for_board >= FOR_ONE_BOARD_AN_HOUR:
        raise TooManyNotifications
    notification = PublicNotification(
        board_id=board.id, answers=dict(answers), details=dict(details), email=email.strip(), sent_from=sent_from,
        created_at=now,
    )  # fmt: skip
    session.add(notification)
    session.flush()
    return notification


def code_of(token: uuid.UUID, secret: bytes) -> str:
    """Return the six digits that confirm the address of a notification, by a secret of the application."""
    digest = hmac.new(secret, b"public notification " + token.bytes, hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def codes_to_send(session: Session, now: datetime) -> Sequence[PublicNotification]:
    """Return the notifications whose code is still to be sent, oldest first, locked so that it is sent once."""
    to_send = select(PublicNotification).where(
        PublicNotification.code_sent_at.is_(None),
        PublicNotification.confirmed_at.is_(None),
        PublicNotification.created_at > now - CODE_GOOD_FOR,
    )
    return session.scalars(to_send.order_by(PublicNotification.id).with_for_update(skip_locked=True)).all()


def confirm(session: Session, token: uuid.UUID, code: str, *, secret: bytes, now: datetime) -> None:
    """Put a notification in the coordinator's queue when this is its code. Raises CodeRefused.

    A wrong code counts as an attempt, so the caller commits whether or not it is right.
    """
    found = select(PublicNotification).where(PublicNotification.token == token).with_for_update()
    notification = session.scalars(found).one_or_none()
    too_late = notification is None or notification.created_at <= now - CODE_GOOD_FOR
    if notification is None or too_late or notification.attempts >= MOST_ATTEMPTS:
        raise CodeRefused("This code is no longer good. Send the notification again")
    if notification.confirmed_at is not None:
        return
    notification.attempts += 1
    if not hmac.compare_digest(code_of(token, secret), "".join(code.split())):
        raise CodeRefused("This is not the code that was sent. Check its six digits")
    notification.confirmed_at = now


def waiting(session: Session, board_ids: Sequence[int]) -> Sequence[PublicNotification]:
    """Return the confirmed notifications that nobody has decided on, oldest first."""
    queue = select(PublicNotification).where(
        PublicNotification.board_id.in_(board_ids),
        PublicNotification.confirmed_at.is_not(None),
        PublicNotification.decision.is_(None),
    )
    return session.scalars(queue.order_by(PublicNotification.confirmed_at, PublicNotification.id)).all()


def accept(session: Session, notification: PublicNotification, *, actor: Actor, role: str, now: datetime) -> Case:
    """Return the case a notification opens. Raises DecidedAlready when somebody else was first, and StepRefused."""
    _lock_undecided(session, notification)
    board = session.get_one(Board, notification.board_id)
    told = Told(PartialDate.parse(notification.answers["notified_on"]), notification.answers)
    case = notify_death(
        session, board=board, actor=actor, told=told, details=Details(**notification.details), now=now
    )  # fmt: skip
    _decide(session, notification, "accepted", case.id, actor, role, now)
    return case


def merge(
    session: Session, notification: PublicNotification, case: Case, *, actor: Actor, role: str, now: datetime
) -> None:
    """Settle a notification as telling of a death that has a case already, which it leaves as it is.

    Raises DecidedAlready.
    """
    _lock_undecided(session, notification)
    _decide(session, notification, "merged", case.id, actor, role, now)


def refuse(session: Session, notification: PublicNotification, *, actor: Actor, role: str, now: datetime) -> None:
    """Settle a notification as telling of nothing to be recorded. Raises DecidedAlready."""
    _lock_undecided(session, notification)
    _decide(session, notification, "refused", None, actor, role, now)


def _lock_undecided(session: Session, notification: PublicNotification) -> None:
    """Wait for whoever is deciding on it now. Raises DecidedAlready when they have."""
    session.refresh(notification, with_for_update=True)
    if notification.decision is not None:
        raise DecidedAlready(notification.case_id)


def _decide(
    session: Session,
    notification: PublicNotification,
    decision: Decision,
    case_id: int | None,
    actor: Actor,
    role: str,
    now: datetime,
) -> None:
    settle = (
        update(PublicNotification)
        .where(PublicNotification.id == notification.id, PublicNotification.decision.is_(None))
        .values(decision=decision, decided_at=now, decided_by=actor.person_id, case_id=case_id)
    )
    result = session.execute(settle)
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise DecidedAlready(notification.case_id)
    detail = {"notification": notification.id, "decision": decision}
    audit.record(
        session, "public_notification_decided", at=now, person_id=actor.person_id, role=role, case_id=case_id,
        detail=detail,
    )  # fmt: skip
