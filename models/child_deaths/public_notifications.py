"""Deaths told from the public page: written, limited, and confirmed by a code sent to the address given.

What becomes of them then is in `models.child_deaths.notification_queue`.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, func, select
from sqlalchemy.orm import Session

from models import audit
from models.agency import Board
from models.child_deaths.public_notification import PublicNotification
from models.one_place import one_place
from models.panels.panel import Panel, PanelBoard
from models.people import Appointment, normal_email
from workflows import registry
from workflows.calendar import england
from workflows.dates import PartialDate, london_day
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.roles import CDOP_COORDINATOR
from workflows.standing import Told, open_history

NOTIFY = "notify_death"

# Local limits, of no rule: far above what a hospital sends, far below what would bury a queue (P40).
FROM_ONE_PLACE_AN_HOUR = 10
FOR_ONE_BOARD_AN_HOUR = 60
TO_ONE_ADDRESS_AN_HOUR = 5
CODE_GOOD_FOR = timedelta(minutes=30)
MOST_ATTEMPTS = 5
MOST_CODES = 3
UNCONFIRMED_KEPT_FOR = timedelta(days=1)


class TooManyNotifications(Exception):
    """More has come from one place, to one address or for one board than people send. The words say what to do."""

    def __init__(self, board: Board) -> None:
        super().__init__(f"Too many notifications have come in the last hour. {whom_to_ring(board)} instead")


class CodeRefused(Exception):
    """The code is not the one that was sent, or no longer good. The words say what to do."""


def whom_to_ring(board: Board) -> str:
    """Return 'Telephone the child death office of Wyremouth on …', as far as the number is known."""
    office = f"Telephone the child death office of {board.short_name}"
    return f"{office} on {board.telephone}" if board.telephone else office


# --- Whom to notify ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Area:
    """An area as notifiers know it, and the board that its deaths belong to."""

    name: str
    board: Board


def areas_served(session: Session, on: date) -> list[Area]:
    """Return the areas whose deaths can be notified on a day, by name: those with a coordinator who will see it.

    A panel names the areas it serves (R-3.5); one that bears the name of a board it serves belongs to that board. A
    board with a coordinator of its own is an area of its own. An area that two panels name is the first’s.
    """
    coordinating = set(
        session.scalars(
            select(Appointment.board_id).where(
                Appointment.role == CDOP_COORDINATOR, Appointment.board_id.is_not(None), Appointment.held_on(on)
            )
        )
    )
    boards = {board.id: board for board in session.scalars(select(Board).order_by(Board.id))}
    served: dict[int, list[Board]] = {}
    for link in session.scalars(select(PanelBoard).order_by(PanelBoard.panel_id, PanelBoard.board_id)):
        served.setdefault(link.panel_id, []).append(boards[link.board_id])
    panels = session.scalars(select(Panel).order_by(Panel.board_id)).all()
    found = {
        area: _board_of(area, boards[panel.board_id], served.get(panel.board_id, ()))
        for panel in reversed(panels)
        if panel.board_id in coordinating
        for area in panel.areas
    }
    with_areas = {panel.board_id for panel in panels if panel.areas}
    own = (board for board_id, board in boards.items() if board_id in coordinating - with_areas)
    found |= {board.short_name: board for board in own}
    return [Area(name, board) for name, board in sorted(found.items(), key=lambda each: each[0].casefold())]


def _board_of(area: str, panel: Board, served: Sequence[Board]) -> Board:
    return next((board for board in served if board.short_name.casefold() == area.casefold()), panel)


# --- Writing ----------------------------------------------------------------


def check_answers(board: Board, answers: Mapping[str, Any], now: datetime) -> None:
    """Refuse now what opening a case would refuse later. Raises StepRefused with everything that is wrong."""
    told = _told(answers, now)
    procedure = registry.procedure_on(CHILD_DEATH_REVIEW, told.on, board.new_arrangements_start)
    open_history(procedure, england(), step=NOTIFY, roles={CDOP_COORDINATOR}, told=told, now=now)


def _told(answers: Mapping[str, Any], now: datetime) -> Told:
    today = PartialDate.on(london_day(now))
    return Told(today, {**answers, "notified_on": today.iso()})


def keep_notification(
    session: Session,
    *,
    board: Board,
    answers: Mapping[str, Any],
    details: Mapping[str, Any],
    email: str,
    sent_from: str,
    now: datetime,
    token: uuid.UUID | None = None,
) -> PublicNotification:
    """Return the notification, kept until its code is given. Raises TooManyNotifications.

    `sent_from` is a keyed digest of the network address it came from. A form sent again, by its `token`, replaces
    what it told before, as long as that is not confirmed. Those from one place, to one address and for one board take
    turns until the commit, so that a burst through several workers cannot pass a limit.
    """
    told = {"board_id": board.id, "answers": dict(answers), "details": dict(details), "sent_from": sent_from}
    if token and (before := _find(session, token)):
        return _replaced(session, before, told, email, now)
    take_turns(session, f"from {sent_from}", f"to {normal_email(email)}", f"for {board.id}")
    _refuse_too_many(session, board, sent_from, email, now)
    notification = PublicNotification(
        **told, token=token or uuid.uuid4(), email=email.strip(), created_at=now, code_asked_at=now
    )
    session.add(notification)
    session.flush()
    return notification


def _replaced(
    session: Session, before: PublicNotification, told: Mapping[str, Any], email: str, now: datetime
) -> PublicNotification:
    if before.confirmed_at is None:
        for column, value in told.items():
            setattr(before, column, value)
        if normal_email(before.email) != normal_email(email):
            _ask_for_code(session, before, email, now)
        session.flush()
    return before


def _refuse_too_many(session: Session, board: Board, sent_from: str, email: str, now: datetime) -> None:
    recent = PublicNotification.created_at > now - timedelta(hours=1)
    limits = (
        (PublicNotification.sent_from == sent_from, FROM_ONE_PLACE_AN_HOUR),
        (func.lower(PublicNotification.email) == normal_email(email), TO_ONE_ADDRESS_AN_HOUR),
        (PublicNotification.board_id == board.id, FOR_ONE_BOARD_AN_HOUR),
    )
    if any(_count(session, recent, which) >= most for which, most in limits):
        raise TooManyNotifications(board)


def _count(session: Session, *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(PublicNotification).where(*which)) or 0


def take_turns(session: Session, *whose: str) -> None:
    """Wait for other notifications of the same place, address or board until they commit, always in the same order."""
    for each in sorted(whose):
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"notification {each}", 0))))


def digest_of_place(address: str, secret: bytes) -> str:
    """Return what stands for a network address, so that a copy of the table does not give it away."""
    return hmac.new(secret, b"notified from " + one_place(address).encode(), hashlib.sha256).hexdigest()


# --- The code ---------------------------------------------------------------


def code_of(token: uuid.UUID, secret: bytes, number: int = 1) -> str:
    """Return the six digits that confirm the address of a notification: the first code asked for, or a later one."""
    told = b"public notification " + token.bytes + str(number).encode()
    digest = hmac.new(secret, told, hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def codes_to_send(session: Session, now: datetime, most: int = 50) -> Sequence[PublicNotification]:
    """Return the notifications whose code is still to be sent, oldest first, locked so that it is sent once."""
    to_send = select(PublicNotification).where(
        PublicNotification.code_sent_at.is_(None),
        PublicNotification.confirmed_at.is_(None),
        PublicNotification.code_asked_at > now - CODE_GOOD_FOR,
    )
    ordered = to_send.order_by(PublicNotification.id).limit(most)
    return session.scalars(ordered.with_for_update(skip_locked=True)).all()


def ask_new_code(session: Session, token: uuid.UUID, *, email: str, now: datetime) -> None:
    """Let another code be sent, to this address; the code before is no longer good. Raises CodeRefused."""
    notification = _find(session, token)
    if notification is None or notification.created_at <= now - UNCONFIRMED_KEPT_FOR:
        raise CodeRefused("This notification was not confirmed in time and is gone. Send it again")
    if notification.confirmed_at is None:
        _ask_for_code(session, notification, email, now)


def _ask_for_code(session: Session, notification: PublicNotification, email: str, now: datetime) -> None:
    if notification.codes_asked >= MOST_CODES:
        board = session.get_one(Board, notification.board_id)
        raise CodeRefused(f"No more codes are sent for this notification. {whom_to_ring(board)} instead")
    if normal_email(notification.email) != normal_email(email):
        _refuse_another_address(session, notification, email, now)
    notification.email = email.strip()
    notification.codes_asked += 1
    notification.code_asked_at, notification.code_sent_at, notification.attempts = now, None, 0


def _refuse_another_address(session: Session, notification: PublicNotification, email: str, now: datetime) -> None:
    """Refuse to send codes to another address that is sent enough already, by CodeRefused.

    Else notifications told under addresses of their own could be turned on the box of somebody who sent none.
    """
    take_turns(session, f"to {normal_email(email)}")
    recent = PublicNotification.created_at > now - timedelta(hours=1)
    told = _count(session, recent, func.lower(PublicNotification.email) == normal_email(email))
    if told >= TO_ONE_ADDRESS_AN_HOUR:
        board = session.get_one(Board, notification.board_id)
        raise CodeRefused(f"No code can be sent to this address for now. {whom_to_ring(board)} instead")


def confirm(session: Session, token: uuid.UUID, code: str, *, secret: bytes, now: datetime) -> None:
    """Put a notification in the coordinator's queue when this is its code. Raises CodeRefused.

    The panel is notified now (T-3.1, T-4.2): before, nobody there could see it. A wrong code counts as an attempt, so
    the caller commits whether or not it is right.
    """
    notification = _find(session, token)
    if notification is not None and notification.confirmed_at is not None:
        return
    if notification is None or notification.code_asked_at <= now - CODE_GOOD_FOR:
        raise CodeRefused("This code is no longer good. Ask for a new code")
    if notification.attempts >= MOST_ATTEMPTS:
        raise CodeRefused("This code was tried too often and is no longer good. Ask for a new code")
    notification.attempts += 1
    right = code_of(token, secret, notification.codes_asked)
    if not hmac.compare_digest(right.encode(), "".join(code.split()).encode()):
        raise CodeRefused("This is not the code that was sent. Check its six digits")
    notification.confirmed_at = now
    notification.answers = {**notification.answers, "notified_on": london_day(now).isoformat()}


def unconfirmed(session: Session, token: uuid.UUID) -> PublicNotification | None:
    """Return the notification that a browser is still to confirm."""
    found = select(PublicNotification).where(
        PublicNotification.token == token, PublicNotification.confirmed_at.is_(None)
    )
    return session.scalars(found).one_or_none()


def _find(session: Session, token: uuid.UUID) -> PublicNotification | None:
    found = select(PublicNotification).where(PublicNotification.token == token)
    return session.scalars(found.with_for_update().execution_options(populate_existing=True)).one_or_none()


# --- Forgetting -------------------------------------------------------------


def forget_unconfirmed(session: Session, now: datetime) -> int:
    """Remove what nobody confirmed within a day, record how much that was, and return it.

    Whoever sent it was told so. What was confirmed stays until somebody decides, however long that takes.
    """
    old = PublicNotification.created_at <= now - UNCONFIRMED_KEPT_FOR
    result = session.execute(delete(PublicNotification).where(old, PublicNotification.confirmed_at.is_(None)))
    assert isinstance(result, CursorResult)
    if result.rowcount:
        audit.record(session, "unconfirmed_notifications_removed", at=now, detail={"number": result.rowcount})
    return result.rowcount
