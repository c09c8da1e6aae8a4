"""Why a date is what it is: each step of the reckoning, as data and as sentences.

The page, the letter, the export and the API show the same explanation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from workflows.calendar import Calendar, NamedDay
from workflows.clocks import Deadline, Occasion, due, overdue_by
from workflows.codes import DELAY_REASONS, HOLD_KINDS, words_of
from workflows.dates import PartialDate, Period, day_in_words
from workflows.definition import Clock, YearEnd
from workflows.history import Event
from workflows.holds import Hold
from workflows.standing import Standing

PartKind = Literal["start", "rule", "replaces", "not_counted", "due", "hint", "hold", "delay", "outcome", "caution"]


@dataclass(frozen=True, slots=True)
class Part:
    """One step of the reckoning: what it is, a sentence, and the day it is about, if any."""

    kind: PartKind
    words: str
    on: PartialDate | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one deadline is due when it is. `not_counted` are the days the limit passed over, each with its name."""

    title: str
    about: str
    parts: tuple[Part, ...]
    rule: str
    source: str
    confirmed: bool
    provisional: bool
    not_counted: tuple[NamedDay, ...] = ()

    def sentences(self) -> tuple[str, ...]:
        return tuple(f"{part.words}." for part in self.parts)

    def as_data(self) -> dict[str, object]:
        """Return the explanation as JSON values, as exports and the API give it."""
        return {
            "title": self.title,
            "about": self.about,
            "rule": self.rule,
            "source": self.source,
            "confirmed": self.confirmed,
            "provisional": self.provisional,
            "not_counted": [{"day": each.day.isoformat(), "why": each.name} for each in self.not_counted],
            "parts": [
                {"kind": part.kind, "words": part.words, "on": part.on.iso() if part.on else None}
                for part in self.parts
            ],
        }


def explain(deadline: Deadline, standing: Standing) -> Explanation:
    """Return the reckoning of a deadline of this standing, from the event it starts from to what became of it."""
    calendar, clock = standing.facts.calendar, deadline.clock
    skipped = _not_counted(deadline, calendar)
    return Explanation(
        title=clock.title,
        about=deadline.about,
        parts=tuple(_parts(deadline, standing, skipped)),
        rule=clock.source.rule,
        source=clock.source.text,
        confirmed=clock.source.confirmed and standing.procedure.confirmed,
        provisional=_is_provisional(deadline, calendar),
        not_counted=skipped,
    )


def _parts(deadline: Deadline, standing: Standing, skipped: tuple[NamedDay, ...]) -> Iterator[Part]:
    if deadline.start is None or deadline.due_first is None or deadline.due_last is None:
        yield Part("start", "Nothing has started this yet")
        yield _rule(deadline.clock)
        return
    yield _start(deadline, standing)
    yield from (_replaced(occasion, deadline.clock, standing) for occasion in deadline.replaced[-1:])
    yield _rule(deadline.clock)
    yield from _skipped(skipped)
    yield _due(deadline, deadline.due_first, deadline.due_last)
    yield from _hint(deadline, deadline.due_last, standing.facts.calendar)
    yield from (_hold(hold) for hold in _overlapping(deadline, standing))
    yield from _delay(deadline)
    yield from _outcome(deadline, deadline.due_last, standing)
    yield from _cautions(deadline, standing)


def _start(deadline: Deadline, standing: Standing) -> Part:
    start = deadline.start
    assert start is not None
    if deadline.started is None:
        latest = ", the last day possible" if standing.facts.new_arrangements_start is None else ""
        begin = "begin" if start.first > standing.today else "began"
        return Part("start", f"The area’s new arrangements {begin} on {start.words()}{latest}", start)
    step = standing.procedure.step(deadline.started.step)
    asked = _question_of(deadline.clock, deadline.started)
    question = step.question(asked) if asked else None
    if question is None:
        return Part("start", f"{step.done}, {_on(start)}", start)
    return Part("start", f"{question.label}: {start.words()} (told with “{step.done}”)", start)


def _question_of(clock: Clock, event: Event) -> str | None:
    return next((on.question for on in clock.starts if on.step == event.step), None)


def _replaced(occasion: Occasion, clock: Clock, standing: Standing) -> Part:
    was = due(clock, occasion.start.last, standing.facts.calendar)
    verb = "Before, it was due by" if occasion.met_on is None else "The one before was due by"
    met = f" and was met on {occasion.met_on.words()}" if occasion.met_on else ""
    return Part("replaces", f"{verb} {day_in_words(was)}{met}", PartialDate.on(was))


def _rule(clock: Clock) -> Part:
    source = clock.source.text[0].lower() + clock.source.text[1:] if clock.runs is None else clock.source.text
    if clock.runs is None:
        return Part("rule", f"The day asked for is the limit ({source})")
    if isinstance(clock.runs, YearEnd):
        return Part("rule", f"The limit is {clock.runs.words()} ({source})")
    if clock.not_before:
        return Part("rule", f"It lasts at least {clock.runs.words()} ({source})")
    way = "before that day" if clock.backwards else "from then"
    return Part("rule", f"The limit is {clock.runs.words()} {way} ({source})")


def _skipped(skipped: tuple[NamedDay, ...]) -> Iterator[Part]:
    if not skipped:
        return
    named = [each for each in skipped if each.name not in ("Saturday", "Sunday")]
    weekend = len(skipped) - len(named)
    counted = [f"{_days(weekend)} of weekends"] if weekend else []
    counted += [f"{each.name}, {day_in_words(each.day)}" for each in named]
    yield Part("not_counted", f"Not counted: {'; '.join(counted)}")


def _not_counted(deadline: Deadline, calendar: Calendar) -> tuple[NamedDay, ...]:
    runs = deadline.clock.runs
    counts_working_days = isinstance(runs, Period) and runs.unit == "working_days"
    if not counts_working_days or deadline.start is None or deadline.due_last is None:
        return ()
    return calendar.skipped(deadline.start.last, deadline.due_last)


def _due(deadline: Deadline, first: date, last: date) -> Part:
    if deadline.clock.not_before:
        return Part("due", f"So it may end on {day_in_words(last)}, and not before", PartialDate.on(last))
    if first == last:
        return Part("due", f"So the last day is {day_in_words(last)}", PartialDate.on(last))
    return Part(
        "due",
        f"Only the month it started in is known, so the last day lies between {day_in_words(first)} and "
        f"{day_in_words(last)}. It counts as late only after {day_in_words(last)}",
        PartialDate.on(last),
    )


def _hint(deadline: Deadline, last: date, calendar: Calendar) -> Iterator[Part]:
    """A limit in months is not extended when it ends on a day nobody works (DOMAIN 9)."""
    ahead = deadline.is_live and not deadline.is_late and not deadline.clock.not_before
    if ahead and not calendar.is_working_day(last):
        working = calendar.last_working_day(last)
        yield Part(
            "hint", f"That is not a working day: {calendar.name_of(last)}. Plan for {day_in_words(working)}",
            PartialDate.on(working),
        )  # fmt: skip


def _overlapping(deadline: Deadline, standing: Standing) -> list[Hold]:
    """Return the holds active at any time between the start and what became of the deadline."""
    if deadline.clock.per == "hold" or deadline.start is None:
        return []
    end = (deadline.met_on or deadline.voided_on or PartialDate.on(standing.today)).last
    first = min(deadline.start.first, deadline.due_first or deadline.start.first)
    if end < first:
        return []
    return [
        hold
        for hold in standing.all_holds
        if hold.authorised.happened_on.first <= end
        and (hold.released is None or hold.released.happened_on.last >= first)
    ]


def _hold(hold: Hold) -> Part:
    kind = words_of(HOLD_KINDS, hold.kind)
    since = hold.authorised.happened_on
    until = f"to {hold.released.happened_on.words()}" if hold.released else "and still active"
    return Part(
        "hold", f"On hold for part of this time: {kind}, from {since.words()} {until}. A hold moves no date", since
    )


def _delay(deadline: Deadline) -> Iterator[Part]:
    if deadline.explained_by is None or deadline.status == "met":
        return
    reasons = ", ".join(words_of(DELAY_REASONS, reason).lower() for reason in deadline.explained_by.answers["reasons"])
    on = deadline.explained_by.happened_on
    yield Part("delay", f"The delay was explained, {_on(on)}: {reasons}", on)


def _outcome(deadline: Deadline, last: date, standing: Standing) -> Iterator[Part]:
    late = overdue_by(deadline, standing.today).days
    if deadline.met_on is not None and deadline.met_by is not None:
        done = standing.procedure.step(deadline.met_by.step).done
        when = (
            f"{'' if deadline.met_on.exact else 'at least '}{_days(late)} late"
            if deadline.status == "met_late"
            else "in time"
        )
        when = "perhaps in time: the days known do not decide" if deadline.uncertain else when
        yield Part("outcome", f"{done}, {_on(deadline.met_on)}: {when}", deadline.met_on)
    elif deadline.status == "void" and deadline.voided_on is not None:
        was = (
            f", {_days((deadline.voided_on.last - last).days)} after it was due"
            if deadline.voided_on.last > last
            else ""
        )
        why = _why_void(deadline, standing)
        yield Part("outcome", f"No longer due: {why}, {_on(deadline.voided_on)}{was}", deadline.voided_on)
    elif deadline.is_late:
        yield Part("outcome", f"Not done yet, {_days(late)} after the last day")


def _why_void(deadline: Deadline, standing: Standing) -> str:
    """Return what took away what was due: the step that the clock names, or the way the case went."""
    step = deadline.voided_by.step if deadline.voided_by else ""
    named = step in {on.step for on in deadline.clock.voided_by}
    return f"“{standing.procedure.step(step).done}”" if named else "the case ended or took another path"


def _cautions(deadline: Deadline, standing: Standing) -> Iterator[Part]:
    if not (deadline.clock.source.confirmed and standing.procedure.confirmed):
        yield Part("caution", "This rule has not been checked at its source. Confirm it before relying on the date")
    if _is_provisional(deadline, standing.facts.calendar):
        yield Part("caution", "Bank holidays that far ahead are not published yet, so this date is provisional")


def _is_provisional(deadline: Deadline, calendar: Calendar) -> bool:
    runs = deadline.clock.runs
    counts_working_days = isinstance(runs, Period) and runs.unit == "working_days"
    if not counts_working_days or deadline.start is None or deadline.due_last is None:
        return False
    return calendar.provisional(max(deadline.start.last, deadline.due_last))


def _days(number: int) -> str:
    return f"{number} {'day' if number == 1 else 'days'}"


def _on(day: PartialDate) -> str:
    return f"in {day.words()}" if day.precision == "month" else f"on {day.words()}"
