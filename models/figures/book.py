"""Everything the figures of a year consist of, guarded for whoever they are made for: what page and workbook show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from models.figures.comparisons import ShownPool, difference_table, pooled_tables, year_tables
from models.figures.disclosure import Disclosed, Guard, Scheme, Statement, disclose
from models.figures.groups import group_table
from models.figures.pooling import YEARS_BESIDE, YEARS_POOLED, Pooled, pool
from models.figures.side_by_side import ALONE, Family, SideBySide
from models.figures.statistics import Rate
from models.figures.tables import ShownYear, Table, breakdown_tables
from models.figures.timeliness import timeliness_tables
from models.queries.child_death_figures import Figures, Year, figures_of_years
from models.queries.child_death_groups import judged_by_group
from models.queries.child_death_timeliness import timeliness
from workflows.national_figures import NATIONAL_BY_YEAR

TOGETHER, PROMPTNESS = "together", "promptness"
PARTS = frozenset({TOGETHER, PROMPTNESS})
"""What the figures have beyond the year and those beside it, each of which may be left unmade."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figures are asked for, of which boards, by what was known when, and how they are guarded."""

    board_ids: frozenset[int]
    year: Year
    scheme: Scheme
    known_at: datetime | None = None
    leaving_out: frozenset[int] = frozenset()
    family: Family = ALONE
    """The panels they share with others, whose figures may be out as well."""
    years_together: int = 5
    without: frozenset[str] = frozenset()
    published: bool = False
    decided: bool = False
    only: frozenset[str] = PARTS
    """Which of `PARTS` are made: a page that shows one has no use for the others."""


@dataclass(frozen=True, slots=True)
class Children:
    """How many children lived there in a year, and where that is from."""

    number: int
    source: str


@dataclass(frozen=True, slots=True)
class Book:
    """The figures of a year as they may leave, in tables with their sentences, and the guarded figures themselves."""

    latest: Figures
    disclosed: Disclosed
    by_year: tuple[Table, ...]
    breakdowns: tuple[Table, ...]
    together: tuple[Table, ...]
    promptness: tuple[Table, ...]
    withheld: int
    without: frozenset[str] = frozenset()
    years: tuple[ShownYear, ...] = field(default=())

    @property
    def tables(self) -> tuple[Table, ...]:
        return (*self.by_year, *self.breakdowns, *self.together, *self.promptness)


def book(session: Session, wanted: Wanted, children: Mapping[str, Children] | None = None) -> Book:
    """Return the figures asked for. Raises NotDecided, as `disclose` does.

    What is published is the year alone: other years in it would be published once more, as known at another moment.
    """
    beside = (wanted.year,) if wanted.published else wanted.year.with_earlier(YEARS_BESIDE)
    together = () if wanted.published or TOGETHER not in wanted.only else years_together(wanted)
    every = sorted({*beside, *together}, key=lambda year: year.begins)
    counted, guard = _counted(session, wanted, every), Guard(wanted.scheme)
    found = {year: counted.figures(wanted.board_ids, year) for year in every}
    shown = tuple(ShownYear(year, _disclosed(counted.year(wanted.board_ids, year), wanted, guard)) for year in beside)
    national = {each.name: NATIONAL_BY_YEAR[each.name] for each in beside if each.name in NATIONAL_BY_YEAR}
    return Book(
        found[wanted.year],
        shown[-1].disclosed,
        tuple(year_tables(shown, national, without=wanted.without)),
        tuple(breakdown_tables(shown, national, without=wanted.without)),
        (
            *_together(wanted, together, counted, guard, children or {}),
            *_differences(wanted, found, shown, guard),
            *_groups(session, wanted, together),
        ),
        _promptness(session, wanted, found[wanted.year]),
        sum(each.disclosed.withheld for each in shown),
        wanted.without,
        shown,
    )


def _counted(session: Session, wanted: Wanted, years: Sequence[Year]) -> SideBySide:
    """Return the figures asked for; where small numbers are withheld, each board's that may be out beside them."""
    family = wanted.family if wanted.scheme.withholds else ALONE
    areas = family.boards(wanted.board_ids) if family.panels else [wanted.board_ids]
    counted = {area: _figures(session, wanted, area, years) for area in areas}
    return SideBySide(family, {area: dict(zip(years, found, strict=True)) for area, found in counted.items()})


def _together(
    wanted: Wanted, years: tuple[Year, ...], counted: SideBySide, guard: Guard, children: Mapping[str, Children]
) -> tuple[Table, ...]:
    statement = counted.pool(wanted.board_ids, years) if years else None
    if statement is None:
        return ()
    rate = _rate(pool([counted.figures(wanted.board_ids, year) for year in years]), children)
    shown = ShownPool(years, _disclosed(statement, wanted, guard), *rate)
    return tuple(pooled_tables(shown, without=wanted.without))


FIRST_OF_ALL_BLOCKS = 2008
"""The year in which the duty to review child deaths began (R-3.1)."""


def years_together(wanted: Wanted) -> tuple[Year, ...]:
    """Return the years that are pooled: as many as asked for, up to the year itself.

    Guarded figures are pooled in fixed blocks of five years, counted from 2008-09, of which the last complete one is
    given: two pools that overlap could be subtracted from each other.
    """
    if not wanted.scheme.withholds:
        return wanted.year.with_earlier(min(max(wanted.years_together, 3), YEARS_BESIDE + 1) - 1)
    blocks = (wanted.year.begins + 1 - FIRST_OF_ALL_BLOCKS) // YEARS_POOLED
    return Year(FIRST_OF_ALL_BLOCKS + YEARS_POOLED * blocks - 1).with_earlier(YEARS_POOLED - 1)


def _figures(session: Session, wanted: Wanted, board_ids: frozenset[int], years: Sequence[Year]) -> tuple[Figures, ...]:
    found = figures_of_years(session, board_ids, years, known_at=wanted.known_at, leaving_out=wanted.leaving_out)
    return tuple(_without(each, wanted.without) for each in found)


def _without(figures: Figures, without: frozenset[str]) -> Figures:
    kept = {key: rows for key, rows in figures.breakdowns.items() if key not in without}
    return Figures(figures.year, figures.single, kept)


def _disclosed(statement: Statement, wanted: Wanted, guard: Guard) -> Disclosed:
    return disclose(statement, wanted.scheme, published=wanted.published, decided=wanted.decided, guard=guard)


def _promptness(session: Session, wanted: Wanted, figures: Figures) -> tuple[Table, ...]:
    """Return how promptly the work was done: as it stands now, and not part of what is published."""
    if wanted.known_at or wanted.published or PROMPTNESS not in wanted.only:
        return ()
    found = timeliness(session, wanted.board_ids, wanted.year, leaving_out=wanted.leaving_out)
    return tuple(timeliness_tables(found, figures, wanted.scheme))


def _differences(
    wanted: Wanted, found: Mapping[Year, Figures], shown: Sequence[ShownYear], guard: Guard
) -> tuple[Table, ...]:  # fmt: skip
    """Return the year beside those before it together. Guarded figures have none: it would be another pool."""
    if wanted.scheme.withholds or wanted.published or TOGETHER not in wanted.only:
        return ()
    years = wanted.year.with_earlier(YEARS_BESIDE)[:-1]
    before = ShownPool(years, _disclosed(pool([found[year] for year in years]).statement(), wanted, guard))
    return (difference_table(shown[-1], before, without=wanted.without),)


def _groups(session: Session, wanted: Wanted, years: Sequence[Year]) -> tuple[Table, ...]:
    """Return the groups of the pooled years beside each other. Guarded figures have none: it divides them once more."""
    if wanted.scheme.withholds or wanted.without or not years:
        return ()
    found = judged_by_group(
        session, wanted.board_ids, years, known_at=wanted.known_at, leaving_out=wanted.leaving_out
    )  # fmt: skip
    return (group_table(found, years),)


def _rate(pooled: Pooled, children: Mapping[str, Children]) -> tuple[Rate | None, tuple[str, ...]]:
    names = [year.name for year in pooled.years]
    if any(name not in children for name in names):
        return None, ()
    sources = tuple(f"Children, {name}: {children[name].number:,} ({children[name].source})." for name in names)
    return pooled.rate({name: children[name].number for name in names}), sources
