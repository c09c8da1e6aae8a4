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

IN_ORDER = ("restand", "sweep", "duties", "address", "send")


class Ended(BaseException):
    """The process was ended."""

    def __init__(self, phase: int) -> None:
        super().__init__(phase)
        self.phase = phase


class Fate:
    """What a scheduler is at, and where it is likely to be ended while it is to be."""

    def __init__(self, chance: Random) -> None:
        self._chance, self._phase = chance, IDLE
        self.is_to_end, self.aimed_at = False, IDLE

    @property
    def phase(self) -> int:
        return self._phase

    @phase.setter
    def phase(self, phase: int) -> None:
        self._phase = phase
        if phase in {HANDING_OVER, MORNING_MAIL, SETTLING}:
            self.may_end()

    def may_end(self, _connection: Connection | None = None) -> None:
        """Be ended here, perhaps."""
        if self.is_to_end and self._chance.random() < (0.5 if self._phase == self.aimed_at else 0.1):
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
        """End it somewhere, most likely in a phase; or at the end, when it has done what there is to do."""
        self._fate.is_to_end, self._fate.aimed_at = True, IDLE if phase is None else phase
        try:
            self.work()
        except Ended as ended:
            self.struck[PHASES[ended.phase]] += 1
        else:
            self.struck[PHASES[IDLE]] += 1
        self._fate.is_to_end, self._fate.phase = False, IDLE
        self.stop()

    def freeze(self) -> None:
        """Nothing that runs in turn is frozen."""

    def wake(self) -> None:
        """Nothing is frozen."""

    def is_any_frozen(self) -> bool:
        return False
