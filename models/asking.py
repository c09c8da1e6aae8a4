"""Asking a history: what it is, where the case stood on any day by what was known then, what a step would change.

Nothing is written here. `models.casework` gives these functions out beside its own.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from models.actor import Actor
from models.case import Case
from models.consequences import Preview, consequences
from models.corrections import correction, procedure_as_known
from models.histories import CaseAsRead, read_case
from workflows.calendar import Calendar
from workflows.dates import london_day
from workflows.definition import Procedure
from workflows.history import Event, History
from workflows.standing import Standing, Told, stand, take


def history_of(session: Session, case: Case, known_at: datetime | None = None) -> History:
    """Return the history of a case, as far as it had been recorded by `known_at`."""
    return read_case(session.connection(), case.id).history.known_at(known_at)


def standing_of(
    session: Session, case: Case, *, today: date, known_at: datetime | None = None, calendar: Calendar | None = None
) -> Standing:
    """Return where a case stood on a day, by what had been recorded by `known_at`.

    Raises ValueError when nothing had happened by then, or nothing of it was known.
    """
    read = read_case(session.connection(), case.id)
    history = read.history.known_at(known_at)
    return stand(procedure_as_known(read, history), history, calendar or read.calendar, today)


def preview_step(
    session: Session,
    case: Case,
    step: str,
    *,
    actor: Actor,
    told: Told,
    now: datetime,
    calendar: Calendar | None = None,
) -> Preview:
    """Return what would follow if the step were taken now. Nothing is written. Raises StepRefused."""
    read = read_case(session.connection(), case.id)
    calendar = calendar or read.calendar
    known = read.procedure.steps_by_key.get(step)
    roles = actor.roles_for(known.by if known else ())
    event = take(read.procedure, read.history, calendar, step=step, roles=roles, told=told, now=now)
    return _preview(read, read.procedure, event, calendar)


def preview_correction(
    session: Session,
    case: Case,
    sequence: int,
    *,
    actor: Actor,
    told: Told | None,
    reason: str,
    now: datetime,
    calendar: Calendar | None = None,
) -> Preview:
    """Return what would follow if the event were corrected so, or struck out; write nothing. Raises StepRefused."""
    read = read_case(session.connection(), case.id)
    calendar = calendar or read.calendar
    procedure, event = correction(read, sequence, actor=actor, told=told, reason=reason, now=now, calendar=calendar)
    return _preview(read, procedure, event, calendar)


def _preview(read: CaseAsRead, procedure: Procedure, event: Event, calendar: Calendar) -> Preview:
    today = london_day(event.recorded_at)
    before = stand(read.procedure, read.history, calendar, today)
    after = stand(procedure, read.history.and_then(event), calendar, today)
    return Preview(event, before, after, consequences(before, after))
