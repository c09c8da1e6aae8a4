"""Being signed in, kept on the server so that it can be ended there; and the limit on trying passwords.

The browser holds a random token, the database only its hash: whoever reads
the table cannot sign in with it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    CursorResult,
    ForeignKey,
    Index,
    and_,
    delete,
    false,
    func,
    select,
    text,
    true,
    update,
)
from sqlalchemy.orm import Mapped, Session, contains_eager, mapped_column, relationship

from models.base import Base, Identifier
from models.one_place import one_place
from models.passwords import password_opens
from models.people import Person, normal_email, person_with_email

IDLE = timedelta(minutes=30)
LASTS = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
"""How often being seen is written down; more often would be a write for every page."""


class WebSession(Base):
    """A person signed in in one browser, until it is idle, its time is up or it is ended."""

    __tablename__ = "web_session"
    __table_args__ = (
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash_is_sha_256"),
        CheckConstraint("octet_length(data::text) <= 4096", name="data_is_small"),
        Index(None, "person_id", postgresql_where=text("ended_at IS NULL")),
        Index(None, "expires_at"),
    )

    id: Mapped[Identifier]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))

    person: Mapped[Person] = relationship()


class SignInAttempt(Base):
    """That somebody tried a password; the address and the account only as keyed hashes."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index(None, "identifier_hash", "at", postgresql_where=text("NOT succeeded")),
        Index(None, "address_hash", "at", postgresql_where=text("NOT succeeded")),
        Index(None, "at"),
    )

    id: Mapped[Identifier]
    identifier_hash: Mapped[bytes]
    address_hash: Mapped[bytes]
    at: Mapped[datetime]
    succeeded: Mapped[bool]


@dataclass(frozen=True)
class SignInLimits:
    """How many failures are borne within `window`, for one account and from one address.

    An address allows more, because a whole office may share it. `secret`
    keys the hashes kept, so that a copy of the table does not give them away.
    """

    failures_for_account: int = 10
    failures_from_address: int = 50
    window: timedelta = timedelta(minutes=15)
    secret: bytes = b""


@dataclass(frozen=True)
class WrongCredentials:
    """No active account has this e-mail address and password. Which of them is wrong is not told."""


@dataclass(frozen=True)
class TooManyAttempts:
    """Nothing was tried: there were too many failures. `until` is when it may be tried again."""

    until: datetime


SignInRefused = WrongCredentials | TooManyAttempts


def sign_in(
    session: Session, email: str, password: str, address: str, now: datetime, *, limits: SignInLimits | None = None
) -> Person | SignInRefused:
    """Return the person whose password this is, or why not. Commit either way: a failure counts.

    Attempts on one account or from one address take turns until the commit,
    so that a burst cannot pass the limit; those already over it do not wait.
    """
    limits = limits or SignInLimits()
    identifier, origin = _keyed(limits, normal_email(email)), _keyed(limits, one_place(address))
    if until := _barred_until(session, identifier, origin, now, limits):
        return TooManyAttempts(until)
    _take_turns(session, identifier, origin)
    if until := _barred_until(session, identifier, origin, now, limits):
        return TooManyAttempts(until)

    person = person_with_email(session, email)
    succeeded = password_opens(person, password) and person is not None and person.active
    session.add(SignInAttempt(identifier_hash=identifier, address_hash=origin, at=now, succeeded=succeeded))
    _forget_old_attempts(session, now, limits)
    if person is None or not succeeded:
        return WrongCredentials()
    person.last_signed_in_at = now
    return person


def begin_session(session: Session, person: Person, now: datetime, *, lasts: timedelta = LASTS) -> str:
    """Sign the person in and return the token for their browser, which is kept nowhere else."""
    token = secrets.token_urlsafe(32)
    session.add(
        WebSession(
            token_hash=_token_hash(token), person=person, created_at=now, last_seen_at=now, expires_at=now + lasts
        )
    )
    return token


def session_for(session: Session, token: str, now: datetime, *, idle: timedelta = IDLE) -> WebSession | None:
    """Return the live session of a token, its person loaded, and note that it was seen.

    Nothing is returned when it has ended, expired or been idle too long, or
    when its person may no longer sign in.
    """
    live = (
        select(WebSession)
        .join(WebSession.person)
        .where(
            WebSession.token_hash == _token_hash(token),
            WebSession.ended_at.is_(None),
            WebSession.expires_at > now,
            WebSession.last_seen_at > now - idle,
            Person.active == true(),
        )
        .options(contains_eager(WebSession.person))
    )
    found = session.scalars(live).one_or_none()
    if found is not None and now - found.last_seen_at >= SEEN_EVERY:
        found.last_seen_at = now
    return found


def end_session(session: Session, token: str, now: datetime) -> None:
    """Sign out the browser that holds the token."""
    _end(session, WebSession.token_hash == _token_hash(token), now)


def end_one_session(session: Session, person: Person, session_id: int, now: datetime) -> None:
    """Sign the person out in one browser; nothing happens when the session is somebody else's."""
    _end(session, and_(WebSession.id == session_id, WebSession.person_id == person.id), now)


def end_all_sessions(session: Session, person: Person, now: datetime) -> None:
    """Sign the person out everywhere, as a new password or a closed account does."""
    _end(session, WebSession.person_id == person.id, now)


def forget_sessions(session: Session, now: datetime) -> int:
    """Delete the sessions whose time is up, ended or not, and return how many."""
    result = session.execute(delete(WebSession).where(WebSession.expires_at <= now))
    assert isinstance(result, CursorResult)
    return result.rowcount


def _end(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    session.execute(update(WebSession).where(which, WebSession.ended_at.is_(None)).values(ended_at=now))


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _keyed(limits: SignInLimits, value: str) -> bytes:
    return hmac.digest(limits.secret, value.encode(), "sha256")


def _barred_until(
    session: Session, identifier: bytes, origin: bytes, now: datetime, limits: SignInLimits
) -> datetime | None:
    """Return when the last of the failures that bar this attempt leaves the window, or nothing."""
    bars = (
        _nth_last_failure(session, SignInAttempt.identifier_hash == identifier, limits.failures_for_account),
        _nth_last_failure(session, SignInAttempt.address_hash == origin, limits.failures_from_address),
    )
    ends = [failed_at + limits.window for failed_at in bars if failed_at is not None]
    return max((end for end in ends if end > now), default=None)


def _nth_last_failure(session: Session, whose: ColumnElement[bool], n: int) -> datetime | None:
    failures = select(SignInAttempt.at).where(whose, SignInAttempt.succeeded == false())
    return session.scalars(failures.order_by(SignInAttempt.at.desc()).offset(n - 1).limit(1)).one_or_none()


def _take_turns(session: Session, *hashes: bytes) -> None:
    """Wait for other attempts on the account or from the address, always in the same order."""
    for key in sorted(int.from_bytes(value[:8], signed=True) for value in hashes):
        session.execute(select(func.pg_advisory_xact_lock(key)))


def _forget_old_attempts(session: Session, now: datetime, limits: SignInLimits) -> None:
    session.execute(delete(SignInAttempt).where(SignInAttempt.at <= now - limits.window))
