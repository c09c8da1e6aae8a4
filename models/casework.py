"""The only writers of histories: a case is opened, a step is taken, an event is corrected.

Each locks the case, asks `workflows.standing` whether it may be, and writes in the caller's transaction the event with
its seal, what follows from it, the audit entry and one message for each notice: the rows and the statements are in
`models.recording`. None of them commits.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, inspect
from sqlalchemy.orm import Session, make_transient_to_detached

from models import differences, hashing, projection, rows
from models.actor import Actor
from models.agency import Board, next_references, reference_parameters
from models.asking import history_of, preview_correction, preview_step, standing_of
from models.bank_holidays import calendar_in_force
from models.case import Case, CaseEvent, LinkedCase
from models.corrections import correction
from models.errors import CaseMovedOn, CaseNotFound, HistoryDamaged
from models.figures import counts
from models.histories import CaseAsRead, Recorded, lock_cases, read_case, read_cases, since
from models.kept_apart import set_apart
from models.recording import (
    ADD_CASE,
    ADD_CASES,
    ADD_ENTRIES,
    ADD_EVENTS,
    KEEP_APART,
    MOVE_BOARD,
    Act,
    Place,
    Writing,
    addition,
    apart_rows,
    audit_row,
    event_row,
    messages,
)
from models.stored import NOTHING_STORED
from models.whole_case import WholeCase
from workflows import registry
from workflows.calendar import Calendar
from workflows.dates import PartialDate, london_day
from workflows.definition import Procedure
from workflows.history import Event, History
from workflows.referral import REFERS, referral
from workflows.roles import CDOP_COORDINATOR
from workflows.standing import Told, open_history, take

__all__ = [
    "Actor", "Beside", "correct_event", "history_of", "id_of", "open_case", "open_whole_cases", "preview_correction",
    "preview_step", "restand_board", "restand_cases", "standing_of", "take_step",
]  # fmt: skip

REFERRED_FOR_REVIEW = "referred_for_review"

Written = TypeVar("Written", Case, CaseEvent)


@dataclass(frozen=True, slots=True)
class Beside:
    """Rows of a table that belong to a case by its `case_id`, written in the same statement as its first event."""

    table: str
    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]


# --- Writing ----------------------------------------------------------------


def open_case(  # noqa: PLR0913 - each is told by name, and most calls tell few
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
    beside: Sequence[Beside] = (),
) -> Case:
    """Return a new case of the board under the edition in force on the day told (R-0), opened by this step.

    A key that opened a case of the board before returns that case, and writes nothing `beside` it. Raises StepRefused,
    and UnknownWorkflow.
    """
    session.flush()
    if idempotency_key and (opened_before := _opened_with(session, board, idempotency_key)):
        return opened_before
    procedure = registry.procedure_on(workflow_key, told.on, board.new_arrangements_start)
    calendar = calendar or calendar_in_force(session)
    roles = actor.roles_for(_who_may(procedure, step))
    event = open_history(procedure, calendar, step=step, roles=roles, told=told, now=now)
    writing = _writing(procedure, History((), board.new_arrangements_start), event, calendar)
    case_id, reference = _added(session, board, workflow_key, event, writing.projected)
    if linked_from is not None:
        session.add(LinkedCase(case_id=linked_from.id, other_case_id=case_id, kind=REFERRED_FOR_REVIEW))
    _write(session, Place(case_id, reference), writing, Act("open_case", actor, idempotency_key), beside)
    return _as_stored(session, Case(id=case_id))


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
    opened = {"workflow_key": workflow_key, "board_id": board.id, "created_at": now, "updated_at": now, "version": 1}
    cases = [
        {**opened, **_case_row(reference, whole, events)}
        for reference, whole, events in zip(references, wholes, sealed, strict=True)
    ]
    case_ids = _add_cases(connection, cases)
    _add_histories(connection, case_ids, sealed)
    _keep_apart(connection, case_ids, wholes)
    projected = {case_id: whole.projected for case_id, whole in zip(case_ids, wholes, strict=True)}
    added = [differences.difference(case_id, each, NOTHING_STORED) for case_id, each in projected.items()]
    differences.write_beside(connection, added, now)
    differences.write_counted(connection, projected)
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

    def decide(read: CaseAsRead) -> Writing:
        procedure, history, days = read.procedure, read.history, calendar or read.calendar
        roles = actor.roles_for(_who_may(procedure, step))
        event = take(procedure, history, days, step=step, roles=roles, told=told, now=now)
        return _writing(procedure, history, event, days)

    event = _record(session, case, expected_length, Act("take_step", actor, idempotency_key), decide)
    if step == REFERS:
        _open_what_is_referred(session, case, event, actor, now, calendar)
    return event


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

    def decide(read: CaseAsRead) -> Writing:
        days = calendar or read.calendar
        procedure, event = correction(read, sequence, actor=actor, told=told, reason=reason, now=now, calendar=days)
        return _writing(procedure, read.history, event, days)

    act = Act("strike_out" if told is None else "correct_event", actor, idempotency_key)
    return _record(session, case, expected_length, act, decide)


def restand_cases(
    session: Session, case_ids: Collection[int], *, now: datetime, calendar: Calendar | None = None
) -> int:
    """Write again what follows from the histories of these cases, and return how many cases that changed."""
    session.flush()
    connection = session.connection()
    found = list(read_cases(connection, lock_cases(connection, case_ids)))
    projections = {read.id: projection.project_case(read, calendar or read.calendar) for read in found}
    changed = differences.write(connection, projections, {read.id: read.stored for read in found}, now)
    session.expire_all()
    return changed


def restand_board(session: Session, board: Board, *, now: datetime, calendar: Calendar | None = None) -> int:
    """Stand every case of a board again, because the day its new arrangements began has changed (X-1).

    A case keeps the edition it was opened under (R-0). Returns how many cases changed.
    """
    session.flush()
    ids = session.connection().exec_driver_sql(MOVE_BOARD, (board.id,)).scalars()
    return restand_cases(session, list(ids), now=now, calendar=calendar)


# --- Before writing ---------------------------------------------------------


def _record(
    session: Session, case: Case, expected_length: int | None, act: Act, decide: Callable[[CaseAsRead], Writing]
) -> CaseEvent:
    """Return the event decided on by the case as it is, written down; or the one its form recorded before.

    The case is read without a lock and written only if nobody wrote to it in between; if somebody did, it is locked,
    read again and decided on again. Raises CaseMovedOn when more was recorded than the form had seen.
    """
    session.flush()
    connection, case_id = session.connection(), id_of(case)
    for must_lock in (False, True):
        if must_lock:
            lock_cases(connection, [case_id])
        # Read by another statement than the lock's: what was recorded while we waited is seen only by the next.
        read = read_case(connection, case_id)
        if before := _recorded_by_form(read, act.idempotency_key):
            return session.query(CaseEvent).filter_by(case_id=case_id, sequence=before.event.sequence).one()
        if expected_length is not None and len(read.recorded) > expected_length:
            raise CaseMovedOn(since(read.procedure, read.recorded[expected_length:]))
        place = Place(case_id, read.reference, read.last_hash, read.version, read.stored)
        if (written := _write(session, place, decide(read), act)) is not None:
            session.expire(case)
            return written
    raise HistoryDamaged(case.reference, "the history changes while it is locked")


def _open_what_is_referred(
    session: Session, case: Case, event: CaseEvent, actor: Actor, now: datetime, calendar: Calendar | None
) -> None:
    """Open the review that a child's death is referred for, linked with it; once, however often the form is sent."""
    read = read_case(session.connection(), case.id)
    facts = projection.stand_as_recorded(read.procedure, read.history, calendar or read.calendar).facts
    on = PartialDate(event.happened_first, event.happened_last, event.happened_precision)
    told = referral(facts, on, event.answers, known_as=case.pseudonym or f"Child in {case.reference}")
    open_case(
        session, workflow_key=told.workflow, board=case.board, step=told.step, told=told.told, now=now,
        # The panel's office refers, whoever of the panel decided that it should.
        actor=_of_the_office(actor, event), calendar=calendar, linked_from=case,
        idempotency_key=uuid.uuid5(uuid.NAMESPACE_OID, f"{case.id}:{event.sequence}"),
    )  # fmt: skip


def _of_the_office(actor: Actor, event: CaseEvent) -> Actor:
    return Actor(actor.person_id, frozenset({CDOP_COORDINATOR}), on_behalf_of=actor.acts_for(event.role))


def id_of(case: Case) -> int:
    """Return the id of a case without asking for the row again, which a commit has let go of."""
    identity = inspect(case).identity
    if identity is None:
        raise CaseNotFound("The case has not been opened")
    case_id: int = identity[0]
    return case_id


def _who_may(procedure: Procedure, step: str) -> tuple[str, ...]:
    return procedure.steps_by_key[step].by if step in procedure.steps_by_key else ()


def _recorded_by_form(read: CaseAsRead, key: uuid.UUID | None) -> Recorded | None:
    return next((each for each in read.recorded if key is not None and each.idempotency_key == key), None)


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


def _writing(procedure: Procedure, history: History, event: Event, calendar: Calendar) -> Writing:
    answers, apart = set_apart(procedure.step(event.step), event.answers)
    event = replace(event, answers=answers)
    return Writing(procedure, event, apart, projection.project_history(procedure, history.and_then(event), calendar))


def _added(
    session: Session, board: Board, workflow_key: str, event: Event, projected: projection.Projection
) -> tuple[int, str]:
    """Return the id and the reference of a new case of the board, with no history yet.

    The reference is the board's next of the year.
    """
    now = event.recorded_at
    case = {
        **projected.case, "workflow_key": workflow_key, "board_id": board.id, "created_at": now, "updated_at": now,
        "version": 1, "history_length": 0, "last_event_hash": hashing.FIRST_PREVIOUS,
    }  # fmt: skip
    told = reference_parameters(board, event.happened_on.last)
    added = session.connection().exec_driver_sql(ADD_CASE, {**told, "cases": rows.as_json([case])}).one()
    return added.id, added.reference


def _write(
    session: Session, place: Place, writing: Writing, act: Act, beside: Sequence[Beside] = ()
) -> CaseEvent | None:
    """Write an event and everything that follows from it, and return it as stored; None if the case was written to."""
    connection, event, projected = session.connection(), writing.event, writing.projected
    row = event_row(place, event, act)
    found = differences.difference(place.case_id, projected, place.stored)
    case = {"id": place.case_id, "history_length": event.sequence, "last_event_hash": row["hash"]}
    added: dict[str, Sequence[Mapping[str, Any]]] = {
        "events": [row],
        "messages": messages(place, writing),
        "deadlines": found.deadlines,
        "holds": found.holds,
        "entries": [audit_row(row, act.action)],
        "apart": apart_rows(place.case_id, event.sequence, writing.apart),
    }
    given = {kind: rows.as_json(each) for kind, each in added.items() if each}
    cases = rows.as_json([{**case, **projected.case, "updated_at": event.recorded_at}])
    if projected.counted is not None:
        given |= counts.counted_rows({place.case_id: projected.counted}).parameters()
    more = {each.table: rows.as_json([{"case_id": place.case_id, **row} for row in each.rows]) for each in beside}
    statement = addition(tuple(given), tuple((each.table, each.columns) for each in beside))
    today = london_day(event.recorded_at)
    parameters = {"version": place.version, "cases": cases, "today": today, **given, **more}
    event_id = connection.exec_driver_sql(statement, parameters).scalar()
    if event_id is None:
        return None
    differences.remove(connection, found, event.recorded_at)
    return _as_stored(session, CaseEvent(id=event_id))


# --- Writing whole cases down -----------------------------------------------


def _sealed(reference: str, whole: WholeCase, actor: Actor) -> list[dict[str, Any]]:
    """Return the columns of each event of a whole case, each sealed with the one before."""
    sealed: list[dict[str, Any]] = []
    for event in whole.history.events:
        last_hash = sealed[-1]["hash"] if sealed else hashing.FIRST_PREVIOUS
        sealed.append(event_row(Place(0, reference, last_hash), event, Act("take_step", actor)))
    return sealed


def _case_row(reference: str, whole: WholeCase, events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the columns of a whole case that its history determines."""
    length = {"history_length": len(events), "last_event_hash": events[-1]["hash"]}
    return {**whole.projected.case, "reference": reference, **length}


def _add_cases(connection: Connection, cases: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the ids of the cases added, in the order they are given in."""
    added = connection.exec_driver_sql(ADD_CASES, {"cases": rows.as_json(cases)})
    ids = {row.reference: row.id for row in added}
    return [ids[case["reference"]] for case in cases]


def _add_histories(
    connection: Connection, case_ids: Sequence[int], sealed: Sequence[Sequence[Mapping[str, Any]]]
) -> None:
    """Add the events of each case, and what the audit says of them."""
    events = [{**row, "case_id": case_id} for case_id, each in zip(case_ids, sealed, strict=True) for row in each]
    connection.exec_driver_sql(ADD_EVENTS, {"events": rows.as_json(events)})
    connection.exec_driver_sql(ADD_ENTRIES, {"entries": rows.as_json(map(_entry_of_import, events))})


def _keep_apart(connection: Connection, case_ids: Sequence[int], wholes: Sequence[WholeCase]) -> None:
    """Keep the answers that identify somebody beside the events they were given with."""
    apart = [
        row
        for case_id, whole in zip(case_ids, wholes, strict=True)
        for sequence, each in enumerate(whole.apart, start=1)
        for row in apart_rows(case_id, sequence, each)
    ]
    if apart:
        connection.exec_driver_sql(KEEP_APART, {"apart": rows.as_json(apart)})


def _entry_of_import(row: Mapping[str, Any]) -> dict[str, Any]:
    return audit_row(row, "open_case" if row["sequence"] == 1 else "take_step")


def _as_stored(session: Session, written: Written) -> Written:
    """Return what was just written as if it had been read; what it says is asked for when somebody looks."""
    make_transient_to_detached(written)
    session.add(written)
    return written
