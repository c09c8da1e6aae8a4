"""What panels wait for from one person today: actions, packs, minutes and packs to read, their own or a deputy's.

Those who see to it, whoever else a panel has chosen to be reminded of it (`notifications.duty_recipients`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from models.agency import Agency
from models.deputies import standing_for
from models.panels.duties import OWNER, Duty, duties
from models.panels.meetings import withheld_from
from models.panels.panel import Meeting, Panel, PanelAction, PanelMember
from models.people import Appointment
from models.queries.access import OF_CHILD_DEATHS
from models.queries.capacities import Capacities, named_on_board
from workflows.calendar import Calendar
from workflows.dates import london_day
from workflows.roles import AGENCY_LEAD, CDOP_CHAIR, CDOP_COORDINATOR, PANEL_MEMBER

AT_THE_PANEL = (CDOP_COORDINATOR, CDOP_CHAIR)
"""Who runs a panel: for them alone are the pages to which what it owes leads."""


@dataclass(frozen=True, slots=True)
class Hearers:
    """Whose actions a person hears of: their own and those of whom they stand in for; and of which agencies."""

    people: frozenset[int]
    agencies: frozenset[int]


def duties_for(session: Session, capacities: Capacities, today: date, calendar: Calendar) -> list[Duty]:
    """Return what panels wait for from a person today, the earliest due first; what is withheld is left out."""
    found = [*_owned(session, capacities, today), *_at_panels(session, capacities, today, calendar)]
    withheld = set(session.scalars(withheld_from(capacities.person_id)))
    free = [each for each in found if each.over.on is None and not (each.action and each.action.case_id in withheld)]
    return sorted(free, key=lambda each: (each.due_on, each.kind, each.panel_id))


def actions_for(session: Session, capacities: Capacities, on: date) -> list[PanelAction]:
    """Return the actions a person hears of, open ones first and those due first at the top; those done lately last."""
    hearers = heard_by(session, capacities, on)
    found = select(PanelAction).where(
        or_(PanelAction.owner_person_id.in_(hearers.people), PanelAction.owner_agency_id.in_(hearers.agencies)),
        or_(PanelAction.case_id.is_(None), PanelAction.case_id.not_in(withheld_from(capacities.person_id))),
    )
    in_order = found.order_by(PanelAction.done_on.is_not(None), PanelAction.due_on, PanelAction.id)
    return [
        each
        for each in session.scalars(in_order.options(joinedload(PanelAction.meeting)).limit(MOST)).unique()
        if _is_heard(session, capacities, each, on)
    ]


MOST = 200
"""The most actions one page lists. A local default."""


def heard_by(session: Session, capacities: Capacities, on: date) -> Hearers:
    """Return for whom a person hears of actions on a day, before it is asked of each panel whether they may."""
    absent = {span.absent_id for span in standing_for(session, capacities.person_id, on) if span.case_id is None}
    return Hearers(
        frozenset({capacities.person_id, *absent}), frozenset(_agencies(session, capacities.person_id, absent, on))
    )


def _agencies(session: Session, person_id: int, absent: Collection[int], on: date) -> Iterator[int]:
    """Yield the agencies a person leads, and those whose lead named them and for which they are appointed as well."""
    held = select(Agency.id).join(Appointment, Appointment.agency_id == Agency.id).where(Appointment.held_on(on))
    yield from session.scalars(held.where(Appointment.person_id == person_id, Appointment.role == AGENCY_LEAD))
    theirs = set(session.scalars(held.where(Appointment.person_id == person_id))) if absent else set()
    for lead in session.scalars(
        select(Appointment).where(
            Appointment.person_id.in_(absent),
            Appointment.role == AGENCY_LEAD,
            Appointment.held_on(on),
            Appointment.agency_id.in_(theirs),
        )
    ):
        named = lead.board_id and named_on_board(session, lead.person_id, lead.board_id, AGENCY_LEAD, on)
        if named == person_id and lead.agency_id is not None:
            yield lead.agency_id


def _is_heard(session: Session, capacities: Capacities, action: PanelAction, on: date) -> bool:
    """Return whether an action is the person's own to hear of, or its owner named them and they are of the panel."""
    if action.owner_agency_id is not None or action.owner_person_id == capacities.person_id:
        return True
    assert action.owner_person_id is not None
    panel_id = action.meeting.panel_id
    named = named_on_board(session, action.owner_person_id, panel_id, CDOP_COORDINATOR, on)
    return named == capacities.person_id and has_to_do_with(session, capacities, panel_id, on)


def has_to_do_with(session: Session, capacities: Capacities, panel_id: int, on: date) -> bool:
    """Return whether a panel is a person's business in their own right: a role of theirs, or a place on it."""
    own = capacities.own.get(panel_id, frozenset())
    sits = select(PanelMember.id).where(
        PanelMember.panel_id == panel_id, PanelMember.person_id == capacities.person_id, PanelMember.sits_on(on)
    )
    return not own.isdisjoint(OF_CHILD_DEATHS) or session.scalar(sits.limit(1)) is not None


def _owned(session: Session, capacities: Capacities, today: date) -> Iterator[Duty]:
    for action in actions_for(session, capacities, today):
        if action.done_on is None:
            yield Duty("action", action.meeting.panel_id, action.due_on, london_day(action.created_at), action=action)


def _at_panels(session: Session, capacities: Capacities, today: date, calendar: Calendar) -> Iterator[Duty]:
    """Yield what is owed by those who run a panel, and what its members are to read."""
    sits = select(PanelMember.panel_id).where(PanelMember.person_id == capacities.person_id, PanelMember.sits_on(today))
    panels = set(session.scalars(sits)) | capacities.boards(AT_THE_PANEL)
    for panel_id in sorted(session.scalars(select(Panel.board_id).where(Panel.board_id.in_(panels)))):
        roles = capacities.roles(panel_id)
        yield from (
            each for each in duties(session, today, calendar, panel_id=panel_id) if _is_theirs(each, capacities, roles)
        )


def _is_theirs(duty: Duty, capacities: Capacities, roles: frozenset[str]) -> bool:
    if duty.action is not None:
        unowned = duty.action.owner_person_id is None and duty.action.owner_agency_id is None
        return unowned and CDOP_COORDINATOR in roles
    if duty.kind == "reading":
        return duty.member_id == capacities.person_id
    return CDOP_COORDINATOR in roles or (duty.kind == "minutes" and CDOP_CHAIR in roles)


# --- One of them -------------------------------------------------------------


def duty_of(
    session: Session, capacities: Capacities, kind: str, thing_id: int, today: date, calendar: Calendar
) -> tuple[Duty, frozenset[str]] | None:
    """Return something a panel owes with the roles in which a person has to do with it; nothing where they have not.

    An action is named by its id, everything else by that of its meeting. `OWNER` is the role of whoever sees to an
    action. A pack to be read is the member's own.
    """
    action = session.get(PanelAction, thing_id) if kind == "action" else None
    meeting = action.meeting if action else session.get(Meeting, thing_id) if kind != "action" else None
    if meeting is None or (action is not None and _is_withheld(session, action, capacities.person_id)):
        return None
    for duty in duties(session, today, calendar, panel_id=meeting.panel_id):
        thing = duty.action or duty.meeting
        if (duty.kind, thing.id if thing else None) == (kind, thing_id):
            roles = _roles_in(session, capacities, duty, today)
            if roles:
                return duty, roles
    return None


def _is_withheld(session: Session, action: PanelAction, person_id: int) -> bool:
    return action.case_id in set(session.scalars(withheld_from(person_id)))


def _roles_in(session: Session, capacities: Capacities, duty: Duty, today: date) -> frozenset[str]:
    if duty.kind == "reading":
        return frozenset({PANEL_MEMBER} if duty.member_id == capacities.person_id else ())
    at_the_panel = capacities.roles(duty.panel_id) & set(AT_THE_PANEL)
    if duty.action is None:
        return at_the_panel
    if duty.action.owner_person_id is None and duty.action.owner_agency_id is None:
        return at_the_panel | ({OWNER} if CDOP_COORDINATOR in at_the_panel else set())
    is_theirs = any(each.id == duty.action.id for each in actions_for(session, capacities, today))
    return at_the_panel | ({OWNER} if is_theirs else set())
