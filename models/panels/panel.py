"""Child death overview panels: the boards each serves, its rule of quorum, its members and its meetings."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    UniqueConstraint,
    and_,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.agency import Agency, Board
from models.base import Base, Identifier
from models.case import Case
from models.people import Person


class Panel(Base):
    """A panel, which is a board of its own, with what its rule of quorum asks beyond every panel’s (DOMAIN 4.3)."""

    __tablename__ = "panel"
    __table_args__ = (CheckConstraint("quorum_minimum BETWEEN 2 AND 12", name="quorum_minimum"),)

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), primary_key=True)
    quorum_roles: Mapped[list[str]] = mapped_column(default=list, server_default=text("'{}'"))
    quorum_minimum: Mapped[int] = mapped_column(default=2, server_default="2")
    areas: Mapped[list[str]] = mapped_column(default=list, server_default=text("'{}'"))
    """The areas served, as notifications name them. A child who lived elsewhere is another panel’s (R-3.5)."""

    board: Mapped[Board] = relationship()
    members: Mapped[list[PanelMember]] = relationship(order_by="PanelMember.from_on, PanelMember.id")


class PanelBoard(Base):
    """That a panel serves a board: the board sees its own deaths, the panel sees those of all it serves."""

    __tablename__ = "panel_board"
    __table_args__ = (Index(None, "board_id"),)

    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.board_id"), primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), primary_key=True)


class PanelMember(Base):
    """Somebody who sits on a panel, and what they stand for there."""

    __tablename__ = "panel_member"
    __table_args__ = (
        UniqueConstraint("panel_id", "person_id", "from_on"),
        CheckConstraint("until_on >= from_on", name="ends_after_it_starts"),
    )

    id: Mapped[Identifier]
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.board_id"))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    role: Mapped[str]
    """A role of `PANEL_ROLES`, or the chair."""
    agency: Mapped[str | None]
    from_on: Mapped[date]
    until_on: Mapped[date | None]

    person: Mapped[Person] = relationship()

    @classmethod
    def sits_on(cls, day: date) -> ColumnElement[bool]:
        """Return the condition that somebody is a member on `day`."""
        return and_(cls.from_on <= day, or_(cls.until_on.is_(None), cls.until_on >= day))


class Meeting(Base):
    """A day on which a panel meets, and what has become of the packs for it (DOMAIN 8.1)."""

    __tablename__ = "panel_meeting"
    __table_args__ = (UniqueConstraint("panel_id", "held_on"),)

    id: Mapped[Identifier]
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.board_id"))
    held_on: Mapped[date]
    theme: Mapped[str | None]
    created_at: Mapped[datetime]
    pack_released_at: Mapped[datetime | None]
    pack_released_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    packs_destroyed_at: Mapped[datetime | None]

    panel: Mapped[Panel] = relationship()
    cases: Mapped[list[MeetingCase]] = relationship(order_by="MeetingCase.place, MeetingCase.case_id")
    attendances: Mapped[list[Attendance]] = relationship(order_by="Attendance.member_id")


class MeetingCase(Base):
    """A case listed for a meeting, in the order it is to be taken."""

    __tablename__ = "panel_meeting_case"
    __table_args__ = (Index(None, "case_id"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("panel_meeting.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("review_case.id"), primary_key=True)
    place: Mapped[int]
    listed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    chaired_by_id: Mapped[int | None] = mapped_column(ForeignKey(PanelMember.id))
    """The member named to take the chair for this case, where the chair cannot."""
    summary: Mapped[str | None]
    """The summary as the coordinator reads it over for the pack."""
    page: Mapped[dict[str, Any] | None]
    """The page as it was released to members. Gone once the packs are destroyed."""

    case: Mapped[Case] = relationship()
    meeting: Mapped[Meeting] = relationship(viewonly=True)
    chaired_by: Mapped[PanelMember | None] = relationship()


class Attendance(Base):
    """That a member is invited to a meeting, and whether they came. Who was there for one case is in its history."""

    __tablename__ = "panel_attendance"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("panel_meeting.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("panel_member.id"), primary_key=True)
    attended: Mapped[bool | None]
    """Not known until somebody has said."""
    interests_considered_at: Mapped[datetime | None]
    """When the member last looked at the cases listed and said in which of them they have an interest."""

    member: Mapped[PanelMember] = relationship()


class DeclaredInterest(Base):
    """That a member has an interest in a case, which is withheld from them from then on.

    The step `declare_interest` says so in the history, by role; here is whose it is, for access. It goes only when the
    step is struck out, with a reason, by somebody who has no interest of their own.
    """

    __tablename__ = "declared_interest"
    __table_args__ = (Index(None, "case_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("review_case.id"), primary_key=True)
    declared_at: Mapped[datetime]
    event_sequence: Mapped[int | None]


class PanelAction(Base):
    """Something a panel decided that somebody does by a day, of one case or of none."""

    __tablename__ = "panel_action"
    __table_args__ = (
        CheckConstraint("num_nonnulls(owner_person_id, owner_agency_id) <= 1", name="is_heard_of_by_one"),
        Index(None, "meeting_id"),
        Index("ix_panel_action_open", "due_on", "id", postgresql_where=text("done_on IS NULL")),
    )

    id: Mapped[Identifier]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("panel_meeting.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("review_case.id"))
    action: Mapped[str]
    owner: Mapped[str]
    """The post that does it, not the person’s name."""
    owner_person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    """Who is reminded of it; or the agency whose leads are; or neither, and the coordinator is."""
    owner_agency_id: Mapped[int | None] = mapped_column(ForeignKey(Agency.id))
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    done_at: Mapped[datetime | None]
    """When it was said to be done."""
    outcome: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    meeting: Mapped[Meeting] = relationship()
    case: Mapped[Case | None] = relationship()
    owner_person: Mapped[Person | None] = relationship()
    owner_agency: Mapped[Agency | None] = relationship()


def boards_served(session: Session, board_ids: Collection[int]) -> frozenset[int]:
    """Return these boards, and for each that is a panel the boards it serves."""
    return frozenset(board_ids) | frozenset(served for _, served in served_by(session, board_ids))


def served_by(session: Session, panel_ids: Collection[int]) -> list[tuple[int, int]]:
    """Return each of these panels with each board it serves, by id."""
    if not panel_ids:
        return []
    served = select(PanelBoard.panel_id, PanelBoard.board_id).where(PanelBoard.panel_id.in_(panel_ids))
    return list(session.execute(served.order_by(PanelBoard.panel_id, PanelBoard.board_id)))


def panels_serving(session: Session, board_id: int) -> frozenset[int]:
    """Return the panels that serve a board."""
    return frozenset(session.scalars(select(PanelBoard.panel_id).where(PanelBoard.board_id == board_id)))


def panel_of(session: Session, board_id: int) -> Panel | None:
    """Return the panel that serves a board, or that the board is."""
    serving = select(PanelBoard.panel_id).where(PanelBoard.board_id == board_id)
    panels = select(Panel).where(or_(Panel.board_id == board_id, Panel.board_id.in_(serving)))
    return session.scalars(panels.order_by(Panel.board_id).limit(1)).one_or_none()


def has_interest(session: Session, person_id: int, case_id: int) -> bool:
    """Return whether the person declared an interest in the case, so that it is withheld from them."""
    return session.get(DeclaredInterest, (person_id, case_id)) is not None
