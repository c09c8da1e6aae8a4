"""Entering many deaths of a year in the national return at once: one step recorded for each, none because of another.

Only deaths whose return lacks nothing are entered this way: why a gap is left is asked for each by itself (ADR 70).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Case
from models.casework import Actor, take_step
from models.child_deaths.return_gaps import FINALISE_RETURN, gaps
from models.errors import CaseMovedOn
from workflows.errors import StepRefused
from workflows.standing import Told


@dataclass(frozen=True, slots=True)
class NotEntered:
    """A death that was not entered, and why in sentences."""

    reference: str
    reasons: tuple[str, ...]


def enter_in_return(
    session: Session,
    case_ids: Sequence[int],
    *,
    actor_of: Callable[[Case], Actor],
    told: Told,
    now: datetime,
    key: uuid.UUID,
) -> tuple[list[str], list[NotEntered]]:
    """Return the references of the deaths that are entered, and those that are not, in their order.

    `key` is that of the form: sent twice, it enters each death once, and says the same both times.
    """
    entered, left_out = [], []
    cases = session.scalars(select(Case).where(Case.id.in_(case_ids)).order_by(Case.reference)).all()
    for case in cases:
        reference = case.reference
        if lacking := gaps(session, case):
            left_out.append(NotEntered(reference, tuple(gap.words for gap in lacking)))
            continue
        try:
            with session.begin_nested():
                take_step(
                    session, case, FINALISE_RETURN, actor=actor_of(case), told=told, now=now,
                    idempotency_key=uuid.uuid5(key, reference),
                )  # fmt: skip
        except (StepRefused, CaseMovedOn) as refused:
            left_out.append(NotEntered(reference, getattr(refused, "reasons", (str(refused),))))
        else:
            entered.append(reference)
    return entered, left_out
