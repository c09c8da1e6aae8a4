"""When somebody is told: in the morning, not at night, not on a day off, and never in an hour the clocks skip."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.delivery import MessageRule
from notifications.choices import EVENINGS, MORNINGS, Choice
from workflows.calendar import england
from workflows.dates import LONDON

AT_ONCE = Choice(timing="at_once")
FRI_14_MAR = datetime(2014, 3, 14, tzinfo=UTC)
MON_17_MAR_AT_SEVEN = datetime(2014, 3, 17, 7, tzinfo=UTC)
THU_17_APR_AT_NOON = datetime(2014, 4, 17, 12, tzinfo=UTC)


def sent(choice, moment, **other):
    return choice.send_after(moment, england(), **({"had_todays": False} | other))


def test_a_morning_mail_comes_at_seven_in_london_whatever_the_clocks_do():
    """British Summer Time began on 30 March 2014, between these two mornings."""
    thursday, sunday = datetime(2014, 3, 27, 14, tzinfo=UTC), datetime(2014, 3, 30, 14, tzinfo=UTC)

    assert sent(Choice(), thursday) == datetime(2014, 3, 28, 7, tzinfo=UTC)
    assert sent(Choice(), sunday) == datetime(2014, 3, 31, 6, tzinfo=UTC)


def test_a_morning_mail_passes_over_a_weekend_and_easter():
    """Good Friday was 18 April 2014 and Easter Monday 21 April."""
    assert sent(Choice(), FRI_14_MAR.replace(hour=14)) == MON_17_MAR_AT_SEVEN
    assert sent(Choice(), THU_17_APR_AT_NOON) == datetime(2014, 4, 22, 6, tzinfo=UTC)
    assert sent(Choice(on_days_off=True), THU_17_APR_AT_NOON) == datetime(2014, 4, 18, 6, tzinfo=UTC)


def test_what_comes_up_in_the_morning_still_goes_that_morning_unless_the_mail_has_gone():
    nine = FRI_14_MAR.replace(hour=9)

    assert sent(Choice(), nine) == nine
    assert sent(Choice(), nine, had_todays=True) == MON_17_MAR_AT_SEVEN


@pytest.mark.parametrize(
    ("hour", "goes"),
    [
        (3, FRI_14_MAR.replace(hour=7)),
        (7, FRI_14_MAR.replace(hour=7)),
        (18, FRI_14_MAR.replace(hour=18)),
        (19, MON_17_MAR_AT_SEVEN),
        (23, MON_17_MAR_AT_SEVEN),
    ],
)
def test_at_once_waits_for_quiet_hours_and_days_off_to_end(hour, goes):
    assert sent(AT_ONCE, FRI_14_MAR.replace(hour=hour)) == goes


def test_a_board_may_keep_people_to_the_morning_mail():
    rule = MessageRule(may_do_without_mail=False, may_be_told_at_once=False, may_be_told_on_days_off=False)
    chosen = Choice(channel="application", timing="at_once", on_days_off=True)

    assert chosen.within(rule, by_law=False) == Choice()
    assert chosen.within(None, by_law=False) == chosen


def test_what_the_law_sets_a_date_for_is_never_silenced():
    assert Choice(channel="application").within(None, by_law=True).channel == "mail"


choices = st.builds(
    Choice,
    channel=st.just("mail"),
    timing=st.sampled_from(["at_once", "digest"]),
    quiet_from=st.sampled_from(EVENINGS),
    quiet_until=st.sampled_from(MORNINGS),
    on_days_off=st.booleans(),
)
moments = st.datetimes(datetime(2010, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given one


@given(choices, moments, st.booleans())
@settings(max_examples=300)
def test_nobody_is_told_in_quiet_hours_or_left_waiting_longer_than_easter_and_christmas(choice, moment, had_todays):
    """Never before it comes up, never in an hour that daylight saving moves, and within five days and a morning."""
    goes = sent(choice, moment, had_todays=had_todays)
    local = goes.astimezone(LONDON)

    assert moment <= goes <= moment + timedelta(days=5, hours=12)
    assert choice.quiet_until <= local.hour < choice.quiet_from
    assert choice.on_days_off or england().is_working_day(local.date())
