"""Whose death a case is about: names, dates, family and contacts, kept apart from the history.

Nothing here is needed to hold a meeting or to count, so papers and figures are made without it, and reading it is
recorded. The history keeps a mark of what a notification told that identifies somebody (`models.kept_apart`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Identifier
from models.case import Case

Known = Literal["yes", "no", "not_known"]


class ChildDeath(Base):
    """The child, one row for each case, and the reference of the panel that keeps it."""

    __tablename__ = "child_death"
    __table_args__ = (
        UniqueConstraint("board_id", "cdop_ref"),
        CheckConstraint("nhs_number ~ '^[0-9]{10}$'", name="nhs_number"),
        CheckConstraint("nhs_number IS NULL OR no_nhs_number_because IS NULL", name="nhs_number_or_why_not"),
        Index(None, "nhs_number", postgresql_where=text("nhs_number IS NOT NULL")),
        Index(None, "died_on"),
        Index(None, "born_on"),
        Index("ix_child_death_postcode", text("upper(regexp_replace(postcode, '\\s'::text, ''::text, 'g'::text))")),
        Index(None, "name_sounds", postgresql_using="gin"),
        Index(
            "ix_child_death_reference",
            "board_id",
            text(r"lower(regexp_replace(cdop_ref, '\s'::text, ''::text, 'g'::text))"),
        ),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("review_case.id"), primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    cdop_ref: Mapped[str | None]
    surname: Mapped[str | None]
    forenames: Mapped[str | None]
    also_known_as: Mapped[str | None]
    name_sounds: Mapped[list[str]] = mapped_column(default=list, server_default=text("'{}'"))
    """How the names sound, by which a child told twice is found (`models.child_deaths.names`)."""
    nhs_number: Mapped[str | None]
    no_nhs_number_because: Mapped[str | None]
    born_on: Mapped[date | None]
    died_on: Mapped[date | None]
    address: Mapped[str | None]
    postcode: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """What else the notification tells (DOMAIN 3.3): the certificate, the coroner, the post-mortem, follow-up."""
    updated_at: Mapped[datetime]

    case: Mapped[Case] = relationship(viewonly=True)
    carers: Mapped[list[Carer]] = relationship(order_by="Carer.id", cascade="all, delete-orphan")
    siblings: Mapped[list[Sibling]] = relationship(order_by="Sibling.id", cascade="all, delete-orphan")
    contacts: Mapped[list[AgencyContact]] = relationship(order_by="AgencyContact.id", cascade="all, delete-orphan")


# Spelt as the index is, so that it is used.
REFERENCE_SQUEEZED = literal_column(r"lower(regexp_replace(child_death.cdop_ref, '\s', '', 'g'))", Text)
POSTCODE_SQUEEZED = literal_column(r"upper(regexp_replace(child_death.postcode, '\s', '', 'g'))", Text)


def squeezed(reference: str) -> str:
    """Return a panel’s reference as references are compared: without spaces, and capitals or not."""
    return "".join(reference.split()).lower()


class Carer(Base):
    """A parent, or somebody else who looked after the child."""

    __tablename__ = "carer"
    __table_args__ = (Index(None, "case_id"),)

    id: Mapped[Identifier]
    case_id: Mapped[int] = mapped_column(ForeignKey("child_death.case_id"))
    name: Mapped[str]
    relationship_to_child: Mapped[str | None]
    parental_responsibility: Mapped[Known] = mapped_column(Text, default="not_known")
    born_on: Mapped[date | None]
    sex: Mapped[str | None]
    address: Mapped[str | None]


class Sibling(Base):
    """Another child of the household or the family. That they are safe is looked at first (DOMAIN 6.2)."""

    __tablename__ = "sibling"
    __table_args__ = (Index(None, "case_id"),)

    id: Mapped[Identifier]
    case_id: Mapped[int] = mapped_column(ForeignKey("child_death.case_id"))
    name: Mapped[str]
    born_on: Mapped[date | None]
    sex: Mapped[str | None]
    same_household: Mapped[Known] = mapped_column(Text, default="not_known")
    seen_safe_on: Mapped[date | None]


class AgencyContact(Base):
    """An agency that knew the child, and whom to ask there. Reports are requested from this list."""

    __tablename__ = "agency_contact"
    __table_args__ = (Index(None, "case_id"),)

    id: Mapped[Identifier]
    case_id: Mapped[int] = mapped_column(ForeignKey("child_death.case_id"))
    agency: Mapped[str]
    kind: Mapped[str | None]
    contact: Mapped[str | None]
    telephone: Mapped[str | None]
    email: Mapped[str | None]
