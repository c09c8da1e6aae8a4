"""What a simulated year is to be like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Plan:
    """What the year is like: how long, how many cases, and how often what befalls it on a day."""

    first: date
    last: date
    cases: int
    opened_by: date
    """The last day on which one of the cases is opened."""

    holiday_announced_on: date
    holiday: date
    kills: int
    seconds: float
    """For how long the year is lived at most; a slow machine lives fewer days of it, and suffers as many kills."""

    mornings: float = 0.9
    afternoons: float = 0.4
    """On which share of days anything is swept in the morning, and in the afternoon."""

    outages: float = 0.02
    longest_outage_days: int = 12
    freezes: int = 1
    connections_cut: int = 1
    database_restarts: int = 0
    clocks_set_back: float = 0.05
    answers_a_day: float = 3.0
    """How often somebody says on a day that they have seen what is due, or puts it off."""
