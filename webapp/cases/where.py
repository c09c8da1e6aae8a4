"""Where a case stands, what is next and whose turn it is, in one line each of plain words."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from webapp.components import Stage
from workflows.codes import HOLD_KINDS, in_a_sentence, words_of
from workflows.dates import PartialDate
from workflows.definition import Procedure, Step
from workflows.holds import Hold
from workflows.next_step import next_step
from workflows.roles import in_words
from workflows.standing import Standing

BESIDE_THE_STAGES = ("legal_hold", "ended")


@dataclass(frozen=True, slots=True)
class Banner:
    """What the bar at the top of a case says."""

    standing: str
    next: str
    kind: Literal["running", "held", "ended"]


def banner(standing: Standing, roles: Collection[str]) -> Banner:
    """Return where a case stands, what is next, and whether it is the turn of somebody with these roles."""
    state, following = standing.procedure.state(standing.state).words, next_words(standing, roles)
    if standing.ended_on is not None:
        return Banner(f"{state} {in_words_on(standing.ended_on)}", following, "ended")
    if standing.state != standing.underlying:
        holds = _covering(standing)
        return Banner(
            f"{state}: {listed(kind_words(hold) for hold in holds)}.{_look(holds, standing)}", following, "held"
        )
    since = f"{state} since {standing.moves[-1][0].happened_on.words()}"
    return Banner(since + _meanwhile(standing), following, "running")


def next_words(standing: Standing, roles: Collection[str]) -> str:
    """Return what comes next and whose turn it is; nothing where nothing is owed any more."""
    step = next_step(standing)
    if step is None:
        return ""
    turn = "your turn" if set(roles) & set(step.by) else in_words(step.by)
    return f"Next: {title_in_sentence(step)} ({turn})"


def title_in_sentence(step: Step) -> str:
    """Return the title of a step as it reads after other words."""
    return in_a_sentence(step.title)


def stages(standing: Standing) -> list[Stage]:
    """Return the stages of the review in order, each as it is to the case. Legal holds and ends are not stages."""
    procedure = standing.procedure
    through = [procedure.state(state).stage for _, state in standing.moves]
    keys = [stage.key for stage in procedure.stages if stage.key not in BESIDE_THE_STAGES]
    reached = [keys.index(stage) for stage in through if stage in keys]
    here = -1 if standing.has_ended else reached[-1]
    return [
        Stage(stage.words, _stage(place, here, place in reached))
        for place, stage in enumerate(stage for stage in procedure.stages if stage.key in keys)
    ]


def _stage(place: int, here: int, been_there: bool) -> Literal["done", "now", "ahead", "passed_over"]:
    if place == here:
        return "now"
    if 0 <= here < place:
        return "ahead"
    return "done" if been_there else "passed_over"


def kind_words(hold: Hold) -> str:
    """Return 'criminal trial' for a hold because of one."""
    return in_a_sentence(words_of(HOLD_KINDS, hold.kind))


def scope_words(hold: Hold, procedure: Procedure) -> str:
    """Return what a hold covers, as 'publication and conversations with witnesses'."""
    return listed([scope.words for scope in procedure.scopes if scope.key in hold.scopes])


def listed(words: Iterable[str]) -> str:
    """Return 'one, another and a third'."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def in_words_on(day: PartialDate) -> str:
    """Return 'on 7 February 2014', or 'in February 2014'."""
    return f"{'in' if day.precision == 'month' else 'on'} {day.words()}"


def _covering(standing: Standing) -> list[Hold]:
    """Return the holds that keep the case where it stands."""
    scope = standing.procedure.scope_by_state[standing.underlying]
    return [hold for hold in standing.holds if scope.key in hold.scopes]


def _meanwhile(standing: Standing) -> str:
    """Return what is on hold while the case goes on, as a sentence."""
    if not standing.holds:
        return ""
    each = [f"{scope_words(hold, standing.procedure)} ({kind_words(hold)})" for hold in standing.holds]
    return f". On hold meanwhile: {listed(each)}.{_look(standing.holds, standing)}"


def _look(holds: Sequence[Hold], standing: Standing) -> str:
    """Return by when the first of the holds to be looked at must be, as a sentence."""
    first = min((hold.review_on for hold in holds if hold.review_on), key=lambda day: day.last, default=None)
    if first is None:
        return ""
    if first.last < standing.today:
        return f" The hold should have been looked at by {first.words()}."
    return f" Look at the hold by {first.words()}."
