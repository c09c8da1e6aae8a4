"""Reading cases with their histories from the rows they are kept in, one or many at a time."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from models import hashing
from models.errors import CaseNotFound, HistoryDamaged
from workflows import registry
from workflows.dates import PartialDate, Precision
from workflows.definition import Procedure
from workflows.history import Event, History

# Not FOR UPDATE: the key of a case never changes, so rows that refer to it may still be added.
_LOCK = "SELECT id FROM review_case WHERE id = ANY(%(case_ids)s) ORDER BY id FOR NO KEY UPDATE"

_READ = """
SELECT review.id, review.reference, review.workflow_key, review.regime_key, review.history_length,
       review.last_event_hash, board.new_arrangements_start,
       event.sequence, event.kind, event.step, event.happened_first, event.happened_last, event.happened_precision,
       event.recorded_at, event.role, event.answers, event.supersedes, event.reason, event.procedure_fingerprint,
       event.actor_id, event.on_behalf_of, event.previous_hash, event.hash, event.idempotency_key
FROM review_case AS review
JOIN board ON board.id = review.board_id
LEFT JOIN case_event AS event ON event.case_id = review.id
WHERE review.id = ANY(%(case_ids)s)
ORDER BY review.id, event.sequence
"""


class Recorded(NamedTuple):
    """An event with what the law does not ask about: who recorded it, for whom, how it is sealed, by which form."""

    event: Event
    actor_id: int | None
    on_behalf_of: int | None
    previous_hash: bytes
    hash: bytes
    idempotency_key: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class CaseAsRead:
    """A case as stored: under which edition it runs, in which area, and everything recorded of it.

    `history_length` and `last_hash` are what the case itself says of its history, to be compared with it.
    """

    id: int
    reference: str
    workflow_key: str
    regime_key: str
    new_arrangements_start: date | None
    history_length: int
    last_hash: bytes
    recorded: tuple[Recorded, ...]

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
    rows = connection.exec_driver_sql(_READ, {"case_ids": list(case_ids)})
    for _, group in groupby(rows, key=itemgetter(0)):
        yield _case(list(group))


def _case(rows: Sequence[Row[Any]]) -> CaseAsRead:
    first: Sequence[Any] = rows[0]
    case_id, reference, workflow_key, regime_key, length, last_hash, area_start = first[:7]
    recorded = tuple(_recorded(row[7:]) for row in rows if row.sequence is not None)
    return CaseAsRead(
        case_id, reference, workflow_key, regime_key, area_start, length, last_hash or hashing.FIRST_PREVIOUS, recorded
    )


def _recorded(columns: Sequence[Any]) -> Recorded:
    (
        sequence, kind, step, first, last, precision, recorded_at, role, answers, supersedes,
        reason, fingerprint, actor_id, on_behalf_of, previous_hash, hash_, idempotency_key,
    ) = columns  # fmt: skip
    event = Event(
        sequence, step, _day(first, last, precision), recorded_at, role, answers, kind, supersedes, reason or "",
        fingerprint,
    )  # fmt: skip
    return Recorded(event, actor_id, on_behalf_of, previous_hash, hash_, idempotency_key)


# Histories repeat the same few thousand days.
@lru_cache(maxsize=16_384)
def _day(first: date, last: date, precision: Precision) -> PartialDate:
    return PartialDate(first, last, precision)
