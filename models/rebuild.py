"""Writing again, for every case, what is stored beside its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.engine import URL

from models.batches import in_batches
from models.casework import restand_cases
from models.database import make_sessions
from workflows.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many cases were gone through, and in how many something was not as the history says."""

    cases: int
    changed: int


def rebuild(url: str | URL, *, now: datetime, processes: int = 2, calendar: Calendar | None = None) -> Rebuilt:
    """Write again what follows from the history of every case.

    Cases may be written to meanwhile: each batch is locked, read, written and committed by itself.
    """
    cases = changed = 0
    for went_through, differed in in_batches(url, partial(_rebuild, now=now, calendar=calendar), processes=processes):
        cases += went_through
        changed += differed
    return Rebuilt(cases, changed)


def _rebuild(engine: Engine, case_ids: Sequence[int], *, now: datetime, calendar: Calendar | None) -> tuple[int, int]:
    with make_sessions(engine).begin() as session:
        return len(case_ids), restand_cases(session, case_ids, now=now, calendar=calendar)
