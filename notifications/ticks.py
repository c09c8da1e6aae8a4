"""What the scheduler does, and how often: the one list of it.

Each is a look at what is stored and does whatever there is to do, so that it does not matter when one runs, how
often, or whether one was missed (P9, P14). They run at plain intervals, which know no daylight saving (P11).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Event

import requests
from sqlalchemy import Engine, func, select

from models.calendar_changes import restand_next, unfinished
from models.case import Case
from models.child_deaths.notification_queue import empty_decided
from models.child_deaths.public_draft import forget_old_drafts
from models.child_deaths.public_notifications import forget_unconfirmed
from models.child_deaths.unfinished_notification import remove_old
from models.child_deaths.upload_batches import go_on
from models.drafts import remove_old_drafts
from models.panels.packs import destroy_packs
from models.pulse import TickPulse
from models.queries.integrity import check_cases
from models.retention import USUAL, KeptFor
from models.sessions import forget_sessions
from notifications.addressing import address_waiting
from notifications.codes import send_codes
from notifications.dispatch import send_waiting
from notifications.duties import sweep_duties
from notifications.lost import ask_about_lost, record_failed_later
from notifications.office import Office
from notifications.reminders import sweep
from workflows.dates import london_day

SWEPT_WITHIN = timedelta(minutes=15)
"""How long the last sweep may be past before the engine counts as silent; a local default."""

HEARTBEAT_TIMEOUT_SECONDS = 10
IMPORTS_FOR = timedelta(seconds=20)
"""How long uploaded files are gone on with at a time; a local default."""
MINUTES_A_DAY = 24 * 60
DAILY = MINUTES_A_DAY * 60


@dataclass(frozen=True, slots=True)
class Works:
    """What the tasks are done with."""

    engine: Engine
    office: Office
    secret: bytes
    """What the codes of public notifications follow from."""
    stopping: Event
    heartbeat_url: str | None = None
    kept_for: KeptFor = USUAL


@dataclass(frozen=True, slots=True)
class Tick:
    """One task: its name, how many seconds lie between two runs, and what it does, returning how much that was."""

    name: str
    words: str
    every_seconds: float
    run: Callable[[Works], int]
    waited_for: bool = False
    """Whether somebody sits at a page and waits for it, so that it does not wait for any other."""

    @property
    def every(self) -> timedelta:
        return timedelta(seconds=self.every_seconds)


def _sweep(works: Works) -> int:
    office = works.office
    return sweep(works.engine, office.clock(), office.calendar()).recorded


def _sweep_duties(works: Works) -> int:
    office = works.office
    return sweep_duties(office.sessions, office.clock(), office.calendar())


def _address(works: Works) -> int:
    office = works.office
    return address_waiting(office.sessions, office.clock(), office.calendar(), until=works.stopping.is_set)


def _send(works: Works) -> int:
    return send_waiting(works.office, until=works.stopping.is_set)


def _ask(works: Works) -> int:
    return ask_about_lost(works.office)


def _ask_failed(works: Works) -> int:
    return record_failed_later(works.office)


def _send_codes(works: Works) -> int:
    office = works.office
    return send_codes(office.sessions, office.sender, works.secret, office.clock())


def _forget(works: Works) -> int:
    with works.office.sessions.begin() as session:
        return forget_unconfirmed(session, works.office.clock())


def _forget_begun(works: Works) -> int:
    with works.office.sessions.begin() as session:
        return forget_old_drafts(session, works.office.clock())


def _forget_unfinished(works: Works) -> int:
    with works.office.sessions.begin() as session:
        return remove_old(session, works.office.clock())


def _empty_decided(works: Works) -> int:
    with works.office.sessions.begin() as session:
        return empty_decided(session, works.office.clock(), works.kept_for.decided_notifications)


def _remove_drafts(works: Works) -> int:
    with works.office.sessions.begin() as session:
        return remove_old_drafts(session, works.office.clock(), works.kept_for.drafts)


def _forget_sessions(works: Works) -> int:
    with works.office.sessions.begin() as session:
        return forget_sessions(session, works.office.clock())


def _destroy_packs(works: Works) -> int:
    now = works.office.clock()
    with works.office.sessions.begin() as session:
        return destroy_packs(session, london_day(now), now=now)


def _restand(works: Works) -> int:
    """Bring stored dates in line with a bank holiday announced late, a batch to a transaction; return the batches."""
    done = 0
    while not works.stopping.is_set():
        with works.office.sessions.begin() as session:
            if not restand_next(session, works.office.clock()):
                break
        done += 1
    return done


def _import(works: Works) -> int:
    """Go on with uploaded files for a while, and leave the rest to the next time, so that nothing else waits."""
    clock = works.office.clock
    return int(go_on(works.office.sessions, clock=clock, until=clock() + IMPORTS_FOR, stopping=works.stopping.is_set))


def _verify(works: Works) -> int:
    """Compare what is stored beside some histories with what they say: in a day of minutes, all of them (P22)."""
    with works.office.sessions() as session:
        if unfinished(session) is not None:
            return 0
    minute = int(works.office.clock().timestamp() // 60) % MINUTES_A_DAY
    with works.engine.connect() as connection:
        ids = connection.scalars(select(Case.id).where(Case.id % MINUTES_A_DAY == minute).order_by(Case.id)).all()
        found = check_cases(connection, ids, histories=False, calendar=works.office.calendar())
        if next(found, None) is not None:
            raise StoredOtherwise
    return len(ids)


class StoredOtherwise(Exception):
    """What is stored beside a history is not what it says. `reviews check-histories` names the cases."""


def _beat(works: Works) -> int:
    """Tell whoever listens outside that sweeps are being made. Nothing is told while they are not."""
    if works.heartbeat_url is None:
        return 0
    with works.office.sessions() as session:
        swept_at = session.scalar(select(func.max(TickPulse.finished_at)).where(TickPulse.name == "sweep"))
    if swept_at is None or works.office.clock() - swept_at > SWEPT_WITHIN:
        return 0
    requests.get(works.heartbeat_url, timeout=HEARTBEAT_TIMEOUT_SECONDS).raise_for_status()
    return 1


TICKS = (
    Tick("sweep", "Finds what is newly to be said", 60, _sweep),
    Tick("duties", "Finds what panels owe that is newly to be said", 60, _sweep_duties),
    Tick("address", "Addresses messages to those who hold the role", 5, _address),
    Tick("send", "Sends what is due", 5, _send),
    Tick("ask", "Asks what became of letters whose fate is unknown", 300, _ask),
    Tick("failed", "Asks which letters were taken and could not be delivered", 300, _ask_failed),
    Tick("codes", "Sends the codes of public notifications", 5, _send_codes, waited_for=True),
    Tick("forget", "Forgets public notifications nobody confirmed", 3600, _forget),
    Tick("forget_begun", "Forgets public notifications begun and not sent", 600, _forget_begun),
    Tick("forget_unfinished", "Removes notifications of a death that were begun and left", 3600, _forget_unfinished),
    Tick("empty", "Removes what public notifications told, long after they were decided on", DAILY, _empty_decided),
    Tick("drafts", "Removes what was typed and left", DAILY, _remove_drafts),
    Tick("sessions", "Forgets where people were signed in", DAILY, _forget_sessions),
    Tick("packs", "Destroys the packs of meetings that are over", 3600, _destroy_packs),
    Tick("restand", "Brings stored dates in line with a bank holiday announced late", 60, _restand),
    Tick("imports", "Looks through and records uploaded files", 5, _import),
    Tick("verify", "Compares stored dates with the histories", 60, _verify),
    Tick("heartbeat", "Tells an outside watch that sweeps are made", 60, _beat),
)
