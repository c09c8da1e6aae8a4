"""The one function every export of figures passes: small counts are withheld, and whatever would give them back.

The schemes are data (`models.figures.small_numbers`). A count is withheld for its size (primary), then as many others
as it takes until no withheld count can be worked out from the totals (secondary), then every percentage that would
reveal one. Figures that are the sum of others, such as several years or all boards of a panel, withhold besides
whatever would give back what those withhold (`models.figures.withholding`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.figures.knowledge import Withheld
from models.figures.small_numbers import (
    AS_THEY_ARE,
    DFE,
    LOCAL,
    NHS,
    ONS,
    SCHEMES,
    Breakdown,
    Cell,
    Counts,
    Scheme,
    Share,
    Statement,
)
from models.figures.statistics import percent
from models.figures.withholding import Guard

__all__ = (
    "AS_THEY_ARE", "DFE", "LOCAL", "NHS", "ONS", "SCHEMES", "Breakdown", "Cell", "Counts", "Disclosed", "Guard",
    "NotDecided", "Scheme", "Share", "Statement", "disclose",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Disclosed:
    """Figures as they may leave, the scheme they were guarded by, and whether anything was withheld."""

    scheme: Scheme
    single: Mapping[str, Cell]
    breakdowns: Mapping[str, Mapping[str, Cell]]
    shares: Mapping[str, Cell]
    withheld: int = 0


class NotDecided(Exception):
    """Figures were to be published as they are, and no decision to do so is recorded. The words say what to do."""


def disclose(
    statement: Statement,
    scheme: Scheme,
    *,
    published: bool = False,
    decided: bool = False,
    guard: Guard | None = None,
) -> Disclosed:
    """Return the figures as this scheme lets them leave.

    `published` is for figures that leave the board and its panel. `guard` is one of the scheme that knows already what
    is withheld of figures beside these. Raises NotDecided when they would be published with nothing withheld and no
    decision is recorded.
    """
    if not scheme.withholds:
        if published and not decided:
            raise NotDecided(
                "Figures that withhold nothing are published only by a recorded decision. "
                "Record it with its reasons, or choose a scheme that withholds small numbers"
            )
        breakdowns: dict[str, Mapping[str, Cell]] = {each.key: each.counts for each in statement.breakdowns}
        shares: dict[str, Cell] = {share.key: share.percent for share in statement.shares}
        return Disclosed(scheme, statement.single, breakdowns, shares)
    return _guarded(statement, scheme, guard or Guard(scheme))


def _guarded(statement: Statement, scheme: Scheme, guard: Guard) -> Disclosed:
    withheld = guard.withheld_from(statement)
    single: dict[str, Cell] = {
        key: _cell(count, scheme, withheld=key in withheld.single) for key, count in statement.single.items()
    }
    single |= dict.fromkeys(withheld.unsaid, scheme.shown_as_secondary)
    by_key = {each.key: each for each in statement.breakdowns}
    return Disclosed(
        scheme,
        single,
        {key: _shown(each, withheld, scheme) for key, each in by_key.items()},
        {share.key: _share(share, by_key[share.of], withheld, scheme) for share in statement.shares},
        withheld=sum(map(len, withheld.rows.values())) + len(withheld.single),
    )


def _cell(count: int, scheme: Scheme, *, withheld: bool) -> Cell:
    if withheld:
        return scheme.shown_as if scheme.is_small(count) else scheme.shown_as_secondary
    return _rounded(count, scheme)


def _rounded(count: int, scheme: Scheme) -> int:
    return (2 * count + scheme.rounded_to) // (2 * scheme.rounded_to) * scheme.rounded_to


def _shown(breakdown: Breakdown, withheld: Withheld, scheme: Scheme) -> dict[str, Cell]:
    if breakdown.key in withheld.whole:
        return dict.fromkeys(breakdown.counts, scheme.shown_as_secondary)
    hidden = withheld.rows[breakdown.key]
    return {row: _cell(count, scheme, withheld=row in hidden) for row, count in breakdown.counts.items()}


def _share(share: Share, breakdown: Breakdown, withheld: Withheld, scheme: Scheme) -> Cell:
    """Return the percentage, unless it divides the withheld rows and so tells more about them than the total does."""
    hidden, total = withheld.rows[breakdown.key], breakdown.total
    part = sum(breakdown.counts[row] for row in share.rows)
    split = bool(hidden & set(share.rows)) and bool(hidden - set(share.rows))
    small = any(map(scheme.is_small, (total, part, total - part)))
    if split or small or breakdown.key in withheld.whole or breakdown.total_key in withheld.single:
        return scheme.shown_as_secondary
    if scheme.rounded_to == 1:
        return share.percent
    # An exact percentage of a rounded total would give the count back that was rounded.
    return percent(_rounded(part, scheme), _rounded(total, scheme))
