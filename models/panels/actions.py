"""What a panel decided that somebody does by a day: open until it is done, with what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from models import audit
from models.agency import Agency
from models.panels.meetings import withheld_from
from models.panels.panel import Meeting, PanelAction
from models.people import Person


def add_action(
    session: Session,
    meeting: Meeting,
    *,
    case_id: int | None,
    action: str,
    owner: str,
    due_on: date,
    person_id: int,
    now: datetime,
    hears: Person | Agency | None = None,
) -> PanelAction:
    """Return something that was decided at a meeting, done by whoever holds a post, by a day.

    `hears` is who is reminded of it; nobody, for the coordinator. What was noted of the meeting already, the same in
    everything, is that: a form sent twice makes one action (P43).
    """
    told: dict[str, Any] = {
        "meeting_id": meeting.id, "case_id": case_id, "action": action, "owner": owner, "due_on": due_on,
        "owner_person_id": hears.id if isinstance(hears, Person) else None,
        "owner_agency_id": hears.id if isinstance(hears, Agency) else None,
    }  # fmt: skip
    session.get_one(Meeting, meeting.id, with_for_update=True)
    same = select(PanelAction).filter_by(**told).where(PanelAction.done_on.is_(None)).order_by(PanelAction.id)
    if noted := session.scalars(same).first():
        return noted
    added = PanelAction(**told, created_at=now)
    session.add(added)
    session.flush()
    _record(session, "action_added", added, person_id, now)
    return added


def finish_action(
    session: Session, action: PanelAction, *, done_on: date, outcome: str, person_id: int, now: datetime
) -> None:
    """Say that an action is done, on which day, and what came of it."""
    action.done_on, action.outcome, action.done_at = done_on, outcome, now
    session.flush()
    _record(session, "action_done", action, person_id, now)


def actions_of(
    session: Session, panel_id: int, person_id: int, *, meeting: Meeting | None = None, done: bool | None = None
) -> Sequence[PanelAction]:
    """Return the actions of a panel, or of one meeting, those due first at the top, without what is withheld.

    With `done` given, only those that are done or only those that are not.
    """
    actions = select(PanelAction).join(Meeting, Meeting.id == PanelAction.meeting_id)
    seen = or_(PanelAction.case_id.is_(None), PanelAction.case_id.not_in(withheld_from(person_id)))
    found = actions.where(Meeting.panel_id == panel_id, seen)
    if meeting is not None:
        found = found.where(PanelAction.meeting_id == meeting.id)
    if done is not None:
        found = found.where(PanelAction.done_on.is_not(None) if done else PanelAction.done_on.is_(None))
    in_order = found.order_by(PanelAction.due_on, PanelAction.id)
    return session.scalars(in_order.options(joinedload(PanelAction.meeting), joinedload(PanelAction.case))).all()


def action_of(session: Session, panel_id: int, action_id: int, person_id: int) -> PanelAction | None:
    """Return one action of a panel, unless it is withheld from the person."""
    return next((each for each in actions_of(session, panel_id, person_id) if each.id == action_id), None)


def _record(session: Session, act: str, action: PanelAction, person_id: int, now: datetime) -> None:
    detail = {"action": action.id, "meeting": action.meeting_id}
    audit.record(session, act, at=now, person_id=person_id, case_id=action.case_id, detail=detail)
