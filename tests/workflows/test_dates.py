"""Days known exactly or to the month, periods and their words, months added, and the day it is in London (DOMAIN 9)."""

import pickle
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.dates import (
    PartialDate,
    Period,
    days,
    end_of_day,
    london_day,
    months,
    months_from,
    weeks,
    working_days,
)

FRI_7_FEB_2014 = date(2014, 2, 7)


class TestADayKnownExactly:
    def test_has_one_possible_day(self):
        assert PartialDate.on(FRI_7_FEB_2014) == PartialDate(first=FRI_7_FEB_2014, last=FRI_7_FEB_2014)
        assert PartialDate.on(FRI_7_FEB_2014).exact

    def test_reads_as_a_day(self):
        assert PartialDate.on(FRI_7_FEB_2014).words() == "7 February 2014"
        assert PartialDate.on(FRI_7_FEB_2014).iso() == "2014-02-07"

    def test_cannot_have_two(self):
        with pytest.raises(ValueError, match="one possible day"):
            PartialDate(FRI_7_FEB_2014, date(2014, 2, 8))


class TestADayKnownToTheMonth:
    @pytest.mark.parametrize(("year", "last"), [(2014, 28), (2016, 29)])
    def test_may_be_any_day_of_it(self, year, last):
        """A clock from it gives a range (DOMAIN 9), so both ends are needed and a leap year matters."""
        month = PartialDate.month(year, 2)

        assert (month.first, month.last) == (date(year, 2, 1), date(year, 2, last))
        assert not month.exact

    def test_reads_as_a_month(self):
        assert PartialDate.month(2014, 2).words() == "February 2014"
        assert PartialDate.month(2014, 2).iso() == "2014-02"

    def test_recorded_before_it_was_over_ends_on_that_day_and_still_reads_as_a_month(self):
        so_far = PartialDate.month(2014, 2).capped(FRI_7_FEB_2014)

        assert (so_far.first, so_far.last) == (date(2014, 2, 1), FRI_7_FEB_2014)
        assert (so_far.iso(), so_far.words()) == ("2014-02", "February 2014")

    def test_recorded_on_its_first_day_can_only_be_that_day(self):
        on_the_first = PartialDate.month(2014, 2).capped(date(2014, 2, 1))

        assert on_the_first.exact
        assert on_the_first.iso() == "2014-02"

    def test_recorded_afterwards_is_whole(self):
        assert PartialDate.month(2014, 2).capped(date(2014, 2, 28)) == PartialDate.month(2014, 2)
        assert PartialDate.month(2014, 2).capped(date(2019, 1, 1)) == PartialDate.month(2014, 2)

    @pytest.mark.parametrize("later", [PartialDate.month(2014, 3), PartialDate.on(date(2014, 2, 8))])
    def test_that_had_not_begun_when_it_was_recorded_is_refused(self, later):
        with pytest.raises(ValueError, match="is after 7 February 2014"):
            later.capped(FRI_7_FEB_2014)

    @pytest.mark.parametrize(
        ("first", "last"),
        [
            (date(2014, 2, 2), date(2014, 2, 28)),
            (date(2014, 2, 1), date(2014, 3, 31)),
            (date(2014, 2, 1), date(2015, 2, 28)),
        ],
    )
    def test_is_one_month_from_its_first_day(self, first, last):
        with pytest.raises(ValueError, match="A month begins on its first day"):
            PartialDate(first, last, "month")

    @pytest.mark.parametrize("precision", ["day", "month"])
    def test_does_not_end_before_it_begins(self, precision):
        with pytest.raises(ValueError, match="before the first"):
            PartialDate(date(2014, 2, 1), date(2014, 1, 31), precision)


class TestReadingWhatWasWritten:
    def test_a_day(self):
        assert PartialDate.parse("2014-02-07") == PartialDate.on(FRI_7_FEB_2014)

    def test_a_month(self):
        assert PartialDate.parse("2014-02") == PartialDate.month(2014, 2)

    def test_a_day_already_read(self):
        assert PartialDate.parse(FRI_7_FEB_2014) == PartialDate.on(FRI_7_FEB_2014)
        assert PartialDate.parse(PartialDate.month(2014, 2)) == PartialDate.month(2014, 2)

    @pytest.mark.parametrize(
        "written",
        [
            "",
            "yesterday",
            "2014",
            "2014-2",
            "2014-2-7",
            "7/2/2014",
            "20140207",
            "2014-W06-5",
            "2014-02-07T10:00",
            " 2014-02-07",
            "2014-02-30",
            "2015-02-29",
            "2014-13",
            "2014-00",
            "0000-01",
            "0000-01-01",
            "2014-\uff111",
            "2014_02",
            2014,
            None,
        ],
    )
    def test_anything_else_is_told_what_to_write(self, written):
        with pytest.raises(ValueError, match="Write a day as 2014-02-07, or as 2014-02 if only the month is known"):
            PartialDate.parse(written)

    def test_a_moment_is_not_a_day(self):
        """Which day a moment is depends on the place: the caller says, by `london_day`."""
        with pytest.raises(ValueError, match="This is not a day"):
            PartialDate.parse(datetime(2014, 2, 7, 10, tzinfo=UTC))

    def test_what_was_written_is_not_repeated(self):
        """A name typed into the wrong field must not reach a log."""
        with pytest.raises(ValueError, match="This is not a day") as refused:
            PartialDate.parse("Invented Name")

        assert "Invented" not in str(refused.value)

    @given(st.dates())
    def test_a_day_is_read_back_as_it_was_written(self, day):
        assert PartialDate.parse(PartialDate.on(day).iso()) == PartialDate.on(day)

    @given(st.dates())
    def test_a_month_is_read_back_as_it_was_written(self, day):
        month = PartialDate.month(day.year, day.month)

        assert PartialDate.parse(month.iso()) == month
        assert month.first <= day <= month.last

    def test_a_capped_month_is_another_value_than_the_month(self):
        """Equality and hash go by the possible days, so one does not stand in for the other in a set or a cache."""
        capped = PartialDate.month(2014, 2).capped(FRI_7_FEB_2014)

        assert capped != PartialDate.month(2014, 2)
        assert len({capped, PartialDate.month(2014, 2), PartialDate.month(2014, 2).capped(FRI_7_FEB_2014)}) == 2

    def test_it_survives_being_sent_to_another_process(self):
        month = PartialDate.month(2014, 2)

        assert pickle.loads(pickle.dumps(month)) == month


class TestAPeriod:
    @pytest.mark.parametrize(
        ("period", "words"),
        [
            (working_days(15), "15 working days"),
            (working_days(1), "1 working day"),
            (days(7), "7 days"),
            (days(1), "1 day"),
            (weeks(6), "6 weeks"),
            (months(6), "6 months"),
            (months(1), "1 month"),
            (days(0), "0 days"),
        ],
    )
    def test_reads_as_a_limit_does(self, period, words):
        assert period.words() == words

    def test_names_its_unit(self):
        assert working_days(5) == Period(5, "working_days")
        assert len({working_days(5), days(5), weeks(5), months(5)}) == 4

    def test_is_never_negative(self):
        with pytest.raises(ValueError, match="count backwards"):
            working_days(-7)


class TestMonthsFromADay:
    @pytest.mark.parametrize(
        ("day", "number", "corresponding"),
        [
            (date(2014, 2, 7), 6, date(2014, 8, 7)),
            (date(2014, 8, 31), 6, date(2015, 2, 28)),
            (date(2015, 8, 31), 6, date(2016, 2, 29)),
            (date(2015, 1, 31), 1, date(2015, 2, 28)),
            (date(2016, 1, 31), 1, date(2016, 2, 29)),
            (date(2016, 2, 29), 12, date(2017, 2, 28)),
            (date(2016, 2, 29), 48, date(2020, 2, 29)),
            (date(2014, 2, 28), 6, date(2014, 8, 28)),
            (date(2014, 12, 31), 2, date(2015, 2, 28)),
            (date(2014, 11, 30), 1, date(2014, 12, 30)),
            (date(2014, 12, 15), 0, date(2014, 12, 15)),
            (date(2014, 3, 31), -1, date(2014, 2, 28)),
            (date(2014, 1, 15), -1, date(2013, 12, 15)),
            (date(2015, 2, 28), -6, date(2014, 8, 28)),
        ],
    )
    def test_end_on_the_corresponding_date_or_the_last_of_a_shorter_month(self, day, number, corresponding):
        """DOMAIN 9: 31 August and six months is 28 or 29 February; 31 January and one month likewise."""
        assert months_from(day, number) == corresponding

    @pytest.mark.parametrize(("day", "number"), [(date(9999, 12, 1), 1), (date(1, 1, 1), -1)])
    def test_that_no_calendar_holds_are_refused(self, day, number):
        with pytest.raises(ValueError, match="not a date that can be written"):
            months_from(day, number)


class TestTheDayInLondon:
    @pytest.mark.parametrize(
        ("moment", "day"),
        [
            (datetime(2014, 6, 30, 22, 59, tzinfo=UTC), date(2014, 6, 30)),
            (datetime(2014, 6, 30, 23, 0, tzinfo=UTC), date(2014, 7, 1)),
            (datetime(2014, 12, 31, 23, 59, tzinfo=UTC), date(2014, 12, 31)),
            (datetime(2015, 1, 1, 0, 0, tzinfo=UTC), date(2015, 1, 1)),
            (datetime(2026, 3, 28, 23, 59, tzinfo=UTC), date(2026, 3, 28)),
            (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), date(2026, 3, 30)),
            (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), date(2026, 10, 25)),
            (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), date(2026, 10, 25)),
        ],
    )
    def test_changes_at_midnight_there_in_summer_and_winter(self, moment, day):
        assert london_day(moment) == day

    @pytest.mark.parametrize("day", [date(2014, 6, 30), date(2014, 12, 31), date(2026, 3, 29), date(2026, 10, 25)])
    def test_ends_with_its_last_moment(self, day):
        last = end_of_day(day)

        assert london_day(last) == day
        assert london_day(last + timedelta(microseconds=1)) == day + timedelta(days=1)

    def test_is_the_same_from_whatever_zone_the_moment_is_told_in(self):
        in_auckland = datetime(2014, 7, 1, 10, 0, tzinfo=timezone(timedelta(hours=12)))

        assert london_day(in_auckland) == date(2014, 6, 30)

    def test_is_not_guessed_for_a_moment_without_a_zone(self):
        naive = datetime(2014, 6, 30, 23, 30, tzinfo=UTC).replace(tzinfo=None)

        with pytest.raises(ValueError, match="without a time zone"):
            london_day(naive)
