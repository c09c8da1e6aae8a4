"""What a step or a correction would change, said before it is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from workflows.clocks import Deadline
from workflows.codes import HOLD_KINDS, words_of
from workflows.dates import day_in_words
from workflows.history import Event
from workflows.holds import Hold, name_in_words
from workflows.standing import Standing

What = Literal[
    "state", "edition", "starts", "moves", "met", "met_late", "unmet", "void", "explained", "gone", "held", "released"
]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changes: what kind of change, a sentence, and for a deadline which one and its last days."""

    what: What
    words: str
    clock_key: str | None = None
    about: str = ""
    due_before: date | None = None
    due_after: date | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be recorded, where the case stands without it and with it, and what that changes."""

    event: Event
    before: Standing
    after: Standing
    changes: tuple[Change, ...]


def consequences(before: Standing, after: Standing) -> tuple[Change, ...]:
    """Return everything that differs between two standings of a case: edition, state, holds, then deadlines."""
    return (*_edition(before, after), *_state(before, after), *_holds(before, after), *_deadlines(before, after))


def _edition(before: Standing, after: Standing) -> Iterator[Change]:
    if before.regime != after.regime:
        was, now = before.procedure.edition, after.procedure.edition
        yield Change("edition", f"The case falls under {now} instead of {was}")


def _state(before: Standing, after: Standing) -> Iterator[Change]:
    if before.state != after.state:
        was, now = before.procedure.state(before.state).words, after.procedure.state(after.state).words
        yield Change("state", f"The case stands at “{now}” instead of “{was}”")


def _holds(before: Standing, after: Standing) -> Iterator[Change]:
    was, now = {hold.name: hold for hold in before.holds}, {hold.name: hold for hold in after.holds}
    yield from (Change("held", f"On hold: {hold.words()}") for name, hold in now.items() if name not in was)
    yield from (Change("released", f"No longer on hold: {_kind(was[name])}") for name in was if name not in now)


def _kind(hold: Hold) -> str:
    return f"{words_of(HOLD_KINDS, hold.kind)}, since {hold.authorised.happened_on.words()}"


def _deadlines(before: Standing, after: Standing) -> Iterator[Change]:
    was, now = _by_name(before), _by_name(after)
    for name in dict.fromkeys((*now, *was)):
        yield from _deadline(was.get(name), now.get(name))


def _by_name(standing: Standing) -> Mapping[tuple[str, str], Deadline]:
    started = (deadline for deadline in standing.deadlines if deadline.due_last is not None)
    return {(deadline.key, deadline.about.casefold()): deadline for deadline in started}


def _deadline(was: Deadline | None, now: Deadline | None) -> Iterator[Change]:
    if now is None:
        assert was is not None
        yield _change("gone", "no longer due", was, None)
    elif was is None:
        yield _change("starts", _first_day(now), None, now)
        yield from _outcome(None, now)
    else:
        if (was.due_first, was.due_last) != (now.due_first, now.due_last):
            yield _change("moves", f"due by {_day(now)} instead of {_day(was)}", was, now)
        yield from _outcome(was, now)


def _first_day(deadline: Deadline) -> str:
    return f"not before {_day(deadline)}" if deadline.clock.not_before else f"due by {_day(deadline)}"


def _outcome(was: Deadline | None, now: Deadline) -> Iterator[Change]:
    """Yield what became of a deadline that had not before, or has no longer; met as before it may be late now."""
    met_before = was.met_on if was else None
    as_before = now.met_on == met_before and was is not None and was.status == now.status
    if now.met_on is not None and not as_before:
        late = "late" if now.status == "met_late" else "in time"
        yield _change("met_late" if late == "late" else "met", f"met {late}, {now.met_on.words()}", was, now)
    if now.met_on is None and met_before is not None:
        yield _change("unmet", f"not met any more, due by {_day(now)}", was, now)
    if now.voided_on and not (was and was.voided_on):
        yield _change("void", "no longer due", was, now)
    if now.explained_by and not (was and was.explained_by) and now.is_live:
        yield _change("explained", "if it is late, the delay is explained", was, now)


def _change(what: What, words: str, was: Deadline | None, now: Deadline | None) -> Change:
    deadline = now or was
    assert deadline is not None
    about = name_in_words(deadline.about) if deadline.clock.per == "hold" else deadline.about
    named = f"{deadline.clock.title} ({about})" if about else deadline.clock.title
    return Change(
        what, f"{named}: {words}", deadline.key, deadline.about,
        due_before=was.due_last if was else None, due_after=now.due_last if now else None,
    )  # fmt: skip


def _day(deadline: Deadline) -> str:
    assert deadline.due_last is not None
    return day_in_words(deadline.due_last)
