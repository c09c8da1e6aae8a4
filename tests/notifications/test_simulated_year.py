"""Two seasons out of a simulated year in this process, and some days with real schedulers, by the code of `make kills`.

That lives a whole year of a hundred cases with more than two hundred kills of real processes. Here schedulers work in
turn and are ended where they commit or hand over a letter, so that nothing depends on how fast the machine is.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.notifications.a_year.books import Books
from tests.notifications.a_year.in_turn import InTurn
from tests.notifications.a_year.mail import MoodyBox
from tests.notifications.a_year.plan import Plan
from tests.notifications.a_year.reckoning import assert_told_once_or_explained
from tests.notifications.a_year.schedulers import Schedulers
from tests.notifications.a_year.year import Year
from tests.notifications.mail_servers import running_mail_server

SEED = 20190331
OVER_THE_NIGHT_THE_CLOCKS_CHANGE = {
    "autumn": Plan(
        first=date(2018, 10, 15), last=date(2018, 12, 21), cases=8, opened_by=date(2018, 11, 9), kills=14,
        seconds=3_600, holiday_announced_on=date(2018, 10, 30), holiday=date(2018, 11, 28),
        mornings=0.5, afternoons=0.25, outages=0.03, freezes=0, connections_cut=0,
    ),
    "spring": Plan(
        first=date(2019, 2, 25), last=date(2019, 4, 30), cases=8, opened_by=date(2019, 3, 20), kills=14,
        seconds=3_600, holiday_announced_on=date(2019, 3, 12), holiday=date(2019, 4, 10),
        mornings=0.5, afternoons=0.25, outages=0.03, freezes=0, connections_cut=0,
    ),
}  # fmt: skip
SOME_DAYS = Plan(
    first=date(2019, 3, 25), last=date(2019, 4, 5), cases=6, opened_by=date(2019, 3, 27), kills=8, seconds=20,
    holiday_announced_on=date(2019, 3, 27), holiday=date(2019, 4, 10), outages=0.0,
)  # fmt: skip
BEFALLS_EVERY_SEASON = (
    "seen", "put off", "outages", "nights the clocks changed", "meetings", "actions of the panel", "answers to panels",
)  # fmt: skip


@pytest.fixture
def lived(committed_database, certificates, tmp_path):
    """What lives a plan and returns the books of it."""

    def live(plan, workers):
        with running_mail_server(MoodyBox(), certificates) as server:
            year = Year(plan, committed_database, server, str(tmp_path), SEED, workers=workers)
            try:
                year.begin()
                year.live_until(plan.last)
                year.finish()
                return Books(year)
            finally:
                year.close()

    return live


@pytest.mark.parametrize("season", OVER_THE_NIGHT_THE_CLOCKS_CHANGE)
def test_in_a_season_of_accidents_every_reminder_is_told_once_or_explained(lived, season):
    plan = OVER_THE_NIGHT_THE_CLOCKS_CHANGE[season]
    books = lived(plan, InTurn)
    year = books.year

    assert_told_once_or_explained(books)
    assert year.schedulers.kills >= plan.kills
    assert year.today > plan.last
    assert min(year.befell[each] for each in BEFALLS_EVERY_SEASON) > 0


def test_so_it_is_in_some_days_of_the_real_scheduler(lived):
    books = lived(SOME_DAYS, Schedulers)

    assert_told_once_or_explained(books)
    assert books.year.schedulers.kills >= SOME_DAYS.kills
