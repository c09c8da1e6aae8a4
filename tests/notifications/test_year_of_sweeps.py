"""A simulated year: every reminder once, or explained in the ledger.

Some hundred cases, swept daily, irregularly or not at all for weeks, by processes that are killed in the middle, over
both nights on which the clocks change, with a bank holiday announced half-way.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.outbox import OutboxMessage
from models.reminder import Reminder
from notifications.reminders import sweep
from tests.notifications.year import Year, key_of
from workflows.dates import london_day

CASES = 100


@pytest.mark.parametrize("seed", [20141026])
def test_in_a_year_of_accidents_every_reminder_is_told_once_or_explained(committed_database, seed):
    with Session(committed_database.engine, expire_on_commit=False) as session:
        year = Year(committed_database.engine, session, Random(seed)).lived(CASES)
        session.expire_all()
        reminders = list(session.scalars(select(Reminder)))
        messages = list(session.scalars(select(OutboxMessage).where(OutboxMessage.dedupe_key.like("reminder:%"))))

        assert year.killed > 5
        assert year.days_out > 30
        assert len(reminders) > 5 * CASES
        nothing_is_told_twice(reminders, messages)
        everything_owed_is_told_or_explained(year, reminders)
        what_is_told_is_said_on_the_first_sweep_there_was(year, reminders)
        a_year_later_two_sweepers_find_nothing_that_was_said_before(year, reminders)


def nothing_is_told_twice(reminders, messages):
    """Each reminder is recorded once, each told has one message, and each not told says why and has none."""
    assert set(Counter(map(key_of, reminders)).values()) == {1}
    told = {f"reminder:{each.id}" for each in reminders if each.outcome == "told"}
    assert Counter(each.dedupe_key for each in messages) == Counter(told)
    assert all(each.because for each in reminders if each.outcome != "told")
    assert all(each.last_error for each in messages if each.outcome == "suppressed")


def everything_owed_is_told_or_explained(year, reminders):
    """Whatever fell while it was owed is in the ledger, also where the date moved before anything was swept."""
    recorded = {key_of(each) for each in reminders}
    assert {key: days for key, days in year.owed().items() if key not in recorded} == {}


def what_is_told_is_said_on_the_first_sweep_there_was(year, reminders):
    """No sweep passed over what it should have said: what is late fell while nothing was swept."""
    swept_on = sorted({london_day(moment) for moment in year.swept_at})
    for each in reminders:
        if each.outcome == "told" and each.late:
            missed = [day for day in swept_on if each.falls_on < day < london_day(each.recorded_at)]
            known_by = [day for day in missed if day > known_on(year, each)]
            assert not known_by, (key_of(each), each.falls_on, each.recorded_at)


def known_on(year, reminder):
    """Return the last day before a reminder on which something of its case was recorded, or the calendar changed."""
    days = [london_day(event.recorded_at) for event in year.reviews[reminder.case_id].case.events]
    return max(day for day in days if day <= london_day(reminder.recorded_at))


def a_year_later_two_sweepers_find_nothing_that_was_said_before(year, reminders):
    later = year.swept_at[-1] + timedelta(days=365)
    before = {key_of(each) for each in reminders}
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: sweep(year.engine, later, year.calendar), range(4)))
    year.session.expire_all()
    after = [key_of(each) for each in year.session.scalars(select(Reminder))]

    assert len(after) == len(set(after))
    assert before <= set(after)
