"""Several years of child deaths together, where the numbers of one are small."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.figures.disclosure import Statement
from models.figures.statistics import Rate, pooled_rate
from models.queries.child_death_figures import (
    SINGLE,
    Figures,
    Year,
    broken_down_together,
    statement_of,
)

YEARS_BESIDE = 4
YEARS_POOLED = 5


@dataclass(frozen=True, slots=True)
class Pooled:
    """Several years together: the counts that can be added, and the reviews broken down."""

    of: tuple[Figures, ...]
    single: Mapping[str, int]
    breakdowns: Mapping[str, Mapping[str, int]]

    @property
    def years(self) -> tuple[Year, ...]:
        return tuple(each.year for each in self.of)

    @property
    def notifications(self) -> int:
        return self.single["notifications"]

    @property
    def reviews(self) -> int:
        return self.single["reviews"]

    def statement(self, made_of: Sequence[Statement] = (), after: Sequence[Statement] = ()) -> Statement:
        """Return the years together as they are handed to `models.figures.disclosure`."""
        return statement_of(self.single, self.breakdowns, made_of, after)

    def rate(self, children: Mapping[str, float]) -> Rate:
        """Return deaths notified per 100,000 children a year, by the number of children in each of the years.

        Raises ValueError when the number of children of some year is not given.
        """
        if missing := [year.name for year in self.years if year.name not in children]:
            raise ValueError(f"Give the number of children who lived there in {', '.join(missing)}")
        # The count is of all the years, so it stands for them together beside the children of all of them.
        return pooled_rate([self.notifications], [sum(children[year.name] for year in self.years)])


ADDED = tuple(key for key in SINGLE if key != "open_at_year_end")
"""What years can be pooled of: a death open at the end of one year is open at the end of the next as well."""


def pool(years: Sequence[Figures]) -> Pooled:
    """Return these years together."""
    single = {key: sum(each.single[key] for each in years) for key in ADDED}
    return Pooled(tuple(years), single, broken_down_together(years))
