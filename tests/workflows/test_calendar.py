"""Working days in England against the published tables and the worked examples of DOMAIN 9."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import pytest

import workflows.calendar
from workflows.calendar import ENGLAND, Calendar, CalendarTooShort, NamedDay, england
from workflows.dates import days, months, weeks, working_days

# DOMAIN 9, whole: the bank holidays of England and Wales, each year's in order.
PUBLISHED = """
2006 02-Jan 14-Apr 17-Apr 01-May 29-May 28-Aug 25-Dec 26-Dec
2007 01-Jan 06-Apr 09-Apr 07-May 28-May 27-Aug 25-Dec 26-Dec
2008 01-Jan 21-Mar 24-Mar 05-May 26-May 25-Aug 25-Dec 26-Dec
2009 01-Jan 10-Apr 13-Apr 04-May 25-May 31-Aug 25-Dec 28-Dec
2010 01-Jan 02-Apr 05-Apr 03-May 31-May 30-Aug 27-Dec 28-Dec
2011 03-Jan 22-Apr 25-Apr 29-Apr 02-May 30-May 29-Aug 26-Dec 27-Dec
2012 02-Jan 06-Apr 09-Apr 07-May 04-Jun 05-Jun 27-Aug 25-Dec 26-Dec
2013 01-Jan 29-Mar 01-Apr 06-May 27-May 26-Aug 25-Dec 26-Dec
2014 01-Jan 18-Apr 21-Apr 05-May 26-May 25-Aug 25-Dec 26-Dec
2015 01-Jan 03-Apr 06-Apr 04-May 25-May 31-Aug 25-Dec 28-Dec
2016 01-Jan 25-Mar 28-Mar 02-May 30-May 29-Aug 26-Dec 27-Dec
2017 02-Jan 14-Apr 17-Apr 01-May 29-May 28-Aug 25-Dec 26-Dec
2018 01-Jan 30-Mar 02-Apr 07-May 28-May 27-Aug 25-Dec 26-Dec
2019 01-Jan 19-Apr 22-Apr 06-May 27-May 26-Aug 25-Dec 26-Dec
2020 01-Jan 10-Apr 13-Apr 08-May 25-May 31-Aug 25-Dec 28-Dec
2021 01-Jan 02-Apr 05-Apr 03-May 31-May 30-Aug 27-Dec 28-Dec
2022 03-Jan 15-Apr 18-Apr 02-May 02-Jun 03-Jun 29-Aug 19-Sep 26-Dec 27-Dec
2023 02-Jan 07-Apr 10-Apr 01-May 08-May 29-May 28-Aug 25-Dec 26-Dec
2024 01-Jan 29-Mar 01-Apr 06-May 27-May 26-Aug 25-Dec 26-Dec
2025 01-Jan 18-Apr 21-Apr 05-May 26-May 25-Aug 25-Dec 26-Dec
2026 01-Jan 03-Apr 06-Apr 04-May 25-May 31-Aug 25-Dec 28-Dec
2027 01-Jan 26-Mar 29-Mar 03-May 31-May 30-Aug 27-Dec 28-Dec
2028 03-Jan 14-Apr 17-Apr 01-May 29-May 28-Aug 25-Dec 26-Dec
"""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def published_holidays(line: str) -> list[date]:
    year, *written = line.split()
    return [date(int(year), MONTHS.index(month) + 1, int(day)) for day, month in (text.split("-") for text in written)]


def a_short_calendar(*holidays: NamedDay, **differing) -> Calendar:
    """Return the working days of the first quarter of 2014, the first two months published."""
    known = {"first": date(2014, 1, 1), "coverage_ends": date(2014, 2, 28), "last": date(2014, 3, 31)}
    return Calendar(**(known | differing), holidays=holidays)


class TestTheBankHolidays:
    @pytest.mark.parametrize("line", PUBLISHED.strip().splitlines(), ids=lambda line: line[:4])
    def test_are_those_published(self, line):
        """DOMAIN 9: every weekday of the year is a working day or in the table."""
        year = int(line[:4])
        every_day = (date(year, 1, 1) + timedelta(number) for number in range(366))
        listed = [day for day in every_day if day.year == year and day.weekday() < 5 and ENGLAND.name_of(day)]

        assert listed == published_holidays(line)

    def test_agree_with_the_list_gov_uk_publishes(self):
        """A second package carries GOV.UK's own list; it is read as data, so that no test needs the network."""
        bundled = json.loads((files("govuk_bank_holidays") / "bank-holidays.json").read_text(encoding="utf-8"))
        gov_uk = {date.fromisoformat(each["date"]) for each in bundled["england-and-wales"]["events"]}
        years = {day.year for day in gov_uk}

        assert {each.day for each in ENGLAND.holidays if each.day.year in years} == gov_uk
        assert len(years) >= 17
        assert max(years) == ENGLAND.coverage_ends.year, "GOV.UK has published further: move PUBLISHED_TO"

    @pytest.mark.parametrize(
        ("day", "name"),
        [
            (date(2014, 1, 1), "New Year’s Day"),
            (date(2012, 1, 2), "New Year’s Day (substitute day)"),
            (date(2014, 4, 18), "Good Friday"),
            (date(2014, 4, 21), "Easter Monday"),
            (date(2014, 5, 5), "Early May bank holiday"),
            (date(2020, 5, 8), "Early May bank holiday"),
            (date(2014, 5, 26), "Spring bank holiday"),
            (date(2022, 6, 2), "Spring bank holiday"),
            (date(2014, 8, 25), "Summer bank holiday"),
            (date(2014, 12, 25), "Christmas Day"),
            (date(2011, 12, 26), "Boxing Day"),
            (date(2011, 12, 27), "Christmas Day (substitute day)"),
            (date(2010, 12, 28), "Boxing Day (substitute day)"),
            (date(2022, 9, 19), "State Funeral of Queen Elizabeth II"),
            (date(2010, 12, 25), "Saturday"),
            (date(2010, 12, 26), "Sunday"),
            (date(2014, 2, 7), None),
        ],
    )
    def test_have_names_fit_for_a_letter(self, day, name):
        """An explanation says why each day is not counted; a weekend is a weekend even at Christmas."""
        assert ENGLAND.name_of(day) == name
        assert ENGLAND.is_working_day(day) == (name is None)

    @pytest.mark.parametrize(
        "day",
        [
            date(2002, 6, 3),  # Golden Jubilee
            date(2002, 6, 4),  # Spring bank holiday, moved from 27 May
            date(2011, 4, 29),
            date(2012, 6, 5),
            date(2022, 6, 3),
            date(2022, 9, 19),
            date(2023, 5, 8),
        ],
    )
    def test_proclaimed_once_are_not_counted(self, day):
        assert not ENGLAND.is_working_day(day)
        assert ENGLAND.is_working_day(day - timedelta(364)), "the same weekday a year before was an ordinary day"

    @pytest.mark.parametrize("day", [date(2002, 5, 27), date(2012, 5, 28), date(2020, 5, 4), date(2022, 5, 30)])
    def test_that_were_moved_leave_a_working_day_behind(self, day):
        assert ENGLAND.is_working_day(day)

    @pytest.mark.parametrize(
        "day",
        [
            date(2013, 1, 2),  # Scotland
            date(2014, 8, 4),  # Scotland
            date(2015, 11, 30),  # St Andrew's Day
            date(2016, 3, 17),  # St Patrick's Day
            date(2016, 7, 12),  # Northern Ireland
        ],
    )
    def test_of_scotland_and_northern_ireland_are_working_days(self, day):
        """DOMAIN 9: only those of England and Wales count (P24)."""
        assert ENGLAND.is_working_day(day)


class TestAddingWorkingDays:
    @pytest.mark.parametrize(
        ("event", "number", "due"),
        [
            (date(2022, 5, 27), 5, date(2022, 6, 7)),
            (date(2022, 9, 16), 5, date(2022, 9, 26)),
            (date(2014, 12, 22), 5, date(2014, 12, 31)),
            (date(2020, 5, 1), 5, date(2020, 5, 11)),
            (date(2011, 4, 20), 5, date(2011, 5, 3)),
            (date(2012, 5, 30), 5, date(2012, 6, 8)),
            (date(2023, 4, 5), 15, date(2023, 4, 28)),
            (date(2023, 5, 4), 15, date(2023, 5, 26)),
            (date(2024, 12, 20), 15, date(2025, 1, 15)),
            (date(2014, 2, 28), -7, date(2014, 2, 19)),
            (date(2024, 1, 3), -7, date(2023, 12, 20)),
        ],
    )
    def test_gives_the_worked_examples(self, event, number, due):
        """The worked fixtures of DOMAIN 9, which were computed and checked by hand."""
        assert ENGLAND.add_working_days(event, number) == due
        assert ENGLAND.due(event, working_days(abs(number)), backwards=number < 0) == due

    def test_counts_the_next_working_day_as_day_one(self):
        fri_7_feb, mon_10_feb = date(2014, 2, 7), date(2014, 2, 10)

        assert ENGLAND.add_working_days(fri_7_feb, 1) == mon_10_feb

    @pytest.mark.parametrize("day", [date(2014, 4, 18), date(2014, 4, 19), date(2014, 4, 20), date(2014, 4, 21)])
    def test_from_a_day_nobody_works_counts_the_next_working_day_as_day_one(self, day):
        """DOMAIN 9: an event over Easter is day nought on that day; Tuesday is day one."""
        thu_17_apr, tue_22_apr = date(2014, 4, 17), date(2014, 4, 22)

        assert ENGLAND.add_working_days(day, 1) == tue_22_apr
        assert ENGLAND.add_working_days(day, -1) == thu_17_apr

    @pytest.mark.parametrize("day", [date(2014, 2, 7), date(2014, 2, 8)])
    def test_nought_is_the_day_itself_even_at_a_weekend(self, day):
        assert ENGLAND.add_working_days(day, 0) == day


class TestCountingWorkingDays:
    fri_7_feb, sat_8_feb, mon_10_feb, fri_14_feb = (date(2014, 2, day) for day in (7, 8, 10, 14))

    def test_leaves_the_first_day_out_and_the_last_in(self):
        assert ENGLAND.working_days_between(self.fri_7_feb, self.fri_14_feb) == 5
        assert ENGLAND.working_days_between(self.sat_8_feb, self.mon_10_feb) == 1
        assert ENGLAND.working_days_between(self.fri_7_feb, self.sat_8_feb) == 0

    def test_is_negative_towards_the_past(self):
        """P13: five working days late is not five working days early."""
        assert ENGLAND.working_days_between(self.fri_14_feb, self.fri_7_feb) == -5

    def test_skips_bank_holidays(self):
        assert ENGLAND.working_days_between(date(2014, 4, 17), date(2014, 4, 22)) == 1


class TestTheDayALimitEnds:
    fri_28_feb_2014 = date(2014, 2, 28)

    @pytest.mark.parametrize(
        ("period", "forwards", "backwards"),
        [
            (working_days(7), date(2014, 3, 11), date(2014, 2, 19)),
            (days(7), date(2014, 3, 7), date(2014, 2, 21)),
            (weeks(7), date(2014, 4, 18), date(2014, 1, 10)),
            (months(7), date(2014, 9, 28), date(2013, 7, 28)),
            (working_days(8), date(2014, 3, 12), date(2014, 2, 18)),
            (days(8), date(2014, 3, 8), date(2014, 2, 20)),
            (weeks(8), date(2014, 4, 25), date(2014, 1, 3)),
            (months(8), date(2014, 10, 28), date(2013, 6, 28)),
        ],
        ids=lambda value: value.words() if hasattr(value, "words") else str(value),
    )
    def test_follows_from_amount_unit_and_direction(self, period, forwards, backwards):
        """P27: each of the three changes the answer."""
        assert ENGLAND.due(self.fri_28_feb_2014, period) == forwards
        assert ENGLAND.due(self.fri_28_feb_2014, period, backwards=True) == backwards

    def test_in_months_is_the_corresponding_date_or_the_last_of_a_shorter_month(self):
        assert ENGLAND.due(date(2014, 8, 31), months(6)) == date(2015, 2, 28)
        assert ENGLAND.due(date(2015, 8, 31), months(6)) == date(2016, 2, 29)
        assert ENGLAND.due(date(2014, 3, 31), months(1), backwards=True) == date(2014, 2, 28)

    def test_in_months_is_not_extended_and_the_hint_is_the_working_day_before(self):
        """DOMAIN 9: a limit in months may end on Good Friday; send by the Thursday."""
        good_friday, thu_2_apr = date(2015, 4, 3), date(2015, 4, 2)

        assert ENGLAND.due(date(2014, 10, 3), months(6)) == good_friday
        assert ENGLAND.last_working_day(good_friday) == thu_2_apr
        assert ENGLAND.last_working_day(thu_2_apr) == thu_2_apr

    @pytest.mark.parametrize("period", [months(12), days(400), weeks(60), working_days(1)])
    def test_that_no_calendar_holds_is_refused(self, period):
        """A planned date with a slip of the pen in its year gets a sentence, not a crash."""
        with pytest.raises(CalendarTooShort):
            ENGLAND.due(date(9999, 6, 1), period)


class TestTheDaysSkipped:
    def test_are_named_in_order(self):
        """The explanation of a due date lists each day passed over and why."""
        fri_27_may, tue_7_jun = date(2022, 5, 27), date(2022, 6, 7)

        assert ENGLAND.skipped(fri_27_may, tue_7_jun) == (
            (date(2022, 5, 28), "Saturday"),
            (date(2022, 5, 29), "Sunday"),
            (date(2022, 6, 2), "Spring bank holiday"),
            (date(2022, 6, 3), "Platinum Jubilee of Elizabeth II"),
            (date(2022, 6, 4), "Saturday"),
            (date(2022, 6, 5), "Sunday"),
        )

    def test_are_the_same_counting_back_from_a_planned_date(self):
        wed_3_jan, wed_20_dec = date(2024, 1, 3), date(2023, 12, 20)

        assert ENGLAND.skipped(wed_3_jan, wed_20_dec) == ENGLAND.skipped(wed_20_dec, wed_3_jan)
        assert NamedDay(date(2023, 12, 25), "Christmas Day") in ENGLAND.skipped(wed_3_jan, wed_20_dec)

    def test_leave_out_the_first_day_and_include_the_last(self):
        fri, sat, sun, mon = (date(2014, 2, day) for day in (7, 8, 9, 10))

        assert [each.day for each in ENGLAND.skipped(sat, mon)] == [sun]
        assert [each.day for each in ENGLAND.skipped(fri, sat)] == [sat]
        assert [each.day for each in ENGLAND.skipped(sun, fri)] == [sat]
        assert ENGLAND.skipped(sat, sat) == ()


class TestHowFarTheCalendarReaches:
    def test_it_is_provisional_after_the_last_day_published(self):
        assert not ENGLAND.provisional(date(2028, 12, 31))
        assert ENGLAND.provisional(date(2029, 1, 1))
        assert ENGLAND.provisional(date(2099, 1, 1))

    def test_where_it_becomes_provisional_is_part_of_it(self):
        assert not a_short_calendar().provisional(date(2014, 2, 28))
        assert a_short_calendar().provisional(date(2014, 3, 1))
        assert a_short_calendar(coverage_ends=date(2014, 1, 31)).provisional(date(2014, 2, 28))

    def test_it_holds_its_first_and_its_last_day(self):
        assert ENGLAND.name_of(date(2000, 1, 1)) == "Saturday"
        assert ENGLAND.is_working_day(date(2060, 12, 31))
        assert ENGLAND.add_working_days(date(2000, 1, 1), 1) == date(2000, 1, 4)
        assert ENGLAND.add_working_days(date(2060, 12, 30), 1) == date(2060, 12, 31)

    @pytest.mark.parametrize("day", [date(1999, 12, 31), date(2061, 1, 1)])
    @pytest.mark.parametrize(
        "asked",
        [
            ENGLAND.is_working_day,
            ENGLAND.name_of,
            lambda day: ENGLAND.add_working_days(day, 1),
            lambda day: ENGLAND.add_working_days(day, -1),
            lambda day: ENGLAND.working_days_between(day, date(2014, 2, 7)),
            lambda day: ENGLAND.working_days_between(date(2014, 2, 7), day),
            lambda day: ENGLAND.skipped(date(2014, 2, 7), day),
            ENGLAND.last_working_day,
            lambda day: ENGLAND.due(day, working_days(15)),
            lambda day: ENGLAND.with_holiday(day, "Invented holiday"),
        ],
    )
    def test_beyond_it_nothing_is_guessed(self, day, asked):
        with pytest.raises(
            CalendarTooShort, match="Working days are known from 1 January 2000 to 31 December 2060; this date needs"
        ):
            asked(day)

    @pytest.mark.parametrize(
        ("day", "number"),
        [
            (date(2060, 12, 31), 1),
            (date(2014, 2, 7), 100_000),
            (date(2000, 1, 4), -1),
            (date(2000, 1, 1), -1),
            (date(2014, 2, 7), -100_000),
        ],
    )
    def test_a_count_that_runs_out_of_it_is_refused(self, day, number):
        with pytest.raises(CalendarTooShort):
            ENGLAND.add_working_days(day, number)

    def test_a_moment_is_not_a_day(self):
        with pytest.raises(TypeError, match="which day a moment is"):
            ENGLAND.add_working_days(datetime(2014, 2, 7, 10, tzinfo=UTC), 5)


class TestAHolidayAnnouncedLater:
    tue_11_feb_2014 = date(2014, 2, 11)

    def test_moves_the_dates_counted_over_it(self):
        announced = ENGLAND.with_holiday(self.tue_11_feb_2014, "Invented holiday")

        assert announced.name_of(self.tue_11_feb_2014) == "Invented holiday"
        assert ENGLAND.add_working_days(date(2014, 2, 7), 5) == date(2014, 2, 14)
        assert announced.add_working_days(date(2014, 2, 7), 5) == date(2014, 2, 17)
        assert announced.due(date(2014, 2, 28), working_days(13), backwards=True) == date(2014, 2, 10)
        assert ENGLAND.due(date(2014, 2, 28), working_days(13), backwards=True) == self.tue_11_feb_2014

    def test_leaves_the_calendar_it_was_added_to_as_it_was(self):
        before = ENGLAND.version
        ENGLAND.with_holiday(self.tue_11_feb_2014, "Invented holiday")

        assert ENGLAND.is_working_day(self.tue_11_feb_2014)
        assert ENGLAND.version == before

    def test_makes_the_same_calendar_in_whatever_order_they_are_announced(self):
        wed_12_feb = date(2014, 2, 12)
        one_way = ENGLAND.with_holiday(self.tue_11_feb_2014, "One").with_holiday(wed_12_feb, "Another")
        the_other = ENGLAND.with_holiday(wed_12_feb, "Another").with_holiday(self.tue_11_feb_2014, "One")

        assert one_way == the_other
        assert hash(one_way) == hash(the_other)
        assert one_way.version == the_other.version != ENGLAND.version

    @pytest.mark.parametrize("day", [date(2014, 12, 25), date(2014, 2, 8)])
    def test_on_a_day_nobody_works_changes_nothing(self, day):
        assert ENGLAND.with_holiday(day, "Invented holiday") is ENGLAND


class TestTheVersion:
    def test_is_the_same_in_every_process(self):
        """It is kept with what was reckoned, so it may depend on nothing but the days."""
        new_year = NamedDay(date(2014, 1, 1), "New Year’s Day")

        assert a_short_calendar(new_year).version == "b4d6e3c25e08"

    def test_does_not_depend_on_what_holidays_are_called(self):
        one, other = (a_short_calendar(NamedDay(date(2014, 1, 1), name)) for name in ("One", "Other"))

        assert one.version == other.version
        assert one != other

    @pytest.mark.parametrize(
        "differing",
        [
            {"first": date(2014, 1, 2)},
            {"coverage_ends": date(2014, 1, 31)},
            {"last": date(2014, 3, 30)},
        ],
        ids=lambda differing: next(iter(differing)),
    )
    def test_depends_on_how_far_the_calendar_reaches(self, differing):
        assert a_short_calendar(**differing).version != a_short_calendar().version


class TestTheCalendarOfEngland:
    def test_is_made_once(self):
        assert england() is ENGLAND
        assert workflows.calendar.ENGLAND is ENGLAND

    def test_is_not_made_until_it_is_asked_for(self):
        """The package that knows the holidays is slow to start, and most commands need no dates."""
        unused = "import sys, workflows.calendar; sys.exit('holidays' in sys.modules)"

        assert subprocess.run([sys.executable, "-c", unused], check=False).returncode == 0

    def test_is_the_only_name_made_on_demand(self):
        with pytest.raises(AttributeError, match="SCOTLAND"):
            workflows.calendar.SCOTLAND  # noqa: B018
