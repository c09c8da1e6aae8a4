"""A reader with a solver, who knows every rule, works out no small count, from one table or from several together.

The reader is given what was disclosed and nothing else, and asks of each withheld count how small and how large it can
be (integer programming). Where both are the same, it was given away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from models.figures.disclosure import DFE, LOCAL, NHS, ONS, Breakdown, Guard, Share, Statement, disclose
from models.figures.pooling import pool
from models.figures.side_by_side import ALONE, Family, SideBySide
from models.queries.child_death_figures import SINGLE, Figures, Year
from workflows.child_deaths import DURATION_BANDS

NOTIFIED, DIED = "duration_from_notification", "duration_from_death"
BANDS = DURATION_BANDS
A, B, C = frozenset({1}), frozenset({2}), frozenset({3})
YEARS = (Year(2013), Year(2014), Year(2015))
EXACT = st.sampled_from([LOCAL, DFE, ONS])
REVIEWS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=24)


def a_year(year, reviews, notified=0):
    """Reviews, each with its band from notification and how many bands later it is from death."""
    rows = {NOTIFIED: dict.fromkeys(BANDS, 0), DIED: dict.fromkeys(BANDS, 0)}
    for band, later in reviews:
        rows[NOTIFIED][BANDS[band]] += 1
        rows[DIED][BANDS[min(band + later // 2, len(BANDS) - 1)]] += 1
    single = dict.fromkeys(SINGLE, 0) | {"reviews": len(reviews), "notifications": notified}
    return Figures(year, single, rows)


def counted(family, **years_of_boards):
    """The figures of boards a, b and c: for each the reviews of one year after the other."""
    areas = {"a": A, "b": B, "c": C}
    return SideBySide(
        family,
        {
            areas[board]: {
                year: a_year(year, reviews, notified=len(reviews) // 2)
                for year, reviews in zip(YEARS, years, strict=False)
            }
            for board, years in years_of_boards.items()
        },
    )


class Reader:
    """What somebody knows who has these publications before them."""

    def __init__(self, scheme):
        self.scheme = scheme
        self.true: dict[tuple[Any, ...], int] = {}
        self.least: list[float] = []
        self.most: list[float] = []
        self.sums: list[tuple[Sequence[tuple[Any, ...]], Sequence[tuple[Any, ...]], bool]] = []

    def reads(self, statement, guard):
        """Read what is disclosed of a statement; all that is known beside is which others it is made of."""
        disclosed = disclose(statement, self.scheme, guard=guard)
        cells: dict[tuple[str, ...], Any] = {(key,): cell for key, cell in disclosed.single.items()}
        cells |= {(key, row): cell for key, rows in disclosed.breakdowns.items() for row, cell in rows.items()}
        nothing_is_said = set(cells.values()) == {self.scheme.shown_as_secondary}
        for tail, cell in cells.items():
            whole = nothing_is_said or (len(tail) > 1 and self._is_whole(disclosed.breakdowns[tail[0]]))
            count = statement.single[tail[0]] if len(tail) == 1 else self._counts(statement)[tail]
            self._cell((statement, *tail), cell, count, may_be_any=whole)
        for key, rows in disclosed.breakdowns.items():
            self.sums.append(([(statement, key, row) for row in rows], [(statement, "reviews")], True))
        for number in range(1, len(BANDS)):
            died, notified = ([(statement, key, row) for row in BANDS[:number]] for key in (DIED, NOTIFIED))
            self.sums.append((died, notified, False))
        for tail in cells if statement.made_of else ():
            self.sums.append(([(part, *tail) for part in statement.made_of if (part, *tail) in self.true],
                              [(statement, *tail)], True))  # fmt: skip

    @staticmethod
    def _counts(statement):
        return {(each.key, row): count for each in statement.breakdowns for row, count in each.counts.items()}

    def _is_whole(self, rows):
        """In a table withheld whole the other mark stands for anything."""
        return set(rows.values()) == {self.scheme.shown_as_secondary}

    def _cell(self, name, cell, count, *, may_be_any):
        marks_differ = self.scheme.shown_as != self.scheme.shown_as_secondary
        if isinstance(cell, int):
            least, most = float(cell), float(cell)
        elif marks_differ and cell == self.scheme.shown_as:
            least, most = self.scheme.smallest_withheld, self.scheme.largest_withheld
        elif may_be_any:
            least, most = 0, np.inf
        else:
            least, most = (self.scheme.largest_withheld + 1 if marks_differ else 1), np.inf
        self.true[name] = count
        self.least.append(least)
        self.most.append(most)

    def given_away(self):
        """The small counts that can be nothing else than what they are."""
        names, reckoning = list(self.true), self._reckoning()
        withheld = [place for place, _ in enumerate(names) if self.least[place] != self.most[place]]
        small = [place for place in withheld if self.scheme.is_small(self.true[names[place]])]
        return [names[place] for place in small if len(set(self._can_be(place, reckoning))) == 1]

    def _reckoning(self):
        place = {each: number for number, each in enumerate(self.true)}
        rows, lower = np.zeros((len(self.sums), len(place))), np.zeros(len(self.sums))
        for row, (fewer, more, equal) in enumerate(self.sums):
            for each in fewer:
                rows[row, place[each]] += 1
            for each in more:
                rows[row, place[each]] -= 1
            lower[row] = 0 if equal else -np.inf
        return LinearConstraint(csr_array(rows), lower, 0)

    def _can_be(self, place, reckoning):
        for sign in (1, -1):
            aim = np.zeros(len(self.true))
            aim[place] = sign
            found = milp(
                aim,
                integrality=np.ones(len(aim), dtype=int),
                bounds=Bounds(self.least, np.minimum(self.most, 1000)),
                constraints=reckoning,
            )
            assert found.x is not None, "what was disclosed contradicts itself"
            yield round(found.x[place])


def given_away(scheme, *statements):
    reader, guard = Reader(scheme), Guard(scheme)
    for statement in statements:
        reader.reads(statement, guard)
    return reader.given_away()


@settings(max_examples=60, deadline=None)
@given(REVIEWS, EXACT)
def test_one_year_gives_no_small_count_away(reviews, scheme):
    assert given_away(scheme, a_year(YEARS[0], reviews).statement()) == []


@settings(max_examples=20, deadline=None)
@given(st.lists(REVIEWS, min_size=2, max_size=3), EXACT)
def test_several_years_together_give_away_none_of_those_of_a_single_one(reviews, scheme):
    """Pooled minus the other years is the year: so the pool withholds what would give it back."""
    of_board, years = counted(ALONE, a=reviews), YEARS[: len(reviews)]

    assert given_away(scheme, *(of_board.year(A, year) for year in years), of_board.pool(A, years)) == []


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(REVIEWS, REVIEWS), min_size=2, max_size=2), EXACT)
def test_a_panel_s_years_together_give_away_nothing_of_a_year_or_of_a_board(years_of_boards, scheme):
    """Everything there is of two boards and their panel: each year, and both years together."""
    a, b = zip(*years_of_boards, strict=True)

    assert given_away(scheme, *everything(counted(Family((A | B,)), a=a, b=b), (A, B, A | B), YEARS[:2])) == []


@settings(max_examples=5, deadline=None)
@given(st.tuples(REVIEWS, REVIEWS, REVIEWS), EXACT)
def test_panels_that_share_a_board_give_away_nothing_of_each_other(reviews, scheme):
    a, b, c = ([of_board] for of_board in reviews)
    of_boards = counted(Family((A | B, B | C)), a=a, b=b, c=c)

    assert given_away(scheme, *everything(of_boards, (A, B, C, A | B, B | C), YEARS[:1])) == []


def everything(of_boards, areas, years):
    """All that may be out of these areas, in the order in which it is guarded."""
    yield from (of_boards.year(area, year) for area in areas for year in years)
    yield from dict.fromkeys(pool for area in areas if (pool := of_boards.pool(area, years)))


def test_years_of_a_panel_and_years_together_of_its_boards_would_tell_on_each_other():
    """At most four on each board and seven in the second year: then there were four on each, and one in the first.

    So the years together of a board that shares a panel are not given.
    """
    years, shared = YEARS[:2], Family((A | B,))
    of_boards = counted(shared, a=([(0, 0)], [(0, 0)] * 3), b=([], [(0, 0)] * 4))
    leaves = {area: [of_boards.year(area, year) for year in years] for area in (A, B)}
    pools = [pool([of_boards.figures(area, year) for year in years]).statement(leaves[area]) for area in (A, B)]
    of_panel = [of_boards.year(A | B, year) for year in years]

    assert given_away(LOCAL, *leaves[A], *leaves[B], *of_panel, *pools) != []
    assert [of_boards.pool(area, years) for area in (A, B)] == [None, None]


def test_a_board_whose_panel_reviewed_no_other_death_has_the_years_together_of_the_panel():
    reviews = [(0, 0)] * 12
    of_boards = counted(Family((A | B,)), a=(reviews, reviews), b=([], []))

    assert of_boards.pool(A, YEARS[:2]) is of_boards.pool(A | B, YEARS[:2])


def test_a_reader_who_may_subtract_is_foiled_and_would_not_be_otherwise():
    """The reader is no straw man: the same pool without its years in mind would give one away."""
    first = [(0, 0)] * 12 + [(1, 0)] * 2 + [(2, 0)] * 9 + [(3, 0)] * 3
    second = [(0, 0)] * 9 + [(1, 0)] * 8
    of_board, years = counted(ALONE, a=(first, second)), YEARS[:2]
    single = [of_board.year(A, year) for year in years]
    guarded = of_board.pool(A, years)
    unguarded = Statement(guarded.single, guarded.breakdowns, guarded.shares)
    reader = Reader(LOCAL)
    for statement in (*single, unguarded):
        reader.reads(statement, Guard(LOCAL))
    for tail in [("reviews",), *((key, row) for key in (NOTIFIED, DIED) for row in BANDS)]:
        reader.sums.append(([(each, *tail) for each in single], [(unguarded, *tail)], True))

    assert reader.given_away() != []
    assert given_away(LOCAL, *single, guarded) == []


def test_a_review_is_no_sooner_after_the_death_than_after_the_notification():
    """Reviews under six months from death can only be fewer: a table of both clocks is guarded as one."""
    assert given_away(LOCAL, a_year(YEARS[0], [(0, 0)] * 8 + [(3, 0)] * 7 + [(2, 2)]).statement()) == []


def test_a_percentage_of_a_rounded_total_is_rounded_too():
    """57 per cent of exactly 28 is 16; of about 30 it could be several."""
    counts = {"a": 16, "b": 12}
    statement = Statement({"reviews": 28}, (Breakdown("k", counts, 28),), (Share("s", "k", ("a",), 57),))

    assert disclose(statement, NHS).shares["s"] == 50
