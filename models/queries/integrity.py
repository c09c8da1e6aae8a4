"""Whether the record is whole: every history as it was written, and what is stored beside it as it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL

from models import hashing, kept_apart
from models.batches import in_batches
from models.differences import difference, wrong_columns
from models.errors import HistoryDamaged
from models.histories import CaseAsRead, read_what_can_be
from models.projection import project_case
from workflows.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be with one case. The words name columns and places, never what they hold."""

    reference: str
    words: str


def findings(
    url: str | URL, *, histories: bool = True, processes: int = 2, calendar: Calendar | None = None
) -> Iterator[Finding]:
    """Yield everything that is wrong with any case, in the order they were opened.

    Compares what is stored with what the history says and, with `histories`, checks that these are as written.
    """
    work = partial(_check, histories=histories, calendar=calendar)
    return chain.from_iterable(in_batches(url, work, processes=processes))


def _check(engine: Engine, case_ids: Sequence[int], *, histories: bool, calendar: Calendar | None) -> list[Finding]:
    with engine.connect() as connection:
        return list(check_cases(connection, case_ids, histories=histories, calendar=calendar))


def check_cases(
    connection: Connection, case_ids: Sequence[int], *, histories: bool = True, calendar: Calendar | None = None
) -> Iterator[Finding]:
    """Yield everything that is wrong with these cases."""
    unlinked = _unlinked(connection, case_ids) if histories else {}
    unlike_their_mark = _unlike_their_mark(connection, case_ids) if histories else {}
    for case in read_what_can_be(connection, case_ids):
        if isinstance(case, HistoryDamaged):
            yield Finding(case.reference, case.words)
            continue
        words = [*_altered(case), *unlinked.get(case.id, ()), *unlike_their_mark.get(case.id, ())] if histories else []
        yield from (
            Finding(case.reference, each) for each in (*words, *_not_as_recorded(case, calendar or case.calendar))
        )


def _altered(case: CaseAsRead) -> Iterator[str]:
    """Yield each place where a history is not as it was written, or does not end as it was left."""
    before = hashing.FIRST_PREVIOUS
    for place, each in enumerate(case.recorded, 1):
        if each.event.sequence != place:
            yield f"event {place} is missing"
            return
        if hashing.seal(before, case.reference, each.event, each.actor_id, each.on_behalf_of) != each.hash:
            yield f"event {place} was altered"
        before = each.hash
    if len(case.recorded) != case.history_length or before != case.last_hash:
        yield "the history does not end as it was left"


_UNLINKED = """
SELECT event.case_id, event.sequence FROM case_event AS event
LEFT JOIN case_event AS before ON before.case_id = event.case_id AND before.sequence = event.sequence - 1
WHERE event.case_id = ANY(%(case_ids)s)
AND event.previous_hash <> coalesce(before.hash, decode(repeat('00', 32), 'hex'))
ORDER BY event.case_id, event.sequence
"""


def _unlinked(connection: Connection, case_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return, by case, the events that do not name the hash of the event before."""
    found: dict[int, list[str]] = {}
    for case_id, sequence in connection.exec_driver_sql(_UNLINKED, {"case_ids": list(case_ids)}):
        found.setdefault(case_id, []).append(f"event {sequence} does not follow the one before it")
    return found


_KEPT_APART = """
SELECT case_id, event_sequence, question, answer, salt, event.answers -> question ->> 'kept_apart'
FROM answer_kept_apart JOIN case_event AS event USING (case_id)
WHERE event.sequence = event_sequence AND case_id = ANY(%(case_ids)s) ORDER BY case_id, event_sequence, question
"""


def _unlike_their_mark(connection: Connection, case_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return, by case, the answers kept apart that are not those the history has a mark of. One taken away is none."""
    found: dict[int, list[str]] = {}
    rows: Iterable[Sequence[Any]] = connection.exec_driver_sql(_KEPT_APART, {"case_ids": list(case_ids)})
    for case_id, sequence, question, answer, salt, mark in rows:
        if kept_apart.mark(answer, bytes(salt)) != mark:
            words = f"the answer to {question} kept apart from event {sequence} was altered"
            found.setdefault(case_id, []).append(words)
    return found


def _not_as_recorded(case: CaseAsRead, calendar: Calendar) -> Iterator[str]:
    """Yield what is stored of a case and is not what its history says."""
    try:
        projected = project_case(case, calendar)
    except (LookupError, ValueError, TypeError):
        yield "the history cannot be read, so what is stored beside it cannot be compared"
        return
    found = difference(case.id, projected, case.stored)
    if found.case:
        yield f"stored otherwise than the history says: {', '.join(wrong_columns(case.stored.case, projected.case))}"
    yield from (f"deadline {row['clock_key']} is not as the history says" for row in found.deadlines)
    yield from (f"deadline {row['clock_key']} does not follow from the history" for row in found.deadlines_gone)
    yield from (f"hold of event {row['event_sequence']} is not as the history says" for row in found.holds)
    yield from (f"hold of event {row['event_sequence']} does not follow from the history" for row in found.holds_gone)
