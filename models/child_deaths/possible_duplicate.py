"""Pairs of cases that may be about the same child, and what somebody decided about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Text, and_, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.people import Person

Verdict = Literal["not_the_same", "merged"]

WORTH_SHOWING = 40
"""Below this score of 100 two cases are not put before anybody. A local choice."""


class PossibleDuplicate(Base):
    """Two cases, how alike they are and why. “Not the same child” is remembered; a merge can be undone whole."""

    __tablename__ = "possible_duplicate"
    __table_args__ = (
        CheckConstraint("case_id < other_case_id", name="each_pair_once"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        CheckConstraint("verdict IN ('not_the_same', 'merged')", name="verdict"),
        CheckConstraint("num_nonnulls(verdict, decided_at) IN (0, 2)", name="decided_at"),
        CheckConstraint("(verdict = 'merged') = (merged IS NOT NULL)", name="a_merge_can_be_undone"),
        Index(None, "other_case_id"),
        Index("ix_possible_duplicate_undecided", "score", postgresql_where=text("verdict IS NULL")),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("review_case.id"), primary_key=True)
    other_case_id: Mapped[int] = mapped_column(ForeignKey("review_case.id"), primary_key=True)
    score: Mapped[int]
    reasons: Mapped[list[str]]
    found_at: Mapped[datetime]
    verdict: Mapped[Verdict | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    reason: Mapped[str | None]
    merged: Mapped[dict[str, Any] | None]
    """What the merge filled in and which event ended the other case, so that it can be undone whole."""

    @classmethod
    def is_put_forward(cls) -> ColumnElement[bool]:
        """Return the condition that somebody still has to decide about the pair."""
        return and_(cls.verdict.is_(None), cls.score >= WORTH_SHOWING)
