"""The people with accounts, and the capacities they act in on a board or a case."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    and_,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, validates

from models.agency import Agency, Board
from models.base import Base, Identifier
from models.case import Case


class Person(Base):
    """Somebody who may sign in. What they may do follows from their appointments alone."""

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_is_lower_case"),)

    id: Mapped[Identifier]
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True, default=uuid.uuid4)
    """What stands for the person in an address, so that accounts cannot be counted or guessed."""
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    """Argon2, or null while no password has been chosen; then nobody can sign in."""
    active: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    password_changed_at: Mapped[datetime | None]
    last_signed_in_at: Mapped[datetime | None]

    appointments: Mapped[list[Appointment]] = relationship(
        back_populates="person", foreign_keys="Appointment.person_id", order_by="Appointment.from_on, Appointment.id"
    )

    @validates("email")
    def _store_email_in_lower_case(self, _name: str, email: str) -> str:
        return normal_email(email)


class Appointment(Base):
    """A role held on a board or on one case, from a day to a day, both included.

    Only an administrator is appointed to neither: they see accounts and no cases.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(board_id, case_id) = 1 OR (role = 'administrator' AND num_nonnulls(board_id, case_id) = 0)",
            name="on_one_board_or_case",
        ),
        CheckConstraint("until_on >= from_on", name="ends_after_it_starts"),
        ForeignKeyConstraint(["agency_id", "board_id"], ["agency.id", "agency.board_id"]),
        Index(None, "person_id", "from_on"),
        Index(None, "board_id", "role", postgresql_where="board_id IS NOT NULL"),
        Index(None, "case_id", "role", postgresql_where="case_id IS NOT NULL"),
    )

    id: Mapped[Identifier]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    board_id: Mapped[int | None] = mapped_column(ForeignKey("board.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("review_case.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    appointed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    person: Mapped[Person] = relationship(back_populates="appointments", foreign_keys=[person_id])
    board: Mapped[Board | None] = relationship(foreign_keys=[board_id])
    case: Mapped[Case | None] = relationship(foreign_keys=[case_id])
    agency: Mapped[Agency | None] = relationship(foreign_keys=[agency_id], viewonly=True)

    @classmethod
    def held_on(cls, day: date) -> ColumnElement[bool]:
        """Return the condition that an appointment is held on `day`."""
        return and_(cls.from_on <= day, or_(cls.until_on.is_(None), cls.until_on >= day))


def normal_email(email: str) -> str:
    """Return an address as it is stored and looked up: without spaces around it, in lower case."""
    return email.strip().lower()


def person_with_email(session: Session, email: str) -> Person | None:
    """Return the person who signs in with `email`, active or not."""
    return session.scalars(select(Person).where(Person.email == normal_email(email))).one_or_none()
