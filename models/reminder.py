"""What the sweep has recorded, what people answered to it, and what boards changed of the ladders.

Columns only: `notifications.reminders` adds reminders, `notifications.answering` the answers and
`notifications.adjusting` the changes.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identifier

ReminderOutcome = Literal["told", "overtaken", "no_longer_true"]
AnswerKind = Literal["seen", "snoozed"]

# Spelt once: a partial index serves only a query whose predicate is spelt the same way.
TO_GO_UP = text("goes_up_on IS NOT NULL")


class Reminder(Base):
    """One rung of one ladder, for one due day and one role: recorded once, said or not said, and why.

    `falls_on` is the day it should have been said; `late` that it was said later than it could have been. `goes_up_on`
    is the day an escalation goes up once more if nobody has seen it; null once it was looked at.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("case_id", "clock_key", "subject", "due_on", "rung", "role"),
        CheckConstraint("outcome IN ('told', 'overtaken', 'no_longer_true')", name="outcome"),
        CheckConstraint("(outcome = 'told') = (because IS NULL)", name="says_why_it_was_not_told"),
        Index("ix_reminder_to_go_up", "goes_up_on", "id", postgresql_where=TO_GO_UP),
    )

    id: Mapped[Identifier]
    case_id: Mapped[int] = mapped_column(ForeignKey("review_case.id"))
    clock_key: Mapped[str]
    subject: Mapped[str]
    title: Mapped[str]
    """The clock's words, as its procedure declares them."""
    due_on: Mapped[date]
    rung: Mapped[str]
    role: Mapped[str]
    notice_key: Mapped[str]
    falls_on: Mapped[date]
    recorded_at: Mapped[datetime]
    outcome: Mapped[ReminderOutcome] = mapped_column(Text)
    because: Mapped[str | None]
    late: Mapped[bool] = mapped_column(default=False, server_default=false())
    by_law: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the limit is in law or statutory guidance, so that nobody may silence it."""
    goes_up_on: Mapped[date | None]


class AnAnswer:
    """That somebody has seen what is due, or put its reminders off until a day, for a reason; in which role."""

    id: Mapped[Identifier]
    due_on: Mapped[date]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    kind: Mapped[AnswerKind] = mapped_column(Text)
    answered_at: Mapped[datetime]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    reason: Mapped[str | None]


def holds_of_an_answer() -> tuple[CheckConstraint, ...]:
    """Return what holds of every answer, whatever it is about."""
    return (
        CheckConstraint("kind IN ('seen', 'snoozed')", name="kind"),
        CheckConstraint("(kind = 'snoozed') = (until_on IS NOT NULL)", name="ends_when_snoozed"),
        CheckConstraint("kind = 'seen' OR coalesce(reason, '') <> ''", name="snoozed_for_a_reason"),
        CheckConstraint("until_on >= from_on", name="ends_after_it_starts"),
    )


class ReminderAnswer(AnAnswer, Base):
    """What somebody answered to the reminders of a date of a case."""

    __tablename__ = "reminder_answer"
    __table_args__ = (*holds_of_an_answer(), Index(None, "case_id", "clock_key"))

    case_id: Mapped[int] = mapped_column(ForeignKey("review_case.id"))
    clock_key: Mapped[str]
    subject: Mapped[str]


class LadderAdjustment(Base):
    """How many working days before or after a board has one rung of a ladder fall, where it differs from ours."""

    __tablename__ = "ladder_adjustment"
    __table_args__ = (CheckConstraint("working_days BETWEEN 0 AND 60", name="working_days"),)

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), primary_key=True)
    workflow_key: Mapped[str] = mapped_column(primary_key=True)
    clock_key: Mapped[str] = mapped_column(primary_key=True)
    rung: Mapped[str] = mapped_column(primary_key=True)
    working_days: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class LadderHearer(Base):
    """One of those who hear one rung of a ladder, where a board has chosen: each has a row, ours as well."""

    __tablename__ = "ladder_hearer"

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), primary_key=True)
    workflow_key: Mapped[str] = mapped_column(primary_key=True)
    clock_key: Mapped[str] = mapped_column(primary_key=True)
    rung: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    from_on: Mapped[date | None]
    """The first day on which what falls is for the role; null for one that heard it before the board chose."""
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ReminderBasis(Base):
    """What the next rung of every deadline was last reckoned with, and the day reminders began: one row.

    When the calendar or the ladders differ from `basis`, every open deadline is reckoned again.
    """

    __tablename__ = "reminder_basis"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    basis: Mapped[str]
    began_on: Mapped[date]
    """Nobody was watching before: what fell due and was done by then was not missed."""
