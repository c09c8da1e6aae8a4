"""The clock of every process: the real one in service; in a demonstration, the one that can be moved to another day."""

from datetime import UTC, date, datetime, timedelta

from models.moved_clock import NOT_MOVED, ahead_by
from webapp import clock
from webapp.clock import Clock, real_clock
from webapp.database import OpenSession
from webapp.settings import Settings, current_settings, database_settings
from workflows.dates import LONDON

HARDLY = timedelta(minutes=1)


def clock_for(settings: Settings, sessions: OpenSession) -> Clock:
    """Return the clock of a process. Only in a demonstration is it asked of the database how far it is moved."""
    if not settings.demonstration:
        return real_clock

    def moved_clock() -> datetime:
        with sessions() as session:
            return real_clock() + ahead_by(session)

    return moved_clock


def ahead_for(day: date, real: datetime) -> timedelta:
    """Return how far the clock must be moved to show `day` at the time of day that it is in London now."""
    local = real.astimezone(LONDON)
    if local.date() == day:
        return NOT_MOVED
    return datetime.combine(day, local.time(), LONDON).astimezone(UTC) - real


def clock_in_use(sessions: OpenSession) -> Clock:
    """Return the clock of a command that works on the database of these sessions. Raises SettingsRefused."""
    return clock_for(database_settings(), sessions)


def stands_at() -> datetime | None:
    """Return the moment by a clock that is moved, to be shown on every page; None while it shows the real time."""
    if not current_settings().demonstration:
        return None
    moment = clock.now()
    return moment if abs(moment - real_clock()) > HARDLY else None
