"""A year of child deaths beside earlier years and the national figures, and years pooled where numbers are small."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.queries.child_death_figures import Figures, Year, figures
from models.statistics import Comparison, Rate, compare, pooled_rate, small_numbers_note
from workflows.national_figures import NATIONAL_BY_YEAR, NationalYear

YEARS_BESIDE = 4
YEARS_POOLED = 5


@dataclass(frozen=True, slots=True)
class YearsBeside:
    """A year and those before it, oldest first, each with what was published for England where known."""

    years: tuple[Figures, ...]
    national: Mapping[str, NationalYear]

    @property
    def latest(self) -> Figures:
        return self.years[-1]

    @property
    def note(self) -> str:
        """The note that shares of the latest year carry when fewer than 20 deaths were reviewed."""
        return small_numbers_note(self.latest.reviews)


def years_beside(
    session: Session,
    board_ids: Collection[int],
    year: Year,
    *,
    known_at: datetime | None = None,
    earlier: int = YEARS_BESIDE,
) -> YearsBeside:
    """Return the figures of a year and of so many before it."""
    years = [Year(begins) for begins in range(year.begins - earlier, year.begins + 1)]
    found = tuple(figures(session, board_ids, each, known_at=known_at) for each in years)
    return YearsBeside(
        found, {each.name: NATIONAL_BY_YEAR[each.name] for each in years if each.name in NATIONAL_BY_YEAR}
    )


@dataclass(frozen=True, slots=True)
class Pooled:
    """Several years together: deaths notified, and the reviews broken down."""

    years: tuple[Year, ...]
    notifications: int
    reviews: int
    breakdowns: Mapping[str, Mapping[str, int]]

    def rate(self, children: Mapping[str, float]) -> Rate:
        """Return deaths notified per 100,000 children a year, by the number of children in each of the years.

        Raises ValueError when the number of children of some year is not given.
        """
        if missing := [year.name for year in self.years if year.name not in children]:
            raise ValueError(f"Give the number of children who lived there in {', '.join(missing)}")
        # The count is of all the years, so it stands for them together beside the children of all of them.
        return pooled_rate([self.notifications], [sum(children[year.name] for year in self.years)])


def pool(years: Sequence[Figures]) -> Pooled:
    """Return these years together."""
    breakdowns = {
        key: {row: sum(each.breakdowns[key][row] for each in years) for row in rows}
        for key, rows in years[0].breakdowns.items()
    }
    return Pooled(
        tuple(each.year for each in years),
        sum(each.single["notifications"] for each in years),
        sum(each.reviews for each in years),
        breakdowns,
    )


def difference(years_one: Pooled, years_other: Pooled, breakdown: str, row: str) -> Comparison:
    """Return how likely so large a difference between two pools in the share of one row is, if there were none."""
    one, other = years_one.breakdowns[breakdown][row], years_other.breakdowns[breakdown][row]
    return compare((one, years_one.reviews - one), (other, years_other.reviews - other))
