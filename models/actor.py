"""Who acts on a case."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the person, unless it is the system; the roles they hold on the case now; for whom, if for another."""

    person_id: int | None
    roles: frozenset[str]
    on_behalf_of: int | None = None
