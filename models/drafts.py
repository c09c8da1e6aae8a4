"""What somebody typed and has not yet recorded, kept so that a time-out or a conflict loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, ForeignKey, Index, UniqueConstraint, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import audit
from models.base import Base, Identifier


class Draft(Base):
    """One person's unfinished form, on a case or for a case not yet opened."""

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("person_id", "case_id", "form_key", postgresql_nulls_not_distinct=True),
        Index(None, "updated_at"),
    )

    id: Mapped[Identifier]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("review_case.id"))
    form_key: Mapped[str]
    answers: Mapped[dict[str, Any]]
    opened_at_length: Mapped[int]
    """How long the history was when the form was opened; 0 where there is no case yet."""
    updated_at: Mapped[datetime]


def keep_draft(
    session: Session,
    *,
    person_id: int,
    case_id: int | None,
    form_key: str,
    answers: Mapping[str, Any],
    opened_at_length: int,
    now: datetime,
) -> None:
    """Keep what was typed in place of what the person had typed there before."""
    values = {"answers": dict(answers), "opened_at_length": opened_at_length, "updated_at": now}
    keep = insert(Draft).values(person_id=person_id, case_id=case_id, form_key=form_key, **values)
    session.execute(
        keep.on_conflict_do_update(index_elements=[Draft.person_id, Draft.case_id, Draft.form_key], set_=values)
    )


def draft_of(session: Session, *, person_id: int, case_id: int | None, form_key: str) -> Draft | None:
    """Return what the person had typed in this form, if anything is kept."""
    theirs = select(Draft).where(
        Draft.person_id == person_id, Draft.case_id.is_not_distinct_from(case_id), Draft.form_key == form_key
    )
    return session.scalars(theirs.execution_options(populate_existing=True)).one_or_none()


def newest_draft(session: Session, *, case_id: int, form_key: str) -> Draft | None:
    """Return what anybody kept last in a form that several people fill in together."""
    anybodys = select(Draft).where(Draft.case_id == case_id, Draft.form_key == form_key)
    newest = anybodys.order_by(Draft.updated_at.desc(), Draft.id.desc()).limit(1)
    return session.scalars(newest.execution_options(populate_existing=True)).one_or_none()


def discard_everybodys(session: Session, *, case_id: int, form_key: str) -> None:
    """Forget what anybody kept in a form that several people fill in together, because it is recorded now."""
    session.execute(delete(Draft).where(Draft.case_id == case_id, Draft.form_key == form_key))


def discard_draft(session: Session, *, person_id: int, case_id: int | None, form_key: str) -> None:
    """Forget what was typed, because it is recorded now or given up."""
    session.execute(
        delete(Draft).where(
            Draft.person_id == person_id, Draft.case_id.is_not_distinct_from(case_id), Draft.form_key == form_key
        )
    )


def remove_old_drafts(session: Session, now: datetime, kept_for: timedelta) -> int:
    """Remove what nobody has touched for as long as it is kept, record how much that was, and return it."""
    result = session.execute(delete(Draft).where(Draft.updated_at <= now - kept_for))
    assert isinstance(result, CursorResult)
    if result.rowcount:
        audit.record(session, "old_drafts_removed", at=now, detail={"number": result.rowcount})
    return result.rowcount
