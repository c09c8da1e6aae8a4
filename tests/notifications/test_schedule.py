"""The process that sends: every task runs in it, one of two works, and it ends and begins again as it should."""

from __future__ import annotations

import inspect
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import select, text

from models.pulse import TickPulse
from notifications import schedule, ticks
from notifications.recording import NotAllReckoned, Swept
from notifications.schedule import run, work
from notifications.ticks import TICKS, Tick, Works
from notifications.turn import SILENT_AFTER_SECONDS, Turn

WITHIN_SECONDS = 120
"""For how long anything is waited for on a machine with much else to do; that it is a minute is reckoned, not timed."""


def eventually(holds: Callable[[], bool], within_seconds: float = WITHIN_SECONDS) -> bool:
    until = time.monotonic() + within_seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture
def works(post) -> Works:
    return Works(post.engine, post.office(), b"secret", Event())


def pulses(post):
    with post.sessions() as session:
        return {each.name: each for each in session.scalars(select(TickPulse))}


def test_every_task_that_is_written_is_in_the_list():
    """P14: one left out would never run, and nobody would notice."""
    written = {
        function
        for name, function in vars(ticks).items()
        if inspect.isfunction(function) and list(inspect.signature(function).parameters) == ["works"]
    }

    assert {tick.run for tick in TICKS} == written
    assert len({tick.name for tick in TICKS}) == len(TICKS)


def test_every_task_runs_and_leaves_its_pulse(post, works):
    thread = Thread(target=work, args=(works,), kwargs={"look_every_seconds": 0.05})
    thread.start()
    all_done = eventually(
        lambda: {n for n, each in pulses(post).items() if each.finished_at} == {t.name for t in TICKS}
    )
    works.stopping.set()
    thread.join(WITHIN_SECONDS)

    assert all_done
    assert not thread.is_alive()


def test_a_task_that_fails_is_recorded_and_the_next_runs(post, works):
    def fail(_works):
        raise ZeroDivisionError

    run(works, Tick("fails", "Fails", 5, fail))
    run(works, Tick("counts", "Counts", 5, lambda _works: 3))

    found = pulses(post)
    assert (found["fails"].error, found["fails"].finished_at) == ("ZeroDivisionError", None)
    assert (found["counts"].error, found["counts"].done) == (None, 3)


def test_the_ticker_keeps_nothing_and_forgives_lateness(works):
    """P9, P10: whatever is late is run, once, and what is planned is in the code alone."""
    ticker = schedule.start_ticking(works, [Tick("counts", "Counts", 3600, lambda _works: 0)])
    (job,) = ticker.get_jobs()
    ticker.shutdown()

    assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)
    assert str(ticker.timezone) == "UTC"


def test_a_task_that_had_to_leave_something_has_ended_and_says_so(post, works):
    def leave_one(_works):
        raise NotAllReckoned(Swept(recorded=2), left=1)

    run(works, Tick("leaves", "Leaves", 60, leave_one))

    pulse = pulses(post)["leaves"]
    assert (pulse.done, pulse.error) == (2, "NotAllReckoned")
    assert pulse.finished_at is not None


def test_a_clock_of_the_machine_that_is_set_back_an_hour_silences_nothing(works):
    """The ticker waits for a moment by that clock, which is then an hour and more away."""
    runs: list[Works] = []
    first_is_over = Event()

    def count(works):
        runs.append(works)
        return 1

    def follow(_works):
        first_is_over.set()
        return 1

    # All run in one thread, and none while it runs already: the first is over when the one after it runs.
    ticker = schedule.start_ticking(works, [Tick("counts", "Counts", 3600, count), Tick("then", "Then", 3600, follow)])
    assert first_is_over.wait(WITHIN_SECONDS)
    job = ticker.get_job("counts")
    job.modify(next_run_time=job.next_run_time + timedelta(hours=1))

    schedule.bring_forward(ticker)

    assert eventually(lambda: len(runs) == 2)
    schedule.bring_forward(ticker)
    time.sleep(0.2)
    ticker.shutdown()
    assert len(runs) == 2


def test_what_somebody_waits_for_does_not_wait_for_a_long_task(works):
    """A code is good for half an hour, and whoever asked for it sits before the page."""
    long_task_ends, sent = Event(), Event()

    def send(_works):
        sent.set()
        return 1

    tasks = [
        Tick("long", "Long", 3600, lambda _works: int(long_task_ends.wait(WITHIN_SECONDS))),
        Tick("code", "Code", 3600, send, waited_for=True),
    ]

    ticker = schedule.start_ticking(works, tasks)
    came_first = sent.wait(WITHIN_SECONDS / 2) and not long_task_ends.is_set()
    long_task_ends.set()
    ticker.shutdown()

    assert came_first
    assert [tick.name for tick in TICKS if tick.waited_for] == ["codes"]


def test_it_is_the_turn_of_one(post):
    first, second = Turn(post.engine), Turn(post.engine)

    assert first.is_ours()
    assert first.is_ours()
    assert not second.is_ours()
    first.give_up()
    assert eventually(second.is_ours)
    second.give_up()


def test_a_turn_that_the_database_has_ended_is_noticed_and_taken_again(post):
    """A restart of the database ends every connection (P18)."""
    turn = Turn(post.engine)
    assert turn.is_ours()
    with post.engine.connect() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        connection.execute(text(f"{others} AND pid <> pg_backend_pid()"))

    assert not turn.is_ours()
    assert eventually(turn.is_ours)
    turn.give_up()


def test_a_turn_that_is_not_used_falls_to_another(post):
    """Whoever has it may be frozen with its connection open."""
    first, second = Turn(post.engine, silent_after_seconds=5), Turn(post.engine)
    assert first.is_ours()

    assert not second.is_ours()
    assert eventually(second.is_ours)
    assert not first.is_ours()
    second.give_up()


# --- Real processes ----------------------------------------------------------


@pytest.fixture
def start(committed_database, tmp_path):
    """Start `reviews scheduler` as it is started in service, for a demonstration."""
    running = []

    def begin() -> subprocess.Popen[bytes]:
        told = {
            "DATABASE_URL": committed_database.url,
            "DATABASE_OWNER_URL": committed_database.owner_url,
            "DEMONSTRATION": "yes",
            "MAIL_CHANNEL": "log",
            "SITE_ADDRESS": "http://127.0.0.1:8000",
            "VAR_FOLDER": str(tmp_path),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "webapp.cli", "scheduler", "--look-every", "0.5"],
            env={**os.environ, **told},
            stderr=subprocess.DEVNULL,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()


def working(post) -> str:
    """The process that ran a task last."""
    newest = max(pulses(post).values(), key=lambda each: each.started_at, default=None)
    return newest.process if newest else ""


def test_taking_over_from_a_process_that_is_not_heard_of_takes_less_than_a_minute():
    assert SILENT_AFTER_SECONDS + schedule.LOOK_EVERY_SECONDS < 60


def test_of_two_processes_one_works_and_the_other_takes_over_when_it_is_killed(post, start):
    first = start()
    assert eventually(lambda: working(post).endswith(f":{first.pid}"))
    second = start()

    first.send_signal(signal.SIGKILL)

    assert eventually(lambda: working(post).endswith(f":{second.pid}"))


def test_a_process_that_is_frozen_with_its_connection_open_is_taken_over_and_takes_no_turn_when_it_wakes(post, start):
    first = start()
    assert eventually(lambda: working(post).endswith(f":{first.pid}"))
    second = start()

    first.send_signal(signal.SIGSTOP)
    assert eventually(lambda: working(post).endswith(f":{second.pid}"))
    first.send_signal(signal.SIGCONT)
    time.sleep(2)

    assert working(post).endswith(f":{second.pid}")
    assert first.poll() is None


def test_a_process_that_is_asked_to_stop_ends_well(post, start):
    process = start()
    assert eventually(lambda: "sweep" in pulses(post))

    process.send_signal(signal.SIGTERM)

    assert process.wait(WITHIN_SECONDS) == 0


def test_without_what_it_needs_it_does_not_start_and_says_what(tmp_path):
    told = {"SECRET_KEY": "x" * 48, "MAIL_CHANNEL": "smtp", "VAR_FOLDER": str(tmp_path)}
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}

    ended = subprocess.run(
        [sys.executable, "-m", "webapp.cli", "scheduler"],
        env={**environment, **told},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 2
    assert all(f"{name} must be set" in ended.stderr for name in ("SITE_ADDRESS", "MAIL_FROM", "SMTP_HOST"))
