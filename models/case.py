"""A case: its history, which is the truth, and the projection of it that lists and sweeps read.

Columns only. `models.casework` alone adds to a history and writes the
projection; everything on `Case`, `Deadline` and `Hold` that the history
determines can be thrown away and rebuilt from it.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.agency import Board
from models.base import Base, Identifier

EventKind = Literal["step", "correction", "strike_out"]
Precision = Literal["day", "month"]

# Spelt once: a partial index serves only a query whose predicate is spelt the same way.
LIVE_CASE = text("ended_on IS NULL")
UNMET_DEADLINE = text("met_first IS NULL AND voided_on IS NULL AND NOT not_before")


class Case(Base):
    """A review or a child death. `state` and what follows it are a projection of the history."""

    __tablename__ = "review_case"
    __table_args__ = (
        CheckConstraint("octet_length(last_event_hash) = 32", name="last_event_hash_is_sha_256"),
        CheckConstraint("history_length >= 0", name="history_length"),
        Index("ix_review_case_worklist", "board_id", "bites_on", "id", postgresql_where=LIVE_CASE),
        # Sight depends on the kind of review: what somebody sees is counted from this alone.
        Index("ix_review_case_counted", "board_id", "workflow_key", postgresql_where=LIVE_CASE),
        Index("ix_review_case_unexplained", "board_id", "unexplained_bites_on", "id", postgresql_where=LIVE_CASE),
        Index("ix_review_case_explained", "board_id", "explained_bites_on", "id", postgresql_where=LIVE_CASE),
        Index("ix_review_case_due_soon", "board_id", "due_soon_on", "id", postgresql_where=LIVE_CASE),
        Index("ix_review_case_held", "board_id", "bites_on", "id", postgresql_where=text("held AND ended_on IS NULL")),
        Index("ix_review_case_next_roles", "next_roles", postgresql_using="gin", postgresql_where=LIVE_CASE),
        Index("ix_review_case_ended", "board_id", "ended_on", postgresql_where=text("ended_on IS NOT NULL")),
        Index(None, "board_id", "workflow_key", "state"),
    )

    id: Mapped[Identifier]
    reference: Mapped[str] = mapped_column(unique=True)
    workflow_key: Mapped[str]
    regime_key: Mapped[str]
    procedure_fingerprint: Mapped[str]
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    pseudonym: Mapped[str]
    opened_on: Mapped[date]
    created_at: Mapped[datetime]

    history_length: Mapped[int] = mapped_column(default=0)
    last_event_hash: Mapped[bytes | None]
    """The hash of the last event, so that a history cut short at its end is noticed."""
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]

    state: Mapped[str]
    stage: Mapped[str]
    held: Mapped[bool] = mapped_column(default=False, server_default=false())
    ended_on: Mapped[date | None]
    """The day the case ended, once nothing is owed any more; until then it stays among the live cases."""
    bites_on: Mapped[date | None]
    """The earliest last day of the deadlines still to be met; what worklists are sorted by."""
    bites_key: Mapped[str | None]
    """The clock whose deadline bites first."""
    unexplained_bites_on: Mapped[date | None]
    explained_bites_on: Mapped[date | None]
    due_soon_on: Mapped[date | None]
    next_step: Mapped[str | None]
    next_roles: Mapped[list[str]] = mapped_column(default=list, server_default=text("'{}'"))

    board: Mapped[Board] = relationship()
    events: Mapped[list[CaseEvent]] = relationship(
        back_populates="case", order_by="CaseEvent.sequence", viewonly=True, foreign_keys="CaseEvent.case_id"
    )
    deadlines: Mapped[list[Deadline]] = relationship(
        back_populates="case", order_by="Deadline.ordinal, Deadline.id", viewonly=True
    )
    holds: Mapped[list[Hold]] = relationship(back_populates="case", order_by="Hold.event_sequence", viewonly=True)

    # A writer who read an older row fails instead of overwriting; the row lock in casework is the first guard.
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it once


class LinkedCase(Base):
    """That one case led to another, as a child death referred for review does. Shown on both."""

    __tablename__ = "linked_case"
    __table_args__ = (CheckConstraint("case_id <> other_case_id", name="links_two_cases"), Index(None, "other_case_id"))

    case_id: Mapped[int] = mapped_column(ForeignKey("review_case.id"), primary_key=True)
    other_case_id: Mapped[int] = mapped_column(ForeignKey("review_case.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)


class CaseEvent(Base):
    """What happened, as it was told. Added once; the database refuses to change or remove it.

    `sequence` counts from 1 in the order recorded. A correction or strike-out
    names in `supersedes` the event that it replaces or removes.
    """

    __tablename__ = "case_event"
    __table_args__ = (
        UniqueConstraint("case_id", "sequence"),
        ForeignKeyConstraint(["case_id", "supersedes"], ["case_event.case_id", "case_event.sequence"]),
        CheckConstraint("sequence > 0", name="sequence"),
        CheckConstraint("supersedes < sequence", name="supersedes_an_earlier_event"),
        CheckConstraint("kind IN ('step', 'correction', 'strike_out')", name="kind"),
        CheckConstraint("(kind = 'step') = (supersedes IS NULL)", name="supersedes_when_it_corrects"),
        CheckConstraint("kind = 'step' OR coalesce(reason, '') <> ''", name="corrects_with_a_reason"),
        CheckConstraint("happened_precision IN ('day', 'month')", name="happened_precision"),
        CheckConstraint("happened_first <= happened_last", name="happened_in_order"),
        CheckConstraint("octet_length(previous_hash) = 32 AND octet_length(hash) = 32", name="hashes_are_sha_256"),
        Index(
            "uq_case_event_idempotency_key",
            "case_id",
            "idempotency_key",
            unique=True,
            postgresql_where=text("idempotency_key IS NOT NULL"),
        ),
        # Figures as known on an earlier day look again only at the cases with something recorded since.
        Index(None, "recorded_at", "case_id"),
    )

    id: Mapped[Identifier]
    case_id: Mapped[int] = mapped_column(ForeignKey("review_case.id"))
    sequence: Mapped[int]
    kind: Mapped[EventKind] = mapped_column(Text, default="step")
    step: Mapped[str]
    happened_first: Mapped[date]
    happened_last: Mapped[date]
    happened_precision: Mapped[Precision] = mapped_column(Text, default="day")
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    on_behalf_of: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    supersedes: Mapped[int | None]
    reason: Mapped[str | None]
    procedure_fingerprint: Mapped[str]
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]
    idempotency_key: Mapped[uuid.UUID | None]
    """Given out with a form, so that sending it twice records it once (P43)."""

    case: Mapped[Case] = relationship(back_populates="events", foreign_keys=[case_id], viewonly=True)


class Deadline(Base):
    """An occasion on which a clock runs, as the history leaves it. Never edited by hand.

    `subject` tells apart deadlines of one clock: the agency asked, or the hold
    to be looked at. `starts_…` and `due_…` are a range where a day is known
    only to the month. `due_last` is null while nothing has started the clock.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("case_id", "clock_key", "subject"),
        Index("ix_deadline_unmet_due_last", "due_last", "id", postgresql_where=UNMET_DEADLINE),
        Index("ix_deadline_agency", text("lower(agency)"), "case_id", postgresql_where=text("agency IS NOT NULL")),
    )

    id: Mapped[Identifier]
    case_id: Mapped[int] = mapped_column(ForeignKey("review_case.id"))
    clock_key: Mapped[str]
    subject: Mapped[str] = mapped_column(default="", server_default="")
    agency: Mapped[str | None]
    """The agency that something is asked of, as the request named it."""
    ordinal: Mapped[int]
    title: Mapped[str]
    starts_on: Mapped[date | None]
    starts_last: Mapped[date | None]
    due_first: Mapped[date | None]
    due_last: Mapped[date | None]
    due_soon_on: Mapped[date | None]
    not_before: Mapped[bool] = mapped_column(default=False, server_default=false())
    met_first: Mapped[date | None]
    met_last: Mapped[date | None]
    met_uncertain: Mapped[bool] = mapped_column(default=False, server_default=false())
    met_late: Mapped[bool] = mapped_column(default=False, server_default=false())
    voided_on: Mapped[date | None]
    explained: Mapped[bool] = mapped_column(default=False, server_default=false())
    source: Mapped[str]
    confirmed: Mapped[bool]
    explanation: Mapped[dict[str, Any] | None]

    case: Mapped[Case] = relationship(back_populates="deadlines", viewonly=True)


class Hold(Base):
    """An activity of a case that may not go on for now, as the history leaves it."""

    __tablename__ = "hold"
    __table_args__ = (
        UniqueConstraint("case_id", "event_sequence"),
        Index("ix_hold_active_review_on", "review_on", "id", postgresql_where=text("released_first IS NULL")),
    )

    id: Mapped[Identifier]
    case_id: Mapped[int] = mapped_column(ForeignKey("review_case.id"))
    event_sequence: Mapped[int]
    """The event that authorised it."""
    kind: Mapped[str]
    scopes: Mapped[list[str]]
    authorised_first: Mapped[date]
    authorised_last: Mapped[date]
    review_on: Mapped[date | None]
    released_first: Mapped[date | None]
    released_last: Mapped[date | None]
    requested_by: Mapped[str]

    case: Mapped[Case] = relationship(back_populates="holds", viewonly=True)
