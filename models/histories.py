"""Reading cases with their histories, and with what is stored beside them, one or many at a time."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from models import hashing
from models.bank_holidays import STANDING, calendar_with
from models.errors import CaseNotFound, HistoryDamaged, Since
from models.stored import CASE_COLUMNS, DEADLINE_COLUMNS, HOLD_COLUMNS, Stored
from workflows import registry
from workflows.calendar import Calendar, NamedDay
from workflows.dates import PartialDate, Precision
from workflows.definition import Procedure
from workflows.history import Event, History

# Not FOR UPDATE: the key of a case never changes, so rows that refer to it may still be added.
_LOCK = "SELECT id FROM review_case WHERE id = ANY(%(case_ids)s) ORDER BY id FOR NO KEY UPDATE"

_EVENT_COLUMNS = (
    "sequence", "kind", "step", "happened_first", "happened_last", "happened_precision", "recorded_at", "role",
    "answers", "supersedes", "reason", "procedure_fingerprint", "actor_id", "on_behalf_of", "hash", "idempotency_key",
)  # fmt: skip


def _each(table: str, columns: Sequence[str], order: str = "") -> str:
    """Return the query of the rows that a case has in a table, as a list of lists."""
    row = f"json_build_array({', '.join(columns)}){order}"
    return f"(SELECT json_agg({row}) FROM {table} AS each WHERE each.case_id = review.id)"  # noqa: S608


# One row a case, whatever its length: a statement sees one moment, and what comes as one list is read fastest.
_READ = f"""
SELECT review.id, review.reference, review.workflow_key, review.history_length, review.last_event_hash,
       review.version, board.new_arrangements_start, json_build_array({", ".join(CASE_COLUMNS)}),
       {_each("case_event", _EVENT_COLUMNS, " ORDER BY sequence")},
       {_each("deadline", DEADLINE_COLUMNS)},
       {_each("hold", HOLD_COLUMNS)},
       (SELECT json_agg(json_build_array(day, name)) FROM ({STANDING}) AS announced)
FROM review_case AS review JOIN board ON board.id = review.board_id
WHERE review.id"""  # noqa: S608 - the names of our own columns
_READ_ONE = f"{_READ} = %(case_id)s"
_READ_SOME = f"{_READ} = ANY(%(case_ids)s) ORDER BY review.id"


class Recorded(NamedTuple):
    """An event with what the law does not ask about: who recorded it, for whom, how it is sealed, by which form."""

    event: Event
    actor_id: int | None
    on_behalf_of: int | None
    hash: bytes
    idempotency_key: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class CaseAsRead:
    """A case as it was when it was read: its edition, its area, everything recorded of it, and what is stored beside.

    `history_length` and `last_hash` are what the case itself says of its history, to be compared with it.
    """

    id: int
    reference: str
    workflow_key: str
    regime_key: str
    new_arrangements_start: date | None
    history_length: int
    last_hash: bytes
    version: int
    recorded: tuple[Recorded, ...]
    stored: Stored
    announced: tuple[NamedDay, ...] = ()

    @property
    def procedure(self) -> Procedure:
        return registry.procedure(self.workflow_key, self.regime_key)

    @property
    def calendar(self) -> Calendar:
        """The working days as they were known when the case was read."""
        return calendar_with(self.announced)

    @property
    def history(self) -> History:
        return History(tuple(each.event for each in self.recorded), self.new_arrangements_start)


def since(procedure: Procedure, recorded: Sequence[Recorded]) -> tuple[Since, ...]:
    """Return what these say to somebody who was writing meanwhile: a correction that it is one, and of what."""
    return tuple(_since(procedure, each.event, each.actor_id) for each in recorded)


def _since(procedure: Procedure, event: Event, actor_id: int | None) -> Since:
    step = procedure.steps_by_key.get(event.step)
    done = step.done if step else event.step
    words = {"step": done, "correction": f"Corrected: {done}", "strike_out": f"Struck out: {done}"}[event.kind]
    return Since(event.sequence, event.step, words, event.happened_on, event.recorded_at, event.role, actor_id)


def lock_cases(connection: Connection, case_ids: Collection[int]) -> list[int]:
    """Return those of the cases that there are, once nobody else is writing to them.

    What was recorded while this waited is seen by the next statement, not by this one.
    """
    return list(connection.exec_driver_sql(_LOCK, {"case_ids": list(case_ids)}).scalars())


def read_case(connection: Connection, case_id: int) -> CaseAsRead:
    """Return a case with its history. Raises CaseNotFound, and HistoryDamaged where it does not end as it was left."""
    row = connection.exec_driver_sql(_READ_ONE, {"case_id": case_id}).one_or_none()
    if row is None:
        raise CaseNotFound("There is no such case")
    read = _case(row)
    ends_with = read.recorded[-1].hash if read.recorded else hashing.FIRST_PREVIOUS
    if len(read.recorded) != read.history_length or ends_with != read.last_hash:
        raise HistoryDamaged(read.reference, "the history does not end as it was left")
    return read


def read_cases(connection: Connection, case_ids: Collection[int]) -> Iterator[CaseAsRead]:
    """Yield these cases with their histories, in the order of their ids. Raises HistoryDamaged at one it cannot."""
    for read in read_what_can_be(connection, case_ids):
        if isinstance(read, HistoryDamaged):
            raise read
        yield read


def read_what_can_be(connection: Connection, case_ids: Collection[int]) -> Iterator[CaseAsRead | HistoryDamaged]:
    """Yield these cases with their histories, in the order of their ids; for one that cannot be read, the error."""
    for row in connection.exec_driver_sql(_READ_SOME, {"case_ids": list(case_ids)}):
        try:
            yield _case(row)
        except HistoryDamaged as damaged:
            yield damaged


def _case(row: Row[Any]) -> CaseAsRead:
    columns: Sequence[Any] = row
    (
        case_id, reference, workflow_key, length, last_hash, version, area_start, case, events, deadlines, holds,
        announced,
    ) = columns  # fmt: skip
    stored = Stored(
        dict(zip(CASE_COLUMNS, case, strict=True)),
        tuple(dict(zip(DEADLINE_COLUMNS, each, strict=True)) for each in deadlines or ()),
        tuple(dict(zip(HOLD_COLUMNS, each, strict=True)) for each in holds or ()),
    )
    try:
        recorded = tuple(map(_recorded, events or ()))
    except ValueError as wrong:
        raise HistoryDamaged(reference, "the history cannot be read") from wrong
    return CaseAsRead(
        case_id, reference, workflow_key, stored.case["regime_key"], area_start, length,
        last_hash or hashing.FIRST_PREVIOUS, version, recorded, stored, _announced(announced),
    )  # fmt: skip


def _announced(listed: Sequence[Any] | None) -> tuple[NamedDay, ...]:
    return tuple(NamedDay(date.fromisoformat(day), name) for day, name in listed or ())


def _recorded(columns: Sequence[Any]) -> Recorded:
    (
        sequence, kind, step, first, last, precision, recorded_at, role, answers, supersedes, reason, fingerprint,
        actor_id, on_behalf_of, hash_, key,
    ) = columns  # fmt: skip
    event = Event(
        sequence, step, _day(first, last, precision), datetime.fromisoformat(recorded_at), role, answers, kind,
        supersedes, reason or "", fingerprint,
    )  # fmt: skip
    return Recorded(event, actor_id, on_behalf_of, bytes.fromhex(hash_[2:]), uuid.UUID(key) if key else None)


# Histories repeat the same few thousand days.
@lru_cache(maxsize=16_384)
def _day(first: str, last: str, precision: Precision) -> PartialDate:
    return PartialDate(date.fromisoformat(first), date.fromisoformat(last), precision)
