"""What the next rung of every deadline was reckoned with: when the calendar or the ladders change, all are again."""

from __future__ import annotations

from datetime import date
from functools import cache
from hashlib import sha256

from notifications.ladders import ladder_for
from notifications.recording import Begins
from workflows import registry
from workflows.calendar import Calendar

AT_ONCE = 5_000
"""Cases whose deadlines are put back in one transaction, so that no statement runs for long."""

_BASIS = "SELECT basis, began_on FROM reminder_basis WHERE id = 1"
_BEGIN = (
    "INSERT INTO reminder_basis (id, basis, began_on) VALUES (1, %(basis)s, %(today)s)"
    " ON CONFLICT (id) DO UPDATE SET basis = EXCLUDED.basis RETURNING began_on"
)
# The case is locked before its deadlines, as a step does, so that neither ever waits for the other in a circle.
_PUT_BACK = """
WITH these AS (
    SELECT id FROM review_case WHERE id > %(after)s ORDER BY id LIMIT %(at_once)s FOR NO KEY UPDATE
), put_back AS (
    UPDATE next_rung SET falls_on = DEFAULT FROM these JOIN deadline ON deadline.case_id = these.id
    WHERE deadline_id = deadline.id AND over_on IS NULL AND falls_on IS DISTINCT FROM '0001-01-01'
)
SELECT max(id) FROM these
"""


def reckon_again_if_changed(engine: Begins, calendar: Calendar, today: date) -> date:
    """Put back every open deadline if it was last reckoned otherwise, and return the day reminders began.

    A stop in the middle leaves the old basis written, so that the next sweep begins again.
    """
    basis = reckoned_with(calendar)
    with engine.begin() as connection:
        kept = connection.exec_driver_sql(_BASIS).one_or_none()
    if kept is not None and kept.basis == basis:
        began_on: date = kept.began_on
        return began_on
    if kept is not None:
        put_back_everything(engine)
    with engine.begin() as connection:
        told = {"basis": basis, "today": today}
        began: date = connection.exec_driver_sql(_BEGIN, told).scalar_one()
        return began


def put_back_everything(engine: Begins) -> None:
    """Have the next rung of every open deadline reckoned again."""
    last: int | None = 0
    while last is not None:
        with engine.begin() as connection:
            last = connection.exec_driver_sql(_PUT_BACK, {"after": last, "at_once": AT_ONCE}).scalar()


def reckoned_with(calendar: Calendar) -> str:
    """Return what differs when any day on which something is said may differ: of the calendar and of the ladders."""
    return f"{calendar.version} {_ladders()}"


@cache
def _ladders() -> str:
    """Return twelve hexadecimal digits that differ when any ladder does."""
    clocks = {
        (workflow.key, clock.key)
        for workflow in registry.workflows().values()
        for procedure in workflow.procedures.values()
        for clock in procedure.clocks
    }
    said = (f"{workflow} {clock} {ladder_for(workflow, clock)!r}" for workflow, clock in sorted(clocks))
    return sha256("\n".join(said).encode()).hexdigest()[:12]
