"""Deadlines: what each clock of a procedure amounts to for a history, and on a day.

The rules are in the declarations; here is only how they are read. The latest start governs a deadline: a re-planned
date supersedes the one before it. A due date is always computed, never moved. `Deadline` explains itself through
`workflows.explanation`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Literal

from workflows.calendar import Calendar, CalendarTooShort
from workflows.dates import PartialDate
from workflows.definition import Clock, On, Procedure, YearEnd
from workflows.facts import Facts
from workflows.history import Event
from workflows.regimes import LATEST_NEW_ARRANGEMENTS

Status = Literal["waiting", "running", "due_soon", "overdue", "late_explained", "met", "met_late", "not_before", "void"]
UNMET: frozenset[Status] = frozenset({"running", "due_soon", "overdue", "late_explained", "not_before"})
LATE: frozenset[Status] = frozenset({"overdue", "late_explained"})

Subject = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deadline:
    """One occurrence of a clock, as it is on a day.

    `due_first` and `due_last` are the same day unless the start is known only to the month. `started` is the event
    that started it, None for a clock that the area's new arrangements start. `explained_by` is the recorded delay;
    `voided_by` is what took away what was due, which may be a step that ended the case.
    """

    clock: Clock
    status: Status
    subject: Subject = ()
    start: PartialDate | None = None
    due_first: date | None = None
    due_last: date | None = None
    due_soon_on: date | None = None
    started: Event | None = None
    met_on: PartialDate | None = None
    met_by: Event | None = None
    uncertain: bool = False
    voided_on: PartialDate | None = None
    voided_by: Event | None = None
    explained_by: Event | None = None
    replaced: tuple["Occasion", ...] = ()

    @property
    def key(self) -> str:
        return self.clock.key

    @property
    def about(self) -> str:
        """What tells this deadline apart from others of its clock: an agency, or a hold. Often nothing."""
        return ", ".join(self.subject)

    @property
    def is_late(self) -> bool:
        return self.status in LATE

    @property
    def is_live(self) -> bool:
        return self.status in UNMET


@dataclass(slots=True)
class Occasion:
    """A start of a clock and what became of it, while a history is read.

    One that was `voided_alone`, and not with all others of its clock, can still be met.
    """

    start: PartialDate
    started: Event | None
    order: int
    met_on: PartialDate | None = None
    met_by: Event | None = None
    voided: Event | None = None
    voided_alone: bool = False
    explained_by: Event | None = None


@dataclass(frozen=True, slots=True)
class _Watch:
    """What one step does to one clock."""

    clock: Clock
    on: On | None
    does: Literal["meets", "voids", "starts", "explains"]


DELAY_STEP = "record_delay"


@cache
def _watches(procedure: Procedure) -> Mapping[str, tuple[_Watch, ...]]:
    """Return for each step what it does to the clocks, in the order it does it.

    Meeting comes before starting, so that looking at a hold again meets the old date and sets the next; a clock of
    `same_step` is met after it starts.
    """
    found: dict[str, list[_Watch]] = {}
    for clock in procedure.clocks:
        meets = [(on.step, _Watch(clock, on, "meets")) for on in clock.met_by]
        voids = [(on.step, _Watch(clock, on, "voids")) for on in clock.voided_by]
        starts = [(on.step, _Watch(clock, on, "starts")) for on in clock.starts]
        explains = [(DELAY_STEP, _Watch(clock, None, "explains"))] if clock.explained_by_delay else []
        for step, watch in voids + starts + meets + explains if clock.same_step else meets + voids + starts + explains:
            found.setdefault(step, []).append(watch)
    return {step: tuple(watches) for step, watches in found.items()}


@dataclass(slots=True)
class Reading:
    """The clocks of a procedure as a history is read, one event after another."""

    procedure: Procedure
    occasions: dict[str, dict[Subject, Occasion]] = field(default_factory=dict)
    replaced: dict[tuple[str, Subject], list[Occasion]] = field(default_factory=dict)
    met_early: dict[str, tuple[PartialDate, Event]] = field(default_factory=dict)
    latest: dict[str, dict[tuple[str, str | None], PartialDate]] = field(default_factory=dict)

    def read(self, event: Event, hold: str) -> None:
        """Take one event into account. `hold` is the name of the hold it authorises, reviews or releases, if any."""
        for watch in _watches(self.procedure).get(event.step, ()):
            if watch.on is None:
                self._explain(watch.clock, event)
            elif all(event.answers.get(question) in answers for question, answers in watch.on.where.items()):
                day = event.date(watch.on.question)
                if watch.does == "voids":
                    self._void(watch.clock, watch.on, event)
                elif day is not None:
                    self._start_or_meet(watch.clock, watch.on, watch.does == "starts", day, event, hold)

    def _explain(self, clock: Clock, event: Event) -> None:
        for occasion in self.occasions.get(clock.key, {}).values():
            occasion.explained_by = event

    def _void(self, clock: Clock, on: On, event: Event) -> None:
        self.met_early.pop(clock.key, None)
        told = _subjects(on, event) if on.each else ((),)
        for started, occasion in self.occasions.get(clock.key, {}).items():
            if occasion.met_on is None and any(_is_same(subject, started) for subject in told):
                occasion.voided, occasion.voided_alone = event, bool(on.each)

    def _start_or_meet(self, clock: Clock, on: On, starts: bool, day: PartialDate, event: Event, hold: str) -> None:
        subjects = (((hold,),) if clock.per == "hold" else _subjects(on, event)) if clock.per else ((),)
        for subject in subjects:
            if starts:
                self._start(clock, on, subject, day, event)
            else:
                self._meet(clock, subject, day, event)

    def _start(self, clock: Clock, on: On, subject: Subject, day: PartialDate, event: Event) -> None:
        running = self.occasions.setdefault(clock.key, {})
        before = running.get(subject)
        moves_only = clock.from_latest and on is not clock.starts[0]
        if clock.from_latest:
            dates = self.latest.setdefault(clock.key, {})
            dates[on.step, on.question] = day
            day = max(dates.values(), key=lambda each: each.last)
        if moves_only and before is None:
            return
        occasion = Occasion(day, event, before.order if before else len(running))
        if moves_only and before is not None:
            occasion.met_on, occasion.met_by = before.met_on, before.met_by
        if before is not None:
            self.replaced.setdefault((clock.key, subject), []).append(before)
        if clock.backwards and clock.key in self.met_early:
            occasion.met_on, occasion.met_by = self.met_early[clock.key]
        running[subject] = occasion

    def _meet(self, clock: Clock, subject: Subject, day: PartialDate, event: Event) -> None:
        if clock.backwards:
            self.met_early.setdefault(clock.key, (day, event))
        of_this = [each for started, each in self.occasions.get(clock.key, {}).items() if _is_same(subject, started)]
        due = [each for each in of_this if each.met_on is None and (each.voided is None or each.voided_alone)]
        for occasion in sorted(due, key=lambda each: each.voided_alone)[:1]:
            occasion.met_on, occasion.met_by = day, event


def _subjects(on: On, event: Event) -> tuple[Subject, ...]:
    """Return what this event is about: one subject, or one for each of a list of agencies."""
    answers = [event.answers.get(question) for question in on.each]
    if len(answers) == 1 and isinstance(answers[0], list):
        return tuple((each,) for each in answers[0])
    return (tuple("" if answer is None else str(answer) for answer in answers),)


def _is_same(told: Subject, started: Subject) -> bool:
    """Return whether a return is about this request; what it leaves unsaid matches anything."""
    return all(not said or said.casefold() == asked.casefold() for said, asked in zip(told, started, strict=False))


@dataclass(frozen=True, slots=True)
class Where:
    """Where a case stands, as far as deadlines need to know: what can still be reached, and when it ended."""

    state: str
    moves: Sequence[tuple[Event, str]]
    ended_on: PartialDate | None


def deadlines(reading: Reading, where: Where, facts: Facts, today: date) -> tuple[Deadline, ...]:
    """Return every deadline of the procedure on this day, in the order declared, then in the order started."""
    found: list[Deadline] = []
    for clock in reading.procedure.clocks:
        occasions = _occasions(clock, reading, where, facts)
        if not occasions:
            if not clock.per:
                found.append(Deadline(clock, "waiting"))
            continue
        for subject, occasion in sorted(occasions.items(), key=lambda each: each[1].order):
            replaced = tuple(reading.replaced.get((clock.key, subject), ()))
            found.append(_deadline(clock, subject, occasion, replaced, where, reading.procedure, facts, today))
    return tuple(found)


def _occasions(clock: Clock, reading: Reading, where: Where, facts: Facts) -> Mapping[Subject, Occasion]:
    if clock.unless is not None and clock.unless(facts):
        return {}
    if clock.from_area:
        occasion = _area_occasion(clock, where, facts)
        return {(): occasion} if occasion else {}
    return reading.occasions.get(clock.key, {})


def _area_occasion(clock: Clock, where: Where, facts: Facts) -> Occasion | None:
    """Return the occasion that the area's new arrangements start, for a case not finished by then (X-3, X-4).

    Where the area's own day is not recorded, the last day on which it could be is taken (X-2).
    """
    start = PartialDate.on(facts.new_arrangements_start or LATEST_NEW_ARRANGEMENTS)
    met = next(
        ((day, event) for on in clock.met_by for event in facts.each(on.step) if (day := event.date(on.question))), None
    )
    finished_before = (met and met[0].last < start.first) or (where.ended_on and where.ended_on.last < start.first)
    if finished_before:
        return None
    occasion = Occasion(start, None, 0)
    if met:
        occasion.met_on, occasion.met_by = met
    delays = (event for event in facts.each(DELAY_STEP) if event.happened_on.last >= start.first)
    occasion.explained_by = next(delays, None)
    return occasion


def _deadline(
    clock: Clock,
    subject: Subject,
    occasion: Occasion,
    replaced: tuple[Occasion, ...],
    where: Where,
    procedure: Procedure,
    facts: Facts,
    today: date,
) -> Deadline:
    due_first = due(clock, occasion.start.first, facts.calendar)
    due_last = due_first if occasion.start.exact else due(clock, occasion.start.last, facts.calendar)
    due_soon_on = facts.calendar.due(due_first, clock.lead, backwards=True)
    voided = _voided(clock, occasion, where, procedure)
    return Deadline(
        clock=clock,
        status=_status(clock, occasion, voided is not None, due_last, due_soon_on, today),
        subject=subject,
        start=occasion.start,
        due_first=due_first,
        due_last=due_last,
        due_soon_on=due_soon_on,
        started=occasion.started,
        met_on=occasion.met_on,
        met_by=occasion.met_by,
        uncertain=_is_uncertain(occasion.met_on, due_first, due_last),
        voided_on=voided.happened_on if voided else None,
        voided_by=voided,
        explained_by=occasion.explained_by,
        replaced=replaced,
    )


def due(clock: Clock, start: date, calendar: Calendar) -> date:
    """Return the last day on which a limit of this clock that starts on `start` can be met (DOMAIN 9).

    For a clock that runs backwards `start` is the planned day, and the answer is the last day before it; for a
    "not before" clock it is the first day on which the minimum has run.
    """
    if clock.runs is None:
        return start
    if isinstance(clock.runs, YearEnd):
        same_year = date(start.year, clock.runs.month, clock.runs.day)
        return same_year if same_year >= start else same_year.replace(year=start.year + 1)
    return calendar.due(start, clock.runs, backwards=clock.backwards)


def beyond_reckoning(procedure: Procedure, event: Event, calendar: Calendar) -> tuple[str, ...]:
    """Return the questions answered with a day too far away for a clock to be reckoned from it (P23)."""
    started = (watch for watch in _watches(procedure).get(event.step, ()) if watch.does == "starts" and watch.on)
    asked = ((watch.clock, watch.on.question) for watch in started if watch.on and watch.on.question)
    return tuple(dict.fromkeys(key for clock, key in asked if not _can_be_reckoned(clock, event.date(key), calendar)))


def _can_be_reckoned(clock: Clock, start: PartialDate | None, calendar: Calendar) -> bool:
    if start is None:
        return True
    try:
        due_first, due_last = (due(clock, day, calendar) for day in (start.first, start.last))
        calendar.due(due_first, clock.lead, backwards=True)
        calendar.last_working_day(due_last)
    except CalendarTooShort:
        return False
    return True


def _status(clock: Clock, occasion: Occasion, is_void: bool, due_last: date, due_soon_on: date, today: date) -> Status:
    if occasion.met_on is not None:
        return "met_late" if occasion.met_on.first > due_last and not clock.not_before else "met"
    if is_void:
        return "void"
    if today < occasion.start.first and occasion.started is None:
        return "waiting"
    if clock.not_before:
        return "met" if today >= due_last else "not_before"
    if today > due_last:
        return "late_explained" if occasion.explained_by else "overdue"
    return "due_soon" if today >= due_soon_on else "running"


def _is_uncertain(met_on: PartialDate | None, due_first: date, due_last: date) -> bool:
    """Return whether some readings of the days would be in time and others late (WORKFLOWS 5)."""
    return met_on is not None and met_on.first <= due_last and met_on.last > due_first


def _voided(clock: Clock, occasion: Occasion, where: Where, procedure: Procedure) -> Event | None:
    """Return the event that took away what was due: a later decision, the end of the case, or another path."""
    if occasion.met_on is not None:
        return None
    if occasion.voided is not None:
        return occasion.voided
    out_of_reach: Event | None = None
    for event, state in reversed(where.moves):
        if any(on.step in _within_reach(procedure)[state] for on in clock.met_by):
            break
        out_of_reach = event
    return out_of_reach


@cache
def _within_reach(procedure: Procedure) -> Mapping[str, frozenset[str]]:
    """Return for each state the steps that can be taken from it or from any state it can lead to.

    From a state in which the case has ended only its own steps count: a case is not expected to be reopened.
    """
    own = {state.key: {step.key for step in procedure.steps if state.key in step.before} for state in procedure.states}
    ways = {
        state.key: {step.after for step in procedure.steps if step.after and state.key in step.before}
        for state in procedure.states
    }
    return {
        state.key: frozenset(own[state.key] if state.ended else _reached(state.key, own, ways))
        for state in procedure.states
    }


def _reached(state: str, own: Mapping[str, set[str]], ways: Mapping[str, set[str]]) -> set[str]:
    seen, waiting, steps = {state}, [state], set()
    while waiting:
        here = waiting.pop()
        steps |= own[here]
        new = ways[here] - seen
        seen |= new
        waiting.extend(new)
    return steps


def overdue_by(deadline: Deadline, today: date) -> timedelta:
    """Return how long past its last possible day a deadline is or was met; zero when it is not late."""
    if deadline.due_last is None:
        return timedelta(0)
    until = deadline.met_on.first if deadline.met_on else today
    return max(until - deadline.due_last, timedelta(0))


def of_clock(found: Sequence[Deadline], key: str) -> tuple[Deadline, ...]:
    return tuple(deadline for deadline in found if deadline.key == key)
