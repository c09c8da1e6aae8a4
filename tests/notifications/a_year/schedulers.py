"""Real schedulers in processes of their own, two at once, and the means to end, freeze and wake them.

Each process runs what `reviews scheduler` runs, put together by the same function from the same settings: the movable
clock, the list of ticks, SMTP with TLS. It differs in two things. It is forked from a server that has imported
everything, so that a start takes milliseconds; and its ticks are closer together, since a day of the year lasts a
second. What it is at it writes into a byte that outlives it, so that it is known where a kill struck.
"""

from __future__ import annotations

import mmap
import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from threading import Event

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session, sessionmaker

from models.pulse import TickPulse
from notifications.schedule import work
from notifications.senders.letter import Letter, Receipt, Sender
from notifications.ticks import TICKS, Tick, Works
from notifications.wording import SERVICE
from webapp.posting import works_for
from webapp.settings import PostSettings, Settings
from workflows.calendar import england

IDLE, SWEEPING, ADDRESSING, PREPARING, HANDING_OVER, MORNING_MAIL, SETTLING, ELSE = range(8)
PHASES = ("idle", "sweeping", "addressing", "preparing", "handing over", "morning mail", "settling", "other tasks")
AIMED_AT = (SWEEPING, ADDRESSING, PREPARING, HANDING_OVER, MORNING_MAIL, SETTLING)
AIMED_AT_WITHOUT_MAIL = (SWEEPING, ADDRESSING, PREPARING)
PHASE_OF_TICK = {"sweep": SWEEPING, "address": ADDRESSING, "send": PREPARING}

PACE = {"sweep": 0.4, "address": 0.25, "send": 0.25, "codes": 2.0, "restand": 1.0, "verify": 5.0, "imports": 10.0}
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


class Watched:
    """A sender that says when a letter is handed over, and that its fate is written down after it."""

    def __init__(self, sender: Sender, marks: Marks, engine: Engine) -> None:
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
    settings = Settings(
        secret_key="invented " * 6, database_url=told.database_url, database_owner_url=told.owner_url,
        demonstration=True, var=Path(told.folder),
    )  # fmt: skip
    post = PostSettings(
        channel="smtp", site_address="https://reviews.example.org", mail_from="reviews@example.org",
        smtp_host="localhost", smtp_port=told.port, smtp_trust=told.trusted,
    )  # fmt: skip
    works = works_for(settings, post, stopping)
    works = replace(works, office=replace(works.office, sender=Watched(works.office.sender, marks, works.engine)))
    ticks = [_marked(tick, marks) for tick in TICKS]
    work(works, ticks, look_every_seconds=LOOK_EVERY_SECONDS, silent_after_seconds=SILENT_AFTER_SECONDS)
    works.engine.dispose()


def _marked(tick: Tick, marks: Marks) -> Tick:
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


@dataclass(eq=False)
class Running:
    """One scheduler that runs, or is frozen."""

    process: BaseProcess
    marks: Marks
    frozen: bool = False

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    def signalled(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)


class Schedulers:
    """Those that run now, two unless all are out; and how many were ended in which phase."""

    def __init__(self, told: Told, sessions: sessionmaker[Session], chance: Random) -> None:
        self.told, self._sessions, self._chance = told, sessions, chance
        self.running: list[Running] = []
        self.struck: Counter[str] = Counter()
        self.frozen = 0
        self._born = 0
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload([__name__])
        # So that what is forked has it ready.
        england()

    @property
    def kills(self) -> int:
        return self.struck.total()

    def start(self, number: int = 2) -> None:
        """Let there be so many, besides those that are frozen."""
        while sum(not each.frozen for each in self.running) < number:
            self.running.append(self._begin())

    def stop(self) -> None:
        """Ask all of them to end well, and wait until they have."""
        for each in self.running:
            each.signalled(signal.SIGCONT)
            each.signalled(signal.SIGTERM)
        for each in self.running:
            each.process.join(30)
            if each.process.is_alive():
                each.process.kill()
                each.process.join()
        self.running.clear()

    def kill_all(self) -> None:
        """End all of them in the middle of whatever they are at."""
        for each in list(self.running):
            self._kill(each)

    def kill_in(self, phase: int | None, within_seconds: float = 1.0) -> None:
        """End the one that works, somewhere in a phase if it comes to it in time; with none, just now."""
        victim = self.working()
        if phase is not None:
            until = time.monotonic() + within_seconds
            while victim.marks.phase != phase and time.monotonic() < until:
                time.sleep(0.0001)
        time.sleep(self._chance.uniform(0, 0.003))
        self._kill(victim)

    def freeze(self) -> None:
        """Stop the one that works, its connections open, in the middle of whatever it is at."""
        victim = self.working()
        victim.signalled(signal.SIGSTOP)
        victim.frozen = True
        self.frozen += 1

    def wake(self) -> None:
        """Let those that are frozen go on, long after they lost their turn; then there are two again."""
        for each in self.running:
            if each.frozen:
                each.signalled(signal.SIGCONT)
                each.frozen = False

    def is_any_frozen(self) -> bool:
        return any(each.frozen for each in self.running)

    def working(self) -> Running:
        """Return the one whose turn it is, as its pulse says; any, while that one has just ended."""
        with self._sessions() as session:
            name = session.scalar(select(TickPulse.process).where(TickPulse.name == "address")) or ""
        awake = [each for each in self.running if not each.frozen]
        return next((each for each in awake if name.endswith(f":{each.pid}")), awake[0])

    def _kill(self, victim: Running) -> None:
        victim.process.kill()
        victim.process.join()
        assert victim.process.exitcode == -signal.SIGKILL, "a scheduler had ended by itself"
        self.struck[PHASES[victim.marks.phase]] += 1
        self.running.remove(victim)

    def _begin(self) -> Running:
        """Return a scheduler that begins."""
        self._born += 1
        path = Path(self.told.folder) / f"scheduler-{self._born}"
        path.write_bytes(bytes(1))
        process = self._processes.Process(target=scheduler, args=(self.told, str(path)), daemon=True)
        process.start()
        return Running(process, Marks(path))


def wait_until(holds: Callable[[], bool], within_seconds: float) -> bool:
    """Return whether something came to hold in time."""
    until = time.monotonic() + within_seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
