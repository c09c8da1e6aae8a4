"""Deaths told from the public page by people without an account, waiting for a coordinator to accept or merge them.

What was told is there to be read by coordinators alone. The code that confirms the address is not stored: it follows
from the row's token, how many codes were asked for, and a secret of the application, so that it can be sent after the
request and tried later.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identifier
from models.people import Person

Decision = Literal["accepted", "merged", "refused"]


class PublicNotification(Base):
    """One notification. `token` stands for it while it is being written; nothing can be read through it."""

    __tablename__ = "public_notification"
    __table_args__ = (
        CheckConstraint("decision IN ('accepted', 'merged', 'refused')", name="decision"),
        CheckConstraint("num_nonnulls(decision, decided_at, decided_by) IN (0, 3)", name="decided_by_somebody"),
        CheckConstraint("decision IS NULL OR decision = 'refused' OR case_id IS NOT NULL", name="leads_to_a_case"),
        CheckConstraint("decision IS NULL OR confirmed_at IS NOT NULL", name="confirmed_before_it_is_decided"),
        Index(
            "ix_public_notification_waiting", "board_id", "confirmed_at", "id",
            postgresql_where=text("confirmed_at IS NOT NULL AND decision IS NULL"),
        ),
        CheckConstraint("(decision IS DISTINCT FROM 'refused') OR reason IS NOT NULL", name="refused_says_why"),
        CheckConstraint(
            "emptied_at IS NULL OR (decision IS NOT NULL AND answers = '{}' AND details = '{}' AND email = '')",
            name="emptied_once_decided",
        ),
        Index(None, "sent_from", "created_at"),
        Index(None, "board_id", "created_at"),
        Index("ix_public_notification_code_asked_at", "code_asked_at", postgresql_where=text("confirmed_at IS NULL")),
    )  # fmt: skip

    id: Mapped[Identifier]
    token: Mapped[uuid.UUID] = mapped_column(unique=True, default=uuid.uuid4)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    answers: Mapped[dict[str, Any]]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    email: Mapped[str]
    codes_asked: Mapped[int] = mapped_column(default=1, server_default="1")
    code_asked_at: Mapped[datetime]
    code_sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often the latest code was tried."""
    sent_from: Mapped[str]
    """A keyed digest of the network address, to limit how much comes from one place."""
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    decision: Mapped[Decision | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    reason: Mapped[str | None]
    """Why it was refused."""
    case_id: Mapped[int | None] = mapped_column(ForeignKey("review_case.id"))
    emptied_at: Mapped[datetime | None]
    """When what it told was removed, because it was decided on long ago; what was decided stays."""
