"""The words a review is declared with: procedures, steps, questions, guards, clocks, notices and their sources.

Everything here is a frozen value. A declaration says what the guidance says and nothing about how it is stored,
shown or sent; `workflows.check` says what every declaration must satisfy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Self, TypeVar

from workflows.dates import MONTH_NAMES, Period, working_days

if TYPE_CHECKING:
    from workflows.facts import Facts


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from: its id in `docs/rules.md`, and the edition and chapter as a letter may print them.

    A rule that nobody has read at its source is `confirmed=False`, and every date it gives says so.
    """

    rule: str
    text: str
    confirmed: bool = True


class Kind(StrEnum):
    """What form an answer takes."""

    DATE = "date"
    TEXT = "text"
    LONG_TEXT = "long_text"
    ONE_OF = "one_of"
    SOME_OF = "some_of"
    LINES = "lines"
    HOLD = "hold"
    FACTORS = "factors"
    NHS_NUMBER = "nhs_number"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that may be chosen, with the words it is shown in.

    `also` names it in other words that people and files write; they are read and never shown.
    """

    key: str
    words: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a step asks.

    A date is a day in the past unless `may_be_future`; it may be given as a month unless `day_needed`.
    `suggests` offers answers to a text question without requiring one of them. `group` gathers questions
    that belong together under one heading on the page. A question that is `kept_apart` identifies somebody: its
    answer is stored away from the history, which keeps only a mark of it.
    """

    key: str
    label: str
    kind: Kind = Kind.TEXT
    required: bool = False
    options: tuple[Option, ...] = ()
    suggests: tuple[str, ...] = ()
    hint: str = ""
    may_be_future: bool = False
    day_needed: bool = False
    not_before: str = ""
    group: str = ""
    kept_apart: bool = False

    def option(self, key: str) -> Option:
        """Return the option of this key. Raises KeyError when it is not in the list."""
        for option in self.options:
            if option.key == key:
                return option
        raise KeyError(f"{self.key} has no option {key}")

    def has(self, key: str) -> bool:
        return any(option.key == key for option in self.options)


@dataclass(frozen=True, slots=True)
class Guard:
    """A fact that must hold before a step can be taken, and the sentence shown when it does not.

    `holds` is one expression over facts. `otherwise` is a sentence, or gives one from the facts. Where the guidance
    lets a recorded reason stand in, `unless_answered` names the question whose answer lifts the guard.
    """

    key: str
    holds: Callable[["Facts"], bool]
    otherwise: str | Callable[["Facts"], str]
    source: Source | None = None
    unless_answered: str = ""

    def is_met(self, facts: "Facts") -> bool:
        lifted = bool(self.unless_answered and facts.answers.get(self.unless_answered))
        return lifted or self.holds(facts)

    def refusal(self, facts: "Facts") -> str:
        return self.otherwise if isinstance(self.otherwise, str) else self.otherwise(facts)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be told when a step is taken: its key in the wording, and the role that hears it."""

    key: str
    to: str


@dataclass(frozen=True, slots=True)
class Step:
    """What a person records as having happened.

    `before` are the states it can be taken from and `after` the state it leaves the case in; with no `after` the
    case stays where it is. `by` are the roles that may take it: none means nobody. `activity` is what a hold may
    stop. `on_hold` says what the step does to holds. `final` marks a step that no other step undoes, so the page
    asks for the answers to be checked first. `cautions` are what ought to hold: where it does not, the page says so
    and the step can still be taken.
    """

    key: str
    title: str
    done: str
    before: tuple[str, ...] = ()
    after: str | None = None
    by: tuple[str, ...] = ()
    asks: tuple[Question, ...] = ()
    activity: str | None = None
    guards: tuple[Guard, ...] = ()
    cautions: tuple[Guard, ...] = ()
    tells: tuple[Notice, ...] = ()
    opens: bool = False
    on_hold: Literal["authorises", "reviews", "releases"] | None = None
    final: bool = False
    group: str = ""
    hint: str = ""

    @property
    def moves(self) -> bool:
        return self.after is not None

    def question(self, key: str) -> Question | None:
        return next((question for question in self.asks if question.key == key), None)


@dataclass(frozen=True, slots=True)
class On:
    """An occasion a clock watches: a step, or the date given as one answer of it.

    `each` names the answers that tell occasions of one clock apart (one for each agency). `where` restricts the
    occasion to events whose answers are among those given.
    """

    step: str
    question: str | None = None
    each: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class YearEnd:
    """A limit that is a fixed day: the first such day of the calendar after the start."""

    month: int
    day: int

    def words(self) -> str:
        return f"the {self.day} {MONTH_NAMES[self.month - 1]} that follows"


@dataclass(frozen=True, slots=True)
class Clock:
    """A dated limit: what starts it, how long it runs, what meets it, and where the rule comes from.

    `runs` is None where the date asked for is the limit itself. The latest start governs: a re-planned date supersedes
    the one before it. `from_latest` takes the latest of the starting dates instead of the one recorded last; the first
    of `starts` begins the clock, and the others only move its start. `backwards` counts back from a planned date;
    `not_before` is a minimum and not a limit. `from_area` starts the clock on the day the area's new arrangements
    began. `per` says whether there is one deadline a case, one for `each` of the answers named, or one for each hold.
    `unless` leaves the clock waiting while it is true. `voided_by` are the occasions on which what is not yet met is no
    longer due: all of it or, where an occasion says of `each` what it tells of, that alone, which can still be met.
    `explained_by_delay` says whether a recorded delay makes lateness "late, explained".
    """

    key: str
    title: str
    runs: Period | YearEnd | None
    source: Source
    starts: tuple[On, ...] = ()
    met_by: tuple[On, ...] = ()
    backwards: bool = False
    not_before: bool = False
    from_area: bool = False
    from_latest: bool = False
    same_step: bool = False
    per: Literal["", "each", "hold"] = ""
    voided_by: tuple[On, ...] = ()
    unless: Callable[["Facts"], bool] | None = None
    explained_by_delay: bool = False
    lead: Period = field(default_factory=lambda: working_days(5))


@dataclass(frozen=True, slots=True)
class State:
    """Where a case can stand: its key, its words, and the stage it belongs to. An `ended` state ends the case."""

    key: str
    words: str
    stage: str
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a review, in the order it is gone through."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class HoldScope:
    """An activity that a hold may cover.

    `states` are those in which the activity is what comes next: there the case stands in `stands_in` while a hold
    covers it. A narrow scope has neither, and only refuses its own steps.
    """

    key: str
    words: str
    states: tuple[str, ...] = ()
    stands_in: str | None = None


@dataclass(frozen=True, eq=False)
class Procedure:
    """One kind of review under one edition of the guidance: everything that can happen to a case of it."""

    workflow: str
    regime: str
    title: str
    stages: tuple[Stage, ...]
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    clocks: tuple[Clock, ...]
    scopes: tuple[HoldScope, ...]
    edition: str = ""
    chapter: str = ""
    confirmed: bool = True

    @cached_property
    def steps_by_key(self) -> Mapping[str, Step]:
        return {step.key: step for step in self.steps}

    @cached_property
    def states_by_key(self) -> Mapping[str, State]:
        return {state.key: state for state in self.states}

    @cached_property
    def clocks_by_key(self) -> Mapping[str, Clock]:
        return {clock.key: clock for clock in self.clocks}

    @cached_property
    def opening(self) -> Step:
        return next(step for step in self.steps if step.opens)

    @cached_property
    def hold_states(self) -> frozenset[str]:
        return frozenset(scope.stands_in for scope in self.scopes if scope.stands_in)

    @cached_property
    def scope_by_state(self) -> Mapping[str, HoldScope]:
        """The scope whose activity comes next in a state, for the states where one does."""
        return {state: scope for scope in self.scopes for state in scope.states}

    def step(self, key: str) -> Step:
        """Return the step of this key. Raises KeyError when the procedure has none."""
        return self.steps_by_key[key]

    def state(self, key: str) -> State:
        return self.states_by_key[key]

    def amended(
        self,
        *,
        regime: str,
        steps: tuple[Step, ...] = (),
        clocks: tuple[Clock, ...] = (),
        without_clocks: tuple[str, ...] = (),
        without_steps: tuple[str, ...] = (),
        edition: str = "",
        chapter: str = "",
        confirmed: bool = True,
    ) -> Self:
        """Return this procedure as a later edition changes it: what is given replaces, by key, or is added."""
        return replace(
            self,
            regime=regime,
            steps=_amended(self.steps, steps, without_steps),
            clocks=_amended(self.clocks, clocks, without_clocks),
            edition=edition or self.edition,
            chapter=chapter or self.chapter,
            confirmed=confirmed,
        )


@dataclass(frozen=True)
class Workflow:
    """A kind of review: its key, its words, and its procedure under each edition, oldest first."""

    key: str
    title: str
    short: str
    procedures: Mapping[str, Procedure]

    def procedure(self, regime: str) -> Procedure:
        return self.procedures[regime]


Declared = TypeVar("Declared", Step, Clock)


def _amended(
    current: tuple[Declared, ...], changes: tuple[Declared, ...], without: tuple[str, ...]
) -> tuple[Declared, ...]:
    changed = {change.key: change for change in changes}
    kept = tuple(changed.pop(one.key, one) for one in current if one.key not in without)
    return kept + tuple(changed.values())
