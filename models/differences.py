"""Comparing what is stored beside histories with what they say, and writing what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from models import next_rung, rows
from models.figures import counts
from models.projection import Columns, Projection
from models.stored import (
    CASE_COLUMNS,
    DEADLINE_COLUMNS,
    DEADLINE_KEY,
    HOLD_COLUMNS,
    HOLD_KEY,
    NOTHING_STORED,
    Stored,
    StoredRow,
)
from workflows.dates import london_day


@dataclass(frozen=True, slots=True)
class Difference:
    """What must be written so that what is stored of a case is what its history says."""

    case: Columns | None
    deadlines: tuple[Columns, ...]
    deadlines_gone: tuple[Columns, ...]
    holds: tuple[Columns, ...]
    holds_gone: tuple[Columns, ...]

    def __bool__(self) -> bool:
        return any((self.case, self.deadlines, self.deadlines_gone, self.holds, self.holds_gone))


def difference(case_id: int, projected: Projection, stored: Stored) -> Difference:
    """Return what differs between what a history says and what is stored."""
    case = None if _is_as(stored.case, projected.case) else {"id": case_id, **projected.case}
    deadlines, deadlines_gone = _differing(case_id, DEADLINE_KEY, projected.deadlines, stored.deadlines)
    holds, holds_gone = _differing(case_id, HOLD_KEY, projected.holds, stored.holds)
    return Difference(case, deadlines, deadlines_gone, holds, holds_gone)


def _differing(
    case_id: int, key: Sequence[str], projected: Iterable[Columns], stored: Iterable[StoredRow]
) -> tuple[tuple[Columns, ...], tuple[Columns, ...]]:
    """Return the rows that are to be written, and the keys of those that are to go."""
    there = {tuple(row[column] for column in key): row for row in stored}
    wanted = [{"case_id": case_id, **row} for row in projected]
    wrong = tuple(row for row in wanted if not _is_as(there.pop(tuple(row[column] for column in key), {}), row))
    return wrong, tuple({column: row[column] for column in key} for row in there.values())


def _is_as(stored: StoredRow, projected: Columns) -> bool:
    return bool(stored) and not wrong_columns(stored, projected)


def wrong_columns(stored: StoredRow, projected: Columns) -> list[str]:
    """Return the columns that are stored otherwise than they should be."""
    return [
        column
        for column, value in projected.items()
        if stored[column] != (value.isoformat() if isinstance(value, date) else value)
    ]


def write(
    connection: Connection, projections: Mapping[int, Projection], stored: Mapping[int, Stored], now: datetime
) -> int:
    """Write what is not as the histories of these cases say, and return how many cases that changed.

    A few statements however many cases there are.
    """
    found = {key: difference(key, each, stored.get(key, NOTHING_STORED)) for key, each in projections.items()}
    cases = [{**each.case, "updated_at": now} for each in found.values() if each.case]
    if cases:
        connection.exec_driver_sql(_CASES, {"cases": rows.as_json(cases)})
    write_beside(connection, found.values(), now)
    write_counted(connection, projections)
    return sum(map(bool, found.values()))


def write_beside(connection: Connection, found: Iterable[Difference], now: datetime) -> None:
    """Write the deadlines and holds that differ."""
    _execute(connection, list(found), {**_PUT, **_REMOVE}, now)


def remove(connection: Connection, found: Difference, now: datetime) -> None:
    """Remove the deadlines and holds that a history no longer gives; its step has put the others."""
    _execute(connection, [found], _REMOVE, now)


def _execute(connection: Connection, found: Sequence[Difference], statements: Mapping[str, str], now: datetime) -> None:
    for kind, statement in statements.items():
        given = [row for each in found for row in getattr(each, kind)]
        if given:
            connection.exec_driver_sql(statement, {kind: rows.as_json(given), "today": london_day(now)})


def write_counted(connection: Connection, projections: Mapping[int, Projection]) -> None:
    """Write how the figures count those of the cases that are a child's death."""
    deaths = {case_id: each.counted for case_id, each in projections.items() if each.counted is not None}
    if deaths:
        counts.write(connection, deaths)


_CASES = rows.update("review_case", (*CASE_COLUMNS, "updated_at"), "cases")
_PUT = {
    "deadlines": next_rung.putting(rows.put("deadline", DEADLINE_KEY, DEADLINE_COLUMNS, "deadlines")),
    "holds": rows.put("hold", HOLD_KEY, HOLD_COLUMNS, "holds"),
}
_REMOVE = {
    "deadlines_gone": next_rung.removing(rows.delete("deadline", DEADLINE_KEY, "deadlines_gone")),
    "holds_gone": rows.delete("hold", HOLD_KEY, "holds_gone"),
}
