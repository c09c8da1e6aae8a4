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
from models.errors import HistoryDamaged
from workflows.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many cases were gone through, and in how many something was not as the history says.

    `damaged` are the references of those whose history cannot be read, which were left as they are.
    """

    cases: int = 0
    changed: int = 0
    damaged: tuple[str, ...] = ()

    def __add__(self, other: Rebuilt) -> Rebuilt:
        return Rebuilt(
            self.cases + other.cases, self.changed + other.changed, self.damaged + other.damaged
        )  # fmt: skip


def rebuild(url: str | URL, *, now: datetime, processes: int = 2, calendar: Calendar | None = None) -> Rebuilt:
    """Write again what follows from the history of every case.

    Cases may be written to meanwhile: each batch is locked, read, written and committed by itself.
    """
    return sum(in_batches(url, partial(_rebuild, now=now, calendar=calendar), processes=processes), Rebuilt())


def _rebuild(engine: Engine, case_ids: Sequence[int], *, now: datetime, calendar: Calendar | None) -> Rebuilt:
    try:
        with make_sessions(engine).begin() as session:
            return Rebuilt(len(case_ids), restand_cases(session, case_ids, now=now, calendar=calendar))
    except HistoryDamaged as damaged:
        if len(case_ids) == 1:
            return Rebuilt(1, 0, (damaged.reference,))
    return sum((_rebuild(engine, [case_id], now=now, calendar=calendar) for case_id in case_ids), Rebuilt())
