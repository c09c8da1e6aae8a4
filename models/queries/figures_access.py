"""Whose figures of child deaths a person may see, and whether as true counts or guarded.

The board's own officers and those who review its deaths see true counts, since they see or answer for the cases. A
board's other members see what a scheme for small numbers leaves. A panel's appointments show the figures of the panel
and of each board it serves; a board's show its own. Deaths in which somebody declared an interest are left out of what
they see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from models.agency import Board
from models.case import Case
from models.figures.counts import CountedDeath, CountedReview
from models.figures.side_by_side import Family
from models.panels.panel import DeclaredInterest, PanelBoard, boards_served
from models.queries.access import places_of
from models.queries.capacities import capacities_of
from models.queries.child_death_figures import Year
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.roles import (
    AUDITOR,
    BOARD_CHAIR,
    BOARD_MEMBER,
    BUSINESS_MANAGER,
    CDOP_CHAIR,
    CDOP_COORDINATOR,
    DESIGNATED_DOCTOR,
    SAFEGUARDING_PARTNER,
    SUBGROUP_CHAIR,
)

SEE_TRUE_COUNTS = (
    CDOP_COORDINATOR, CDOP_CHAIR, DESIGNATED_DOCTOR, BUSINESS_MANAGER, BOARD_CHAIR, SAFEGUARDING_PARTNER, AUDITOR,
)  # fmt: skip
SEE_GUARDED = (BOARD_MEMBER, SUBGROUP_CHAIR)
READERS = (*SEE_TRUE_COUNTS, *SEE_GUARDED)

MAY_DECIDE = (BOARD_CHAIR, SAFEGUARDING_PARTNER, CDOP_CHAIR)
"""Who decides that small numbers are published."""
MAY_PUBLISH = (CDOP_COORDINATOR, CDOP_CHAIR, BUSINESS_MANAGER, BOARD_CHAIR, SAFEGUARDING_PARTNER)
"""Who makes the figures for publication, and enters the number of children."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A board whose figures somebody may see, in which roles, and what is withheld from them: deaths, and reviews.

    `lent` are the roles in which they act for somebody else. They show no more: only what is seen in a role of one's
    own can be published or decided on in them.
    """

    board: Board
    board_ids: frozenset[int]
    roles: frozenset[str]
    withheld: frozenset[int] = frozenset()
    withheld_reviews: frozenset[int] = frozenset()
    lent: Mapping[str, int] = field(default_factory=dict)

    @property
    def sees_true_counts(self) -> bool:
        return not self.roles.isdisjoint(SEE_TRUE_COUNTS)

    @property
    def may_publish(self) -> bool:
        """Whether they may make figures for publication; not with deaths left out, which would be other figures."""
        return not self.acting.isdisjoint(MAY_PUBLISH) and not self.withheld

    @property
    def may_decide(self) -> bool:
        return not self.acting.isdisjoint(MAY_DECIDE) and not self.withheld

    @property
    def acting(self) -> frozenset[str]:
        """The roles in which they act here, own and lent."""
        return self.roles | (set(self.lent) if self.sees_true_counts else set())


def boards_with_figures(session: Session, person_id: int, on: date) -> Sequence[Board]:
    """Return the boards and panels whose figures a person may see on a day, by name."""
    places = places_of(session, person_id, on).boards
    ids = [board_id for board_id, roles in places.items() if not roles.isdisjoint(READERS)]
    return session.scalars(select(Board).where(Board.id.in_(ids)).order_by(Board.name, Board.id)).all()


def scope_of(session: Session, person_id: int, board: Board, on: date) -> Scope | None:
    """Return what a person may see of a board's figures on a day; nothing where they may see none."""
    roles = places_of(session, person_id, on).boards.get(board.id, frozenset()) & frozenset(READERS)
    if not roles:
        return None
    board_ids = boards_served(session, [board.id])
    lent = capacities_of(session, person_id, on).lent.get(board.id, {})
    free = {role: whose for role, whose in lent.items() if not any(_withheld(session, whose, board_ids))}
    return Scope(board, board_ids, roles, *_withheld(session, person_id, board_ids), free)


def _withheld(session: Session, person_id: int, board_ids: frozenset[int]) -> tuple[frozenset[int], frozenset[int]]:
    """Return the deaths of these boards in which a person has declared an interest, and the reviews."""
    interests = (
        select(Case.id, Case.workflow_key)
        .join(DeclaredInterest, DeclaredInterest.case_id == Case.id)
        .where(DeclaredInterest.person_id == person_id, Case.board_id.in_(board_ids))
    )
    workflow_of = {row.id: row.workflow_key for row in session.execute(interests)}
    deaths = frozenset(case_id for case_id, key in workflow_of.items() if key == CHILD_DEATH_REVIEW)
    return deaths, frozenset(workflow_of) - deaths


def family_of(session: Session, board_id: int) -> Family:
    """Return the panels that a board or panel is linked to by the boards they serve, however far."""
    serves: dict[int, set[int]] = {}
    for panel_id, served in session.execute(select(PanelBoard.panel_id, PanelBoard.board_id)):
        serves.setdefault(panel_id, {panel_id}).add(served)
    areas = [frozenset(serves[panel_id]) for panel_id in sorted(serves)]
    linked = frozenset({board_id})
    while (further := linked.union(*(area for area in areas if area & linked))) != linked:
        linked = further
    return Family(tuple(area for area in areas if area <= linked))


def years_with_figures(session: Session, scope: Scope, today: date) -> list[Year]:
    """Return the years in which these boards had deaths notified or reviewed, and the present one, latest first."""
    found = {Year.of(today)}
    for table in (CountedDeath, CountedReview):
        first, last = session.execute(
            select(func.min(table.year), func.max(table.year)).where(table.board_id.in_(scope.board_ids))
        ).one()
        if first is not None:
            found |= {Year(begins) for begins in range(first, last + 1)}
    return sorted(found, key=lambda year: year.begins, reverse=True)


def has_withheld_conclusions(session: Session, scope: Scope, years: Sequence[Year]) -> bool:
    """Return whether a death withheld from the reader was reviewed in these years.

    What the panel concluded of it could then be worked out by comparison with figures published without it left out.
    """
    if not scope.withheld:
        return False
    reviewed = exists().where(
        CountedReview.case_id.in_(sorted(scope.withheld)), CountedReview.year.in_([year.begins for year in years])
    )
    return bool(session.scalar(select(reviewed)))
