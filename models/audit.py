"""Who did or read what, and when: entries that are only ever added, each chained to the one before.

The database chains them, not the application: a trigger (migration 0005)
gives each entry its place, the hash of the entry before and its own. There
is one chain for each case, one for each person's acts outside any case, and
one for what nobody signed in for; so only writers on the same case wait for
each other, and then only from the entry to the commit. Write the entry last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, FetchedValue, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Identifier

Detail = Mapping[str, str | int | bool | None]
"""What else an entry says: keys, codes and counts. Never a name, a date of birth or an address."""


class AuditEntry(Base):
    """One act, by a person in a role, on a case or outside any."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("chain", "position"),
        CheckConstraint("octet_length(previous_hash) = 32 AND octet_length(hash) = 32", name="hashes_are_sha_256"),
        Index(None, "case_id", "at", postgresql_where=text("case_id IS NOT NULL")),
        Index(None, "person_id", "at", postgresql_where=text("person_id IS NOT NULL")),
    )
    # The trigger writes these, and nobody needs them back on insert.
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it once

    id: Mapped[Identifier]
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str | None]
    action: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("review_case.id"))
    event_sequence: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    chain: Mapped[str] = mapped_column(FetchedValue())
    position: Mapped[int] = mapped_column(FetchedValue())
    previous_hash: Mapped[bytes] = mapped_column(FetchedValue())
    hash: Mapped[bytes] = mapped_column(FetchedValue())


ON_BEHALF_OF = "on_behalf_of"


def say_for_whom(session: Session, absent_id: int | None) -> None:
    """Let every entry of this session from now on say for whom the person acts; nobody, for themselves (ADR 55).

    Said once, where somebody is admitted to act in a role that is lent them, so that nothing they then do or read is
    recorded without it. An event says it of itself: `models.casework` writes the entry of a step.
    """
    session.info[ON_BEHALF_OF] = absent_id


def record(
    session: Session,
    action: str,
    *,
    at: datetime,
    person_id: int | None = None,
    role: str | None = None,
    case_id: int | None = None,
    event_sequence: int | None = None,
    detail: Detail | None = None,
) -> None:
    """Add an entry saying that `action` was done, at the next flush."""
    absent_id = session.info.get(ON_BEHALF_OF) if person_id is not None else None
    session.add(
        AuditEntry(
            at=at,
            action=action,
            person_id=person_id,
            role=role,
            case_id=case_id,
            event_sequence=event_sequence,
            detail={**(detail or {}), **({ON_BEHALF_OF: absent_id} if absent_id else {})},
        )
    )


@dataclass(frozen=True)
class BrokenLink:
    """An entry that is not as it was written, or does not follow the one before it."""

    chain: str
    position: int
    because: str


def chain_of_case(case_id: int) -> str:
    """Return the chain that the entries about a case stand in."""
    return f"case:{case_id}"


def broken_links(session: Session, chain: str | None = None) -> Sequence[BrokenLink]:
    """Return every entry that was altered, and every place where one is missing, in order; in all chains, or in one.

    Entries taken away from the end of a chain leave no trace here; the events
    of a case that they belong to do, by `Case.last_event_hash`.
    """
    rows = session.execute(text(_BROKEN_LINKS), {"chain": chain})
    return [BrokenLink(chain, position, because) for chain, position, because in rows]


_BROKEN_LINKS = """
WITH linked AS (
    SELECT entry.*,
           lag(position, 1, 0) OVER along AS position_before,
           lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER along AS hash_before,
           audit_entry_hash(entry) AS hash_now
    FROM audit_entry AS entry
    WHERE CAST(:chain AS text) IS NULL OR chain = :chain
    WINDOW along AS (PARTITION BY chain ORDER BY position)
)
SELECT chain, position,
       CASE WHEN hash <> hash_now THEN 'the entry was altered'
            WHEN position <> position_before + 1 THEN 'entries before it are missing'
            ELSE 'it does not follow the entry before it' END
FROM linked
WHERE hash <> hash_now OR position <> position_before + 1 OR previous_hash <> hash_before
ORDER BY chain, position
"""
