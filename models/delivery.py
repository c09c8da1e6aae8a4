"""What became of a message for each person it is for, what each person and board chose, and letters of a demonstration.

Columns only: `notifications.addressing` adds deliveries, `notifications.dispatch` claims and settles them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Identifier
from models.outbox import OutboxMessage, Outcome
from models.people import Person

Channel = Literal["mail", "application"]
Timing = Literal["at_once", "digest"]

# Spelt once: a partial index serves only a query whose predicate is spelt the same way.
UNSENT = text("outcome IS NULL")
IN_A_LETTER = text("letter_key IS NOT NULL")
GIVEN_UP = text("outcome IN ('failed', 'unknown') AND decided_at IS NULL")


class Delivery(Base):
    """One message to one person. Without an outcome it is still to be sent, and may be claimed when no lease runs.

    `handed_over_at` is set, with the letter's key, in a transaction of its own before a server is spoken to, and
    taken back only when the server is known not to have taken the letter. A lease that runs out while it is set
    leaves a fate nobody knows.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("message_id", "person_id"),
        CheckConstraint("channel IN ('mail', 'application')", name="channel"),
        CheckConstraint("timing IN ('at_once', 'digest')", name="timing"),
        CheckConstraint("outcome IN ('sent', 'failed', 'suppressed', 'unknown')", name="outcome"),
        CheckConstraint("num_nonnulls(claimed_by, lease_until) IN (0, 2)", name="claimed_with_a_lease"),
        CheckConstraint("num_nonnulls(outcome, settled_at) IN (0, 2)", name="settled_with_an_outcome"),
        CheckConstraint("num_nonnulls(decided_at, decided_by) IN (0, 2)", name="decided_by_somebody"),
        Index("ix_delivery_to_send", "send_after", "id", postgresql_where=UNSENT),
        Index("ix_delivery_given_up", "settled_at", "id", postgresql_where=GIVEN_UP),
        Index("ix_delivery_letter_key", "letter_key", postgresql_where=IN_A_LETTER),
        Index(None, "person_id", "id"),
    )

    id: Mapped[Identifier]
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_message.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str | None]
    """The role the person held when it was addressed; null where the message is to the person."""
    instead_of: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Whom the person stands in for."""
    channel: Mapped[Channel] = mapped_column(Text)
    timing: Mapped[Timing] = mapped_column(Text)
    created_at: Mapped[datetime]
    meant_for: Mapped[datetime]
    """When it should have been sent: what comes on a later day says that it is late."""
    send_after: Mapped[datetime]
    claimed_by: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    letter_key: Mapped[str | None]
    """The key of the letter it last went in, by which a mail server's log can be asked."""
    handed_over_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None] = mapped_column(Text)
    because: Mapped[str | None]
    """Why it failed, was suppressed or is unknown; or what the server said when it took it."""
    seen_at: Mapped[datetime | None]
    """When the person first saw it on the site."""
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who decided what becomes of a delivery that failed or whose fate is unknown."""

    message: Mapped[OutboxMessage] = relationship(viewonly=True)
    person: Mapped[Person] = relationship(foreign_keys=[person_id], viewonly=True)


class MessageChoice(Base):
    """How a person wishes to be told. Whoever has no row is told as `notifications.choices` says."""

    __tablename__ = "message_choice"
    __table_args__ = (
        CheckConstraint("channel IN ('mail', 'application')", name="channel"),
        CheckConstraint("timing IN ('at_once', 'digest')", name="timing"),
        CheckConstraint("quiet_from BETWEEN 0 AND 23 AND quiet_until BETWEEN 0 AND 23", name="quiet_hours"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    channel: Mapped[Channel] = mapped_column(Text)
    timing: Mapped[Timing] = mapped_column(Text)
    quiet_from: Mapped[int]
    """The hour in London from which nothing is sent."""
    quiet_until: Mapped[int]
    on_days_off: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether mail may come at weekends and on bank holidays."""
    changed_at: Mapped[datetime]


class MessageRule(Base):
    """What a board lets its people choose. A board without a row lets them choose everything."""

    __tablename__ = "message_rule"

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), primary_key=True)
    may_do_without_mail: Mapped[bool] = mapped_column(default=True, server_default=true())
    may_be_told_at_once: Mapped[bool] = mapped_column(default=True, server_default=true())
    may_be_told_on_days_off: Mapped[bool] = mapped_column(default=True, server_default=true())
    changed_at: Mapped[datetime]


class DemonstrationLetter(Base):
    """A letter that a demonstration would have sent, kept to be looked at."""

    __tablename__ = "demonstration_letter"

    id: Mapped[Identifier]
    key: Mapped[str] = mapped_column(unique=True)
    to: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    kept_at: Mapped[datetime]
