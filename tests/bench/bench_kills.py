"""A simulated year of a hundred cases with two schedulers, killed more than two hundred times with `kill -9`.

The scheduler is the real one, in processes of its own, on the movable clock, sending by SMTP to a server with moods;
the database survives what is done to it as in service, and is restarted under both. At the end every reminder was said
once, or the ledger explains it: see `tests/notifications/a_year`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta

import pytest

from tests.bench.conftest import a_bench_database, restart_the_server
from tests.notifications.a_year.books import Books
from tests.notifications.a_year.mail import MoodyBox
from tests.notifications.a_year.plan import Plan
from tests.notifications.a_year.reckoning import assert_told_once_or_explained, figures
from tests.notifications.a_year.year import Year
from tests.notifications.mail_servers import running_mail_server

SEED = random.SystemRandom().randrange(1_000_000)
"""A run differs from the one before; its seed is printed, so that the year, though not the race, can be had again."""

FIRST, LAST = date(2018, 10, 1), date(2019, 9, 28)
# In parts, because a test that takes twenty minutes is taken for one that hangs.
PARTS = [*(FIRST + timedelta(days) for days in range(13, 360, 14)), LAST]
SECONDS_A_PART = 240

A_YEAR = Plan(
    first=FIRST, last=LAST, cases=100, opened_by=date(2019, 7, 15),
    holiday_announced_on=date(2019, 2, 4), holiday=date(2019, 6, 5),
    kills=220, seconds=SECONDS_A_PART * len(PARTS), freezes=10, connections_cut=8, database_restarts=3,
)  # fmt: skip


@pytest.fixture(scope="module")
def year(certificates, tmp_path_factory) -> Iterator[Year]:
    with ExitStack() as running:
        database = running.enter_context(a_bench_database())
        server = running.enter_context(running_mail_server(MoodyBox(), certificates))
        folder = str(tmp_path_factory.mktemp("schedulers"))
        year = Year(A_YEAR, database, server, folder, SEED, restart_database=restart_the_server)
        running.callback(year.close)
        year.begin()
        yield year


@pytest.mark.parametrize("until", PARTS, ids=str)
def test_a_fortnight_goes_by(year, until):
    year.live_until(until, within_seconds=SECONDS_A_PART)

    print(f"\nseed {SEED}, {year.today}: {year.schedulers.kills} kills, {len(year.box.kept)} letters", end=" ")


def test_at_the_end_every_reminder_was_told_once_or_is_explained(year):
    year.finish()
    books = Books(year)

    print(f"\n{figures(year, books)}")
    assert year.schedulers.kills >= 200
    assert year.today > LAST
    assert_told_once_or_explained(books)
