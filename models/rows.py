"""Statements that write rows handed over as JSON: one statement, and one parameter a table, however many rows.

PostgreSQL takes the JSON apart by the columns of the table itself, so no types are spelt here.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any


def insert(table: str, columns: Sequence[str], parameter: str, *, given: str = "") -> str:
    """Return the statement that inserts the rows of a parameter, for each row of `given` if that is named."""
    names = ", ".join(columns)
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM {_beside(given)}{_rows(table, parameter)}"  # noqa: S608


def put(table: str, key: Sequence[str], columns: Sequence[str], parameter: str, *, given: str = "") -> str:
    """Return the statement that inserts the rows of a parameter, or changes those that there are by their key."""
    others = [column for column in columns if column not in key]
    new = ", ".join(f"EXCLUDED.{column}" for column in others)
    return (
        f"{insert(table, columns, parameter, given=given)} "
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET ({', '.join(others)}) = ROW({new})"
    )


def update(table: str, columns: Sequence[str], parameter: str) -> str:
    """Return the statement that changes the rows of a parameter by their `id`, and counts up their `version`."""
    new = ", ".join(f"given.{column}" for column in columns)
    return (
        f"UPDATE {table} AS kept SET version = kept.version + 1, ({', '.join(columns)}) = ROW({new}) "  # noqa: S608
        f"FROM {_rows(table, parameter)} AS given WHERE kept.id = given.id"
    )


def delete(table: str, key: Sequence[str], parameter: str) -> str:
    """Return the statement that removes the rows whose keys a parameter gives."""
    same = " AND ".join(f"kept.{column} = given.{column}" for column in key)
    return f"DELETE FROM {table} AS kept USING {_rows(table, parameter)} AS given WHERE {same}"  # noqa: S608


def _rows(table: str, parameter: str) -> str:
    return f"jsonb_populate_recordset(NULL::{table}, %({parameter})s::jsonb)"


def _beside(given: str) -> str:
    return f"{given}, " if given else ""


def as_json(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as a parameter: days and moments as ISO text, bytes as the hexadecimal digits PostgreSQL reads."""
    return json.dumps(list(rows), default=_as_text)


def _as_text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, uuid.UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
