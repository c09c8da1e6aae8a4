"""Who may reach the pages of a panel. A view is given its seat, meeting and case in place of the parts of its address.

A panel at which somebody has no seat, a meeting that is not the panel's and a case that is withheld from them are
answered like ones that are not there.
"""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from flask import abort

from models import audit
from models.actor import Actor
from models.panels.meetings import case_listed
from models.panels.panel import Meeting, MeetingCase, PanelMember, has_interest
from models.queries.panels import Seat, actor_at, meeting_on, seat_at
from webapp import clock
from webapp.access import Arguments, DeclaredView, View, current_person, record_reading
from webapp.database import db
from workflows.roles import ADMINISTRATOR, CDOP_CHAIR, CDOP_COORDINATOR, DESIGNATED_DOCTOR


def _decorator(
    reached_by: str, allowed: Callable[[Seat], bool], roles: Collection[str] = ()
) -> Callable[[View], DeclaredView]:
    """Return what declares a view. `roles` are those in which it is reached, where it is not by a place at the panel.

    Whoever reaches it in a role that is lent them does everything there for whom they stand in for, and it says so.
    """

    def admit(arguments: Arguments) -> Arguments:
        given = _admit(arguments, allowed)
        absent_id = given["seat"].whose(roles)
        audit.say_for_whom(db.session, absent_id)
        return _with_meeting(given, absent_id)

    return lambda view: DeclaredView(view, reached_by, admit)


def _admit(arguments: Arguments, allowed: Callable[[Seat], bool]) -> dict[str, Any]:
    person, given = current_person(), dict(arguments)
    seat = seat_at(db.session, person.id, given.pop("prefix"), clock.today()) or abort(404)
    if not allowed(seat):
        abort(403 if seat.is_concerned else 404)
    return {**given, "seat": seat}


def _with_meeting(given: dict[str, Any], absent_id: int | None) -> Arguments:
    """Return what a view is given. What is withheld from whoever is stood in for is not there for the deputy either."""
    if "held_on" in given:
        given["meeting"] = _meeting(given["seat"], given.pop("held_on"))
    if "reference" in given:
        given["listed"] = _listed(given["meeting"], given.pop("reference"))
        if absent_id is not None and has_interest(db.session, absent_id, given["listed"].case_id):
            abort(404)
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
runs_meetings = _decorator(
    "coordinator or chair of the panel", lambda seat: seat.runs_meetings, (CDOP_COORDINATOR, CDOP_CHAIR)
)
chairs_panel = _decorator("chair of the panel", lambda seat: seat.chairs, (CDOP_CHAIR,))
coordinates_panel = _decorator(
    "coordinator of the panel, who sees who the children are", lambda seat: seat.reads_packs_over, (CDOP_COORDINATOR,)
)
sets_panel_up = _decorator(
    "administrator, or coordinator of the panel", lambda seat: seat.sets_up, (ADMINISTRATOR, CDOP_COORDINATOR)
)

ACT_ON_A_CASE = frozenset({CDOP_CHAIR, CDOP_COORDINATOR, DESIGNATED_DOCTOR})


def actor_for(seat: Seat, listed: MeetingCase) -> Actor:
    """Return in which roles the person asking acts on a case at its meeting, and for whom in those that are lent."""
    return actor_at(db.session, seat, listed, clock.today())


def refuse_who_does_not_act(seat: Seat, listed: MeetingCase) -> Actor:
    """Return who asks, as they act on a case; refuse who only reads papers. That is 403, not 404."""
    actor = actor_for(seat, listed)
    return actor if actor.roles & ACT_ON_A_CASE else abort(403)


def of_meeting(meeting: Meeting, **more: Any) -> dict[str, Any]:
    """Return the parts of an address that name a meeting."""
    return {"prefix": meeting.panel.board.reference_prefix, "held_on": meeting.held_on.isoformat(), **more}


def membership(seat: Seat) -> PanelMember:
    """Return the place of the person asking on the panel. Answers 403 where they have none."""
    return seat.members[0] if seat.members else abort(403)
