"""Working days against a reckoning of our own, one day at a time, and what must hold of any reckoning (DOMAIN 9).

The oracle is written from the rules alone: the date of Easter, the Mondays, the
substitutes for holidays at a weekend, and the days proclaimed once. It shares
nothing with the package the calendar is made from.
"""

from datetime import date, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.calendar import ENGLAND
from workflows.dates import Period, months, working_days

FIRST, LAST = date(2000, 1, 1), date(2040, 12, 31)
ONE_DAY = timedelta(days=1)
MONDAY, SATURDAY = 0, 5

PROCLAIMED_ONCE = {
    date(2002, 6, 3),  # Golden Jubilee
    date(2011, 4, 29),  # Royal wedding
    date(2012, 6, 5),  # Diamond Jubilee
    date(2022, 6, 3),  # Platinum Jubilee
    date(2022, 9, 19),  # State Funeral
    date(2023, 5, 8),  # Coronation
}
EARLY_MAY_MOVED = {2020: date(2020, 5, 8)}  # VE Day
SPRING_MOVED = {2002: date(2002, 6, 4), 2012: date(2012, 6, 4), 2022: date(2022, 6, 2)}


def easter_sunday(year: int) -> date:
    """Return the Sunday after the Gregorian paschal full moon, by Gauss's rule for 1900 to 2099."""
    moon = (19 * (year % 19) + 24) % 30
    to_sunday = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + 5) % 7
    from_22_march = moon + to_sunday
    # The two exceptions to the rule: Easter is never after 25 April, nor there twice in a cycle.
    if from_22_march == 35 or (from_22_march == 34 and moon == 28 and year % 19 > 10):
        from_22_march -= 7
    return date(year, 3, 22) + timedelta(days=from_22_march)


def monday_on_or_after(day: date) -> date:
    while day.weekday() != MONDAY:
        day += ONE_DAY
    return day


@cache
def holidays_by_rule(year: int) -> frozenset[date]:
    """Return the bank holidays of England in `year` that fall on weekdays."""
    easter = easter_sunday(year)
    taken = {
        easter - 2 * ONE_DAY,
        easter + ONE_DAY,
        EARLY_MAY_MOVED.get(year, monday_on_or_after(date(year, 5, 1))),
        SPRING_MOVED.get(year, monday_on_or_after(date(year, 5, 25))),
        monday_on_or_after(date(year, 8, 25)),
        *(day for day in PROCLAIMED_ONCE if day.year == year),
    }
    # A fixed day at a weekend is kept on the next weekday that is free; Boxing Day first, because it
    # keeps its own Monday when Christmas Day is the Sunday before.
    for fixed in (date(year, 1, 1), date(year, 12, 26), date(year, 12, 25)):
        while fixed.weekday() >= SATURDAY or fixed in taken:
            fixed += ONE_DAY
        taken.add(fixed)
    return frozenset(taken)


def works(day: date) -> bool:
    return day.weekday() < SATURDAY and day not in holidays_by_rule(day.year)


def one_day_at_a_time(day: date, number: int) -> date:
    """Return the day reached by walking from `day` over `number` working days, either way."""
    step = ONE_DAY if number > 0 else -ONE_DAY
    for _ in range(abs(number)):
        day += step
        while not works(day):
            day += step
    return day


any_day = st.dates(FIRST + timedelta(days=400), LAST - timedelta(days=400))
a_number = st.integers(-250, 250)
a_period = st.builds(Period, st.integers(0, 120), st.sampled_from(("working_days", "days", "weeks", "months")))
many = settings(max_examples=300, deadline=None)


def every_day():
    return (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1))


def test_every_day_of_forty_one_years_is_what_the_rules_make_it():
    disagreeing = [day for day in every_day() if ENGLAND.is_working_day(day) != works(day)]

    assert disagreeing == []


def test_the_oracle_knows_easter():
    """The earliest and the latest of these years, a leap year, and the rule's two exceptions."""
    assert easter_sunday(2008) == date(2008, 3, 23)
    assert easter_sunday(2038) == date(2038, 4, 25)
    assert easter_sunday(2024) == date(2024, 3, 31)
    assert easter_sunday(1981) == date(1981, 4, 19)
    assert easter_sunday(1954) == date(1954, 4, 18)


@many
@given(any_day, a_number)
def test_an_addition_arrives_where_walking_does(day, number):
    assert ENGLAND.add_working_days(day, number) == one_day_at_a_time(day, number)


def test_fifteen_working_days_from_every_day_arrive_where_walking_does():
    """T-2.4 and its like, from every day on which one can start."""
    starts = [day for day in every_day() if day.year < LAST.year]

    assert [day for day in starts if ENGLAND.add_working_days(day, 15) != one_day_at_a_time(day, 15)] == []


@many
@given(any_day, st.integers(-400, 400))
def test_a_count_is_what_walking_counts(start, distance):
    end = start + timedelta(days=distance)
    walked = range(1, distance + 1) if distance > 0 else range(distance + 1, 1)
    counted = sum(works(start + timedelta(days=number)) for number in walked)

    assert ENGLAND.working_days_between(start, end) == (counted if distance > 0 else -counted)


@many
@given(any_day, any_day)
def test_a_count_changes_sign_with_its_direction(one, other):
    """P13: before and after never look alike."""
    assert ENGLAND.working_days_between(one, other) == -ENGLAND.working_days_between(other, one)


@many
@given(any_day, st.integers(1, 250))
def test_what_was_added_is_what_is_counted(day, number):
    assert ENGLAND.working_days_between(day, ENGLAND.add_working_days(day, number)) == number


@many
@given(any_day.filter(works), a_number)
def test_there_and_back_is_where_one_started(working_day, number):
    assert ENGLAND.add_working_days(ENGLAND.add_working_days(working_day, number), -number) == working_day


@many
@given(any_day.filter(works), st.integers(0, 120), st.integers(0, 120))
def test_two_additions_are_one(working_day, first, second):
    by_steps = ENGLAND.add_working_days(ENGLAND.add_working_days(working_day, first), second)

    assert by_steps == ENGLAND.add_working_days(working_day, first + second)


@many
@given(any_day, st.integers(0, 60), a_period, st.booleans())
def test_a_later_start_never_gives_an_earlier_due_date(start, later_by, period, backwards):
    later = start + timedelta(days=later_by)

    assert ENGLAND.due(start, period, backwards) <= ENGLAND.due(later, period, backwards)


@many
@given(any_day, a_period)
def test_a_due_date_is_never_on_the_wrong_side_of_its_start(start, period):
    assert ENGLAND.due(start, period, backwards=True) <= start <= ENGLAND.due(start, period)


@many
@given(any_day, st.integers(0, 120))
def test_a_limit_in_months_ends_in_the_month_named_on_that_day_or_its_last(start, number):
    """DOMAIN 9: the corresponding date; if there is none, the last day of the month, never the next month's first."""
    due = ENGLAND.due(start, months(number))

    assert (due.year * 12 + due.month) - (start.year * 12 + start.month) == number
    assert due.day == start.day or (due.day < start.day and (due + ONE_DAY).day == 1)


@many
@given(any_day, st.integers(1, 120), st.booleans())
def test_an_explanation_accounts_for_every_day(start, number, backwards):
    """Each day of a reckoning is counted or skipped with a reason, and none is both."""
    due = ENGLAND.due(start, working_days(number), backwards)
    skipped = ENGLAND.skipped(start, due)

    assert number + len(skipped) == abs((due - start).days)
    assert all(not works(each.day) and each.name for each in skipped)
    assert list(skipped) == sorted(skipped)


@settings(max_examples=60, deadline=None)  # Each example makes a calendar.
@given(any_day.filter(works), any_day, a_number)
def test_one_more_holiday_never_brings_a_due_date_forward(announced, start, number):
    """A day announced later moves a date by at most to the next working day, away from its start."""
    before, after = ENGLAND, ENGLAND.with_holiday(announced, "Invented holiday")
    old, new = before.add_working_days(start, number), after.add_working_days(start, number)

    assert new in (old, before.add_working_days(old, 1 if number > 0 else -1))
