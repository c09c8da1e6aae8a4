"""Which figures are out beside each other: of boards that share a panel, of their panels, a year or several together.

Any of them could be subtracted from any other. So they stand in one order: each board's year first, which is published
most; then the years of panels, then their years together. Each withholds what would give back something of those before
it (`models.figures.withholding`), and may be shown whatever is shown later. Years together of a board that shares a
panel would come last. They are not given at all: hardly a number of them could be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.figures.disclosure import Statement
from models.figures.pooling import pool as pool_of
from models.queries.child_death_figures import Figures, Year, add_up

Area = frozenset[int]
"""The boards whose deaths are counted together, by id."""


@dataclass(frozen=True, slots=True)
class Family:
    """Boards that share panels: the boards of each panel, in the order of the panels. A board alone has none."""

    panels: tuple[Area, ...] = ()

    def boards(self, area: Area) -> list[Area]:
        """Return each board of an area, and each that shares a panel with one of them, in a lasting order."""
        return [frozenset({board}) for board in sorted(area.union(*self.panels))]


ALONE = Family()


class SideBySide:
    """Figures of each board of a family, year by year, and what they add up to, as statements.

    The same statement each time it is asked for, so that it is guarded once.
    """

    def __init__(self, family: Family, counted: Mapping[Area, Mapping[Year, Figures]]) -> None:
        self._panels = [area for area in family.panels if area not in counted]
        self._counted = counted
        self._years: dict[tuple[Area, Year], Statement] = {}
        self._pools: dict[tuple[Area, tuple[Year, ...]], Statement] = {}

    def figures(self, area: Area, year: Year) -> Figures:
        return add_up([self._counted[part][year] for part in self._parts(area)])

    def year(self, area: Area, year: Year) -> Statement:
        """Return a year of a board or a panel."""
        if (area, year) not in self._years:
            made_of = () if area in self._counted else [self.year(part, year) for part in self._parts(area)]
            after = [self.year(each, year) for each in self._panels_before(area)]
            self._years[area, year] = self.figures(area, year).statement(made_of, after)
        return self._years[area, year]

    def pool(self, area: Area, years: tuple[Year, ...]) -> Statement | None:
        """Return several years together of a panel, or of a board that shares none with others; nothing otherwise."""
        for panel in self._panels:
            if area < panel:
                return self.pool(panel, years) if self._is_all_of(panel, area, years) else None
        if (area, years) not in self._pools:
            made_of = [self.year(part, year) for part in self._parts(area) for year in years]
            of_panels = [self.year(panel, year) for panel in self._panels for year in years]
            pools = [pool for panel in self._panels_before(area) if (pool := self.pool(panel, years))]
            pooled = pool_of([self.figures(area, year) for year in years])
            self._pools[area, years] = pooled.statement(made_of, [*of_panels, *pools])
        return self._pools[area, years]

    def _is_all_of(self, panel: Area, area: Area, years: tuple[Year, ...]) -> bool:
        """Return whether no other board of the panel had a death in these years."""
        others = self._parts(panel - area)
        return not any(
            count for part in others for year in years for count in self._counted[part][year].single.values()
        )

    def _parts(self, area: Area) -> list[Area]:
        return [area] if area in self._counted else [frozenset({board}) for board in sorted(area)]

    def _panels_before(self, area: Area) -> list[Area]:
        return self._panels[: self._panels.index(area)] if area in self._panels else []
