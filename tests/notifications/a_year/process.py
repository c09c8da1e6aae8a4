"""One scheduler, in a process of its own, forked from a server that has this module ready.

It runs what `reviews scheduler` runs, put together by the same function from the same settings: the movable clock, the
list of ticks, SMTP with TLS. It differs in two things. What takes a second to read is read before it is forked; and its
ticks are closer together, since a day of the year lasts a second. What it is at it writes into a byte that outlives it,
so that it is known where a kill struck.
"""

from __future__ import annotations

import mmap
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Protocol

from sqlalchemy import Engine, event
from sqlalchemy.orm import configure_mappers

from notifications.basis import reckoned_with
from notifications.schedule import work
from notifications.senders.letter import Letter, Receipt, Sender
from notifications.ticks import TICKS, Tick, Works
from notifications.wording import SERVICE, notices
from webapp.posting import works_for
from webapp.settings import PostSettings, Settings
from workflows.calendar import england

# Read once, in the server that all are forked from: the calendar, the declarations, the ladders and the wording.
configure_mappers()
READ = (reckoned_with(england()), notices())

IDLE, SWEEPING, ADDRESSING, PREPARING, HANDING_OVER, MORNING_MAIL, SETTLING, ELSE = range(8)
PHASES = ("idle", "sweeping", "addressing", "preparing", "handing over", "morning mail", "settling", "other tasks")
PHASE_OF_TICK = {"sweep": SWEEPING, "duties": SWEEPING, "address": ADDRESSING, "send": PREPARING}

PACE = {
    "sweep": 0.4,
    "duties": 0.4,
    "address": 0.25,
    "send": 0.25,
    "codes": 2.0,
    "restand": 1.0,
    "verify": 5.0,
    "imports": 10.0,
}
PACE_OF_THE_REST = 30.0
LOOK_EVERY_SECONDS, SILENT_AFTER_SECONDS = 0.2, 3.0


@dataclass(frozen=True)
class Told:
    """How a scheduler reaches the database and the mail server, and the file whose first byte it writes."""

    database_url: str
    owner_url: str
    port: int
    trusted: str
    folder: str


class Marks:
    """What a process is at, in a byte of a file that other processes see."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._byte = mmap.mmap(file.fileno(), 1)

    @property
    def phase(self) -> int:
        return self._byte[0]

    @phase.setter
    def phase(self, phase: int) -> None:
        self._byte[0] = phase


class Marked(Protocol):
    """What a process is at, wherever that is written."""

    phase: int


class Watched:
    """A sender that says when a letter is handed over, and that its fate is written down after it."""

    def __init__(self, sender: Sender, marks: Marked, engine: Engine) -> None:
        self.name, self._sender, self._marks = sender.name, sender, marks
        self._thread, self._written = 0, False
        event.listen(engine, "commit", self._note_a_commit)
        event.listen(engine, "begin", self._note_a_beginning)

    def send(self, letter: Letter) -> Receipt:
        several = letter.subject.startswith(f"{SERVICE}: ")
        self._thread, self._written = threading.get_ident(), False
        self._marks.phase = MORNING_MAIL if several else HANDING_OVER
        try:
            return self._sender.send(letter)
        finally:
            self._marks.phase = SETTLING

    def close(self) -> None:
        self._sender.close()

    def _note_a_commit(self, _connection: object) -> None:
        self._written = self._written or self._is_settling()

    def _note_a_beginning(self, _connection: object) -> None:
        if self._written and self._is_settling():
            self._marks.phase = PREPARING

    def _is_settling(self) -> bool:
        return self._marks.phase == SETTLING and threading.get_ident() == self._thread


def scheduler(told: Told, marks_path: str) -> None:
    """Be a scheduler until ended."""
    stopping, marks = Event(), Marks(Path(marks_path))
    signal.signal(signal.SIGTERM, lambda _number, _frame: stopping.set())
    works = works_of(told, marks, stopping)
    work(works, ticks_of(marks), look_every_seconds=LOOK_EVERY_SECONDS, silent_after_seconds=SILENT_AFTER_SECONDS)
    works.engine.dispose()


def works_of(told: Told, marks: Marked, stopping: Event) -> Works:
    """Return what a scheduler works with, its sender watched."""
    settings = Settings(
        secret_key="invented " * 6, database_url=told.database_url, database_owner_url=told.owner_url,
        demonstration=True, var=Path(told.folder),
    )  # fmt: skip
    post = PostSettings(
        channel="smtp", site_address="https://reviews.example.org", mail_from="reviews@example.org",
        smtp_host="localhost", smtp_port=told.port, smtp_trust=told.trusted,
    )  # fmt: skip
    works = works_for(settings, post, stopping)
    return replace(works, office=replace(works.office, sender=Watched(works.office.sender, marks, works.engine)))


def ticks_of(marks: Marked) -> Sequence[Tick]:
    """Return the ticks of the real scheduler, closer together, each marking what it is at."""
    return [_marked(tick, marks) for tick in TICKS]


def _marked(tick: Tick, marks: Marked) -> Tick:
    every = PACE.get(tick.name, PACE_OF_THE_REST)
    if tick.waited_for:
        return replace(tick, every_seconds=every)

    def run(works: Works) -> int:
        marks.phase = PHASE_OF_TICK.get(tick.name, ELSE)
        try:
            return tick.run(works)
        finally:
            marks.phase = IDLE

    return replace(tick, every_seconds=every, run=run)
