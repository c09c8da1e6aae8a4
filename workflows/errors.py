"""Why a step was refused, each with words fit to show to the person who tried."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class StepRefused(Exception):
    """A step that cannot be taken. `reasons` are sentences, all of them; `kind` is the word case scripts use."""

    kind: ClassVar[str] = "refused"

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = tuple(reasons)


class NotYourRole(StepRefused):
    """None of the roles held may take this step."""

    kind = "role"


class NotAvailable(StepRefused):
    """The step cannot be taken from where the case stands, or the procedure has no such step."""

    kind = "state"


class OnHold(StepRefused):
    """The step could be taken, were it not for a hold."""

    kind = "hold"


class GuardsNotMet(StepRefused):
    """One or more things that must be true first are not. Carries every one of them."""

    kind = "guard"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one answer: the question it belongs to, and a sentence that says what to do."""

    question: str
    words: str


class AnswersRefused(StepRefused):
    """Answers that are missing, malformed or cannot be. `problems` ties each sentence to its question."""

    kind = "answer"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(*(problem.words for problem in problems))
        self.problems = tuple(problems)


class NoRegime(NotAvailable):
    """No edition of the guidance was in force for this kind of review on that day. The words say which to use."""


class UnknownWorkflow(LookupError):
    """There is no review of that kind. The words list those there are."""
