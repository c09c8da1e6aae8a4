"""What reached nobody at the agency it was for: the office that depends on the answer is told so, once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.case import Case
from models.delivery import Delivery
from models.outbox import OutboxMessage
from notifications.ladders import office_of
from notifications.recipients import agencies_not_reached
from notifications.truth import why_not_true
from workflows.roles import AGENCY_LEAD, CDOP_COORDINATOR

AGENCY_NOT_REACHED = "agency_not_reached"
"""The notice under which the office is told."""


def tell_who_depends(session: Session, message_ids: Iterable[int], now: datetime) -> None:
    """Write to the office about those of these messages that reached nobody at an agency, each time once.

    Once for each letter that was given up: one that a person has sent again and that fails again is told again.
    """
    to_agencies = select(OutboxMessage).where(
        OutboxMessage.id.in_(message_ids), OutboxMessage.recipient_role == AGENCY_LEAD
    )
    for message in session.scalars(to_agencies.order_by(OutboxMessage.id)).all():
        is_to_be_addressed = message.addressed_at is None and not message.attempts
        if is_to_be_addressed:
            continue
        if agencies_not_reached(session, message) and why_not_true(session, message, now) is None:
            session.execute(insert(OutboxMessage).values(_told(session, message, now)).on_conflict_do_nothing())


def _told(session: Session, message: OutboxMessage, now: datetime) -> dict[str, object]:
    """Return the message to the office, which names no agency: how one is called was typed."""
    duty = {"panel": message.payload["panel"], "of_duty": message.payload["duty"]} if "duty" in message.payload else {}
    workflow_key = session.scalar(select(Case.workflow_key).where(Case.id == message.case_id))
    return {
        "case_id": message.case_id,
        "notice_key": AGENCY_NOT_REACHED,
        "recipient_role": office_of(workflow_key) if workflow_key else CDOP_COORDINATOR,
        "payload": {"unreached": message.id, **duty},
        "dedupe_key": f"unreached:{message.id}:{_last_given_up(session, message)}",
        "created_at": now,
        "not_before": now,
    }


def _last_given_up(session: Session, message: OutboxMessage) -> str:
    """Return what tells one failing of a message from the next: the letter that was given up last, if there was one."""
    given_up = select(Delivery.letter_key, Delivery.id).where(
        Delivery.message_id == message.id, Delivery.outcome.in_(("failed", "suppressed"))
    )
    found = session.execute(given_up.order_by(Delivery.settled_at.desc(), Delivery.id.desc()).limit(1)).one_or_none()
    return str(found.letter_key or found.id) if found else "nobody"
