"""Who may reach the pages of a panel. A view is given its seat, meeting and case in place of the parts of its address.

A panel at which somebody has no seat, a meeting that is not the panel's and a case that is withheld from them are
answered like ones that are not there.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import abort

from models.panels.meetings import case_listed
from models.panels.panel import Meeting, MeetingCase, PanelMember
from models.queries.panels import Seat, meeting_on, roles_at, seat_at
from webapp import clock
from webapp.access import Arguments, DeclaredView, View, current_person, record_reading
from webapp.database import db
from workflows.roles import CDOP_CHAIR, CDOP_COORDINATOR, DESIGNATED_DOCTOR


def _decorator(reached_by: str, allowed: Callable[[Seat], bool]) -> Callable[[View], DeclaredView]:
    return lambda view: DeclaredView(view, reached_by, lambda arguments: _admit(arguments, allowed))


def _admit(arguments: Arguments, allowed: Callable[[Seat], bool]) -> Arguments:
    person, today, given = current_person(), clock.today(), dict(arguments)
    seat = seat_at(db.session, person.id, given.pop("prefix"), today) or abort(404)
    if not allowed(seat):
        abort(403 if seat.is_concerned else 404)
    given["seat"] = seat
    if "held_on" in given:
        given["meeting"] = _meeting(seat, given.pop("held_on"))
    if "reference" in given:
        given["listed"] = _listed(given["meeting"], given.pop("reference"))
    return given


def _meeting(seat: Seat, held_on: str) -> Meeting:
    try:
        day = date.fromisoformat(held_on)
    except ValueError:
        abort(404)
    return meeting_on(db.session, seat.panel, day) or abort(404)


def _listed(meeting: Meeting, reference: str) -> MeetingCase:
    person = current_person()
    listed = case_listed(db.session, meeting, reference, person.id)
    if listed is None:
        abort(404)
    record_reading(person, listed.case)
    return listed


sits_at_panel = _decorator("sits at the panel", lambda seat: seat.is_concerned)
runs_meetings = _decorator("coordinator or chair of the panel", lambda seat: seat.runs_meetings)
coordinates_panel = _decorator("coordinator of the panel", lambda seat: seat.coordinates)
sets_panel_up = _decorator("administrator, or coordinator of the panel", lambda seat: seat.sets_up)


def roles_for(seat: Seat, listed: MeetingCase) -> frozenset[str]:
    """Return the roles in which the person asking acts on a case at its meeting."""
    return roles_at(db.session, seat, listed, clock.today())


def refuse_who_does_not_act(seat: Seat, listed: MeetingCase) -> frozenset[str]:
    """Return the roles of the person asking on a case; refuse who only reads papers. That is 403, not 404."""
    roles = roles_for(seat, listed)
    if not roles & {CDOP_CHAIR, CDOP_COORDINATOR, DESIGNATED_DOCTOR}:
        abort(403)
    return roles


def of_meeting(meeting: Meeting, **more: Any) -> dict[str, Any]:
    """Return the parts of an address that name a meeting."""
    return {"prefix": meeting.panel.board.reference_prefix, "held_on": meeting.held_on.isoformat(), **more}


def membership(seat: Seat) -> PanelMember:
    """Return the place of the person asking on the panel. Answers 403 where they have none."""
    return seat.members[0] if seat.members else abort(403)
