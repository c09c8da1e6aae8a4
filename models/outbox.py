"""Messages to whoever holds a role, written in the transaction that causes them and addressed afterwards.

Columns only: `notifications.addressing` makes of each message one delivery to each person it is for.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identifier

Outcome = Literal["sent", "failed", "suppressed", "unknown"]

# Spelt once: a partial index serves only a query whose predicate is spelt the same way.
UNSETTLED = text("outcome IS NULL")
UNADDRESSED = text("outcome IS NULL AND addressed_at IS NULL")
TO_ONE_PERSON = text("recipient_person_id IS NOT NULL")


class OutboxMessage(Base):
    """One message to whoever holds a role, or to one person, about a case.

    `payload` holds the case reference and what is to be done, and nothing
    that identifies a child. Once `not_before` has passed the message is addressed to those who hold the role;
    it has an outcome when each delivery has, or when there is no reason left to send it.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint("num_nonnulls(recipient_role, recipient_person_id) >= 1", name="has_a_recipient"),
        CheckConstraint("outcome IN ('sent', 'failed', 'suppressed', 'unknown')", name="outcome"),
        CheckConstraint("num_nonnulls(outcome, settled_at) IN (0, 2)", name="settled_with_an_outcome"),
        Index("ix_outbox_message_to_address", "not_before", "id", postgresql_where=UNADDRESSED),
        Index(None, "case_id", "id"),
        Index(None, "recipient_person_id", "id", postgresql_where=TO_ONE_PERSON),
    )

    id: Mapped[Identifier]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("review_case.id"))
    event_sequence: Mapped[int | None]
    notice_key: Mapped[str]
    recipient_role: Mapped[str | None]
    recipient_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)
    """What makes the message the same as another; a second is refused, whoever writes it."""
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often nobody was found to hold the role."""
    addressed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None] = mapped_column(Text)
    last_error: Mapped[str | None]
    """Why it was suppressed or could not be addressed, in words."""
