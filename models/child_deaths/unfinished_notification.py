"""Notifications that somebody began and has not recorded yet, kept page by page as they were typed.

They identify a child and a family, so they are in a table of their own, are removed as soon as the death is recorded or
the notification thrown away, and are not kept longer than `KEPT_FOR` (docs/adr/0052).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, ForeignKey, Index, delete, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models import audit
from models.agency import Board
from models.base import Base, Identifier
from models.people import Person

KEPT_FOR = timedelta(days=30)
"""How long after its last change an unfinished notification is kept. A local default: no rule sets it."""

Typed = Mapping[str, Sequence[str]]


class UnfinishedNotification(Base):
    """One unfinished notification or, with a case, an unfinished change to whose death it is.

    `told` holds the boxes of each page as they were typed, right or wrong, and for each page that asks about several
    people or agencies, one set of boxes for each of them by a key of its own.
    """

    __tablename__ = "unfinished_notification"
    __table_args__ = (
        Index(None, "person_id"),
        Index(None, "board_id"),
        Index(None, "updated_at"),
        Index(
            "uq_unfinished_notification_change", "case_id", "person_id", unique=True,
            postgresql_where=text("case_id IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Identifier]
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True, default=uuid.uuid4)
    """What its address says, and the key by which it is recorded only once."""
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("review_case.id"))
    told: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    opened_at_length: Mapped[int] = mapped_column(default=0, server_default="0")
    details_as_of: Mapped[datetime | None]
    """When the details being changed were last stored, so that a change by somebody else is noticed."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    board: Mapped[Board] = relationship()
    person: Mapped[Person] = relationship()

    def page(self, key: str) -> Typed:
        """Return the boxes of a page as they were typed; none where it was not filled in."""
        typed: Typed = self.told.get("pages", {}).get(key, {})
        return typed

    def each(self, key: str) -> Mapping[str, Typed]:
        """Return the boxes of everyone or everything a page asks about, by their keys, in the order they were added."""
        found: list[dict[str, Any]] = self.told.get("lists", {}).get(key, [])
        return {each["key"]: each["typed"] for each in found}

    def was_left_empty(self, key: str) -> bool:
        """Return whether somebody looked at a page of several, and went on without adding any."""
        return key in self.told.get("none", [])


def begin(session: Session, *, board: Board, person_id: int, now: datetime) -> UnfinishedNotification:
    """Return a notification with nothing in it yet."""
    begun = UnfinishedNotification(board=board, person_id=person_id, told={}, created_at=now, updated_at=now)
    session.add(begun)
    session.flush()
    return begun


def notification_of(session: Session, public_id: uuid.UUID) -> UnfinishedNotification | None:
    """Return the unfinished notification an address stands for."""
    return session.scalars(select(UnfinishedNotification).filter_by(public_id=public_id)).one_or_none()


def unfinished_for(session: Session, person_id: int, board_ids: Collection[int]) -> Sequence[UnfinishedNotification]:
    """Return the notifications a person began, and those begun for these boards, the latest first. Changes are not."""
    theirs = or_(UnfinishedNotification.person_id == person_id, UnfinishedNotification.board_id.in_(sorted(board_ids)))
    found = select(UnfinishedNotification).where(theirs, UnfinishedNotification.case_id.is_(None))
    return session.scalars(
        found.order_by(UnfinishedNotification.updated_at.desc(), UnfinishedNotification.id.desc())
    ).all()


def change_of(session: Session, case_id: int, person_id: int) -> UnfinishedNotification | None:
    """Return the change to whose death a case is about that the person began and has not recorded, if any."""
    theirs = select(UnfinishedNotification).filter_by(case_id=case_id, person_id=person_id)
    return session.scalars(theirs).one_or_none()


def keep_page(session: Session, begun: UnfinishedNotification, key: str, typed: Typed, now: datetime) -> None:
    """Keep a page as it was typed, in place of what was typed there before."""
    told = _locked(session, begun)
    begun.told = {**told, "pages": {**told.get("pages", {}), key: dict(typed)}}
    begun.updated_at = now


def keep_one(
    session: Session, begun: UnfinishedNotification, key: str, one: uuid.UUID, typed: Typed, now: datetime
) -> None:
    """Keep what was typed of one person or agency of a page. Sent again, it is kept in place of itself."""
    told = _locked(session, begun)
    before: list[dict[str, Any]] = told.get("lists", {}).get(key, [])
    added = {"key": str(one), "typed": dict(typed)}
    there = any(each["key"] == str(one) for each in before)
    after = [added if each["key"] == str(one) else each for each in before] if there else [*before, added]
    _keep_list(begun, told, key, after, now)


def remove_one(session: Session, begun: UnfinishedNotification, key: str, one: uuid.UUID, now: datetime) -> None:
    """Take one person or agency away from a page."""
    told = _locked(session, begun)
    before: list[dict[str, Any]] = told.get("lists", {}).get(key, [])
    _keep_list(begun, told, key, [each for each in before if each["key"] != str(one)], now)


def leave_empty(session: Session, begun: UnfinishedNotification, key: str, now: datetime) -> None:
    """Note that a page of several was looked at and left as it is."""
    told = _locked(session, begun)
    begun.told = {**told, "none": sorted({*told.get("none", []), key})}
    begun.updated_at = now


def discard(session: Session, begun: UnfinishedNotification) -> None:
    """Forget an unfinished notification, because it is recorded now or given up."""
    session.execute(delete(UnfinishedNotification).where(UnfinishedNotification.id == begun.id))


def remove_old(session: Session, now: datetime) -> int:
    """Remove the unfinished notifications that nobody has touched for as long as they are kept; return how many."""
    old = delete(UnfinishedNotification).where(UnfinishedNotification.updated_at < now - KEPT_FOR)
    result = session.execute(old)
    assert isinstance(result, CursorResult)
    if result.rowcount:
        audit.record(session, "unfinished_notifications_removed", at=now, detail={"number": result.rowcount})
    return result.rowcount


def _locked(session: Session, begun: UnfinishedNotification) -> dict[str, Any]:
    """Return what is kept, with the row locked, so that two pages saved at once are both kept."""
    session.flush()
    session.refresh(begun, with_for_update=True)
    return dict(begun.told)


def _keep_list(
    begun: UnfinishedNotification, told: Mapping[str, Any], key: str, after: list[dict[str, Any]], now: datetime
) -> None:
    begun.told = {**told, "lists": {**told.get("lists", {}), key: after}}
    begun.updated_at = now
