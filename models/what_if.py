"""What would follow if a step happened on some day, past or to come: nothing is recorded, and nothing is kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from models.case import Case
from models.consequences import Change, consequences
from models.histories import CaseAsRead, read_case
from workflows.answers import Asked, read_answers
from workflows.calendar import Calendar
from workflows.clocks import Deadline, beyond_reckoning
from workflows.dates import day_in_words
from workflows.definition import Kind, Procedure, Question, Step
from workflows.errors import AnswersRefused, Problem, StepRefused
from workflows.history import Event
from workflows.standing import Standing, Told, refuse_unless_from_here, refuse_unless_guards_met, stand


@dataclass(frozen=True, slots=True)
class Supposed:
    """What changes on the day it is supposed to happen, or today if that is later, against the case without it.

    `hindrances` are why it could not be recorded so, as the case stands. `unmoved` are the open dates it leaves alone.
    """

    event: Event
    before: Standing
    after: Standing
    changes: tuple[Change, ...]
    unmoved: tuple[Deadline, ...]
    hindrances: tuple[str, ...]


def questions_dates_rest_on(procedure: Procedure, step: Step) -> tuple[Question, ...]:
    """Return what must be known of a step to say which dates it moves: days, which hold, and what a clock runs for."""
    used = set(_used_by_clocks(procedure, step))
    kinds = {Kind.DATE, Kind.HOLD} | ({Kind.ONE_OF, Kind.SOME_OF} if step.on_hold else set())
    asked = (question for question in step.asks if not question.kept_apart)
    return tuple(question for question in asked if question.kind in kinds or question.key in used)


def suppose(
    session: Session, case: Case, step: str, told: Told, *, today: date, calendar: Calendar | None = None
) -> Supposed:
    """Return what would follow if the step happened so. Raises AnswersRefused for a day out of reach."""
    read = read_case(session.connection(), case.id)
    calendar = calendar or read.calendar
    _refuse_the_day(read, told, calendar)
    day = max(today, told.on.last)
    event = _event(read, read.procedure.step(step), told, day, calendar)
    before = stand(read.procedure, read.history, calendar, day)
    after = stand(read.procedure, read.history.and_then(event), calendar, day)
    changes = consequences(before, after)
    changed = {(change.clock_key, change.about) for change in changes}
    unmoved = tuple(each for each in after.deadlines if each.is_live and (each.key, each.about) not in changed)
    return Supposed(event, before, after, changes, unmoved, tuple(_hindrances(read, event, calendar)))


def _refuse_the_day(read: CaseAsRead, told: Told, calendar: Calendar) -> None:
    opened = read.history.effective()[0].happened_on
    if told.on.last < opened.first:
        raise AnswersRefused([Problem("on", f"The case began on {opened.words()}. Give that day or a later one")])
    if told.on.last > calendar.last:
        raise AnswersRefused([Problem("on", f"Working days are known up to {day_in_words(calendar.last)}")])


def _event(read: CaseAsRead, step: Step, told: Told, day: date, calendar: Calendar) -> Event:
    """Return the event as it would be. A day the step must ask for, and was not told, is the day it happens."""
    wanted = questions_dates_rest_on(read.procedure, step)
    happens = stand(read.procedure, read.history, calendar, told.on.last)
    given = {key: answer for key, answer in told.answers.items() if any(each.key == key for each in wanted)}
    for question in wanted:
        if question.required and question.kind is Kind.DATE and not question.may_be_future:
            given.setdefault(question.key, told.on.iso())
        if question.kind is Kind.HOLD and len(happens.holds) == 1:
            given.setdefault(question.key, happens.holds[0].name)
    relaxed = replace(step, asks=tuple(replace(each, required=each.kind is Kind.HOLD) for each in wanted))
    answers = read_answers(relaxed, given, Asked(told.on, day, happens.holds))
    moment = datetime.combine(day, time(12), UTC)
    role = step.by[0] if step.by else ""
    event = Event(len(read.history) + 1, step.key, told.on, moment, role, answers)
    if beyond := beyond_reckoning(read.procedure, event, calendar):
        raise AnswersRefused([Problem(key, "This is too far away to reckon from. Check the year") for key in beyond])
    return event


def _hindrances(read: CaseAsRead, event: Event, calendar: Calendar) -> Collection[str]:
    """Return why the step could not be recorded on that day, by everything recorded so far."""
    standing = stand(read.procedure, read.history, calendar, event.happened_on.last)
    step = read.procedure.step(event.step)
    try:
        refuse_unless_from_here(standing, step)
        refuse_unless_guards_met(standing, step, event.happened_on, event.answers)
    except StepRefused as refused:
        return refused.reasons
    return ()


def _used_by_clocks(procedure: Procedure, step: Step) -> Collection[str]:
    ons = (on for clock in procedure.clocks for on in (*clock.starts, *clock.met_by) if on.step == step.key)
    return [key for on in ons for key in (on.question, *on.each) if key]
