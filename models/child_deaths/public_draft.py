"""A notification that somebody without an account has begun and not sent yet, kept page by page as it was typed.

Nobody is known to own it but the browser whose cookie holds its token. It goes when it is sent, when it is thrown
away, and an hour after its last page (docs/adr/0063).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, Index, delete, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.child_deaths.public_notifications import take_turns

# Local choices, of no rule: long enough to be called away to the ward, short enough for a computer that others use.
KEPT_FOR = timedelta(hours=1)
BEGUN_FROM_ONE_PLACE_AN_HOUR = 30

Typed = Mapping[str, Sequence[str]]


class TooManyBegun(Exception):
    """More was begun from one place than people begin. The words say what to do."""

    def __init__(self) -> None:
        super().__init__(
            "Too many notifications were begun from where you are in the last hour. Telephone the child death office"
        )


class PublicDraft(Base):
    """What was typed so far, by the page it was typed on. `sent_from` is a keyed digest of the network address."""

    __tablename__ = "public_draft"
    __table_args__ = (Index(None, "sent_from", "created_at"), Index(None, "updated_at"))

    token: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    typed: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    sent_from: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    def boxes(self) -> Typed:
        """Return the boxes of all pages together, as they were typed."""
        return {name: values for page in self.typed.values() for name, values in page.items()}


def begin_draft(session: Session, *, sent_from: str, now: datetime) -> PublicDraft:
    """Return a notification with nothing in it yet. Raises TooManyBegun."""
    take_turns(session, f"begun from {sent_from}")
    recent = PublicDraft.sent_from == sent_from, PublicDraft.created_at > now - timedelta(hours=1)
    if (session.scalar(select(func.count()).select_from(PublicDraft).where(*recent)) or 0) >= (
        BEGUN_FROM_ONE_PLACE_AN_HOUR
    ):
        raise TooManyBegun
    draft = PublicDraft(token=uuid.uuid4(), typed={}, sent_from=sent_from, created_at=now, updated_at=now)
    session.add(draft)
    session.flush()
    return draft


def draft_of(session: Session, token: uuid.UUID, now: datetime) -> PublicDraft | None:
    """Return what a token stands for, as long as it is kept."""
    found = select(PublicDraft).where(PublicDraft.token == token, PublicDraft.updated_at > now - KEPT_FOR)
    return session.scalars(found).one_or_none()


def keep_page(session: Session, draft: PublicDraft, key: str, typed: Typed, now: datetime) -> None:
    """Keep a page as it was typed, in place of what was typed there before. Two pages sent at once are both kept."""
    session.refresh(draft, with_for_update=True)
    draft.typed = {**draft.typed, key: {name: list(values) for name, values in typed.items()}}
    draft.updated_at = now


def forget_draft(session: Session, token: uuid.UUID) -> None:
    """Forget what was typed, because it is sent now or thrown away."""
    session.execute(delete(PublicDraft).where(PublicDraft.token == token))


def forget_old_drafts(session: Session, now: datetime) -> int:
    """Remove what is kept no longer, and return how much that was. It reached nobody, so no audit tells of it."""
    result = session.execute(delete(PublicDraft).where(PublicDraft.updated_at <= now - KEPT_FOR))
    assert isinstance(result, CursorResult)
    return result.rowcount
