"""A procedure as a reference page: what can happen, who records it, what is asked, which dates follow and why.

The same content is shown on the site and written to docs/reference by `reviews docs`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflows.definition import Clock, Guard, HoldScope, Kind, On, Procedure, Question, Source, State, Step, YearEnd
from workflows.diagram import mermaid
from workflows.registry import workflows
from workflows.roles import in_words

KIND_WORDS: Mapping[Kind, str] = {
    Kind.DATE: "a day",
    Kind.TEXT: "text",
    Kind.LONG_TEXT: "text",
    Kind.ONE_OF: "one of a list",
    Kind.SOME_OF: "some of a list",
    Kind.LINES: "several, one on each line",
    Kind.HOLD: "an active hold",
    Kind.FACTORS: "a list of factors",
    Kind.NHS_NUMBER: "an NHS number",
}


@dataclass(frozen=True, slots=True)
class StepPage:
    """One step in words: where from and to, who, what is asked, what must be true first."""

    step: Step
    moves: str
    by: str
    asks: tuple[str, ...]
    guards: tuple[str, ...]
    held_as: str


@dataclass(frozen=True, slots=True)
class ClockPage:
    """One clock in words."""

    clock: Clock
    runs: str
    starts: str
    met_by: str
    source: Source


@dataclass(frozen=True, slots=True)
class HoldPage:
    """One activity that a hold may cover: where a case stands meanwhile, over which states, and what is stopped."""

    words: str
    stands_in: str
    over: tuple[str, ...]
    stops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A procedure in words, in the order it runs."""

    procedure: Procedure
    states: tuple[tuple[str, tuple[State, ...]], ...]
    steps: tuple[tuple[str, tuple[StepPage, ...]], ...]
    clocks: tuple[ClockPage, ...]
    holds: tuple[HoldPage, ...]

    @property
    def title(self) -> str:
        return f"{self.procedure.title}, {self.procedure.edition}"

    @property
    def not_confirmed(self) -> tuple[ClockPage, ...]:
        """The clocks whose rule has not been read at its source."""
        return tuple(each for each in self.clocks if not each.source.confirmed)


def reference(procedure: Procedure) -> Reference:
    """Return the procedure in words."""
    groups = dict.fromkeys(step.group or procedure.title for step in procedure.steps)
    return Reference(
        procedure,
        states=tuple(
            (stage.words, tuple(state for state in procedure.states if state.stage == stage.key))
            for stage in procedure.stages
        ),
        steps=tuple(
            (
                group,
                tuple(_step(procedure, step) for step in procedure.steps if (step.group or procedure.title) == group),
            )
            for group in groups
        ),
        clocks=tuple(_clock(procedure, clock) for clock in procedure.clocks),
        holds=tuple(_hold(procedure, scope) for scope in procedure.scopes),
    )


def _step(procedure: Procedure, step: Step) -> StepPage:
    return StepPage(
        step,
        moves=_moves(procedure, step),
        by=in_words(step.by) if step.by else "nobody",
        asks=tuple(_question(question) for question in step.asks),
        guards=tuple(_guard(guard) for guard in step.guards),
        held_as=next((scope.words for scope in procedure.scopes if scope.key == step.activity), ""),
    )


def _moves(procedure: Procedure, step: Step) -> str:
    open_states = {state.key for state in procedure.states if not state.ended}
    if step.opens:
        where = "Opens the case"
    elif set(step.before) >= {state.key for state in procedure.states}:
        where = "At any time"
    elif set(step.before) >= open_states:
        where = "While the case is open"
    else:
        where = "From " + ", ".join(f"“{procedure.state(key).words}”" for key in step.before)
    return (
        f"{where}, to “{procedure.state(step.after).words}”" if step.after else f"{where}; the case stays where it is"
    )


def _question(question: Question) -> str:
    needed = "" if question.required else ", if known"
    choices = f": {', '.join(option.words for option in question.options)}" if question.options else ""
    return f"{question.label} ({KIND_WORDS[question.kind]}{needed}){choices}"


def _guard(guard: Guard) -> str:
    words = guard.key.replace("_", " ")
    lifted = f", or a reason is recorded ({guard.unless_answered})" if guard.unless_answered else ""
    cited = f" — {guard.source.rule}, {guard.source.text}" if guard.source else ""
    return f"{words}{lifted}{cited}"


def _clock(procedure: Procedure, clock: Clock) -> ClockPage:
    return ClockPage(
        clock,
        runs=_runs(clock),
        starts=_starts(procedure, clock),
        met_by=_met_by(procedure, clock),
        source=clock.source,
    )


def _hold(procedure: Procedure, scope: HoldScope) -> HoldPage:
    return HoldPage(
        words=scope.words[0].upper() + scope.words[1:],
        stands_in=procedure.state(scope.stands_in).words if scope.stands_in else "",
        over=tuple(procedure.state(key).words for key in scope.states),
        stops=tuple(step.title for step in procedure.steps if step.activity == scope.key),
    )


def _runs(clock: Clock) -> str:
    if clock.runs is None:
        return "the day asked for"
    if isinstance(clock.runs, YearEnd):
        return clock.runs.words()
    way = "back " if clock.backwards else "at least " if clock.not_before else ""
    return f"{way}{clock.runs.words()}"


def _starts(procedure: Procedure, clock: Clock) -> str:
    if clock.from_area:
        return "the day the area’s new arrangements began"
    return ", ".join(_occasion(procedure, on) for on in clock.starts)


def _met_by(procedure: Procedure, clock: Clock) -> str:
    met_by = ", ".join(_occasion(procedure, on) for on in clock.met_by)
    voided_by = ", ".join(_occasion(procedure, on) for on in clock.voided_by)
    return f"{met_by}; no longer due after {voided_by}" if voided_by else met_by


def _occasion(procedure: Procedure, on: On) -> str:
    step = procedure.step(on.step)
    question = step.question(on.question) if on.question else None
    return f"“{step.done}”: {question.label.lower()}" if question else f"“{step.done}”"


def pages() -> dict[str, str]:
    """Return the reference pages by file name, as Markdown."""
    found = [
        (f"{workflow.key}-{regime}.md", reference(procedure))
        for workflow in workflows().values()
        for regime, procedure in workflow.procedures.items()
    ]
    index = ["# Reference", "", "Made from the declarations by `make docs`. Do not edit.", ""]
    index += [f"- [{each.title}]({name})" for name, each in found]
    return {"README.md": "\n".join(index) + "\n", **{name: "\n".join(_markdown(each)) + "\n" for name, each in found}}


def _markdown(page: Reference) -> Iterator[str]:
    yield from (f"# {page.title}", "", "Made from the declaration by `make docs`. Do not edit.", "")
    if page.not_confirmed or not page.procedure.confirmed:
        names = "; ".join(each.clock.title for each in page.not_confirmed)
        yield from (f"**Not confirmed at their source:** {names or 'every figure of this edition'}.", "")
    yield from ("## Where a case can stand", "")
    for stage, states in page.states:
        yield f"- {stage}: " + ", ".join(f"{state.words} (`{state.key}`)" for state in states)
    yield from ("", "```mermaid", mermaid(page.procedure), "```", "", "## What can be recorded", "")
    for group, steps in page.steps:
        yield from (f"### {group}", "")
        for each in steps:
            yield from _step_markdown(each)
    yield from ("## Dates", "", "| date | runs | from | met by | source |", "| --- | --- | --- | --- | --- |")
    for clock in page.clocks:
        mark = "" if clock.source.confirmed else " (not confirmed)"
        source = f"{clock.source.rule}: {clock.source.text}{mark}"
        cells = (f"{clock.clock.title} (`{clock.clock.key}`)", clock.runs, clock.starts, clock.met_by, source)
        yield f"| {' | '.join(cells)} |"
    yield from ("", "## What can be held", "", "Nothing else can be, and a hold stops no date.", "")
    for hold in page.holds:
        stands = f" The case stands at “{hold.stands_in}” instead of “{'” or “'.join(hold.over)}”." if hold.over else ""
        yield f"- {hold.words}: stops “{'”, “'.join(hold.stops)}”.{stands}"


def _step_markdown(each: StepPage) -> Iterator[str]:
    yield f"**{each.step.title}** (`{each.step.key}`), by the {each.by}. {each.moves}."
    yield ""
    yield from (f"- asks: {question}" for question in each.asks)
    yield from (f"- only if: {guard}" for guard in each.guards)
    if each.held_as:
        yield f"- can be held: {each.held_as}"
    if each.asks or each.guards or each.held_as:
        yield ""
