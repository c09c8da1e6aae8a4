"""Holds: what each covers, which are active, and how much time was spent under them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from workflows.codes import HOLD_KINDS, in_a_sentence, plainly, words_of
from workflows.dates import PartialDate
from workflows.history import Event


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold: its kind, what it covers, who asked, when it must be looked at again, and how it ended.

    A hold never stops a statutory clock (DOMAIN 6.3).
    """

    kind: str
    scopes: frozenset[str]
    authorised: Event
    reviewed: Event | None = None
    released: Event | None = None

    @property
    def name(self) -> str:
        """The kind and the day it was authorised, as steps name a hold where two of one kind are active."""
        return _name(self.authorised)

    @property
    def earlier_names(self) -> tuple[str, ...]:
        """What it was called before its kind or its day was corrected, as steps recorded then name it still."""
        return tuple(map(_name, self.authorised.earlier))

    @property
    def review_on(self) -> PartialDate | None:
        return (self.reviewed or self.authorised).date("review_on")

    def is_named(self, name: str) -> bool:
        """Return whether this is the hold meant, by its kind or by kind and day, in capitals or not."""
        return plainly(name) in (plainly(self.kind), plainly(self.name))

    def words(self) -> str:
        """Return the kind, since when, until what, and when it must be looked at, as part of a sentence."""
        parts = [f"{words_of(HOLD_KINDS, self.kind)}, since {self.authorised.happened_on.words()}"]
        if ends_with := self.authorised.answers.get("ends_with"):
            parts.append(f"until {in_a_sentence(str(ends_with).replace('_', ' '))}")
        if self.review_on:
            parts.append(f"to be looked at by {self.review_on.words()}")
        return ", ".join(parts)


def _name(authorised: Event) -> str:
    return f"{authorised.answers['kind']} {authorised.happened_on.iso()}"


def name_in_words(name: str) -> str:
    """Return 'Inquest, since 3 March 2014' for the name of a hold, and its kind alone where no day is named."""
    kind, _, since = name.partition(" ")
    words = words_of(HOLD_KINDS, kind)
    return f"{words}, since {PartialDate.parse(since).words()}" if since else words


def active(holds: Iterable[Hold]) -> tuple[Hold, ...]:
    return tuple(hold for hold in holds if hold.released is None)


def named(name: str, holds: Iterable[Hold]) -> tuple[Hold, ...]:
    """Return the active holds that this name can mean: none, one, or several of one kind.

    A name that none has now means the one that had it before a correction.
    """
    here = active(holds)
    called_so = tuple(hold for hold in here if hold.is_named(name))
    return called_so or tuple(hold for hold in here if plainly(name) in map(plainly, hold.earlier_names))


def after_event(holds: tuple[Hold, ...], event: Event, what: str) -> tuple[Hold, ...]:
    """Return the holds as they are after a step that authorises, reviews or releases one."""
    if what == "authorises":
        scopes = frozenset(event.answers.get("scope", ()))
        return (*holds, Hold(event.answers["kind"], scopes, authorised=event))
    meant = named(str(event.answers.get("hold", "")), holds)
    if not meant:
        return holds
    changed = replace(meant[0], released=event) if what == "releases" else replace(meant[0], reviewed=event)
    return tuple(changed if hold is meant[0] else hold for hold in holds)


def days_under_hold(holds: Iterable[Hold], start: date, end: date) -> int:
    """Return the days from `start` up to `end` during which any hold was active; overlapping holds count once.

    The day a hold is authorised counts and the day it is released does not, as in an age in days. A hold known only
    to the month is taken from the last day of it.
    """
    spans = sorted(
        (
            max(hold.authorised.happened_on.last, start),
            min(hold.released.happened_on.last if hold.released else end, end),
        )
        for hold in holds
    )
    return sum((last - first).days for first, last in _union(spans))


def _union(spans: Sequence[tuple[date, date]]) -> Iterable[tuple[date, date]]:
    reached = date.min
    for first, last in spans:
        first = max(first, reached)
        if last > first:
            yield first, last
            reached = last


@dataclass(frozen=True, slots=True)
class TimeTaken:
    """Days a case has taken, those under hold, and the rest. Reported side by side, never one instead of another."""

    start: date
    end: date
    elapsed: int
    under_hold: int

    @property
    def net(self) -> int:
        return self.elapsed - self.under_hold


def time_taken(holds: Iterable[Hold], start: date, end: date) -> TimeTaken:
    """Return the days from `start` to `end`, with and without those under hold (K16)."""
    return TimeTaken(start, end, (end - start) // timedelta(days=1), days_under_hold(holds, start, end))
