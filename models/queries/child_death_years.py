"""A year of child deaths beside earlier years and the national figures, and years pooled where numbers are small."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from models.figures.disclosure import Statement
from models.figures.statistics import Comparison, Rate, compare, pooled_rate, small_numbers_note
from models.queries.child_death_figures import SINGLE, Figures, Year, breakdowns_of, figures_of_years, shares_of
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
    leaving_out: Collection[int] = (),
    earlier: int = YEARS_BESIDE,
) -> YearsBeside:
    """Return the figures of a year and of so many before it."""
    years = year.with_earlier(earlier)
    found = figures_of_years(session, board_ids, years, known_at=known_at, leaving_out=leaving_out)
    return YearsBeside(
        found, {each.name: NATIONAL_BY_YEAR[each.name] for each in years if each.name in NATIONAL_BY_YEAR}
    )


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

    def statement(self, years: Sequence[Statement] = (), *made_of: Sequence[Statement]) -> Statement:
        """Return the years together as they are handed to `models.figures.disclosure`.

        The single years may be out as well: give `years` where each is itself made of other figures. Each of
        `made_of` are further pools that these are the sum of, such as those of the boards of a panel.
        """
        of = years or tuple(each.statement() for each in self.of)
        return Statement(
            self.single,
            breakdowns_of(self.breakdowns),
            shares_of(self.breakdowns, self.reviews),
            tuple(tuple(map(_pooled, each)) for each in (of, *made_of) if len(each) > 1),
        )

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
    breakdowns = {
        key: {row: sum(each.breakdowns[key][row] for each in years) for row in rows}
        for key, rows in years[0].breakdowns.items()
    }
    return Pooled(tuple(years), _added(years), breakdowns)


def _pooled(part: Statement) -> Statement:
    """Return a part of a pool with the counts alone that can be added."""
    single = {key: part.single[key] for key in ADDED}
    return replace(part, single=single, made_of=tuple(tuple(map(_pooled, each)) for each in part.made_of))


def _added(years: Sequence[Figures]) -> dict[str, int]:
    return {key: sum(each.single[key] for each in years) for key in ADDED}


def difference(years_one: Pooled, years_other: Pooled, breakdown: str, row: str) -> Comparison:
    """Return how likely so large a difference between two pools in the share of one row is, if there were none."""
    one, other = years_one.breakdowns[breakdown][row], years_other.breakdowns[breakdown][row]
    return compare((one, years_one.reviews - one), (other, years_other.reviews - other))
