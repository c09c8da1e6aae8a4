"""How many reviews of some years found modifiable factors, by the groups the children belonged to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.queries.child_death_figures import BREAKDOWNS, Year, deaths_as_known, recorded_since

GROUPED_BY = ("sex", "age", "expected", "ethnicity")
JUDGED = ("modifiable", "no_modifiable")
"""What a panel finds that has enough information to judge (K7)."""


@dataclass(frozen=True, slots=True)
class Found:
    """How many deaths of a group had modifiable factors, and how many had none."""

    modifiable: int
    no_modifiable: int

    @property
    def judged(self) -> int:
        return self.modifiable + self.no_modifiable

    def __add__(self, other: Found) -> Found:
        return Found(self.modifiable + other.modifiable, self.no_modifiable + other.no_modifiable)


ByGroup = Mapping[str, Mapping[str, Found]]


def judged_by_group(
    session: Session,
    board_ids: Collection[int],
    years: Sequence[Year],
    *,
    known_at: datetime | None = None,
    leaving_out: Collection[int] = (),
) -> ByGroup:
    """Return what the reviews of these years together found, by each grouping and group, by what was known then."""
    connection, boards, begins = session.connection(), sorted(board_ids), [year.begins for year in years]
    changed = recorded_since(connection, boards, known_at) if known_at else {}
    told: dict[str, Any] = {"boards": boards, "years": begins, "not_stored": sorted({*changed, *leaving_out})}
    counted: Counter[tuple[str, ...]] = Counter()
    for *values, number in connection.exec_driver_sql(_JUDGED, told):
        counted[tuple(map(str, values))] += number
    if known_at:
        known_already = [key for key, known_of in changed.items() if known_of and key not in set(leaving_out)]
        for death in deaths_as_known(connection, known_already, known_at):
            for review in death.reviews:
                if review.counts and review.year in begins and review.preventability in JUDGED:
                    counted[tuple(str(getattr(review, each)) for each in (*GROUPED_BY, "preventability"))] += 1
    return {column: {row: _found(counted, place, row) for row in BREAKDOWNS[column][1]}
            for place, column in enumerate(GROUPED_BY)}  # fmt: skip


def _found(counted: Counter[tuple[str, ...]], place: int, row: str) -> Found:
    return Found(
        *(
            sum(number for values, number in counted.items() if values[place] == row and values[-1] == judged)
            for judged in JUDGED
        )
    )


_JUDGED = f"""
SELECT {", ".join(GROUPED_BY)}, preventability, count(*)
FROM counted_review
WHERE counts AND board_id = ANY(%(boards)s) AND year = ANY(%(years)s) AND case_id <> ALL(%(not_stored)s)
AND preventability IN ('modifiable', 'no_modifiable')
GROUP BY {", ".join(GROUPED_BY)}, preventability
"""  # noqa: S608 - the names of our own columns
