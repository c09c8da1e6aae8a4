"""Intervals and tests against values published elsewhere, and the notes that small numbers carry."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact, poisson

from models.figures.statistics import compare, percent, poisson_interval, pooled_rate, small_numbers_note


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (5, 1.6235, 11.6683), (10, 4.7954, 18.3904), (28, 18.6058, 40.4678)],
)
def test_the_interval_of_a_count_is_that_of_the_tables(count, lower, upper):
    """Exact limits for a Poisson count, as tabulated by Garwood (1936) and since."""
    assert poisson_interval(count) == pytest.approx((lower, upper), abs=1e-3)


@given(st.integers(0, 300))
def test_the_interval_leaves_a_fortieth_on_either_side(count):
    lower, upper = poisson_interval(count)

    assert poisson.cdf(count, upper) == pytest.approx(0.025, abs=1e-6)
    assert count == 0 or poisson.sf(count - 1, lower) == pytest.approx(0.025, abs=1e-6)


def test_a_count_is_not_negative():
    with pytest.raises(ValueError, match="not negative"):
        poisson_interval(-1)


def test_years_are_pooled_into_one_rate():
    rate = pooled_rate([11, 15, 20], [60_000, 60_000, 61_000])

    assert rate.rate == pytest.approx(46 * 100_000 / 181_000)
    assert rate.lower < rate.rate < rate.upper
    assert not rate.is_unreliable
    assert pooled_rate([3], [60_000]).is_unreliable


@pytest.mark.parametrize("populations", [[60_000], [0, 0]])
def test_a_rate_needs_the_children_of_every_year(populations):
    with pytest.raises(ValueError, match="Each year"):
        pooled_rate([1, 2], populations)


def test_fisher_s_exact_test_gives_the_tea_tasting_its_value():
    assert compare((3, 1), (1, 3)).p_value == pytest.approx(0.4857, abs=1e-4)
    assert "in about 5 of 10 such pools" in compare((3, 1), (1, 3)).words()
    assert "in fewer than 1 of 1,000 such pools" in compare((40, 1), (1, 40)).words()


@given(st.tuples(*[st.integers(0, 60)] * 4))
def test_fisher_s_exact_test_is_that_of_a_library(cells):
    one, one_not, other, other_not = cells
    expected = fisher_exact(np.array([[one, one_not], [other, other_not]])).pvalue if sum(cells) else 1.0

    assert compare((one, one_not), (other, other_not)).p_value == pytest.approx(expected, abs=1e-9)


def test_fisher_s_exact_test_is_quick_for_a_panel_of_many_years():
    assert compare((900, 4100), (4300, 20_000)).p_value == pytest.approx(
        fisher_exact(np.array([[900, 4100], [4300, 20_000]])).pvalue, abs=1e-7
    )


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(1, 28, 4), (9, 49, 18), (1, 8, 13), (3, 8, 38), (0, 5, 0), (5, 5, 100), (0, 0, 0)]
)
def test_percentages_are_rounded_half_up(part, whole, expected):
    assert percent(part, whole) == expected


def test_a_share_of_fewer_than_twenty_carries_a_note():
    assert "out of 19" in small_numbers_note(19)
    assert small_numbers_note(20) == ""
