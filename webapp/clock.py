"""What time it is. Only a route, a command or a job asks; everything else is told."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from flask import current_app, has_app_context

from workflows.dates import london_day

Clock = Callable[[], datetime]


def real_clock() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


def now() -> datetime:
    """Return the moment by the clock the application was made with, or by the real one outside an application."""
    clock: Clock = current_app.extensions["clock"] if has_app_context() else real_clock
    return clock()


def today() -> date:
    """Return the day it is now in London."""
    return london_day(now())
