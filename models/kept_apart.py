"""Answers that identify somebody, stored beside the history and not in it.

The history keeps a mark: a salted hash, which shows that the answer kept here is the one that was given and tells
nothing else. Whoever reads an answer here records that they did.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from workflows.definition import Step

MARK = "kept_apart"


class AnswerKeptApart(Base):
    """One answer to a question that identifies somebody, as given with one event."""

    __tablename__ = "answer_kept_apart"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "event_sequence"], ["case_event.case_id", "case_event.sequence"]),
        CheckConstraint("octet_length(salt) = 16", name="salt_is_of_16_bytes"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("review_case.id"), primary_key=True)
    event_sequence: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[Any] = mapped_column(JSONB)
    salt: Mapped[bytes]


@dataclass(frozen=True, slots=True)
class Apart:
    """An answer to be kept apart, and the salt its mark was made with."""

    question: str
    answer: Any
    salt: bytes


def set_apart(step: Step, answers: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Apart, ...]]:
    """Return the answers with a mark in place of each that identifies somebody, and what the marks stand for."""
    private = {question.key for question in step.asks if question.kept_apart}
    apart = tuple(Apart(key, answers[key], secrets.token_bytes(16)) for key in answers if key in private)
    return {**answers, **{each.question: {MARK: mark(each.answer, each.salt)} for each in apart}}, apart


def mark(answer: Any, salt: bytes) -> str:
    """Return the SHA-256, in hexadecimal digits, of the salt and of the answer as JSON with sorted keys."""
    text = json.dumps(answer, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(salt + text.encode()).hexdigest()


def answers_kept_apart(session: Session, case_id: int) -> dict[int, dict[str, Any]]:
    """Return the answers of a case that identify somebody, by the event they were given with and by question."""
    rows = select(AnswerKeptApart).where(AnswerKeptApart.case_id == case_id).order_by(AnswerKeptApart.event_sequence)
    found: dict[int, dict[str, Any]] = {}
    for row in session.scalars(rows):
        found.setdefault(row.event_sequence, {})[row.question] = row.answer
    return found
