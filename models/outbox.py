"""Messages to be sent, written in the transaction that causes them and sent afterwards by the scheduler.

Columns only: `notifications.dispatch` claims and settles them.
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


class OutboxMessage(Base):
    """One message to whoever holds a role, or to one person, about a case.

    `payload` holds the case reference and what is to be done, and nothing
    that identifies a child. A message is settled when it has an outcome;
    until then it may be claimed once `not_before` has passed and no lease runs.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint("num_nonnulls(recipient_role, recipient_person_id) >= 1", name="has_a_recipient"),
        CheckConstraint("outcome IN ('sent', 'failed', 'suppressed', 'unknown')", name="outcome"),
        CheckConstraint("num_nonnulls(claimed_at, claimed_by, lease_until) IN (0, 3)", name="claimed_with_a_lease"),
        Index("ix_outbox_message_to_send", "not_before", "id", postgresql_where=UNSETTLED),
        Index(None, "case_id", "id"),
        Index(None, "recipient_person_id", "id"),
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
    claimed_at: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None] = mapped_column(Text)
    last_error: Mapped[str | None]
