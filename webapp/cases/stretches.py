"""The time a case has taken, in stretches: stages, holds and proceedings, for the picture and its table alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from webapp.cases.where import kind_words, scope_words
from webapp.components import Figure
from webapp.wording import counted, sentence_case
from workflows.codes import PARALLEL_PROCESSES, PROCEEDINGS_EVENTS, words_of
from workflows.dates import day_in_words
from workflows.history import Event
from workflows.standing import Standing

PROCESS_ENDS = ("sentence", "no_further_action", "inquest_concluded", "concluded", "order_made")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something that lasted from a day to a day; `until` is None while it goes on.

    `on` are the days within it on which something happened, and `more` is what the table says of it beside its name.
    """

    words: str
    since: date
    until: date | None
    on: tuple[date, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table under the picture."""

    kind: str
    words: str
    since: str
    until: str
    days: str


def stages(standing: Standing) -> list[Stretch]:
    """Return the stages a case went through; one that it came back to is there again."""
    procedure = standing.procedure
    words = {stage.key: stage.words for stage in procedure.stages}
    found: list[Stretch] = []
    for event, key in standing.moves:
        since = max(event.happened_on.last, found[-1].since if found else date.min)
        stage = words[procedure.state(key).stage]
        if found and found[-1].words == stage:
            continue
        if found:
            found[-1] = Stretch(found[-1].words, found[-1].since, since)
        if not procedure.state(key).ended:
            found.append(Stretch(stage, since, None))
    return found


def holds(standing: Standing) -> list[Stretch]:
    """Return the holds there were, each until it was released."""
    return [
        Stretch(
            sentence_case(kind_words(hold)),
            hold.authorised.happened_on.last,
            hold.released.happened_on.last if hold.released else None,
            more=scope_words(hold, standing.procedure),
        )
        for hold in standing.all_holds
    ]


def proceedings(standing: Standing) -> list[Stretch]:
    """Return the proceedings beside the case, each with the days on which something happened in it."""
    by_process: dict[str, list[Event]] = {}
    for event in standing.events:
        if event.step == "record_proceedings":
            by_process.setdefault(event.answers["process"], []).append(event)
    return [_proceedings(process, events) for process, events in by_process.items()]


def _proceedings(process: str, events: Sequence[Event]) -> Stretch:
    days = tuple(event.happened_on.last for event in events)
    ended = days[-1] if events[-1].answers["event"] in PROCESS_ENDS else None
    happened = (words_of(PROCEEDINGS_EVENTS, event.answers["event"]).lower() for event in events)
    return Stretch(words_of(PARALLEL_PROCESSES, process), days[0], ended, days, ", ".join(happened))


def figures(standing: Standing) -> list[Figure]:
    """Return how long the case has taken, how much of that was under hold, and the rest."""
    taken = standing.time_taken
    return [
        Figure("Time taken", counted(taken.elapsed, "day")),
        Figure("Under hold", counted(taken.under_hold, "day")),
        Figure("Without the holds", counted(taken.net, "day")),
    ]


def table(standing: Standing) -> list[Row]:
    """Return what the picture shows but for its deadlines, line by line."""
    kinds = (("Stage", stages(standing)), ("Hold", holds(standing)), ("Proceedings", proceedings(standing)))
    ends = standing.ended_on.last if standing.ended_on else standing.today
    return [_row(kind, each, ends) for kind, found in kinds for each in found]


def _row(kind: str, stretch: Stretch, ends: date) -> Row:
    until = stretch.until or ends
    return Row(
        kind,
        f"{stretch.words} ({stretch.more})" if stretch.more else stretch.words,
        day_in_words(stretch.since),
        day_in_words(stretch.until) if stretch.until else "goes on",
        counted((until - stretch.since).days, "day"),
    )
