"""Reading cases with their histories, and with what is stored beside them, one or many at a time."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection

from models import hashing
from models.errors import CaseNotFound, HistoryDamaged
from workflows import registry
from workflows.dates import PartialDate, Precision
from workflows.definition import Procedure
from workflows.history import Event, History

# Not FOR UPDATE: the key of a case never changes, so rows that refer to it may still be added.
_LOCK = "SELECT id FROM review_case WHERE id = ANY(%(case_ids)s) ORDER BY id FOR NO KEY UPDATE"

# One row a case, whatever its length: what a statement gives is seen as of one moment, and few rows are read fast.
_READ = """
SELECT to_json(review), board.new_arrangements_start,
       (SELECT json_agg(event ORDER BY sequence) FROM case_event AS event WHERE event.case_id = review.id),
       (SELECT json_agg(deadline ORDER BY ordinal) FROM deadline WHERE deadline.case_id = review.id),
       (SELECT json_agg(hold ORDER BY event_sequence) FROM hold WHERE hold.case_id = review.id)
FROM review_case AS review JOIN board ON board.id = review.board_id
WHERE review.id = ANY(%(case_ids)s) ORDER BY review.id
"""

StoredRow = Mapping[str, Any]
"""The columns of a row as JSON gives them: days as ISO text."""


class Recorded(NamedTuple):
    """An event with what the law does not ask about: who recorded it, for whom, how it is sealed, by which form."""

    event: Event
    actor_id: int | None
    on_behalf_of: int | None
    previous_hash: bytes
    hash: bytes
    idempotency_key: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of a case beside its history."""

    case: StoredRow
    deadlines: tuple[StoredRow, ...]
    holds: tuple[StoredRow, ...]


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

    @property
    def procedure(self) -> Procedure:
        return registry.procedure(self.workflow_key, self.regime_key)

    @property
    def history(self) -> History:
        return History(tuple(each.event for each in self.recorded), self.new_arrangements_start)


def lock_cases(connection: Connection, case_ids: Collection[int]) -> list[int]:
    """Return those of the cases that there are, once nobody else is writing to them.

    What was recorded while this waited is seen by the next statement, not by this one.
    """
    return list(connection.exec_driver_sql(_LOCK, {"case_ids": list(case_ids)}).scalars())


def read_case(connection: Connection, case_id: int) -> CaseAsRead:
    """Return a case with its history. Raises CaseNotFound, and HistoryDamaged where it does not end as it was left."""
    read = next(read_cases(connection, [case_id]), None)
    if read is None:
        raise CaseNotFound("There is no such case")
    ends_with = read.recorded[-1].hash if read.recorded else hashing.FIRST_PREVIOUS
    if len(read.recorded) != read.history_length or ends_with != read.last_hash:
        raise HistoryDamaged(f"The history of {read.reference} does not end as it was left")
    return read


def read_cases(connection: Connection, case_ids: Collection[int]) -> Iterator[CaseAsRead]:
    """Yield these cases with their histories, in the order of their ids, whatever state the histories are in."""
    for case, area_start, events, deadlines, holds in connection.exec_driver_sql(_READ, {"case_ids": list(case_ids)}):
        yield CaseAsRead(
            id=case["id"],
            reference=case["reference"],
            workflow_key=case["workflow_key"],
            regime_key=case["regime_key"],
            new_arrangements_start=area_start,
            history_length=case["history_length"],
            last_hash=_bytes(case["last_event_hash"]) or hashing.FIRST_PREVIOUS,
            version=case["version"],
            recorded=tuple(map(_recorded, events or ())),
            stored=Stored(case, tuple(deadlines or ()), tuple(holds or ())),
        )


def _recorded(row: Mapping[str, Any]) -> Recorded:
    event = Event(
        sequence=row["sequence"],
        step=row["step"],
        happened_on=_day(row["happened_first"], row["happened_last"], row["happened_precision"]),
        recorded_at=datetime.fromisoformat(row["recorded_at"]),
        role=row["role"],
        answers=row["answers"],
        kind=row["kind"],
        supersedes=row["supersedes"],
        reason=row["reason"] or "",
        fingerprint=row["procedure_fingerprint"],
    )
    key = row["idempotency_key"]
    return Recorded(
        event,
        row["actor_id"],
        row["on_behalf_of"],
        _bytes(row["previous_hash"]),
        _bytes(row["hash"]),
        uuid.UUID(key) if key else None,
    )


def _bytes(written: str | None) -> bytes:
    """Return bytes that PostgreSQL wrote as \\x and hexadecimal digits."""
    return bytes.fromhex(written[2:]) if written else b""


# Histories repeat the same few thousand days.
@lru_cache(maxsize=16_384)
def _day(first: str, last: str, precision: Precision) -> PartialDate:
    return PartialDate(date.fromisoformat(first), date.fromisoformat(last), precision)
