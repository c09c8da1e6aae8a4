"""A person's private calendar feed: the address that opens it, and what has been published under it.

The address holds a random token, the table only its hash: whoever reads the table cannot open a feed.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models import audit
from models.base import Base, Identifier
from models.people import Person
from models.queries.diary import Entry, diary

NOT_REVOKED = text("revoked_at IS NULL")

AT_MOST_EVERY = timedelta(seconds=10)
"""Programs ask every few hours; one that asks more often than this is told to wait. A local default."""

CANCELLED_FOR = timedelta(days=90)
"""How long an entry that is gone is still published as cancelled, because programs ask seldom (P53)."""


class CalendarFeed(Base):
    """The feed of a person, until it is revoked. Each person has at most one that is not."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash_is_sha_256"),
        Index("uq_calendar_feed_person_id", "person_id", unique=True, postgresql_where=NOT_REVOKED),
    )

    id: Mapped[Identifier]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_read_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    entries: Mapped[list[PublishedEntry]] = relationship(order_by="PublishedEntry.day, PublishedEntry.uid")


class PublishedEntry(Base):
    """An entry as the feed gave it last. `sequence` counts how often it was changed since it was first given."""

    __tablename__ = "published_entry"
    __table_args__ = (CheckConstraint("sequence >= 0", name="sequence"),)

    feed_id: Mapped[int] = mapped_column(ForeignKey(CalendarFeed.id), primary_key=True)
    uid: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date]
    title: Mapped[str]
    path: Mapped[str]
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    cancelled: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    changed_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class TooSoon:
    """The feed was asked for only just now."""

    wait: timedelta


def feed_of(session: Session, person_id: int) -> CalendarFeed | None:
    """Return the feed a person has, if it is not revoked."""
    theirs = select(CalendarFeed).where(CalendarFeed.person_id == person_id, CalendarFeed.revoked_at.is_(None))
    return session.scalars(theirs).one_or_none()


def open_feed(session: Session, person: Person, now: datetime) -> str:
    """Return the token of a new feed of the person; one there was before is revoked."""
    revoke_feed(session, person, now)
    token = secrets.token_urlsafe(32)
    session.add(CalendarFeed(person_id=person.id, token_hash=_hash(token), created_at=now))
    audit.record(session, "calendar_feed_opened", at=now, person_id=person.id)
    session.flush()
    return token


def revoke_feed(session: Session, person: Person, now: datetime) -> None:
    """Let nobody read the feed of the person any more."""
    if (feed := feed_of(session, person.id)) is not None:
        feed.revoked_at = now
        audit.record(session, "calendar_feed_revoked", at=now, person_id=person.id)
        session.flush()


def read_feed(session: Session, token: str, now: datetime, today: date) -> list[PublishedEntry] | TooSoon | None:
    """Return what the feed of this token gives now; None for a token that opens nothing, or nothing any more.

    What the person may see is asked anew each time. What is gone since is given as cancelled for a while.
    """
    found = select(CalendarFeed).where(CalendarFeed.token_hash == _hash(token), CalendarFeed.revoked_at.is_(None))
    feed = session.scalars(found.with_for_update()).one_or_none()
    if feed is None or not feed.person.active:
        return None
    if feed.last_read_at is not None and now - feed.last_read_at < AT_MOST_EVERY:
        return TooSoon(AT_MOST_EVERY - (now - feed.last_read_at))
    feed.last_read_at = now
    _publish(feed, diary(session, feed.person, today), now)
    session.flush()
    gone = now - CANCELLED_FOR
    return [entry for entry in feed.entries if not entry.cancelled or entry.changed_at >= gone]


def _publish(feed: CalendarFeed, current: list[Entry], now: datetime) -> None:
    """Bring what is published in line with what there is: each change counts an entry's sequence up."""
    published = {entry.uid: entry for entry in feed.entries}
    for entry in current:
        before = published.pop(entry.uid, None)
        if before is None:
            feed.entries.append(
                PublishedEntry(
                    uid=entry.uid, day=entry.day, title=entry.title, path=entry.path, sequence=0, cancelled=False,
                    changed_at=now,
                )
            )  # fmt: skip
        elif before.cancelled or (before.day, before.title) != (entry.day, entry.title):
            before.day, before.title, before.path, before.cancelled = entry.day, entry.title, entry.path, False
            before.sequence, before.changed_at = before.sequence + 1, now
    for before in published.values():
        if not before.cancelled:
            before.cancelled, before.sequence, before.changed_at = True, before.sequence + 1, now


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
