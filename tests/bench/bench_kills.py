"""A simulated year of a hundred cases with two schedulers, killed more than two hundred times with `kill -9`.

The scheduler is the real one, in processes of its own, on the movable clock, sending by SMTP to a server with moods;
the database survives what is done to it as in service, and is restarted under both. At the end every reminder was said
once, or the ledger explains it: see `tests/notifications/a_year`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date

import pytest

from tests.bench.conftest import a_bench_database, restart_the_server
from tests.notifications.a_year.mail import MoodyBox
from tests.notifications.a_year.reckoning import Books, assert_told_once_or_explained, figures
from tests.notifications.a_year.year import Plan, Year
from tests.notifications.mail_servers import running_mail_server

SEED = random.SystemRandom().randrange(1_000_000)
"""A run differs from the one before; its seed is printed, so that the year, though not the race, can be had again."""

# In parts, because a test that takes five minutes is taken for one that hangs.
MONTHS = [date(2018, month, 28) for month in (10, 11, 12)] + [date(2019, month, 28) for month in range(1, 10)]
SECONDS_A_MONTH = 240

A_YEAR = Plan(
    first=date(2018, 10, 1), last=MONTHS[-1], cases=100, opened_by=date(2019, 7, 15),
    holiday_announced_on=date(2019, 2, 4), holiday=date(2019, 6, 5),
    kills=220, seconds=SECONDS_A_MONTH * len(MONTHS), freezes=10, connections_cut=8, database_restarts=3,
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


@pytest.mark.parametrize("until", MONTHS, ids=lambda day: f"{day:%B}")
def test_a_month_goes_by(year, until):
    year.live_until(until, within_seconds=SECONDS_A_MONTH)

    print(f"\nseed {SEED}, {year.today}: {year.schedulers.kills} kills, {len(year.box.kept)} letters", end=" ")


def test_at_the_end_every_reminder_was_told_once_or_is_explained(year):
    year.finish()
    books = Books(year)

    print(f"\n{figures(year, books)}")
    assert year.schedulers.kills >= 200
    assert_told_once_or_explained(books)
