"""Who acts on a case."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the person, unless it is the system; the roles they may act in on the case now; and for whom.

    `lent` are those of the roles that are not their own, each with the person they stand in for in it.
    """

    person_id: int | None
    roles: frozenset[str]
    on_behalf_of: int | None = None
    lent: Mapping[str, int] = field(default_factory=dict)

    @property
    def own(self) -> frozenset[str]:
        """The roles that are not lent: those in which they see who a child is, for sight is never lent (ADR 0048)."""
        return self.roles - set(self.lent)

    def roles_for(self, by: Collection[str]) -> frozenset[str]:
        """Return the roles in which they do what these roles may: in their own where one will do."""
        return self.own if self.own & set(by) else self.roles

    def acts_for(self, role: str) -> int | None:
        """Return for whom they act when they act in this role; nobody when it is their own."""
        return self.on_behalf_of or self.lent.get(role)
