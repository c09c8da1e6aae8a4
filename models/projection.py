"""What is stored beside a history: where the case stands, its deadlines and its holds, as columns to list and sweep by.

All of it follows from the history, whichever day it is asked on. What a deadline's status is on a day follows from
its dates alone (`status_on`). Nothing started yet has no row. Only `models.casework` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from models import case as stored
from models import child_death_counts
from models.child_death_counts import Death
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

CASE_TYPES = {
    "regime_key": "text", "procedure_fingerprint": "text", "pseudonym": "text", "opened_on": "date", "state": "text",
    "stage": "text", "held": "boolean", "ended_on": "date", "bites_on": "date", "bites_key": "text",
    "unexplained_bites_on": "date", "explained_bites_on": "date", "due_soon_on": "date", "next_step": "text",
    "next_roles": "text[]",
}  # fmt: skip
DEADLINE_TYPES = {
    "clock_key": "text", "subject": "text", "agency": "text", "ordinal": "integer", "title": "text",
    "starts_on": "date", "starts_last": "date", "due_first": "date", "due_last": "date", "due_soon_on": "date",
    "not_before": "boolean", "met_first": "date", "met_last": "date", "met_uncertain": "boolean",
    "met_late": "boolean", "voided_on": "date", "explained": "boolean", "source": "text", "confirmed": "boolean",
    "explanation": "jsonb",
}  # fmt: skip
HOLD_TYPES = {
    "event_sequence": "integer", "kind": "text", "scopes": "text[]", "authorised_first": "date",
    "authorised_last": "date", "review_on": "date", "released_first": "date", "released_last": "date",
    "requested_by": "text",
}  # fmt: skip


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
        counted=child_death_counts.count(standing.events) if _is_a_death(standing) else None,
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


def status_on(deadline: stored.Deadline, today: date) -> clocks.Status:
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


def write(connection: Connection, projections: Mapping[int, Projection], now: datetime) -> int:
    """Write what is to be stored of these cases, by id, and return in how many the case itself had to be changed.

    Three statements however many cases there are. Rows that are right already are not touched.
    """
    parameters = {
        "case_ids": list(projections),
        "cases": _as_json({"id": case_id, **each.case} for case_id, each in projections.items()),
        "deadlines": _as_json(_owned(projections, "deadlines")),
        "holds": _as_json(_owned(projections, "holds")),
        "now": now,
    }
    changed = connection.exec_driver_sql(_CASES, parameters).rowcount
    connection.exec_driver_sql(_DEADLINES, parameters)
    connection.exec_driver_sql(_HOLDS, parameters)
    return changed


def beside_an_event(case_id: int, projected: Projection) -> dict[str, Any]:
    """Return the parameters that `DEADLINES_OF_MOVED` and `HOLDS_OF_MOVED` are given, beside the case's columns."""
    return {
        "deadlines": _as_json({"case_id": case_id, **row} for row in projected.deadlines),
        "holds": _as_json({"case_id": case_id, **row} for row in projected.holds),
    }


def _owned(projections: Mapping[int, Projection], kind: str) -> Iterable[dict[str, Any]]:
    return ({"case_id": case_id, **row} for case_id, each in projections.items() for row in getattr(each, kind))


def as_json(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as the JSON that `jsonb_to_recordset` takes apart, with days and moments as ISO text."""
    return json.dumps(list(rows), default=_iso)


def _iso(value: date) -> str:
    return value.isoformat()


def record(types: Mapping[str, str]) -> str:
    return ", ".join(f"{column} {kind}" for column, kind in types.items())


def _row(types: Mapping[str, str], table: str) -> str:
    return ", ".join(f"{table}.{column}" for column in types)


def _kept_as(table: str, key: Sequence[str], types: Mapping[str, str], cases: str) -> str:
    """Return the parts of a statement that leave in `table` the rows given for `cases`, touching only what differs.

    `cases` is a query of the ids of the cases.
    """
    same = " AND ".join(f"kept.{column} = given.{column}" for column in ("case_id", *key))
    columns, names = _row(types, "given"), ", ".join(types)
    return f"""
given_{table} AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%({table}s)s::jsonb) AS each(case_id bigint, {_record(types)})
    WHERE case_id IN ({cases})
), gone_{table} AS (
    DELETE FROM {table} AS kept
    WHERE kept.case_id IN ({cases}) AND NOT EXISTS (SELECT FROM given_{table} AS given WHERE {same})
), kept_{table} AS (
    INSERT INTO {table} (case_id, {names})
    SELECT case_id, {names} FROM given_{table} AS given
    WHERE NOT EXISTS (
        SELECT FROM {table} AS kept WHERE {same} AND ({_row(types, "kept")}) IS NOT DISTINCT FROM ({columns})
    )
    ON CONFLICT (case_id, {", ".join(key)}) DO UPDATE SET ({names}) = ROW({_row(types, "EXCLUDED")})
)"""  # noqa: S608 - the names of our own tables and columns


_MOVED, _GIVEN = "SELECT id FROM moved", "SELECT unnest(%(case_ids)s::bigint[])"
_DEADLINE_KEY, _HOLD_KEY = ("clock_key", "subject"), ("event_sequence",)

DEADLINES_OF_MOVED = _kept_as("deadline", _DEADLINE_KEY, DEADLINE_TYPES, _MOVED)
HOLDS_OF_MOVED = _kept_as("hold", _HOLD_KEY, HOLD_TYPES, _MOVED)
"""Parts of the statement that adds an event: what is written beside it, for the case that its part `moved` moved."""

_DEADLINES = f"WITH {_kept_as('deadline', _DEADLINE_KEY, DEADLINE_TYPES, _GIVEN)} SELECT"
_HOLDS = f"WITH {_kept_as('hold', _HOLD_KEY, HOLD_TYPES, _GIVEN)} SELECT"

_CASES = f"""
UPDATE review_case AS kept
SET ({", ".join(CASE_TYPES)}) = ROW({_row(CASE_TYPES, "given")}), version = kept.version + 1, updated_at = %(now)s
FROM jsonb_to_recordset(%(cases)s::jsonb) AS given(id bigint, {_record(CASE_TYPES)})
WHERE kept.id = given.id AND ({_row(CASE_TYPES, "kept")}) IS DISTINCT FROM ({_row(CASE_TYPES, "given")})
"""  # noqa: S608 - the names of our own columns
