"""The scheduler: a process of its own that runs the ticks while it is its turn (P8).

APScheduler is the ticker and nothing more: it keeps nothing, every tick runs however late, missed runs become one,
and no two run at once. Correctness depends on none of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import SQLAlchemyError

from models.pulse import record_end, record_failure, record_start
from notifications.recording import NotAllReckoned
from notifications.ticks import TICKS, Tick, Works
from notifications.turn import SILENT_AFTER_SECONDS, Turn

log = logging.getLogger(__name__)

# A run that is passed over because the one before is still at it is as it should be.
logging.getLogger("apscheduler").setLevel(logging.ERROR)

LOOK_EVERY_SECONDS = 5.0
"""How often a process that waits looks whether it is its turn. Far less than the minute it may take."""

WAITED_FOR = "waited_for"
"""The thread of those ticks that somebody waits for at a page."""


def work(
    works: Works,
    ticks: Sequence[Tick] = TICKS,
    *,
    look_every_seconds: float = LOOK_EVERY_SECONDS,
    silent_after_seconds: float = SILENT_AFTER_SECONDS,
) -> None:
    """Run the ticks whenever it is this process’s turn, until `works.stopping` is set."""
    turn = Turn(works.engine, silent_after_seconds=silent_after_seconds)
    ticking: BackgroundScheduler | None = None
    try:
        while not works.stopping.is_set():
            ours = turn.is_ours()
            if ours and ticking is None:
                log.warning("%s works now", works.office.name)
                ticking = start_ticking(works, ticks, pause_while=turn.may_have_passed)
            elif not ours and ticking is not None:
                log.warning("%s has lost its turn", works.office.name)
                ticking.shutdown(wait=True)
                ticking = None
            if ticking is not None:
                bring_forward(ticking)
            works.stopping.wait(look_every_seconds)
    finally:
        if ticking is not None:
            ticking.shutdown(wait=True)
        turn.give_up()
        works.office.sender.close()


def start_ticking(
    works: Works, ticks: Sequence[Tick], *, pause_while: Callable[[], bool] = lambda: False
) -> BackgroundScheduler:
    """Return a running ticker with one job for each tick, the first run of each now.

    All run in one thread, but for those somebody waits for, which have one of their own. None begins `pause_while` that
    holds: a process that wakes looks first whose turn it is.
    """

    def run_if_ours(tick: Tick) -> None:
        if not pause_while():
            run(works, tick)

    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(1), WAITED_FOR: ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for tick in ticks:
        every = IntervalTrigger(seconds=tick.every_seconds, timezone=UTC)
        thread = WAITED_FOR if tick.waited_for else "default"
        told = {"args": (tick,), "id": tick.name, "next_run_time": datetime.now(UTC)}
        scheduler.add_job(run_if_ours, every, executor=thread, **told)
    scheduler.start()
    return scheduler


def bring_forward(ticking: BackgroundScheduler) -> None:
    """Let every tick that is further off than the time between two runs run now: the machine’s clock was set back."""
    now = datetime.now(UTC)
    for job in ticking.get_jobs():
        if job.next_run_time - now > job.trigger.interval:
            job.modify(next_run_time=now)


def run(works: Works, tick: Tick) -> None:
    """Run one tick and record that it ran. Whatever goes wrong is recorded, and the next run begins afresh."""
    office = works.office
    try:
        with office.sessions.begin() as session:
            record_start(session, tick.name, office.name, office.clock())
        done, left = _done(works, tick)
        with office.sessions.begin() as session:
            record_end(session, tick.name, office.clock(), done)
            if left is not None:
                record_failure(session, tick.name, office.clock(), type(left).__name__)
    except Exception as wrong:  # noqa: BLE001 - a tick that fails must not end the process
        log.warning("The tick %s failed: %s", tick.name, type(wrong).__name__)
        _record_failure(works, tick, type(wrong).__name__)


def _done(works: Works, tick: Tick) -> tuple[int, NotAllReckoned | None]:
    """Return how much a tick did, and what it says of single things that it had to leave."""
    try:
        return tick.run(works), None
    except NotAllReckoned as left:
        log.warning("The tick %s: %s", tick.name, left)
        return left.done, left


def _record_failure(works: Works, tick: Tick, error: str) -> None:
    try:
        with works.office.sessions.begin() as session:
            record_failure(session, tick.name, works.office.clock(), error)
    except SQLAlchemyError:
        log.warning("The failure of %s could not be recorded: the database is away", tick.name)
