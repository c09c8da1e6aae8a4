"""What is stored beside a history: where the case stands, its deadlines and its holds, as columns to list and sweep by.

All of it follows from the history, whichever day it is asked on. What a deadline's status is on a day follows from
its dates alone (`status_on`). Nothing started yet has no row. Only `models.casework` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.case import Deadline as StoredDeadline
from models.figures import counts
from models.figures.counts import Death
from models.histories import CaseAsRead
from workflows import clocks
from workflows.calendar import Calendar
from workflows.definition import Procedure
from workflows.fingerprint import fingerprint
from workflows.history import History
from workflows.holds import Hold
from workflows.next_step import next_step
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.standing import Standing, stand

Columns = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Projection:
    """What a history leaves to be stored of one case."""

    case: Columns
    deadlines: tuple[Columns, ...]
    holds: tuple[Columns, ...]
    counted: Death | None = None
    """How the figures count it, if it is a child’s death."""


def project_case(read: CaseAsRead, calendar: Calendar) -> Projection:
    """Return what is to be stored of a case, by its history."""
    return project_history(read.procedure, read.history, calendar)


def project_history(procedure: Procedure, history: History, calendar: Calendar) -> Projection:
    """Return what is to be stored of a case with this history."""
    return project(stand_as_recorded(procedure, history, calendar))


def stand_as_recorded(procedure: Procedure, history: History, calendar: Calendar) -> Standing:
    """Return where a case stands with everything that has been recorded: asked of the last day anything happened."""
    last_day = max(event.happened_on.last for event in history.effective())
    return stand(procedure, history, calendar, last_day)


def project(standing: Standing) -> Projection:
    """Return what is to be stored of a case that stands so."""
    started = [deadline for deadline in standing.deadlines if deadline.due_last is not None]
    return Projection(
        case=_case(standing, started),
        deadlines=tuple(_deadline(deadline, place, standing) for place, deadline in enumerate(started)),
        holds=tuple(_hold(hold) for hold in standing.all_holds),
        counted=counts.count(standing.events) if _is_a_death(standing) else None,
    )


def _is_a_death(standing: Standing) -> bool:
    return standing.procedure.workflow == CHILD_DEATH_REVIEW


def _case(standing: Standing, started: Sequence[clocks.Deadline]) -> dict[str, Any]:
    due = sorted((each.due_last, place, each) for place, each in enumerate(started) if each.due_last and _is_owed(each))
    explained = [day for day, _, each in due if each.explained_by]
    unexplained = [day for day, _, each in due if not each.explained_by]
    step = next_step(standing)
    return {
        "regime_key": standing.regime,
        "procedure_fingerprint": fingerprint(standing.procedure),
        "pseudonym": _known_as(standing),
        "opened_on": standing.opened_on.last,
        "state": standing.state,
        "stage": standing.stage,
        "held": bool(standing.holds),
        # A case that has ended and still owes something stays among those to be looked at until it is done.
        "ended_on": standing.ended_on.last if standing.ended_on and not due else None,
        "bites_on": due[0][0] if due else None,
        "bites_key": due[0][2].key if due else None,
        "unexplained_bites_on": unexplained[0] if unexplained else None,
        "explained_bites_on": explained[0] if explained else None,
        "due_soon_on": min((each.due_soon_on for _, _, each in due if each.due_soon_on), default=None),
        "next_step": step.key if step else None,
        "next_roles": list(step.by) if step else [],
    }


def _known_as(standing: Standing) -> str:
    """Return the pseudonym, or the panel's own reference: the only name on a panel's papers (DOMAIN 3.3)."""
    told = standing.events[0].answers
    return str(told.get("pseudonym") or told.get("cdop_ref") or "")


def _is_owed(deadline: clocks.Deadline) -> bool:
    """Whether something must still be done by a day. A minimum that has to run is not that."""
    return deadline.met_on is None and deadline.voided_on is None and not deadline.clock.not_before


def _deadline(deadline: clocks.Deadline, place: int, standing: Standing) -> dict[str, Any]:
    clock, start, met_on = deadline.clock, deadline.start, deadline.met_on
    return {
        "clock_key": clock.key,
        "subject": deadline.about,
        "agency": _agency(deadline),
        "ordinal": place,
        "title": clock.title,
        "starts_on": start.first if start else None,
        "starts_last": start.last if start else None,
        "due_first": deadline.due_first,
        "due_last": deadline.due_last,
        "due_soon_on": deadline.due_soon_on,
        "not_before": clock.not_before,
        "met_first": met_on.first if met_on else None,
        "met_last": met_on.last if met_on else None,
        "met_uncertain": deadline.uncertain,
        "met_late": deadline.status == "met_late",
        "voided_on": deadline.voided_on.last if deadline.voided_on else None,
        "explained": deadline.explained_by is not None,
        "source": clock.source.text,
        "confirmed": clock.source.confirmed and standing.procedure.confirmed,
        "explanation": _rests_on(deadline),
    }


def _agency(deadline: clocks.Deadline) -> str | None:
    """Return the agency that something is asked of, for a clock that runs for each agency asked."""
    if deadline.started is None:
        return None
    on = next(on for on in deadline.clock.starts if on.step == deadline.started.step)
    told = dict(zip(on.each, deadline.subject, strict=False))
    return told.get("agency", told.get("agencies"))


def _rests_on(deadline: clocks.Deadline) -> dict[str, Any]:
    """Return the rule, and by their place in the history the events that the dates rest on."""
    events = {"started": deadline.started, "met": deadline.met_by, "explained": deadline.explained_by}
    return {"rule": deadline.clock.source.rule} | {key: event.sequence for key, event in events.items() if event}


def _hold(hold: Hold) -> dict[str, Any]:
    authorised, released = hold.authorised.happened_on, hold.released.happened_on if hold.released else None
    return {
        "event_sequence": hold.authorised.sequence,
        "kind": hold.kind,
        "scopes": sorted(hold.scopes),
        "authorised_first": authorised.first,
        "authorised_last": authorised.last,
        "review_on": hold.review_on.last if hold.review_on else None,
        "released_first": released.first if released else None,
        "released_last": released.last if released else None,
        "requested_by": hold.authorised.answers.get("requested_by", ""),
    }


def status_on(deadline: StoredDeadline, today: date) -> clocks.Status:
    """Return the status of a stored deadline on a day, as `workflows.standing` would give it with all that is known."""
    if deadline.due_last is None or deadline.starts_on is None or deadline.due_soon_on is None:
        return "waiting"
    if deadline.met_first is not None:
        return "met_late" if deadline.met_late else "met"
    if deadline.voided_on is not None:
        return "void"
    # Only the area's own day starts a clock without an event, and it may lie ahead.
    if today < deadline.starts_on and "started" not in (deadline.explanation or {}):
        return "waiting"
    if deadline.not_before:
        return "met" if today >= deadline.due_last else "not_before"
    if today > deadline.due_last:
        return "late_explained" if deadline.explained else "overdue"
    return "due_soon" if today >= deadline.due_soon_on else "running"
