"""A season out of a simulated year, with the real scheduler: every reminder once, or explained in the ledger.

`make kills` lives a whole year of a hundred cases with more than two hundred kills by the same code.
"""

from __future__ import annotations

from datetime import date

from tests.notifications.a_year.mail import MoodyBox
from tests.notifications.a_year.reckoning import Books, assert_told_once_or_explained, figures
from tests.notifications.a_year.year import Plan, Year
from tests.notifications.mail_servers import running_mail_server

SEED = 20190331
A_SEASON = Plan(
    first=date(2019, 3, 18), last=date(2019, 4, 26), cases=14, opened_by=date(2019, 3, 22), kills=22, seconds=35,
    holiday_announced_on=date(2019, 3, 25), holiday=date(2019, 4, 10), outages=0.03, longest_outage_days=6,
)  # fmt: skip


def test_in_a_season_of_accidents_every_reminder_is_told_once_or_explained(committed_database, certificates, tmp_path):
    with running_mail_server(MoodyBox(), certificates) as server:
        year = Year(A_SEASON, committed_database, server, str(tmp_path), SEED)
        try:
            year.begin()
            year.live_until(A_SEASON.last)
            year.finish()
            books = Books(year)
        finally:
            year.close()

    assert year.schedulers.kills >= 20, figures(year, books)
    assert_told_once_or_explained(books)
