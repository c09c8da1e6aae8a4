"""The ladders as boards have them: ours, with the days and the roles that a board has chosen otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from models.case import Case
from notifications.ladders import ladder_for
from notifications.rungs import Changes, Ladder

Key = tuple[int, str, str]
"""A board by its id, a kind of review and a clock."""

_CHANGES = """
SELECT board_id, workflow_key, clock_key, rung, working_days, NULL AS role, NULL::date AS from_on
FROM ladder_adjustment WHERE board_id = ANY(%(boards)s)
UNION ALL
SELECT board_id, workflow_key, clock_key, rung, NULL, role, from_on
FROM ladder_hearer WHERE board_id = ANY(%(boards)s)
"""


def changes_of(connection: Connection, board_ids: Iterable[int]) -> dict[Key, Changes]:
    """Return what boards have changed, by ladder. One they have not touched is not among them."""
    days: dict[Key, dict[str, int]] = {}
    hears: dict[Key, dict[str, dict[str, date]]] = {}
    for row in connection.exec_driver_sql(_CHANGES, {"boards": sorted(board_ids)}):
        key = (row.board_id, row.workflow_key, row.clock_key)
        if row.role is None:
            days.setdefault(key, {})[row.rung] = row.working_days
        else:
            hears.setdefault(key, {}).setdefault(row.rung, {})[row.role] = row.from_on or date.min
    return {key: Changes(days.get(key, {}), hears.get(key, {})) for key in days.keys() | hears.keys()}


def ladders_of(connection: Connection, board_ids: Iterable[int]) -> Callable[[int, str, str], Ladder]:
    """Return what gives the ladder of a clock as a board has it, each built once."""
    changes = changes_of(connection, board_ids)

    @cache
    def ladder(board_id: int, workflow_key: str, clock_key: str) -> Ladder:
        changed = changes.get((board_id, workflow_key, clock_key), Changes())
        return ladder_for(workflow_key, clock_key).changed(changed)

    return ladder


def ladder_of(session: Session, case: Case, clock_key: str) -> Ladder:
    """Return the ladder of a clock as the board of a case has it."""
    return ladders_of(session.connection(), [case.board_id])(case.board_id, case.workflow_key, clock_key)
