"""Groups of children beside each other: every count from the rows of a file, every chance from another library."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from models.figures.groups import group_table, groups_beside
from models.figures.report import ROW_WORDS
from models.figures.statistics import compare, how_often, number_needed
from models.queries.child_death_figures import Year
from models.queries.child_death_groups import Found

YEARS = (Year(2015), Year(2016), Year(2017))
FOUND = st.builds(Found, st.integers(0, 40), st.integers(0, 40))


@st.composite
def by_group(draw):
    rows = {
        "sex": ("male", "female", "not_known"),
        "age": ("0_27_days", "28_364_days", "1_4", "5_9", "10_14", "15_17"),
        "expected": ("yes", "no", "not_known"),
        "ethnicity": tuple(ROW_WORDS["ethnicity"]),
    }
    return {column: {row: draw(FOUND) for row in each} for column, each in rows.items()}


def test_boys_and_girls_ages_expectedness_and_each_ethnic_group_are_compared():
    none = {column: dict.fromkeys(rows, Found(0, 0)) for column, rows in ROW_WORDS.items()}

    words = [each.words for each in groups_beside(none)]

    assert words[:3] == ["Boys, beside girls", "Under 28 days, beside older", "Expected, beside unexpected"]
    assert len(words) == 3 + len(ROW_WORDS["ethnicity"]) - 1
    assert "too few deaths have been reviewed" in group_table(none, YEARS).sentence


def chance_by_library(one: tuple[int, int], other: tuple[int, int]) -> float:
    return float(fisher_exact(np.array([one, other])).pvalue)


@given(by_group())
def test_every_chance_is_that_of_a_library_and_every_group_stands_beside_all_known_others(found):
    for each in groups_beside(found):
        expected = chance_by_library(
            (each.one.modifiable, each.one.no_modifiable), (each.others.modifiable, each.others.no_modifiable)
        )
        if each.can_be_compared:
            assert each.compared().p_value == pytest.approx(expected, abs=1e-9)
    known = [number for row, number in found["ethnicity"].items() if row != "not_known"]
    for each in list(groups_beside(found))[3:]:
        assert each.one.judged + each.others.judged == sum(number.judged for number in known)


@given(st.tuples(*[st.integers(0, 40)] * 4))
def test_the_number_it_would_take_is_enough_and_one_nearer_is_not(cells):
    one, one_not, other, other_not = cells
    everyone, others = one + one_not, (other, other_not)

    def chance(number):
        return chance_by_library((number, everyone - number), (other, other_not))

    number = number_needed((one, one_not), others)

    if number is None:
        further = everyone if one * (other + other_not) >= other * everyone else 0
        assert chance(further) >= 0.05 - 1e-9
    elif number == one:
        assert chance(one) < 0.05
    else:
        assert chance(number) < 0.05
        assert chance(number - 1 if number > one else number + 1) >= 0.05 - 1e-9


def test_too_few_deaths_show_nothing_whatever_was_found():
    assert number_needed((1, 1), (1, 2)) is None


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (1.0, "in nearly every such pool"), (0.52, "in about 5 of 10 such pools"), (0.2, "in about 1 of 5 such pools"),
        (0.0049, "in about 1 of 200 such pools"), (0.00001, "in fewer than 1 of 1,000 such pools"),
    ],
)  # fmt: skip
def test_a_chance_is_said_in_words(chance, words):
    assert how_often(chance) == words


def test_one_unlikely_difference_among_many_comparisons_is_said_to_be_no_wonder():
    found = {column: dict.fromkeys(rows, Found(10, 30)) for column, rows in ROW_WORDS.items()}
    found["sex"] = {"male": Found(14, 26), "female": Found(5, 35), "not_known": Found(0, 0)}

    table = group_table(found, YEARS)

    chance = compare((14, 26), (5, 35)).p_value
    assert 0.05 / 8 < chance < 0.05
    boys = next(line for line in table.lines if line.words.startswith("Boys"))
    assert str(boys.cells[4]).endswith("not unusual among 8 comparisons")
    assert any("8 comparisons are made at once" in note for note in table.notes)
    assert "by chance alone in about 1 of" in table.sentence
