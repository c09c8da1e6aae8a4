"""Two real schedulers at once, and the means to end, freeze and wake them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from typing import Protocol

from sqlalchemy import select

from models.database import make_engine, make_sessions
from models.pulse import TickPulse
from tests.notifications.a_year import process
from tests.notifications.a_year.process import (
    ADDRESSING,
    HANDING_OVER,
    MORNING_MAIL,
    PHASES,
    PREPARING,
    SETTLING,
    SWEEPING,
    Marks,
    Told,
)

AIMED_AT = (SWEEPING, ADDRESSING, PREPARING, HANDING_OVER, MORNING_MAIL, SETTLING)
AIMED_AT_WITHOUT_MAIL = (SWEEPING, ADDRESSING, PREPARING)


class Workers(Protocol):
    """The schedulers of a year, and the means to end, freeze and wake them."""

    struck: Counter[str]
    frozen: int

    @property
    def kills(self) -> int: ...
    def start(self) -> None: ...
    def work(self) -> None: ...
    def stop(self) -> None: ...
    def kill_all(self) -> None: ...
    def kill_in(self, phase: int | None) -> None: ...
    def freeze(self) -> None: ...
    def wake(self) -> None: ...
    def is_any_frozen(self) -> bool: ...


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

    def __init__(self, told: Told, chance: Random) -> None:
        self.told, self._chance = told, chance
        self._engine = make_engine(told.database_url)
        self._sessions = make_sessions(self._engine)
        self.running: list[Running] = []
        self.struck: Counter[str] = Counter()
        self.frozen = 0
        self._born = 0
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload([process.__name__])

    def __str__(self) -> str:
        """Return which there are, and how each is."""
        return str([(each.pid, each.frozen, each.process.exitcode, each.marks.phase) for each in self.running])

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
        self._engine.dispose()

    def work(self) -> None:
        """They work by themselves."""

    def kill_all(self) -> None:
        """End all of them in the middle of whatever they are at."""
        for each in list(self.running):
            self._kill(each)

    def kill_in(self, phase: int | None, within_seconds: float = 2.0) -> None:
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
        begun = self._processes.Process(target=process.scheduler, args=(self.told, str(path)), daemon=True)
        begun.start()
        return Running(begun, Marks(path))


def wait_until(holds: Callable[[], bool], within_seconds: float) -> bool:
    """Return whether something came to hold in time."""
    until = time.monotonic() + within_seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
