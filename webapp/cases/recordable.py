"""What a person may record in a case now: the likely step first, the rest by subject, and why not others."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from models.drafts import Draft
from webapp.cases.where import title_in_sentence
from workflows.definition import Procedure, Step
from workflows.errors import NotAvailable
from workflows.next_step import next_step
from workflows.standing import Availability, Standing, available

STEP, CORRECTION, STRIKE_OUT = "step", "correct", "strike_out"


@dataclass(frozen=True, slots=True)
class Group:
    """Steps that belong together: those that can be recorded now, and those that cannot, with why."""

    words: str
    possible: tuple[Step, ...]
    refused: tuple[Availability, ...]


@dataclass(frozen=True, slots=True)
class Recordable:
    """What a person may record: the step that comes next where it is theirs, and every group of steps."""

    likely: Step | None
    groups: tuple[Group, ...]

    @property
    def lacking(self) -> list[Availability]:
        """What belongs to where the case stands and is on hold or still lacks something, with why."""
        return [each for each in self._refused() if not isinstance(each.refusal, NotAvailable)]

    @property
    def not_from_here(self) -> list[Step]:
        """What does not belong to where the case stands."""
        return [each.step for each in self._refused() if isinstance(each.refusal, NotAvailable)]

    def _refused(self) -> list[Availability]:
        return [each for group in self.groups for each in group.refused]

    @property
    def possible(self) -> list[Step]:
        """Every step that can be recorded now, the likely one first."""
        first = [self.likely] if self.likely else []
        return first + [step for group in self.groups for step in group.possible]


@dataclass(frozen=True, slots=True)
class Begun:
    """Something a person began to record: its words, and how its page is found."""

    words: str
    kind: str
    key: str
    draft: Draft


def recordable_by(standing: Standing, roles: Collection[str]) -> Recordable:
    """Return what people with these roles may record now."""
    found = available(standing, roles)
    comes_next = next_step(standing)
    likely = next((each.step for each in found if each.possible and each.step is comes_next), None)
    groups = dict.fromkeys(each.step.group for each in found)
    return Recordable(likely, tuple(_group(words, found, likely) for words in groups))


def _group(words: str, found: Sequence[Availability], likely: Step | None) -> Group:
    of_group = [each for each in found if each.step.group == words]
    return Group(
        words,
        tuple(each.step for each in of_group if each.possible and each.step is not likely),
        tuple(each for each in of_group if not each.possible),
    )


def draft_key(kind: str, key: str | int) -> str:
    """Return what a draft of a step, or of a correction of an event, is kept under."""
    return f"{kind} {key}"


def drafts_in_words(drafts: Sequence[Draft], procedure: Procedure) -> list[Begun]:
    """Return what was begun and not recorded yet, the latest first."""
    begun = [(draft, *draft.form_key.partition(" ")[::2]) for draft in drafts]
    return [Begun(_begun(kind, key, procedure), kind, key, draft) for draft, kind, key in begun if key]


def _begun(kind: str, key: str, procedure: Procedure) -> str:
    step = procedure.steps_by_key.get(key)
    if kind == STEP and step is not None:
        return f"You began to {title_in_sentence(step)}"
    return (
        "You began to strike out what was recorded" if kind == STRIKE_OUT else "You began to correct what was recorded"
    )
