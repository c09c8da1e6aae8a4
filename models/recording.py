"""What is written down when something is recorded of a case: the rows, and the statements that write them.

An event with its seal, the messages its step declares, what the audit says of it, its answers kept apart, and the case
moved on. Nothing is written here: `models.casework` alone decides that it is, and runs the statements.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from models import hashing, next_rung, projection, rows
from models.actor import Actor
from models.agency import TAKE_REFERENCE
from models.figures import counts
from models.kept_apart import Apart
from models.stored import CASE_COLUMNS, DEADLINE_COLUMNS, DEADLINE_KEY, HOLD_COLUMNS, HOLD_KEY, NOTHING_STORED, Stored
from workflows.definition import Procedure
from workflows.history import Event


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event is added: the case as it was when it was decided on, and the hash the event follows."""

    case_id: int
    reference: str
    last_hash: bytes = hashing.FIRST_PREVIOUS
    version: int = 1
    stored: Stored = NOTHING_STORED


@dataclass(frozen=True, slots=True)
class Act:
    """What is done and by whom, as the event and the audit say it."""

    action: Literal["open_case", "take_step", "correct_event", "strike_out"]
    actor: Actor
    idempotency_key: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Writing:
    """An event as the history keeps it, the answers kept apart from it, and what is to be stored beside it."""

    procedure: Procedure
    event: Event
    apart: tuple[Apart, ...]
    projected: projection.Projection


# --- The rows ---------------------------------------------------------------


def event_row(place: Place, event: Event, act: Act) -> dict[str, Any]:
    """Return the columns of the event, sealed."""
    actor, acts_for = act.actor, act.actor.acts_for(event.role)
    return {
        "case_id": place.case_id,
        "sequence": event.sequence,
        "kind": event.kind,
        "step": event.step,
        "happened_first": event.happened_on.first,
        "happened_last": event.happened_on.last,
        "happened_precision": event.happened_on.precision,
        "recorded_at": event.recorded_at,
        "actor_id": actor.person_id,
        "role": event.role,
        "on_behalf_of": acts_for,
        "answers": dict(event.answers),
        "supersedes": event.supersedes,
        "reason": event.reason or None,
        "procedure_fingerprint": event.fingerprint,
        "previous_hash": place.last_hash,
        "hash": hashing.seal(place.last_hash, place.reference, event, actor.person_id, acts_for),
        "idempotency_key": act.idempotency_key,
    }


def messages(place: Place, writing: Writing) -> list[dict[str, Any]]:
    """Return one message for each notice that the step declares. A correction is not told: what it corrects was."""
    event = writing.event
    tells = writing.procedure.step(event.step).tells if event.kind == "step" else ()
    return [
        {
            "case_id": place.case_id,
            "event_sequence": event.sequence,
            "notice_key": notice.key,
            "recipient_role": notice.to,
            "payload": {"reference": place.reference, "step": event.step},
            "dedupe_key": f"{place.reference}:{event.sequence}:{notice.key}:{notice.to}",
            "created_at": event.recorded_at,
            "not_before": event.recorded_at,
            "attempts": 0,
        }
        for notice in tells
    ]


def audit_row(row: Mapping[str, Any], action: str) -> dict[str, Any]:
    """Return the audit entry that says an event was recorded."""
    return {
        "at": row["recorded_at"],
        "person_id": row["actor_id"],
        "role": row["role"],
        "action": action,
        "case_id": row["case_id"],
        "event_sequence": row["sequence"],
        "detail": {"step": row["step"]} | ({"on_behalf_of": row["on_behalf_of"]} if row["on_behalf_of"] else {}),
    }


def apart_rows(case_id: int, sequence: int, apart: Sequence[Apart]) -> list[dict[str, Any]]:
    """Return the answers that an event keeps apart as the rows they are stored in."""
    return [
        {
            "case_id": case_id,
            "event_sequence": sequence,
            "question": each.question,
            "answer": each.answer,
            "salt": each.salt,
        }
        for each in apart
    ]


# --- The statements ---------------------------------------------------------

_EVENT_COLUMNS = (
    "case_id", "sequence", "kind", "step", "happened_first", "happened_last", "happened_precision", "recorded_at",
    "actor_id", "role", "on_behalf_of", "answers", "supersedes", "reason", "procedure_fingerprint", "previous_hash",
    "hash", "idempotency_key",
)  # fmt: skip
_MESSAGE_COLUMNS = (
    "case_id", "event_sequence", "notice_key", "recipient_role", "payload", "dedupe_key", "created_at", "not_before",
    "attempts",
)  # fmt: skip
_ENTRY_COLUMNS = ("at", "person_id", "role", "action", "case_id", "event_sequence", "detail")
_APART_COLUMNS = ("case_id", "event_sequence", "question", "answer", "salt")
_HISTORY_COLUMNS = ("history_length", "last_event_hash", "updated_at")
_CASE_COLUMNS = ("workflow_key", "board_id", "created_at", "version", *CASE_COLUMNS, *_HISTORY_COLUMNS)

_MOVE = rows.update("review_case", (*CASE_COLUMNS, *_HISTORY_COLUMNS), "cases")
_PARTS = {
    "events": f"{rows.insert('case_event', _EVENT_COLUMNS, 'events', given='moved')} RETURNING id",
    "messages": rows.insert("outbox_message", _MESSAGE_COLUMNS, "messages", given="moved"),
    "deadlines": f"{rows.put('deadline', DEADLINE_KEY, DEADLINE_COLUMNS, 'deadlines', given='moved')}"
    f" {next_rung.RETURNING}",
    "holds": rows.put("hold", HOLD_KEY, HOLD_COLUMNS, "holds", given="moved"),
    "entries": rows.insert("audit_entry", _ENTRY_COLUMNS, "entries", given="moved"),
    "apart": rows.insert("answer_kept_apart", _APART_COLUMNS, "apart", given="moved"),
    **counts.parts("moved"),
}


@cache
def addition(kinds: tuple[str, ...], beside: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> str:
    """Return the statement that moves a case and adds rows of these kinds, if it still is as it was read.

    `beside` are further tables, each with its columns. The audit's trigger asks for the lock on the case, which the
    part `moved` has taken.
    """
    added = {table: rows.insert(table, columns, table, given="events") for table, columns in beside}
    beside_deadlines = next_rung.PARTS if "deadlines" in kinds else {}
    every = {kind: _PARTS[kind] for kind in kinds} | beside_deadlines | added
    parts = ", ".join(f"{kind} AS ({part})" for kind, part in every.items())
    moved = f"{_MOVE} AND kept.version = %(version)s RETURNING kept.id, kept.board_id"
    return f"WITH moved AS ({moved}), {parts} SELECT id FROM events"  # noqa: S608 - the names of our own columns


ADD_CASE = f"""
WITH taken AS ({TAKE_REFERENCE})
INSERT INTO review_case (reference, {", ".join(_CASE_COLUMNS)})
SELECT next_reference, {", ".join(_CASE_COLUMNS)}
FROM taken, jsonb_populate_recordset(NULL::review_case, %(cases)s::jsonb)
RETURNING id, reference
"""  # noqa: S608 - the names of our own columns

# Many cases at a time, as an import records them.
ADD_CASES = f"{rows.insert('review_case', ('reference', *_CASE_COLUMNS), 'cases')} RETURNING reference, id"
ADD_EVENTS = rows.insert("case_event", _EVENT_COLUMNS, "events")
ADD_ENTRIES = rows.insert("audit_entry", _ENTRY_COLUMNS, "entries")
KEEP_APART = rows.insert("answer_kept_apart", _APART_COLUMNS, "apart")

MOVE_BOARD = "UPDATE review_case SET version = version + 1 WHERE board_id = %s RETURNING id"
"""Counts up every case of a board, so that whoever has read one of it as it was decides again."""
