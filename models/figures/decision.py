"""Decisions to publish figures otherwise than guarded and once (DOMAIN 8.3): by whom, for which year, and why.

Figures published under two schemes, or twice with something recorded between, can be subtracted from each other. So a
year is published once, under one scheme that withholds small numbers; whatever else is published needs a decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models import audit
from models.agency import Board
from models.base import Base, Identifier
from models.figures.disclosure import AS_THEY_ARE, NotDecided, Scheme
from models.people import Person


class FiguresDecision(Base):
    """That a board’s figures of a year may be published under a scheme. Withdrawn, never removed."""

    __tablename__ = "figures_decision"
    __table_args__ = (Index(None, "board_id", "year"),)

    id: Mapped[Identifier]
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    year: Mapped[int]
    scheme: Mapped[str] = mapped_column(default=AS_THEY_ARE.key, server_default=AS_THEY_ARE.key)
    decided_on: Mapped[date]
    decided_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    role: Mapped[str]
    reasons: Mapped[str]
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class FiguresRelease(Base):
    """That a board’s figures of a year were published under a scheme, as known at a moment.

    They can be made again from the histories as they were known then; `digest` tells whether they are the same.
    """

    __tablename__ = "figures_release"
    __table_args__ = (
        Index(None, "board_id", "year"),
        CheckConstraint("octet_length(digest) = 32", name="digest_is_sha_256"),
    )

    id: Mapped[Identifier]
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    year: Mapped[int]
    scheme: Mapped[str]
    known_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime]
    decision_id: Mapped[int | None] = mapped_column(ForeignKey(FiguresDecision.id))
    digest: Mapped[bytes]

    person: Mapped[Person] = relationship()
    decision: Mapped[FiguresDecision | None] = relationship()


def record_decision(
    session: Session,
    board_id: int,
    year: int,
    scheme: Scheme,
    *,
    by: Person,
    role: str,
    reasons: str,
    on: date,
    now: datetime,
) -> FiguresDecision:
    """Return the decision, recorded with who took it, in which role, when and why; the same sent twice, once."""
    before = decision_in_force(session, board_id, year, scheme)
    if before and (before.decided_by, before.decided_on, before.reasons) == (by.id, on, reasons):
        return before
    decision = FiguresDecision(
        board_id=board_id, year=year, scheme=scheme.key, decided_on=on, decided_by=by.id, role=role, reasons=reasons,
        recorded_at=now,
    )  # fmt: skip
    session.add(decision)
    session.flush()
    _audit(session, "figures_decision_recorded", decision, by, now)
    return decision


def withdraw_decision(session: Session, decision: FiguresDecision, *, by: Person, now: datetime) -> None:
    """Let nothing more be published by a decision. What was published stays published."""
    if decision.withdrawn_at is None:
        decision.withdrawn_at = now
        _audit(session, "figures_decision_withdrawn", decision, by, now)


def _audit(session: Session, action: str, decision: FiguresDecision, by: Person, now: datetime) -> None:
    detail: dict[str, str | int | bool | None] = {
        "board_id": decision.board_id, "year": decision.year, "scheme": decision.scheme, "decision": decision.id,
    }  # fmt: skip
    audit.record(session, action, at=now, person_id=by.id, role=decision.role, detail=detail)


def decision_of(session: Session, board_id: int, decision_id: int) -> FiguresDecision | None:
    """Return one decision, if it is that board's."""
    of = select(FiguresDecision).where(FiguresDecision.board_id == board_id, FiguresDecision.id == decision_id)
    return session.scalars(of).one_or_none()


def release_of(session: Session, release_id: int) -> FiguresRelease | None:
    """Return one release."""
    return session.get(FiguresRelease, release_id)


def decisions_of(session: Session, board_id: int, year: int) -> Sequence[FiguresDecision]:
    """Return every decision on the figures of a year, the latest first."""
    of = select(FiguresDecision).where(FiguresDecision.board_id == board_id, FiguresDecision.year == year)
    return session.scalars(of.order_by(FiguresDecision.id.desc())).all()


def releases_of(session: Session, board_id: int, year: int) -> Sequence[FiguresRelease]:
    """Return what was published of a year, the latest first."""
    of = select(FiguresRelease).where(FiguresRelease.board_id == board_id, FiguresRelease.year == year)
    return session.scalars(of.order_by(FiguresRelease.id.desc())).all()


def decision_in_force(
    session: Session, board_id: int, year: int, scheme: Scheme = AS_THEY_ARE
) -> FiguresDecision | None:
    """Return the decision under which the figures of a year may be published under a scheme, if there is one.

    A decision is for what is published after it, once.
    """
    used = exists().where(FiguresRelease.decision_id == FiguresDecision.id)
    standing = select(FiguresDecision).where(
        FiguresDecision.board_id == board_id,
        FiguresDecision.year == year,
        FiguresDecision.scheme == scheme.key,
        FiguresDecision.withdrawn_at.is_(None),
        ~used,
    )
    return session.scalars(standing.order_by(FiguresDecision.id.desc()).limit(1)).one_or_none()


def needs_decision(session: Session, board_id: int, year: int, scheme: Scheme) -> bool:
    """Return whether figures may be published under a scheme only by a decision."""
    return not scheme.withholds or bool(releases_of(session, board_id, year))


def release(
    session: Session, board_id: int, year: int, scheme: Scheme, digest: bytes, *, by: Person, now: datetime
) -> FiguresRelease:
    """Return the record that figures, known up to now, are published. Raises NotDecided where that needs a decision."""
    # One at a time for a board: of two people who publish the year for the first time, one is first.
    session.get_one(Board, board_id, with_for_update=True)
    decision = decision_in_force(session, board_id, year, scheme)
    if decision is None and needs_decision(session, board_id, year, scheme):
        raise NotDecided(WHY_A_DECISION)
    made = FiguresRelease(
        board_id=board_id, year=year, scheme=scheme.key, known_at=now, made_by=by.id, made_at=now,
        decision_id=decision.id if decision else None, digest=digest,
    )  # fmt: skip
    session.add(made)
    session.flush()
    detail: dict[str, str | int | bool | None] = {
        "board_id": board_id, "year": year, "scheme": scheme.key, "release": made.id, "decision": made.decision_id,
    }  # fmt: skip
    audit.record(session, "figures_published", at=now, person_id=by.id, detail=detail)
    return made


WHY_A_DECISION = (
    "Figures that withhold nothing, and figures of a year that were published before, are published only by a recorded "
    "decision. Record it with its reasons first"
)
