"""Schedulers in this process, one after another: the ticks of the real ones, run when the year asks for them.

Nothing here depends on how fast anything is: one is ended as it is about to commit, or just before or after the mail
server takes a letter, as though by `kill -9`, and whoever follows finds what it left.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from threading import Event

from sqlalchemy import Connection, event

from notifications import schedule
from notifications.ticks import Works
from tests.notifications.a_year.process import (
    HANDING_OVER,
    IDLE,
    MORNING_MAIL,
    PHASES,
    SETTLING,
    Told,
    ticks_of,
    works_of,
)

IN_ORDER = ("restand", "sweep", "address", "send")


class Ended(BaseException):
    """The process was ended."""

    def __init__(self, phase: int) -> None:
        super().__init__(phase)
        self.phase = phase


class Fate:
    """What a scheduler is at, and where it is to be ended."""

    def __init__(self, chance: Random) -> None:
        self._chance, self._phase = chance, IDLE
        self.aimed_at: int | None = None

    @property
    def phase(self) -> int:
        return self._phase

    @phase.setter
    def phase(self, phase: int) -> None:
        self._phase = phase
        if phase in {HANDING_OVER, MORNING_MAIL, SETTLING}:
            self.may_end()

    def may_end(self, _connection: Connection | None = None) -> None:
        """Be ended here, at one in two of the places where it is to be."""
        if self._phase == self.aimed_at and self._chance.random() < 0.5:
            raise Ended(self._phase)


class InTurn:
    """The scheduler whose turn it is, none while all are out; and how many were ended in which phase."""

    def __init__(self, told: Told, chance: Random) -> None:
        self._told, self._fate = told, Fate(chance)
        self._works: Works | None = None
        self.struck: Counter[str] = Counter()
        self.frozen = 0

    @property
    def kills(self) -> int:
        return self.struck.total()

    def start(self) -> None:
        """Let there be one."""
        if self._works is None:
            self._works = works_of(self._told, self._fate, Event())
            event.listen(self._works.engine, "commit", self._fate.may_end)

    def work(self) -> None:
        """Do whatever there is to do."""
        assert self._works is not None
        ticks = {tick.name: tick for tick in ticks_of(self._fate)}
        for name in IN_ORDER:
            schedule.run(self._works, ticks[name])

    def stop(self) -> None:
        """End well."""
        if self._works is not None:
            self._works.office.sender.close()
            self._works.engine.dispose()
            self._works = None

    def kill_all(self) -> None:
        """End in the middle of whatever it is at."""
        if self._works is not None:
            self.kill_in(None)

    def kill_in(self, phase: int | None) -> None:
        """End somewhere in a phase if it comes to it; else when there is nothing more to do."""
        self._fate.aimed_at = phase
        try:
            self.work()
        except Ended as ended:
            self.struck[PHASES[ended.phase]] += 1
        else:
            self.struck[PHASES[IDLE]] += 1
        self._fate.aimed_at, self._fate.phase = None, IDLE
        self.stop()

    def freeze(self) -> None:
        """Nothing that runs in turn is frozen."""

    def wake(self) -> None:
        """Nothing is frozen."""

    def is_any_frozen(self) -> bool:
        return False
