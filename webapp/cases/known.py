"""What is known of a case and its board that questions offer as answers: agencies, actions, holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from webapp.cases.parts import agency_of
from workflows.codes import HOLD_KINDS, words_of
from workflows.definition import Kind, Question, Step
from workflows.holds import Hold
from workflows.roles import AGENCY_LEAD
from workflows.standing import Standing

# The questions that say which agency, and which action of the plan.
AGENCY = ("agency", "agencies")
ACTION = ("action",)
MOST_SUGGESTED = 30


@dataclass(frozen=True, slots=True)
class Known:
    """What may be offered as an answer.

    With `of_agency` only what concerns those agencies is offered, and nothing else is taken.
    """

    agencies: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    holds: tuple[tuple[str, str], ...] = ()
    of_agency: bool = False
    adds_actions: bool = False

    def only(self, question: Question) -> list[tuple[str, str]]:
        """Return the only answers that are taken, with their words; none where any other is taken as well."""
        if question.kind is Kind.HOLD:
            return list(self.holds) or [("", "No hold is active")]
        if self.of_agency and question.key in AGENCY:
            return [(name, name) for name in self.agencies]
        if question.key in ACTION and not self.adds_actions:
            nothing = "No action is yours" if self.of_agency else "No action is in the plan yet"
            return [(action, action) for action in self.actions] or [("", nothing)]
        return []

    def suggestions(self, question: Question) -> tuple[str, ...]:
        """Return answers that are likely."""
        if question.key in AGENCY:
            return self.agencies[:MOST_SUGGESTED]
        return tuple(each.replace("_", " ") for each in question.suggests)


def is_asked_of_agencies(step: Step) -> bool:
    """Return whether an agency's lead records this step about their own agency, rather than about the case."""
    return AGENCY_LEAD in step.by and any(step.question(key) for key in (*AGENCY, *ACTION))


def known_of(
    standing: Standing, agencies_of_the_board: Sequence[str], *, led: Sequence[str] | None = None, step_key: str = ""
) -> Known:
    """Return what is known of a case; with `led`, what concerns the agencies that the person asking leads."""
    adds_actions = step_key == "add_action"
    if led is not None:
        own = {name.casefold() for name in led}
        return Known(tuple(led), tuple(_actions(standing, own)), of_agency=True, adds_actions=adds_actions)
    asked = (agency_of(each) for each in standing.deadlines if each.clock.per == "each")
    return Known(
        tuple(_each_once([*asked, *agencies_of_the_board])),
        tuple(_actions(standing)),
        tuple(_hold(each) for each in sorted(standing.all_holds, key=lambda hold: hold.released is not None)),
        adds_actions=adds_actions,
    )


def _actions(standing: Standing, agencies: Iterable[str] | None = None) -> Iterable[str]:
    for event in standing.events:
        if event.step == "add_action" and (agencies is None or event.answers["agency"].casefold() in agencies):
            yield event.answers["action"]


def _hold(hold: Hold) -> tuple[str, str]:
    since = hold.authorised.happened_on.words()
    ended = f", released {hold.released.happened_on.words()}" if hold.released else ""
    return hold.name, f"{words_of(HOLD_KINDS, hold.kind)}, since {since}{ended}"


def _each_once(names: Iterable[str]) -> Iterable[str]:
    """Yield each name as it was first written, whatever its letters; empty ones not at all."""
    found: dict[str, str] = {}
    for name in names:
        if name:
            found.setdefault(name.casefold(), name)
    return found.values()
