"""Which panels a person has to do with, and as what; the meetings of a panel."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.agency import Board
from models.deputies import lent_roles
from models.panels.panel import Meeting, MeetingCase, Panel, PanelMember
from models.people import Appointment, Person, normal_email
from models.queries.access import OF_CHILD_DEATHS, SEE_WHO_THE_CHILD_IS, roles_on
from models.queries.capacities import Capacities, capacities_of
from workflows.roles import ADMINISTRATOR, CDOP_CHAIR, CDOP_COORDINATOR, PANEL_MEMBER


@dataclass(frozen=True, slots=True)
class Seat:
    """How somebody sits at a panel today: the roles they act in there, their own and lent, and their places on it.

    A place on a panel is never lent: whoever comes instead of a member is there as what they stand for themselves.
    """

    panel: Panel
    person_id: int
    own: frozenset[str]
    members: tuple[PanelMember, ...] = ()
    lent: Mapping[str, int] = field(default_factory=dict)

    @property
    def roles(self) -> frozenset[str]:
        return self.own | set(self.lent)

    @property
    def is_concerned(self) -> bool:
        """Whether the panel's meetings are any of their business: an administrator's they are not."""
        return bool(self.members or self.own & set(OF_CHILD_DEATHS))

    @property
    def coordinates(self) -> bool:
        return CDOP_COORDINATOR in self.roles

    @property
    def chairs(self) -> bool:
        return CDOP_CHAIR in self.roles

    @property
    def reads_packs_over(self) -> bool:
        """Whether they may read a pack before it is released, which shows what in it could identify a child."""
        return self.coordinates and not self.own.isdisjoint(SEE_WHO_THE_CHILD_IS)

    @property
    def runs_meetings(self) -> bool:
        return self.coordinates or self.chairs

    @property
    def sets_up(self) -> bool:
        return self.coordinates or self.administers

    @property
    def administers(self) -> bool:
        return ADMINISTRATOR in self.own

    def whose(self, roles: Collection[str]) -> int | None:
        """Return for whom they do what these roles may; nobody where a role of their own will do."""
        if not self.own.isdisjoint(roles):
            return None
        return next((absent_id for role, absent_id in self.lent.items() if role in roles), None)


def seat_at(session: Session, person_id: int, prefix: str, on: date) -> Seat | None:
    """Return how a person sits at the panel whose references begin so; nothing where there is none, or no seat."""
    panel = session.scalars(select(Panel).join(Board).where(Board.reference_prefix == prefix)).one_or_none()
    return _seat(session, panel, capacities_of(session, person_id, on), on) if panel else None


def seats_of(session: Session, person_id: int, on: date) -> list[Seat]:
    """Return every panel a person has to do with on a day, by name."""
    panels = session.scalars(select(Panel).join(Board).order_by(Board.name, Board.id)).all()
    capacities = capacities_of(session, person_id, on)
    return [seat for panel in panels if (seat := _seat(session, panel, capacities, on))]


def sits_anywhere(session: Session, person_id: int, on: date) -> bool:
    """Return whether a person is a member of some panel on a day."""
    sits = select(PanelMember.id).where(PanelMember.person_id == person_id, PanelMember.sits_on(on))
    return session.scalar(sits.limit(1)) is not None


def _seat(session: Session, panel: Panel, capacities: Capacities, on: date) -> Seat | None:
    person_id, board_id = capacities.person_id, panel.board_id
    held = select(Appointment.role).where(
        Appointment.person_id == person_id, Appointment.held_on(on),
        (Appointment.board_id == board_id) | (Appointment.role == ADMINISTRATOR),
    )  # fmt: skip
    sits = select(PanelMember).where(
        PanelMember.panel_id == board_id, PanelMember.person_id == person_id, PanelMember.sits_on(on)
    )
    members = tuple(session.scalars(sits.order_by(PanelMember.id)))
    own = frozenset(session.scalars(held)) & {*OF_CHILD_DEATHS, ADMINISTRATOR}
    lent = {role: whose for role, whose in capacities.lent.get(board_id, {}).items() if role in OF_CHILD_DEATHS}
    return Seat(panel, person_id, own, members, lent) if own or members else None


def actor_at(session: Session, seat: Seat, listed: MeetingCase, on: date) -> Actor:
    """Return in which roles somebody acts on a case at a meeting; none in which they have an interest.

    A member acts as one, and whoever is named to take the chair for the case acts as its chair. A deputy acts as whom
    they stand in for, as on the case.
    """
    own = roles_on(session, seat.person_id, listed.case, on)
    if seat.members:
        own |= {PANEL_MEMBER}
    if any(each.id == listed.chaired_by_id for each in seat.members):
        own |= {CDOP_CHAIR}
    lent = lent_roles(session, seat.person_id, listed.case, on)
    lent = {role: whose for role, whose in lent.items() if role not in own}
    return Actor(seat.person_id, own | set(lent), lent=lent)


def meetings_of(session: Session, panel: Panel) -> Sequence[Meeting]:
    """Return the meetings of a panel, the latest first."""
    held = select(Meeting).where(Meeting.panel_id == panel.board_id)
    return session.scalars(held.order_by(Meeting.held_on.desc())).all()


def meeting_on(session: Session, panel: Panel, held_on: date) -> Meeting | None:
    """Return the meeting of a panel on a day."""
    one = select(Meeting).where(Meeting.panel_id == panel.board_id, Meeting.held_on == held_on)
    return session.scalars(one).one_or_none()


def person_with_account(session: Session, email: str) -> Person | None:
    """Return the person whose open account has this address."""
    return session.scalars(select(Person).where(Person.email == normal_email(email), Person.active)).one_or_none()
