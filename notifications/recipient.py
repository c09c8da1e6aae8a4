"""One person a message is for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person a message is for, in which role, and whom they stand in for if it is another’s."""

    person_id: int
    role: str | None
    instead_of: int | None = None
