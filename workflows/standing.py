"""What a history amounts to: where a case stands on a day, what may be recorded next, and what is refused and why.

`stand` reads a history; `take` decides whether a step may be added to it. Both are pure: the same procedure, history,
calendar and day give the same answer, whether the day is today or long past.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from workflows.answers import Asked, read_answers
from workflows.calendar import Calendar
from workflows.clocks import Deadline, Reading, Where, beyond_reckoning, deadlines, of_clock
from workflows.dates import PartialDate, day_in_words, london_day
from workflows.definition import Procedure, Step
from workflows.errors import AnswersRefused, GuardsNotMet, NotAvailable, NotYourRole, OnHold, Problem, StepRefused
from workflows.facts import Facts
from workflows.fingerprint import fingerprint
from workflows.history import Event, History, in_world_order, place_for
from workflows.holds import Hold, TimeTaken, active, after_event, time_taken
from workflows.machine import NotFromHere, machine_for
from workflows.roles import in_words


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands on a day.

    `state` is what is shown: the hold state while a hold covers what comes next, and otherwise `underlying`.
    `out_of_place` are events that do not fit where they stand, as when a later day is asked about than all that was
    known. `moves` are the steps that led from state to state, each with the state it led to.
    """

    procedure: Procedure
    today: date
    state: str
    underlying: str
    facts: Facts
    all_holds: tuple[Hold, ...]
    deadlines: tuple[Deadline, ...]
    moves: tuple[tuple[Event, str], ...]
    out_of_place: tuple[Event, ...] = ()
    ended_on: PartialDate | None = None

    @property
    def stage(self) -> str:
        return self.procedure.state(self.state).stage

    @property
    def regime(self) -> str:
        return self.procedure.regime

    @property
    def holds(self) -> tuple[Hold, ...]:
        """The holds that are active."""
        return self.facts.holds

    @property
    def events(self) -> Sequence[Event]:
        return self.facts.events

    @property
    def has_ended(self) -> bool:
        return self.ended_on is not None

    @property
    def opened_on(self) -> PartialDate:
        return self.events[0].happened_on

    @property
    def time_taken(self) -> TimeTaken:
        """Days since the case was opened, up to its end or to the day asked about."""
        end = min(self.ended_on.last, self.today) if self.ended_on else self.today
        return time_taken(self.all_holds, self.opened_on.last, max(end, self.opened_on.last))

    def deadline(self, key: str) -> tuple[Deadline, ...]:
        """Return the deadlines of one clock, in the order they were started."""
        return of_clock(self.deadlines, key)


@dataclass(frozen=True, slots=True)
class Told:
    """What a person tells when recording a step: the day it happened, and the answers."""

    on: PartialDate
    answers: Mapping[str, Any] = field(default_factory=dict)


def stand(procedure: Procedure, history: History, calendar: Calendar, today: date) -> Standing:
    """Return where a case stands on `today`, by what had happened by then; a month counts from its last day.

    What had been recorded by a moment is asked with `history.known_at(moment)`. Raises ValueError for a history in
    which nothing had happened yet.
    """
    happened = [event for event in history.effective() if event.happened_on.last <= today]
    return _stand(procedure, happened, history.new_arrangements_start, calendar, today)


def _stand(
    procedure: Procedure, events: Sequence[Event], area_start: date | None, calendar: Calendar, today: date
) -> Standing:
    if not events:
        raise ValueError("Nothing had happened by then: a case stands nowhere before it is opened")
    fold = _Fold(procedure, Reading(procedure))
    for event in events:
        fold.add(event)
    facts = Facts(events, calendar, PartialDate.on(today), active(fold.holds), area_start)
    ended_on = fold.moves[-1][0].happened_on if procedure.state(fold.state).ended else None
    where = Where(fold.state, fold.moves, ended_on)
    return Standing(
        procedure=procedure,
        today=today,
        state=shown_state(procedure, fold.state, facts.holds),
        underlying=fold.state,
        facts=facts,
        all_holds=fold.holds,
        deadlines=deadlines(fold.reading, where, facts, today),
        moves=tuple(fold.moves),
        out_of_place=tuple(fold.out_of_place),
        ended_on=ended_on,
    )


@dataclass(slots=True)
class _Fold:
    """A history being read: the state it has reached, the holds, the clocks."""

    procedure: Procedure
    reading: Reading
    state: str = ""
    holds: tuple[Hold, ...] = ()
    moves: list[tuple[Event, str]] = field(default_factory=list)
    out_of_place: list[Event] = field(default_factory=list)

    def add(self, event: Event) -> None:
        step = self.procedure.steps_by_key.get(event.step)
        if step is None:
            self.out_of_place.append(event)
            return
        self._move(step, event)
        hold = ""
        if step.on_hold:
            before, self.holds = self.holds, after_event(self.holds, event, step.on_hold)
            hold = next((now.name for now in self.holds if now not in before), "")
            if not hold or (step.on_hold == "authorises" and hold in {each.name for each in active(before)}):
                # It means no hold, or one that could not be told apart from another.
                self.out_of_place.append(event)
        self.reading.read(event, hold)

    def _move(self, step: Step, event: Event) -> None:
        """Move to where the step leads. A step that does not fit still happened, so it leads where it leads."""
        if step.opens and not self.state:
            reached = step.after or ""
        else:
            try:
                reached = machine_for(self.procedure).fire(self.state, step.key)
            except NotFromHere:
                self.out_of_place.append(event)
                reached = step.after or self.state
        if step.moves or not self.state:
            self.moves.append((event, reached))
        self.state = reached


def shown_state(procedure: Procedure, underlying: str, holds: Iterable[Hold]) -> str:
    """Return the hold state while an active hold covers what comes next, and otherwise the state itself."""
    scope = procedure.scope_by_state.get(underlying)
    if scope and scope.stands_in and any(scope.key in hold.scopes for hold in holds):
        return scope.stands_in
    return underlying


def open_history(
    procedure: Procedure, calendar: Calendar, *, step: str, roles: Collection[str], told: Told, now: datetime
) -> Event:
    """Return the event that opens a case, or raise StepRefused."""
    opening = procedure.steps_by_key.get(step)
    if opening is None or not opening.opens:
        raise NotAvailable(f"A case is opened with “{procedure.opening.title}”")
    role = _acting_role(opening, roles)
    today = london_day(now)
    on = _day_of(told, None, today)
    answers = read_answers(opening, told.answers, Asked(on, today))
    event = Event(1, step, on, now, role, answers, fingerprint=fingerprint(procedure))
    _refuse_unless_reckonable(procedure, event, calendar)
    return event


def take(
    procedure: Procedure,
    history: History,
    calendar: Calendar,
    *,
    step: str,
    roles: Collection[str],
    told: Told,
    now: datetime,
) -> Event:
    """Return the event to add to the history, or raise StepRefused with every reason of the first kind that applies.

    A role that may not act comes first, then where the case stands, then a hold, then the answers, then the guards.
    A late entry is judged where it belongs in the world's order, and is refused if what followed would no longer fit.
    """
    wanted = procedure.steps_by_key.get(step)
    if wanted is None:
        raise NotAvailable("There is no such step in this kind of review")
    role = _acting_role(wanted, roles)
    today = london_day(now)
    happened = history.effective()
    on = _day_of(told, happened[0].happened_on, today)
    place = place_for(on, happened)
    standing = _stand(procedure, happened[:place], history.new_arrangements_start, calendar, on.last)
    refuse_unless_from_here(standing, wanted)
    answers = read_answers(wanted, told.answers, Asked(on, today, standing.holds))
    event = Event(len(history) + 1, step, on, now, role, answers, fingerprint=fingerprint(procedure))
    _refuse_unless_reckonable(procedure, event, calendar)
    refuse_unless_guards_met(standing, wanted, on, answers)
    if place < len(happened):
        _refuse_if_later_steps_no_longer_fit(procedure, history, (*happened[:place], event, *happened[place:]))
    return event


def correct(
    procedure: Procedure,
    history: History,
    calendar: Calendar,
    *,
    sequence: int,
    told: Told | None,
    reason: str,
    role: str,
    now: datetime,
) -> Event:
    """Return the event that supersedes another: with what should have been recorded or, told nothing, to strike it out.

    Raises StepRefused when the reason is missing, the answers cannot be, or what followed would no longer fit.
    """
    standing_version = history.standing_version(sequence)
    if standing_version is None:
        raise NotAvailable("That step is not part of the history any more")
    if not reason.strip():
        raise AnswersRefused([Problem("reason", f"Say why this is {'struck out' if told is None else 'corrected'}")])
    opened = history.effective()[0]
    if told is None and opened.sequence == sequence:
        raise NotAvailable("The step that opened the case cannot be struck out. Correct it, or end the case")
    event = Event(
        len(history) + 1, standing_version.step, standing_version.happened_on, now, role,
        kind="strike_out", supersedes=sequence, reason=reason.strip(), fingerprint=fingerprint(procedure),
    )  # fmt: skip
    if told is not None:
        event = _corrected(procedure, history, calendar, event, opened, told)
    new = history.and_then(event)
    _refuse_if_later_steps_no_longer_fit(procedure, history, new.effective())
    return event


def _corrected(
    procedure: Procedure, history: History, calendar: Calendar, event: Event, opened: Event, told: Told
) -> Event:
    today = london_day(event.recorded_at)
    on = _day_of(told, None if opened.sequence == event.supersedes else opened.happened_on, today)
    others = [each for each in history.effective() if each.sequence != event.supersedes]
    holds = _active_holds(procedure, others[: place_for(on, others)])
    answers = read_answers(procedure.step(event.step), told.answers, Asked(on, today, holds))
    corrected = replace(event, kind="correction", happened_on=on, answers=answers)
    _refuse_unless_reckonable(procedure, corrected, calendar)
    return corrected


def _active_holds(procedure: Procedure, events: Iterable[Event]) -> tuple[Hold, ...]:
    holds: tuple[Hold, ...] = ()
    for event in events:
        if does := procedure.step(event.step).on_hold:
            holds = after_event(holds, event, does)
    return active(holds)


def _refuse_unless_reckonable(procedure: Procedure, event: Event, calendar: Calendar) -> None:
    """Raise AnswersRefused for each day from which no date can be reckoned: a wrong date is worse than none (P23)."""
    beyond = beyond_reckoning(procedure, event, calendar)
    if beyond:
        known = f"Working days are known from {day_in_words(calendar.first)} to {day_in_words(calendar.last)}"
        far = f"this is too far away to reckon from. {known}. Check the year"
        labels = {question.key: question.label for question in procedure.step(event.step).asks}
        raise AnswersRefused([Problem(key, f"{labels[key]}: {far}") for key in beyond])


def _refuse_if_later_steps_no_longer_fit(procedure: Procedure, history: History, new: Sequence[Event]) -> None:
    """Raise NotAvailable naming each step that fitted before and would not with the new history."""
    already = {event.sequence for event in _misfits(procedure, history.effective())}
    misfits = [event for event in _misfits(procedure, new) if event.sequence not in already]
    if misfits:
        raise NotAvailable(*(_no_longer_fits(procedure, event) for event in misfits))


def _misfits(procedure: Procedure, events: Sequence[Event]) -> list[Event]:
    fold = _Fold(procedure, Reading(procedure))
    for event in in_world_order(events):
        fold.add(event)
    opening_first = [] if not events or procedure.step(events[0].step).opens else [events[0]]
    return fold.out_of_place + opening_first


def _no_longer_fits(procedure: Procedure, event: Event) -> str:
    done = procedure.step(event.step).done
    return f"“{done}”, {event.happened_on.words()}, would no longer fit after this. Correct that first"


def _acting_role(step: Step, roles: Collection[str]) -> str:
    """Return the role the step is taken in: the first of those it names that the person holds."""
    for role in step.by:
        if role in roles:
            return role
    who = f"This can be recorded by the {in_words(step.by)}" if step.by else "Nobody can record this"
    raise NotYourRole(f"{who}, and you do not act as that here")


def _day_of(told: Told, began: PartialDate | None, today: date) -> PartialDate:
    """Return the day a step happened, as far as it can be known today. Raises AnswersRefused for one that cannot be."""
    if told.on.first > today:
        raise AnswersRefused([Problem("on", f"{told.on.words()} is in the future. Give the day it happened")])
    if began is not None and told.on.last < began.first:
        began_words = f"the case began on {began.words()}" if began.exact else f"the case began in {began.words()}"
        raise AnswersRefused([Problem("on", f"{told.on.words()} is before {began_words}. Give a later day")])
    return told.on.capped(today)


def refuse_unless_from_here(standing: Standing, step: Step) -> None:
    """Raise OnHold when only a hold is in the way of the step, and NotAvailable when it does not belong here."""
    procedure, here = standing.procedure, standing.underlying
    if step.on_hold in ("reviews", "releases") and not standing.holds:
        raise NotAvailable(f"“{step.title}” cannot be recorded: no hold is active")
    if here not in step.before and standing.state not in step.before:
        where = procedure.state(standing.state).words.lower()
        raise NotAvailable(f"“{step.title}” cannot be recorded while the case stands at “{where}”")
    covering = [hold for hold in standing.holds if step.activity in hold.scopes]
    if standing.state != here and standing.state not in step.before and step.moves and not covering:
        covering = [hold for hold in standing.holds if procedure.scope_by_state[here].key in hold.scopes]
    if covering:
        scope = next((each.words for each in procedure.scopes if each.key == step.activity), "this")
        raise OnHold(*(f"{scope[0].upper()}{scope[1:]} is on hold: {hold.words()}" for hold in covering))


def refuse_unless_guards_met(standing: Standing, step: Step, on: PartialDate, answers: Mapping[str, Any]) -> None:
    """Raise GuardsNotMet with the words of every guard that does not hold."""
    facts = replace(standing.facts, on=on, answers=answers)
    unmet = [guard.refusal(facts) for guard in step.guards if not guard.is_met(facts)]
    if unmet:
        raise GuardsNotMet(*unmet)


def cautions(standing: Standing, step: Step, on: PartialDate, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what to think of before the step is recorded with these answers. None of it refuses the step."""
    facts = replace(standing.facts, on=on, answers=answers)
    return tuple(caution.refusal(facts) for caution in step.cautions if not caution.is_met(facts))


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a step can be recorded now: `refusal` is None when it can. `needs` are questions that would lift it."""

    step: Step
    refusal: StepRefused | None = None
    needs: tuple[str, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether the step can be recorded, if need be by answering what lifts a guard."""
        return self.refusal is None or bool(self.needs)


def available(standing: Standing, roles: Collection[str] | None = None) -> tuple[Availability, ...]:
    """Return every step some role could be asked about on this day, whether it can be taken, and if not, why.

    With `roles`, only the steps those roles may take. Steps that do not belong to where the case stands are included,
    refused as such.
    """
    steps = (step for step in standing.procedure.steps if not step.opens and step.by)
    return tuple(
        _availability(standing, step) for step in steps if roles is None or any(role in roles for role in step.by)
    )


def _availability(standing: Standing, step: Step) -> Availability:
    try:
        refuse_unless_from_here(standing, step)
        refuse_unless_guards_met(standing, step, PartialDate.on(standing.today), {})
    except GuardsNotMet as refusal:
        return Availability(step, refusal, _lifting(standing, step))
    except StepRefused as refusal:
        return Availability(step, refusal)
    return Availability(step)


def _lifting(standing: Standing, step: Step) -> tuple[str, ...]:
    """Return the questions that, answered, would lift every guard now unmet; none when some guard cannot be lifted."""
    unmet = [guard for guard in step.guards if not guard.is_met(standing.facts)]
    questions = tuple(guard.unless_answered for guard in unmet)
    return questions if all(questions) else ()
