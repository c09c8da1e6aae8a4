"""Histories in memory, told in a line each, for what is reckoned from a standing without a database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from tests.models.reviews import EVERY_ROLE, REFERRAL
from workflows.calendar import england
from workflows.dates import PartialDate
from workflows.history import History
from workflows.registry import procedure
from workflows.standing import Standing, Told, open_history, stand, take

Happened = tuple[str, str] | tuple[str, str, Mapping[str, Any]]


def standing_after(*happened: Happened, today: str, regime: str = "WT2013", **referral: Any) -> Standing:
    """Return where a case referred on 3 March 2014 stands today, after these steps on these days."""
    followed, calendar = procedure("serious_case_review", regime), england()
    opened = Told(PartialDate.parse("2014-03-03"), REFERRAL | referral)
    event = open_history(followed, calendar, step="refer_case", roles=EVERY_ROLE, told=opened, now=_noon("2014-03-03"))
    history = History((event,))
    for day, step, *answers in happened:
        told = Told(PartialDate.parse(day), dict(*answers))
        event = take(followed, history, calendar, step=step, roles=EVERY_ROLE, told=told, now=_noon(today))
        history = history.and_then(event)
    return stand(followed, history, calendar, date.fromisoformat(today))


def _noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(12), UTC)
