"""What a ladder is: its rungs, the day each falls on, to whom it goes, and what a board may change of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from workflows.calendar import Calendar
from workflows.dates import working_days

Side = Literal["before", "at", "after"]


@dataclass(frozen=True, slots=True)
class Offset:
    """How many working days a rung stands from the day something is due.

    The side is said, never read from a sign (P13).
    """

    side: Side
    working_days: int

    def __post_init__(self) -> None:
        if self.working_days < 0 or (self.side == "at") != (self.working_days == 0):
            raise ValueError("A rung stands before, at or after the day, and how far is not negative")

    def day(self, due_on: date, calendar: Calendar) -> date:
        """Return the day the rung falls on. Raises CalendarTooShort."""
        signed = -self.working_days if self.side == "before" else self.working_days
        return calendar.add_working_days(due_on, signed)

    def words(self) -> str:
        """Return '5 working days before', 'on the day', '1 working day after'."""
        return "on the day" if self.side == "at" else f"{working_days(self.working_days).words()} {self.side}"


def before(number: int) -> Offset:
    return Offset("before", number)


def after(number: int) -> Offset:
    return Offset("after", number)


ON_THE_DAY = Offset("at", 0)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a board has changed of a ladder, by rung: its working days, and who hears it from which day on."""

    days: Mapping[str, int] = field(default_factory=dict)
    hears: Mapping[str, Mapping[str, date]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rung:
    """One thing that is said: when, to which roles, and what a board may change of it.

    An `escalates` rung goes up to somebody: it is not said while what is late has been seen, and asks to be seen
    itself. `least` and `most` are the working days a board may choose between; none where it may not be moved.
    `may_hear` are the roles a board may choose among, the nearest first; those of `stays` it may not leave out.
    """

    key: str
    at: Offset
    to: tuple[str, ...]
    escalates: bool = False
    least: int = 0
    most: int = 0
    may_hear: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
    only_from: tuple[tuple[str, date], ...] = ()
    """Roles a board has chosen, each with the first day on which what falls is for it."""
    by_default: tuple[str, ...] = ()

    @property
    def ours(self) -> tuple[str, ...]:
        """The roles that hear it where a board has not chosen."""
        return self.by_default or self.to

    @property
    def can_be_moved(self) -> bool:
        return self.most > 0

    @property
    def has_a_choice(self) -> bool:
        """Whether a board may choose who hears it."""
        return len(self.may_hear) > 1

    def is_for(self, role: str, falls_on: date) -> bool:
        """Return whether a role hears it on a day: nobody hears what fell before they were chosen."""
        return role in self.to and dict(self.only_from).get(role, date.min) <= falls_on

    def changed(self, changes: Changes) -> Rung:
        """Return the rung as a board has it. A role it may not go to any more is left out, unless none is left."""
        chosen = changes.hears.get(self.key, {})
        to = tuple(role for role in self.may_hear if role in chosen)
        return replace(
            self,
            at=replace(self.at, working_days=changes.days.get(self.key, self.at.working_days)),
            to=to or self.to,
            by_default=self.ours,
            only_from=tuple((role, chosen[role]) for role in to),
        )

    @property
    def notice_key(self) -> str:
        """The notice whose wording says it."""
        if self.escalates:
            return REMINDER_ESCALATED
        return {"before": REMINDER_AHEAD, "at": REMINDER_DUE, "after": REMINDER_OVERDUE}[self.at.side]


REMINDER_AHEAD, REMINDER_DUE, REMINDER_OVERDUE = "reminder_ahead", "reminder_due", "reminder_overdue"
REMINDER_ESCALATED, REMINDER_MINIMUM_OVER = "reminder_escalated", "reminder_minimum_over"
REMINDER_NOTICES = (
    REMINDER_AHEAD, REMINDER_DUE, REMINDER_OVERDUE, REMINDER_ESCALATED, REMINDER_MINIMUM_OVER,
)  # fmt: skip
"""Every notice a reminder is sent under; `notifications.wording` has words for each."""


@dataclass(frozen=True, eq=False, slots=True)
class Ladder:
    """The rungs of one clock, in order; `chain` is how it goes up, the nearest first (DOMAIN 7).

    `statutory` says that the limit is the guidance's and not the board's own: its escalations cannot be put off.
    """

    rungs: tuple[Rung, ...]
    chain: tuple[str, ...]
    source: str
    office: str
    """Who hears what nobody else is there to hear."""
    statutory: bool = False
    minimum: bool = False
    """Whether the clock is a minimum that has to run, so that its day is when something becomes possible."""
    answer_within: int = 5
    """Working days an escalation may go unseen before it goes up once more. Local default."""

    def rung(self, key: str) -> Rung:
        """Return the rung of this key. Raises KeyError when there is none."""
        for rung in self.rungs:
            if rung.key == key:
                return rung
        raise KeyError(f"The ladder has no rung {key}")

    def above(self, role: str) -> str | None:
        """Return whom it goes up to from a role; nobody from the top."""
        if role not in self.chain:
            return self.chain[0] if self.chain else None
        higher = self.chain[self.chain.index(role) + 1 :]
        return higher[0] if higher else None

    def changed(self, changes: Changes) -> Ladder:
        """Return the ladder as a board has it."""
        if not changes.days and not changes.hears:
            return self
        return replace(self, rungs=tuple(rung.changed(changes) for rung in self.rungs))

    def height(self, roles: Iterable[str]) -> int:
        """Return how far up the chain the highest of some roles stands; -1 for those beneath it."""
        return max((self.chain.index(role) for role in roles if role in self.chain), default=-1)

    def notice_key(self, rung: Rung) -> str:
        return REMINDER_MINIMUM_OVER if self.minimum else rung.notice_key
