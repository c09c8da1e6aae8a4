"""A year of child deaths in short: its single figures and how soon deaths were reviewed, each in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.figures.disclosure import Cell
from models.figures.report import TITLES
from models.figures.tables import Percent, ShownYear


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure that is read first, what it is, and the sentence that says what it counts."""

    value: str
    words: str
    sentence: str


COUNTED = {
    "notifications": "Children whose deaths were notified in the year, less those transferred or not in scope",
    "reviews": "Deaths the panel reviewed in the year, whenever the child died",
    "open_at_year_end": "Deaths notified and not yet reviewed on the last day of the year",
    "transferred": "Deaths of the year that another panel took over before its end",
    "not_in_scope": "Deaths notified in the year that were found not to be for review",
}
TIMELY = {
    "within_6_months_percent": ("Reviewed within 6 months", "were within 6 months of notification"),
    "within_12_months_percent": ("Reviewed within 12 months", "were within 12 months of notification"),
}
MODIFIABLE = ("With modifiable factors", "found factors that could be modified")


def headlines(years: Sequence[ShownYear]) -> list[Headline]:
    """Return what a year comes to beside the year before, as far as the figures may be shown."""
    latest, before = years[-1], years[-2]
    found = [_count(key, latest, before) for key in COUNTED]
    found += [
        _share(title, words, latest, before, lambda year, key=key: year.timely(key))  # type: ignore[misc]
        for key, (title, words) in TIMELY.items()
    ]
    if "preventability" in latest.disclosed.breakdowns:
        found.append(_share(*MODIFIABLE, latest, before, lambda year: year.share("preventability", "modifiable")))
    return found


def _count(key: str, latest: ShownYear, before: ShownYear) -> Headline:
    earlier = _said(before.disclosed.single[key])
    return Headline(
        _said(latest.disclosed.single[key]), TITLES[key], f"{COUNTED[key]}; {earlier} in {before.year.name}."
    )


def _share(
    title: str, words: str, latest: ShownYear, before: ShownYear, share: Callable[[ShownYear], Percent | str]
) -> Headline:
    if latest.reviews == 0:
        return Headline("–", title, f"No death was reviewed in {latest.year.name}.")
    earlier = "no review" if before.reviews == 0 else str(share(before))
    return Headline(
        str(share(latest)), title, f"The share of the reviews held that {words}; {earlier} in {before.year.name}."
    )


def _said(cell: Cell | Percent) -> str:
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
