"""Nothing withheld can be worked out from what is shown (DOMAIN 8.3)."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.figures.disclosure import (
    AS_THEY_ARE,
    DFE,
    LOCAL,
    NHS,
    ONS,
    SCHEMES,
    Breakdown,
    NotDecided,
    Share,
    Statement,
    disclose,
)
from models.figures.inference import Bounds, Name, adds_up, narrowed
from models.figures.withholding import withheld_rows

GUARDED = [scheme for scheme in SCHEMES.values() if scheme.withholds]
COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 9), min_size=2, max_size=4)


def a_breakdown(**counts):
    return Breakdown("category", counts, sum(counts.values()))


def shown(scheme, **counts):
    return dict(disclose(Statement({}, (a_breakdown(**counts),)), scheme).breakdowns["category"])


def readings(cells, total, scheme):
    """Every table a reader can think of that shows these cells and adds up to this total."""
    hidden = [row for row, cell in cells.items() if isinstance(cell, str)]
    left = total - sum(cell for cell in cells.values() if isinstance(cell, int))
    marks = [None if marks_are_one(cells, scheme) else cells[row] for row in hidden]
    for counts in product(range(left + 1), repeat=len(hidden)):
        if sum(counts) == left and all(_may_be(mark, n, scheme) for mark, n in zip(marks, counts, strict=True)):
            yield dict(zip(hidden, counts, strict=True))


def _may_be(mark, count, scheme):
    if scheme.shown_as == scheme.shown_as_secondary or mark is None:
        return True
    return scheme.is_small(count) if mark == scheme.shown_as else not scheme.is_small(count)


def marks_are_one(cells, scheme):
    """With no small count marked as such, the other mark may stand for one."""
    return scheme.shown_as not in cells.values()


class TestTables:
    def test_small_counts_are_withheld_and_noughts_are_not(self):
        assert shown(LOCAL, a=0, b=3, c=2, d=12) == {"a": 0, "b": "<5", "c": "<5", "d": 12}

    def test_one_small_count_takes_another_with_it(self):
        assert shown(LOCAL, a=3, b=8, c=12) == {"a": "<5", "b": "x", "c": 12}

    def test_two_that_add_up_to_two_are_not_enough(self):
        assert shown(LOCAL, a=1, b=1, c=8, d=12) == {"a": "<5", "b": "<5", "c": "x", "d": 12}

    def test_a_count_of_five_hidden_beside_a_single_one_would_give_it_away(self):
        """6 left, and the other is at least 5: the small one can only be 1. So a third is withheld."""
        assert shown(LOCAL, a=1, b=5, c=20) == {"a": "<5", "b": "x", "c": "x"}

    def test_a_total_that_is_small_takes_everything_with_it(self):
        assert shown(LOCAL, a=1, b=0, c=2) == {"a": "x", "b": "x", "c": "x"}

    def test_where_nothing_is_left_to_withhold_no_count_is_marked_as_small(self):
        assert shown(LOCAL, a=1, b=5) == {"a": "x", "b": "x"}

    def test_the_schemes_differ_as_they_say(self):
        counts = {"a": 2, "b": 6, "c": 12, "d": 33}

        assert shown(ONS, **counts)["b"] == ":"
        assert shown(DFE, **counts) == {"a": "c", "b": "c", "c": 12, "d": 33}
        assert shown(NHS, **counts) == {"a": "*", "b": "*", "c": 10, "d": 35}
        assert shown(AS_THEY_ARE, **counts) == counts

    @given(COUNTS, st.sampled_from([scheme for scheme in GUARDED if scheme.rounded_to == 1]))
    def test_no_small_count_can_be_worked_out(self, counts, scheme):
        total = sum(counts.values())
        if scheme.is_small(total):
            return
        cells = shown(scheme, **counts)
        found = list(readings(cells, total, scheme))
        protected = [row for row, count in counts.items() if scheme.is_small(count)]

        assert found
        for row in protected:
            assert len({reading[row] for reading in found}) > 1

    @given(COUNTS)
    def test_nothing_is_withheld_where_nothing_is_small(self, counts):
        large = {row: count + 8 for row, count in counts.items()}

        assert all(
            withheld_rows(Breakdown("k", large, sum(large.values())), scheme) == frozenset() for scheme in GUARDED
        )

    def test_single_counts_are_guarded_too(self):
        found = disclose(Statement({"transferred": 2, "reviews": 28}), LOCAL)

        assert (found.single, found.withheld) == ({"transferred": "<5", "reviews": 28}, 1)


class TestShares:
    durations = a_breakdown(under_6=16, middle=11, over_12=1)

    def percent(self, rows, scheme=LOCAL, of=durations):
        share = Share("percent", "category", rows, 4)
        return disclose(Statement({}, (of,), (share,)), scheme).shares["percent"]

    def test_a_percentage_that_would_give_a_count_back_is_withheld(self):
        assert self.percent(("over_12",)) == "x"
        assert self.percent(("under_6", "middle")) == "x"

    def test_one_that_says_no_more_than_the_table_is_shown(self):
        assert self.percent(("under_6",)) == 4

    def test_all_are_shown_as_they_are_inside_the_board(self):
        assert self.percent(("over_12",), AS_THEY_ARE) == 4

    def test_none_is_shown_of_a_total_that_is_withheld(self):
        assert self.percent(("a",), of=a_breakdown(a=2, b=1)) == "x"


class TestPublication:
    statement = Statement({"reviews": 28}, (a_breakdown(a=2, b=26),))

    def test_figures_as_they_are_need_a_recorded_decision(self):
        with pytest.raises(NotDecided, match="recorded decision"):
            disclose(self.statement, AS_THEY_ARE, published=True)

        assert disclose(self.statement, AS_THEY_ARE, published=True, decided=True).breakdowns["category"]["a"] == 2

    def test_guarded_figures_need_none(self):
        assert disclose(self.statement, LOCAL, published=True).breakdowns["category"]["a"] == "<5"


def test_facts_that_contradict_each_other_come_to_an_end():
    known: dict[Name, Bounds] = {"one": (1, 4), "other": (1, 4), "whole": (20, 20)}

    found = narrowed(known, adds_up(["one", "other"], "whole"))

    assert all(least <= most for least, most in found.values())
