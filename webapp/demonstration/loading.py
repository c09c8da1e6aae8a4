"""Filling a database with the invented people and cases, and with the real case scripts where they lie beside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

from models.database import make_engine, make_sessions
from models.moved_clock import ahead_by, move_clock
from webapp.demonstration.absences import add_deputy, open_a_feed
from webapp.demonstration.child_deaths import add_child_deaths
from webapp.demonstration.children import add_children
from webapp.demonstration.deaths import import_deaths
from webapp.demonstration.mornings import live_through
from webapp.demonstration.panels import add_the_panel
from webapp.demonstration.people import add_people, appoint_people
from webapp.demonstration.reviews import PARTNERSHIP, scripts
from webapp.loading import Loaded, load_script
from webapp.moved_clock import ahead_for
from webapp.scripts import Script, ScriptUnreadable, read_script
from workflows.dates import london_day
from workflows.roles import CDOP_COORDINATOR

OWN_SCRIPTS = Path(__file__).parent


def start_on(address: str, day: date | None) -> datetime:
    """Return the moment the demonstration starts at: the day named, or else by the clock as it was left."""
    engine = make_engine(address)
    real = datetime.now(UTC)
    with make_sessions(engine)() as session:
        if day is not None:
            move_clock(session, ahead_for(day, real), now=real)
            session.commit()
        now = real + ahead_by(session)
    engine.dispose()
    return now


def fill(address: str, beside: Path, now: datetime, site_address: str) -> Iterator[str]:
    """Add what is not there yet, as it would stand at this moment; yield in words what was added or could not be.

    The last few mornings are lived through, so that there are messages to read that lead to `site_address`.
    """
    engine = make_engine(address)
    sessions = make_sessions(engine)
    added = 0
    try:
        with sessions() as session:
            ids = add_people(session, now)
            session.commit()
        for script in (*_written(beside), *scripts(london_day(now))):
            with sessions() as session:
                outcome = load_script(session, script, ids)
                session.commit()
            added += outcome.reference is not None
            if not outcome.loaded:
                yield _not_loaded(script, outcome)
        import_deaths(sessions, ids[CDOP_COORDINATOR], lambda: now)
        with sessions() as session:
            add_the_panel(session, ids, now)
            appoint_people(session, ids)
            add_children(session, PARTNERSHIP, ids, now)
            session.flush()
            add_deputy(session, ids, now)
            feed = open_a_feed(session, ids, now)
            add_child_deaths(session, ids, now)
            session.commit()
        live_through(engine, site_address, now)
    finally:
        engine.dispose()
    if feed:
        yield f"The business manager’s dates can be read by a calendar program at {feed}"
    yield f"{added} cases added." if added else "Everything was there already."


def _written(beside: Path) -> Iterator[Script]:
    """Yield the scripts in files: our own, and those beside the project that can be read."""
    for path in sorted([*OWN_SCRIPTS.glob("*.yaml"), *beside.glob("*.yaml")]):
        with suppress(ScriptUnreadable):
            yield read_script(path)


def _not_loaded(script: Script, outcome: Loaded) -> str:
    return f"{script.title} {outcome.words}"
