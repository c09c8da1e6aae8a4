"""The only writers of histories: a case is opened, a step is taken, an event is corrected.

Each locks the case, asks `workflows.standing` whether it may be, and writes in the caller's transaction the event with
its seal, what follows from it, the audit entry and one message for each notice. None of them commits.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection
from sqlalchemy.orm import Session, make_transient_to_detached

from models import hashing, projection
from models.agency import Board, next_reference, next_references
from models.case import Case, CaseEvent, LinkedCase
from models.consequences import Preview, consequences
from models.corrections import correction, procedure_as_known
from models.errors import CaseMovedOn, Since
from models.histories import CaseAsRead, Recorded, lock_cases, read_case, read_cases
from models.kept_apart import Apart, set_apart
from models.whole_case import WholeCase
from workflows import registry
from workflows.calendar import Calendar, england
from workflows.dates import london_day
from workflows.definition import Procedure
from workflows.history import Event, History
from workflows.standing import Standing, Told, open_history, stand, take

REFERRED_FOR_REVIEW = "referred_for_review"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the person, unless it is the system; the roles they hold on the case now; for whom, if for another."""

    person_id: int | None
    roles: frozenset[str]
    on_behalf_of: int | None = None


# --- Writing ----------------------------------------------------------------


def open_case(
    session: Session,
    *,
    workflow_key: str,
    board: Board,
    step: str,
    actor: Actor,
    told: Told,
    now: datetime,
    calendar: Calendar | None = None,
    idempotency_key: uuid.UUID | None = None,
    linked_from: Case | None = None,
) -> Case:
    """Return a new case of the board under the edition in force on the day told (R-0), opened by this step.

    A key that opened a case of the board before returns that case. Raises StepRefused, and UnknownWorkflow.
    """
    session.flush()
    if idempotency_key and (opened_before := _opened_with(session, board, idempotency_key)):
        return opened_before
    procedure = registry.procedure_on(workflow_key, told.on, board.new_arrangements_start)
    calendar = calendar or england()
    event = open_history(procedure, calendar, step=step, roles=actor.roles, told=told, now=now)
    writing = _writing(procedure, History((), board.new_arrangements_start), event, calendar)
    reference = next_reference(session, board, event.happened_on.last)
    case = Case(
        reference=reference, workflow_key=workflow_key, board=board, created_at=now, updated_at=now,
        last_event_hash=hashing.FIRST_PREVIOUS, **writing.projected.case,
    )  # fmt: skip
    session.add(case)
    session.flush()
    if linked_from is not None:
        session.add(LinkedCase(case_id=linked_from.id, other_case_id=case.id, kind=REFERRED_FOR_REVIEW))
    _write(
        session, _Place(case.id, reference, hashing.FIRST_PREVIOUS), writing, _Act("open_case", actor, idempotency_key)
    )
    session.expire(case)
    return case


def open_whole_cases(
    session: Session,
    *,
    workflow_key: str,
    board: Board,
    wholes: Sequence[WholeCase],
    actor: Actor,
    now: datetime,
) -> list[int]:
    """Return the ids of new cases of the board, each with the whole history it was judged to have.

    The same rows as opening each and taking its steps one by one, in as many statements as one step takes; but nobody
    is told, because what an import records happened long ago.
    """
    session.flush()
    connection = session.connection()
    references = next_references(session, board, [whole.history.events[0].happened_on.last for whole in wholes])
    sealed = [_sealed(reference, whole, actor) for reference, whole in zip(references, wholes, strict=True)]
    cases = [
        {
            "reference": reference,
            "last_event_hash": rows[-1]["hash"],
            "history_length": len(rows),
            **whole.projected.case,
        }
        for reference, whole, rows in zip(references, wholes, sealed, strict=True)
    ]
    common = {"workflow_key": workflow_key, "board_id": board.id, "now": now, "rows": projection.as_json(cases)}
    ids = {row.reference: row.id for row in connection.exec_driver_sql(_ADD_CASES, common)}
    case_ids = [ids[reference] for reference in references]
    events = [{"case_id": case_id, **row} for case_id, rows in zip(case_ids, sealed, strict=True) for row in rows]
    parameters = {"rows": projection.as_json(events), "now": now}
    for statement in (_ADD_EVENTS, _AUDIT_EVENTS):
        connection.exec_driver_sql(statement, parameters)
    for case_id, whole in zip(case_ids, wholes, strict=True):
        _keep_apart(connection, case_id, whole.apart)
    projected = {case_id: whole.projected for case_id, whole in zip(case_ids, wholes, strict=True)}
    projection.write_beside(connection, projected)
    return case_ids


def take_step(
    session: Session,
    case: Case,
    step: str,
    *,
    actor: Actor,
    told: Told,
    now: datetime,
    calendar: Calendar | None = None,
    expected_length: int | None = None,
    idempotency_key: uuid.UUID | None = None,
) -> CaseEvent:
    """Return the event that records this step, added to the history of the case.

    `expected_length` is how long the history was when the form was opened; a form sent twice, by its
    `idempotency_key`, returns the event recorded the first time. Raises StepRefused; CaseMovedOn when something was
    recorded since; CaseNotFound.
    """
    read, before = _locked(session, case, expected_length, idempotency_key)
    if before is not None:
        return before
    calendar, procedure, history = calendar or england(), read.procedure, read.history
    event = take(procedure, history, calendar, step=step, roles=actor.roles, told=told, now=now)
    writing = _writing(procedure, history, event, calendar)
    return _write(session, _place(read), writing, _Act("take_step", actor, idempotency_key), case)


def correct_event(
    session: Session,
    case: Case,
    sequence: int,
    *,
    actor: Actor,
    told: Told | None,
    reason: str,
    now: datetime,
    calendar: Calendar | None = None,
    expected_length: int | None = None,
    idempotency_key: uuid.UUID | None = None,
) -> CaseEvent:
    """Return the event that supersedes another with what should have been recorded or, told nothing, strikes it out.

    Correcting the opening may move the case under another edition (R-0). Raises as `take_step` does.
    """
    read, before = _locked(session, case, expected_length, idempotency_key)
    if before is not None:
        return before
    calendar = calendar or england()
    procedure, event = correction(
        read, sequence, roles=actor.roles, told=told, reason=reason, now=now, calendar=calendar
    )
    writing = _writing(procedure, read.history, event, calendar)
    act = _Act("strike_out" if told is None else "correct_event", actor, idempotency_key)
    return _write(session, _place(read), writing, act, case)


def restand_cases(
    session: Session, case_ids: Collection[int], *, now: datetime, calendar: Calendar | None = None
) -> int:
    """Write again what follows from the histories of these cases, and return how many cases that changed."""
    session.flush()
    connection, calendar = session.connection(), calendar or england()
    found = read_cases(connection, lock_cases(connection, case_ids))
    projections = {read.id: projection.project_case(read, calendar) for read in found}
    changed = projection.write(connection, projections, now)
    session.expire_all()
    return changed


def restand_board(session: Session, board: Board, *, now: datetime, calendar: Calendar | None = None) -> int:
    """Stand every case of a board again, because the day its new arrangements began has changed (X-1).

    A case keeps the edition it was opened under (R-0). Returns how many cases changed.
    """
    session.flush()
    ids = session.connection().exec_driver_sql("SELECT id FROM review_case WHERE board_id = %s", (board.id,)).scalars()
    return restand_cases(session, list(ids), now=now, calendar=calendar)


# --- Asking -----------------------------------------------------------------


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
    return stand(procedure_as_known(read, history), history, calendar or england(), today)


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
    read, calendar = read_case(session.connection(), case.id), calendar or england()
    event = take(read.procedure, read.history, calendar, step=step, roles=actor.roles, told=told, now=now)
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
    read, calendar = read_case(session.connection(), case.id), calendar or england()
    procedure, event = correction(
        read, sequence, roles=actor.roles, told=told, reason=reason, now=now, calendar=calendar
    )
    return _preview(read, procedure, event, calendar)


def _preview(read: CaseAsRead, procedure: Procedure, event: Event, calendar: Calendar) -> Preview:
    today = london_day(event.recorded_at)
    before = stand(read.procedure, read.history, calendar, today)
    after = stand(procedure, read.history.and_then(event), calendar, today)
    return Preview(event, before, after, consequences(before, after))


# --- Before writing ---------------------------------------------------------


def _locked(
    session: Session, case: Case, expected_length: int | None, idempotency_key: uuid.UUID | None
) -> tuple[CaseAsRead, CaseEvent | None]:
    """Return the case, locked, and the event recorded with this key before, if one was. Raises CaseMovedOn."""
    session.flush()
    connection = session.connection()
    lock_cases(connection, [case.id])
    read = read_case(connection, case.id)
    if idempotency_key is not None:
        for each in read.recorded:
            if each.idempotency_key == idempotency_key:
                sent_before = {"case_id": case.id, "sequence": each.event.sequence}
                return read, session.query(CaseEvent).filter_by(**sent_before).one()
    if expected_length is not None and len(read.recorded) > expected_length:
        raise CaseMovedOn(tuple(_since(read.procedure, each) for each in read.recorded[expected_length:]))
    return read, None


def _since(procedure: Procedure, recorded: Recorded) -> Since:
    event = recorded.event
    step = procedure.steps_by_key.get(event.step)
    done = step.done if step else event.step
    words = {"step": done, "correction": f"Corrected: {done}", "strike_out": f"Struck out: {done}"}[event.kind]
    return Since(event.sequence, event.step, words, event.happened_on, event.recorded_at, event.role, recorded.actor_id)


def _opened_with(session: Session, board: Board, key: uuid.UUID) -> Case | None:
    """Return the case of the board that this key opened. A second form with the key waits here for the first."""
    connection = session.connection()
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"open_case {key}",))
    case_id = connection.exec_driver_sql(
        "SELECT review_case.id FROM review_case JOIN case_event ON case_event.case_id = review_case.id"
        " WHERE board_id = %s AND sequence = 1 AND idempotency_key = %s",
        (board.id, key),
    ).scalar()
    return session.get(Case, case_id) if case_id else None


# --- Writing it down --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an event is added: the case, and the hash it follows."""

    case_id: int
    reference: str
    last_hash: bytes


@dataclass(frozen=True, slots=True)
class _Act:
    """What is done and by whom, as the event and the audit say it."""

    action: Literal["open_case", "take_step", "correct_event", "strike_out"]
    actor: Actor
    idempotency_key: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class _Writing:
    """An event as the history keeps it, the answers kept apart from it, and what is to be stored beside it."""

    procedure: Procedure
    event: Event
    apart: tuple[Apart, ...]
    projected: projection.Projection


def _place(read: CaseAsRead) -> _Place:
    return _Place(read.id, read.reference, read.last_hash)


def _writing(procedure: Procedure, history: History, event: Event, calendar: Calendar) -> _Writing:
    answers, apart = set_apart(procedure.step(event.step), event.answers)
    event = replace(event, answers=answers)
    return _Writing(procedure, event, apart, projection.project_history(procedure, history.and_then(event), calendar))


_PROJECTED = ", ".join(f"{column} = %({column})s" for column in projection.CASE_TYPES)

_ADD = f"""
WITH moved AS (
    UPDATE review_case
    SET history_length = %(sequence)s, last_event_hash = %(hash)s, version = version + 1, updated_at = %(now)s,
        {_PROJECTED}
    WHERE id = %(case_id)s
), told AS (
    INSERT INTO outbox_message (
        case_id, event_sequence, notice_key, recipient_role, payload, dedupe_key, created_at, not_before, attempts)
    SELECT %(case_id)s, %(sequence)s, notice, recipient, %(payload)s::jsonb, dedupe_key, %(now)s, %(now)s, 0
    FROM unnest(%(notices)s::text[], %(recipients)s::text[], %(dedupe_keys)s::text[])
        AS each(notice, recipient, dedupe_key)
), audited AS (
    INSERT INTO audit_entry (at, person_id, role, action, case_id, event_sequence, detail)
    VALUES (%(now)s, %(actor_id)s, %(role)s, %(action)s, %(case_id)s, %(sequence)s, %(detail)s::jsonb)
)
INSERT INTO case_event (
    case_id, sequence, kind, step, happened_first, happened_last, happened_precision, recorded_at, actor_id, role,
    on_behalf_of, answers, supersedes, reason, procedure_fingerprint, previous_hash, hash, idempotency_key)
VALUES (
    %(case_id)s, %(sequence)s, %(kind)s, %(step)s, %(happened_first)s, %(happened_last)s, %(happened_precision)s,
    %(now)s, %(actor_id)s, %(role)s, %(on_behalf_of)s, %(answers)s::jsonb, %(supersedes)s, %(reason)s,
    %(event_fingerprint)s, %(previous_hash)s, %(hash)s, %(idempotency_key)s)
RETURNING id
"""  # noqa: S608 - the names of our own columns

_ADD_CASES = f"""
INSERT INTO review_case (
    reference, workflow_key, board_id, created_at, updated_at, history_length, last_event_hash, version,
    {", ".join(projection.CASE_TYPES)})
SELECT reference, %(workflow_key)s, %(board_id)s, %(now)s, %(now)s, history_length, decode(last_event_hash, 'hex'), 1,
       {", ".join(projection.CASE_TYPES)}
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
    reference text, history_length integer, last_event_hash text, {projection.record(projection.CASE_TYPES)})
RETURNING reference, id
"""  # noqa: S608 - the names of our own columns

_EVENT_TYPES = {
    "case_id": "bigint", "sequence": "integer", "kind": "text", "step": "text", "happened_first": "date",
    "happened_last": "date", "happened_precision": "text", "actor_id": "bigint", "role": "text",
    "on_behalf_of": "bigint", "answers": "jsonb", "procedure_fingerprint": "text",
}  # fmt: skip

_ADD_EVENTS = f"""
INSERT INTO case_event ({", ".join(_EVENT_TYPES)}, recorded_at, previous_hash, hash)
SELECT {", ".join(_EVENT_TYPES)}, %(now)s, decode(previous_hash, 'hex'), decode(hash, 'hex')
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
    {projection.record(_EVENT_TYPES)}, previous_hash text, hash text)
ORDER BY case_id, sequence
"""  # noqa: S608 - the names of our own columns

_AUDIT_EVENTS = """
INSERT INTO audit_entry (at, person_id, role, action, case_id, event_sequence, detail)
SELECT %(now)s, actor_id, role, CASE sequence WHEN 1 THEN 'open_case' ELSE 'take_step' END, case_id, sequence,
       jsonb_build_object('step', step)
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
    case_id bigint, sequence integer, step text, actor_id bigint, role text)
ORDER BY case_id, sequence
"""

_KEEP_APART = """
INSERT INTO answer_kept_apart (case_id, event_sequence, question, answer, salt)
VALUES (%(case_id)s, %(sequence)s, %(question)s, %(answer)s::jsonb, %(salt)s)
"""


def _write(session: Session, place: _Place, writing: _Writing, act: _Act, case: Case | None = None) -> CaseEvent:
    """Write an event and everything that follows from it, and return it as stored."""
    connection = session.connection()
    row = _row(place, writing.event, act)
    parameters = {
        **row,
        **writing.projected.case,
        **_messages(place, writing),
        "event_fingerprint": row["procedure_fingerprint"],
        "answers": json.dumps(row["answers"]),
        "now": row["recorded_at"],
        "action": act.action,
        "detail": json.dumps({"step": writing.event.step}),
    }
    row["id"] = connection.exec_driver_sql(_ADD, parameters).scalar_one()
    _keep_apart(connection, place.case_id, [writing.apart], starting_at=row["sequence"])
    projection.write_beside(connection, {place.case_id: writing.projected})
    if case is not None and case in session:
        session.expire(case)
    return _as_stored(session, row)


def _sealed(reference: str, whole: WholeCase, actor: Actor) -> list[dict[str, Any]]:
    """Return the columns of each event of a whole case, each sealed with the one before, bytes in hexadecimal."""
    rows, last_hash = [], hashing.FIRST_PREVIOUS
    for event in whole.history.events:
        row = _row(_Place(0, reference, last_hash), event, _Act("take_step", actor, None))
        last_hash = row["hash"]
        rows.append(
            {name: row[name] for name in _EVENT_TYPES if name != "case_id"}
            | {"previous_hash": row["previous_hash"].hex(), "hash": last_hash.hex()}
        )
    return rows


def _keep_apart(
    connection: Connection, case_id: int, apart: Sequence[Sequence[Apart]], *, starting_at: int = 1
) -> None:
    """Write the answers that events of a case keep apart, those of the event `starting_at` first."""
    for sequence, answers in enumerate(apart, start=starting_at):
        for each in answers:
            row = {"question": each.question, "answer": json.dumps(each.answer), "salt": each.salt}
            connection.exec_driver_sql(_KEEP_APART, {"case_id": case_id, "sequence": sequence, **row})


def _row(place: _Place, event: Event, act: _Act) -> dict[str, Any]:
    """Return the columns of the event, sealed."""
    actor = act.actor
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
        "on_behalf_of": actor.on_behalf_of,
        "answers": dict(event.answers),
        "supersedes": event.supersedes,
        "reason": event.reason or None,
        "procedure_fingerprint": event.fingerprint,
        "previous_hash": place.last_hash,
        "hash": hashing.seal(place.last_hash, place.reference, event, actor.person_id, actor.on_behalf_of),
        "idempotency_key": act.idempotency_key,
    }


def _messages(place: _Place, writing: _Writing) -> dict[str, Any]:
    """Return one message for each notice that the step declares. A correction is not told: what it corrects was."""
    event = writing.event
    tells = writing.procedure.step(event.step).tells if event.kind == "step" else ()
    return {
        "notices": [notice.key for notice in tells],
        "recipients": [notice.to for notice in tells],
        "dedupe_keys": [f"{place.reference}:{event.sequence}:{notice.key}:{notice.to}" for notice in tells],
        "payload": json.dumps({"reference": place.reference, "step": event.step}),
    }


def _as_stored(session: Session, row: dict[str, Any]) -> CaseEvent:
    """Return the row just written as if it had been read, without asking for it again."""
    event = CaseEvent(**row)
    make_transient_to_detached(event)
    session.add(event)
    return event
