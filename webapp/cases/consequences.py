"""What follows from recording something, said before it is recorded: in general from the declaration, or exactly."""

from collections.abc import Iterator
from datetime import date

from models.role_words import role_words
from webapp.cases.due_dates import due_words
from webapp.cases.where import listed
from workflows.clocks import due
from workflows.codes import words_of
from workflows.dates import day_in_words
from workflows.definition import Clock, On, Step
from workflows.referral import REFERS
from workflows.standing import Standing

OPENS_A_REVIEW = (
    "A review is opened and linked with this case. Those who keep reviews are told of it, and are shown nothing of "
    "this death"
)


def in_general(step: Step, standing: Standing, today: date) -> list[str]:
    """Return what the declaration says follows from a step, with the dates as they are if it happened today."""
    return [
        *_moves(step, standing),
        *_holds(step),
        *_meets(step, standing, today),
        *_starts(step, standing, today),
        *who_is_told(step),
    ]


def who_is_told(step: Step) -> list[str]:
    """Return who gets a message once the step is recorded, as a sentence; and of a referral what is opened for whom."""
    roles = dict.fromkeys(notice.to for notice in step.tells)
    told = [f"A message goes to the {listed(role_words(role) for role in roles)}"] if roles else []
    return [OPENS_A_REVIEW, *told] if step.key == REFERS else told


def from_the_opening(standing: Standing) -> list[str]:
    """Return where a case stands once it is opened so, and which dates that starts."""
    state = standing.procedure.state(standing.state).words
    first = f"The case is opened under {standing.procedure.edition} and stands at “{state}”"
    started = [each for each in standing.deadlines if each.due_last is not None and each.is_live]
    met = [each for each in standing.deadlines if each.met_on is not None]
    return [
        first,
        *(f"“{each.clock.title}” is due by {due_words(each)}" for each in started),
        *(f"“{each.clock.title}” was met{' late' if each.status == 'met_late' else ''}" for each in met),
    ]


def _moves(step: Step, standing: Standing) -> Iterator[str]:
    if step.after is not None:
        yield f"The case moves on to “{standing.procedure.state(step.after).words}”"


def _holds(step: Step) -> Iterator[str]:
    if step.on_hold == "authorises":
        yield "The activities you choose are on hold until it is released. No statutory date moves"
    if step.on_hold == "releases":
        yield "What the hold covers can go on, unless another hold covers it too"


def _meets(step: Step, standing: Standing, today: date) -> Iterator[str]:
    """Say what is met. Where the step asks for the day that counts, whether it is late is known once that is given."""
    clocks = standing.procedure.clocks
    met = {clock.key: on for clock in clocks for on in clock.met_by if on.step == step.key}
    for each in standing.deadlines:
        if each.key in met and each.is_live:
            on = met[each.key]
            about = f" ({', '.join(each.subject)})" if each.clock.per == "each" else ""
            conditions = [*(["this is about it"] if each.clock.per else []), *_answered(step, on)]
            when = f" if {' and '.join(conditions)}" if conditions else ""
            late = not on.question and each.due_last is not None and each.due_last < today
            so_late = ", but late if this happened today" if late else ""
            yield f"“{each.clock.title}”{about}, due by {due_words(each)}, is met{when}{so_late}"


def _answered(step: Step, on: On) -> Iterator[str]:
    """Yield the answers without which a limit is not met, each question as part of a sentence."""
    for key, answers in on.where.items():
        question = step.question(key)
        if question is not None:
            one_of = [f"“{words_of(question.options, answer)}”" for answer in answers]
            yield f"“{question.label}” is {' or '.join(one_of)}"


def _starts(step: Step, standing: Standing, today: date) -> Iterator[str]:
    for clock in standing.procedure.clocks:
        for on in clock.starts:
            if on.step == step.key and not _is_met_by_it(clock, step):
                yield _started(clock, on, step, standing, today)


def _is_met_by_it(clock: Clock, step: Step) -> bool:
    return clock.same_step and any(on.step == step.key for on in clock.met_by)


def _started(clock: Clock, on: On, step: Step, standing: Standing, today: date) -> str:
    question, runs = step.question(on.question) if on.question else None, clock.runs
    if question is not None:
        told = f"the day you give under “{question.label}”"
        if runs is None:
            return f"“{clock.title}” is due on {told}"
        return (
            f"“{clock.title}” {_at_the_soonest(clock)} {runs.words()} {'before' if clock.backwards else 'after'} {told}"
        )
    last = day_in_words(due(clock, today, standing.facts.calendar))
    length = f" ({runs.words()})" if runs is not None else ""
    if clock.not_before:
        return f"“{clock.title}” runs until {last}, or longer, if this happened today{length}"
    return f"“{clock.title}” is due by {last} if this happened today{length}"


def _at_the_soonest(clock: Clock) -> str:
    return "ends at the soonest" if clock.not_before else "is due"
