"""What agencies answered to the reports asked of them, question by question, saved as they go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identifier
from models.people import Person


class ReportingForm(Base):
    """One form asked of one agency about one case. It holds what may identify somebody, as a paper return does."""

    __tablename__ = "reporting_form"
    __table_args__ = (
        UniqueConstraint("case_id", "agency", "form"),
        CheckConstraint("(returned_at IS NULL) OR (unknown IS NOT NULL)", name="returned_says_what_is_unknown"),
    )

    id: Mapped[Identifier]
    case_id: Mapped[int] = mapped_column(ForeignKey("review_case.id"))
    agency: Mapped[str]
    form: Mapped[str]
    """The key of a form in `workflows.reporting_forms`."""
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    unknown: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """For each question whose answer is not known, why."""
    on_paper: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    answered_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    returned_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
