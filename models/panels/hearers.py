"""Who may be chosen to be reminded of an action: those who sit on the panel or run it, and agencies of its boards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from models.agency import Agency
from models.panels.panel import Panel, PanelMember, boards_served
from models.people import Appointment, Person
from workflows.roles import CDOP_CHAIR, CDOP_COORDINATOR, DESIGNATED_DOCTOR


@dataclass(frozen=True, slots=True)
class Hearers:
    """Who may be chosen, by what stands for each on a form."""

    people: Mapping[str, Person]
    agencies: Mapping[str, Agency]

    def offered(self) -> list[tuple[str, str]]:
        """Return them with their names, people before agencies."""
        named = [(key, person.name) for key, person in self.people.items()]
        return named + [
            (key, f"{agency.name} ({agency.board.short_name}): those who lead it on safeguarding")
            for key, agency in self.agencies.items()
        ]

    def chosen(self, key: str | None) -> Person | Agency | None:
        """Return who was chosen; nobody, for the coordinator."""
        return self.people.get(key or "") or self.agencies.get(key or "")


def possible_hearers(session: Session, panel: Panel, on: date) -> Hearers:
    """Return who may be reminded of an action of a panel, by name."""
    sits = select(PanelMember.person_id).where(PanelMember.panel_id == panel.board_id, PanelMember.sits_on(on))
    runs = select(Appointment.person_id).where(
        Appointment.board_id == panel.board_id, Appointment.held_on(on),
        Appointment.role.in_((CDOP_COORDINATOR, CDOP_CHAIR, DESIGNATED_DOCTOR)),
    )  # fmt: skip
    people = select(Person).where(Person.active, or_(Person.id.in_(sits), Person.id.in_(runs)))
    agencies = (
        select(Agency)
        .where(Agency.board_id.in_(boards_served(session, [panel.board_id])))
        .options(joinedload(Agency.board))
    )
    return Hearers(
        {str(each.public_id): each for each in session.scalars(people.order_by(Person.name, Person.id))},
        {f"agency-{each.id}": each for each in session.scalars(agencies.order_by(Agency.name, Agency.id))},
    )
