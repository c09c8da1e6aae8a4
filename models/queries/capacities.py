"""In which roles somebody acts on each board on a day: their own, and those lent by whoever they stand in for.

What is done on one case is asked of `models.deputies.lent_roles`; here is what belongs to a board or a panel and to no
case: its queue, its import, its return, its meetings. The same rules hold (ADR 48 and 55): nothing is seen by it that
the deputy's own appointments do not show, and a role nobody here names is not lent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.deputies import NEVER_LENT, standing_for
from models.deputyship import Deputyship
from models.panels.panel import panels_serving
from models.people import Person
from models.queries.access import BOARD_READERS, OF_CHILD_DEATHS, SEE_WHO_THE_CHILD_IS, Sight, places_of, sight_of
from models.queries.accounts import roles_held


@dataclass(frozen=True, slots=True)
class Capacities:
    """In which roles a person acts: on boards their own and those lent with whose each is, by id; and all they hold."""

    person_id: int
    own: Mapping[int, frozenset[str]]
    held: frozenset[str]
    """The roles held anywhere, on a single case and as an administrator as well."""
    lent: Mapping[int, Mapping[str, int]] = field(default_factory=dict)

    @property
    def anywhere(self) -> frozenset[str]:
        """The roles in which they act somewhere, own or lent."""
        return self.held.union(*self.lent.values())

    def roles(self, board_id: int) -> frozenset[str]:
        """Return the roles in which they act on a board, own or lent."""
        return self.own.get(board_id, frozenset()) | set(self.lent.get(board_id, ()))

    def boards(self, roles: Collection[str]) -> frozenset[int]:
        """Return the boards on which they act in one of these roles."""
        return frozenset(each for each in {*self.own, *self.lent} if not self.roles(each).isdisjoint(roles))

    def boards_knowing_who(self, roles: Collection[str]) -> frozenset[int]:
        """Return those of these boards on which a role of their own shows them who a child is; that is not lent."""
        knowing = {board_id for board_id, own in self.own.items() if not own.isdisjoint(SEE_WHO_THE_CHILD_IS)}
        return self.boards(roles) & knowing

    def whose(self, board_id: int, roles: Collection[str]) -> int | None:
        """Return for whom they do on a board what these roles may; nobody where a role of their own will do."""
        if not self.own.get(board_id, frozenset()).isdisjoint(roles):
            return None
        return next((absent for role, absent in self.lent.get(board_id, {}).items() if role in roles), None)

    def actor(self, board_id: int) -> Actor:
        """Return who acts on a board that is not yet a case."""
        return Actor(self.person_id, self.roles(board_id), lent=self.lent.get(board_id, {}))


def capacities_of(session: Session, person_id: int, on: date) -> Capacities:
    """Return in which roles a person acts on a day."""
    own = places_of(session, person_id, on).boards
    return Capacities(person_id, own, roles_held(session, person_id, on), _lent(session, person_id, own, on))


def named_on_board(session: Session, absent_id: int, board_id: int, role: str, on: date) -> int | None:
    """Return whom somebody named to stand in for them in a role on a board that day; nobody while that one is away.

    Whether the deputy may is not asked here.
    """
    boards = _covering(session, board_id, role)
    span = next((each for each in _spans_of(session, absent_id, on) if each.board_id in boards), None)
    if span is None or any(each.board_id in boards for each in _spans_of(session, span.deputy_id, on)):
        return None
    return span.deputy_id


def _lent(
    session: Session, person_id: int, own: Mapping[int, frozenset[str]], on: date
) -> Mapping[int, Mapping[str, int]]:
    absent = dict.fromkeys(span.absent_id for span in sorted(standing_for(session, person_id, on), key=_by_id))
    if not absent or not session.get_one(Person, person_id).active:
        return {}
    sight = sight_of(session, person_id, on)
    lent: dict[int, dict[str, int]] = {}
    for absent_id in absent:
        for board_id, roles in places_of(session, absent_id, on).boards.items():
            for role in sorted(roles - own.get(board_id, frozenset())):
                shown = _shown(sight, board_id, role)
                if shown and named_on_board(session, absent_id, board_id, role, on) == person_id:
                    lent.setdefault(board_id, {}).setdefault(role, absent_id)
    return lent


def _by_id(span: Deputyship) -> int:
    return span.id


def _spans_of(session: Session, absent_id: int, on: date) -> list[Deputyship]:
    """Return the spans in which somebody is away from boards that day, the most particular first."""
    spans = select(Deputyship).where(
        Deputyship.absent_id == absent_id, Deputyship.stands_on(on), Deputyship.case_id.is_(None)
    )
    return list(session.scalars(spans.order_by(Deputyship.board_id.is_(None), Deputyship.id)))


def _covering(session: Session, board_id: int, role: str) -> frozenset[int | None]:
    """Return the boards a span may be for that lends a role on a board; none is for everything."""
    panels = panels_serving(session, board_id) if role in OF_CHILD_DEATHS else frozenset()
    return frozenset({None, board_id, *panels})


def _shown(sight: Sight, board_id: int, role: str) -> bool:
    """Return whether a role may be lent on a board: it reads its cases, all of which the deputy's own roles show."""
    read = [sight.boards[workflow_key] for workflow_key, readers in BOARD_READERS.items() if role in readers]
    return role not in NEVER_LENT and bool(read) and all(board_id in boards for boards in read)
