"""What follows from the dates of a child's death: age, eligibility, bands, and the wording of the time."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.child_death_codes import (
    ANALYSIS_SCHEMES,
    CATEGORIES,
    COUNTED_AS,
    ETHNIC_GROUPS,
    ETHNICITIES,
    PREVENTABILITY,
)
from workflows.child_deaths import (
    AGE_BANDS,
    DURATION_BANDS,
    age_band,
    age_in_words,
    analysis_scheme,
    completed_months,
    completed_years,
    duration_band,
    eligibility,
    ethnicity,
    preventability_period,
    preventability_since,
    wrong_with_factors,
)
from workflows.dates import months_from
from workflows.quorum import DEFAULT_QUORUM, quorum_rule

DAYS = st.dates(date(1990, 1, 1), date(2040, 12, 31))


class TestDuration:
    """DOMAIN 5.2, with the reading of S-BUC: twelve completed months are within twelve months."""

    @pytest.mark.parametrize(
        ("months", "band"),
        [(0, "under_6"), (5, "under_6"), (6, "6_7"), (7, "6_7"), (8, "8_9"), (9, "8_9"), (10, "10_11"), (11, "10_11"),
         (12, "12"), (13, "over_12"), (40, "over_12")],
    )  # fmt: skip
    def test_a_band_holds_the_months_it_names(self, months, band):
        start = date(2016, 8, 31)

        assert duration_band(start, months_from(start, months)) == band

    def test_a_month_is_completed_on_its_last_day_where_the_day_is_missing(self):
        assert completed_months(date(2017, 1, 31), date(2017, 2, 27)) == 0
        assert completed_months(date(2017, 1, 31), date(2017, 2, 28)) == 1

    @given(DAYS, st.integers(0, 4000))
    def test_a_longer_review_is_never_in_an_earlier_band(self, start, days):
        sooner = date.fromordinal(start.toordinal() + days)
        later = date.fromordinal(sooner.toordinal() + 1)

        bands = [DURATION_BANDS.index(duration_band(start, end)) for end in (sooner, later)]

        assert bands == sorted(bands)

    @given(DAYS, st.integers(0, 400))
    def test_completed_months_are_those_that_have_been_reached(self, start, number):
        assert completed_months(start, months_from(start, number)) >= number


class TestAge:
    """DOMAIN 5.1: in days under a year, then in completed years."""

    @pytest.mark.parametrize(
        ("died_on", "band"),
        [(date(2010, 3, 1), "0_27_days"), (date(2010, 3, 28), "0_27_days"), (date(2010, 3, 29), "28_364_days"),
         (date(2011, 2, 28), "28_364_days"), (date(2011, 3, 1), "1_4"), (date(2015, 2, 28), "1_4"),
         (date(2015, 3, 1), "5_9"), (date(2020, 3, 1), "10_14"), (date(2025, 3, 1), "15_17"),
         (date(2028, 2, 29), "15_17")],
    )  # fmt: skip
    def test_the_band_of_a_child_born_on_1_march_2010(self, died_on, band):
        assert age_band(date(2010, 3, 1), died_on) == band

    def test_a_leap_day_has_its_birthday_on_1_march(self):
        assert completed_years(date(2004, 2, 29), date(2022, 2, 28)) == 17
        assert completed_years(date(2004, 2, 29), date(2022, 3, 1)) == 18

    @pytest.mark.parametrize(
        ("died_on", "words"),
        [(date(2010, 3, 1), "0 days"), (date(2010, 3, 2), "1 day"), (date(2010, 4, 12), "6 weeks"),
         (date(2010, 9, 1), "6 months"), (date(2013, 3, 1), "3 years")],
    )  # fmt: skip
    def test_a_panel_is_told_an_age_and_no_date(self, died_on, words):
        assert age_in_words(date(2010, 3, 1), died_on) == words

    @given(DAYS, st.integers(0, 6573))
    def test_every_child_is_in_one_band(self, born_on, days):
        assert age_band(born_on, date.fromordinal(born_on.toordinal() + days)) in AGE_BANDS


class TestEligibility:
    """R-3.2 to R-3.4."""

    def test_a_live_birth_counts_whatever_the_length_of_the_pregnancy(self):
        found = eligibility(date(2017, 5, 1), date(2017, 5, 1), live_birth="yes", over_24_weeks="no")

        assert found.in_scope
        assert any("live birth" in words for words in found.because)

    def test_the_18th_birthday_ends_childhood(self):
        born_on = date(2000, 5, 10)

        assert eligibility(born_on, date(2018, 5, 9)).in_scope
        assert eligibility(born_on, date(2018, 5, 10)).ground == "over_18"

    def test_the_reason_gives_no_date_of_birth(self):
        assert not any("2018" in words for words in eligibility(date(2000, 5, 10), date(2019, 6, 1)).because)

    @pytest.mark.parametrize(
        ("told", "ground"),
        [({"live_birth": "no"}, "stillbirth"), ({"live_birth": "no", "over_24_weeks": "no"}, "late_foetal_loss"),
         ({"lawful_termination": "yes"}, "termination"),
         ({"lawful_termination": "yes", "live_birth": "yes"}, "termination")],
    )  # fmt: skip
    def test_what_is_not_reviewed_has_a_ground(self, told, ground):
        found = eligibility(date(2017, 5, 1), date(2017, 5, 1), **told)

        assert (found.in_scope, found.ground) == (False, ground)

    @pytest.mark.parametrize("told", [{}, {"live_birth": "not_known"}])
    def test_what_is_not_known_stays_in_scope_and_is_not_called_a_live_birth(self, told):
        found = eligibility(date(2017, 5, 1), date(2017, 5, 1), **told)

        assert (found.in_scope, found.born_alive) == (True, False)
        assert not any("live birth" in words for words in found.because)

    def test_a_child_whose_dates_are_apart_lived_whatever_was_answered(self):
        assert eligibility(date(2017, 5, 1), date(2017, 5, 2)).born_alive

    def test_a_stillbirth_is_not_said_to_be_after_24_weeks_unless_it_was(self):
        told, untold = (
            eligibility(date(2017, 5, 1), date(2017, 5, 1), live_birth="no", **weeks)
            for weeks in ({"over_24_weeks": "yes"}, {})
        )

        assert told.because[0].startswith("Born after 24 weeks")
        assert untold.because[0].startswith("Born without signs of life")


class TestWordingOfTheTime:
    """DOMAIN 3.5 and 3.7."""

    def test_a_wording_that_was_given_up_is_not_offered_any_more(self):
        """DOMAIN 3.5: the wording changed on 1 April 2010; what is known in both is offered once."""
        before, after = (
            [option.words for option in preventability_since(day)] for day in (date(2010, 3, 31), date(2010, 4, 1))
        )

        assert after == [
            "Modifiable factors identified",
            "No modifiable factors identified",
            "Inadequate information upon which to make a judgement",
        ]
        assert before == [*after, "Preventable", "Potentially preventable", "Not preventable"]

    def test_preventability_changed_its_wording_on_1_april_2010(self):
        before, after = preventability_period(date(2010, 3, 31)), preventability_period(date(2010, 4, 1))

        assert [option.key for option in before.options][:3] == [
            "preventable", "potentially_preventable", "not_preventable",
        ]  # fmt: skip
        assert [option.key for option in after.options][:2] == ["modifiable", "no_modifiable"]

    def test_factors_are_graded_from_0_to_2_since_1_april_2019(self):
        assert analysis_scheme(date(2019, 3, 31)).key == "FORMC_0_3"
        assert analysis_scheme(date(2019, 4, 1)).key == "ANALYSIS_0_2"

    def test_a_factor_that_is_graded_otherwise_is_said_to_be(self):
        newer = ANALYSIS_SCHEMES[1]

        assert (
            wrong_with_factors([{"domain": "service", "score": "2"}, {"description": "Smoking"}, "Named only"], newer)
            == ()
        )
        assert "score" in wrong_with_factors([{"domain": "service", "score": "3"}], newer)[0]
        assert "domain" in wrong_with_factors([{"domain": "luck"}], newer)[0]


class TestCodes:
    def test_the_hierarchy_of_categories_runs_from_1_to_10(self):
        assert [category.number for category in CATEGORIES] == list(range(1, 11))

    def test_every_ethnic_group_is_reported_in_one_of_the_groups(self):
        groups = {ethnicity(option.key) for option in ETHNIC_GROUPS}

        assert groups == {option.key for option in ETHNICITIES}
        assert ethnicity(None) == "not_known"

    def test_every_wording_of_preventability_is_counted(self):
        assert COUNTED_AS.keys() == {option.key for option in PREVENTABILITY}


class TestQuorum:
    """DOMAIN 4.3: at least the lead professionals of health and of the local authority, and the panel's own rule."""

    def test_health_and_the_local_authority_must_be_there(self):
        assert DEFAULT_QUORUM.missing(["designated_doctor", "social_care"]) == ()
        assert DEFAULT_QUORUM.missing(["Designated doctor", "police"]) == ("nobody for the local authority",)
        assert DEFAULT_QUORUM.missing(["Children’s social care", "lay"]) == ("nobody for health",)

    def test_one_person_is_no_panel(self):
        assert DEFAULT_QUORUM.missing(["designated_doctor"]) == (
            "nobody for the local authority",
            "1 present where the panel’s rule asks for 2",
        )

    def test_a_panel_may_ask_for_more(self):
        rule = quorum_rule(["Police"], 4)

        assert rule.missing(["designated_doctor", "social_care", "education", "lay"]) == ("nobody for Police",)
        assert rule.missing(["designated_doctor", "social_care", "police", "lay"]) == ()

    def test_a_panel_cannot_ask_for_less(self):
        assert quorum_rule([], 0).missing(["designated_doctor"]) != ()
