"""What happened in a case, newest first: steps, proceedings and holds, with every correction left in sight."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from models.corrections import may_correct
from models.outbox import OutboxMessage
from models.queries.case_page import CaseAsSeen
from models.role_words import role_words
from webapp.cases.told import Answer, answered, in_short
from webapp.templating import moment
from webapp.wording import counted
from workflows.dates import london_day
from workflows.definition import Procedure, Step
from workflows.history import Event, in_world_order

Mark = Literal["step", "proceedings", "hold", "correction", "superseded"]


@dataclass(frozen=True, slots=True)
class Version:
    """What an entry said before it was corrected, and why it was: or why it was struck out."""

    heading: str
    reason: str
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: when, who told it when, what was answered, and what was said of it before."""

    sequence: int
    title: str
    happened: str
    recorded: str
    mark: Mark
    answers: tuple[Answer, ...]
    versions: tuple[Version, ...]
    can_be_corrected: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """A message still to be sent: to whom, and about what."""

    title: str
    about: str


def timeline(seen: CaseAsSeen, roles: Collection[str]) -> list[Entry]:
    """Return what had happened by the day looked at, newest first, with what was struck out where it had stood."""
    versions = _by_first_told(seen)
    shown = {root: _as_it_stands(told) for root, told in versions.items()}
    in_order = in_world_order(replace(event, sequence=root) for root, event in shown.items())
    entries = [_Telling(seen, roles, versions[event.sequence]).entry() for event in in_order]
    return [
        entry
        for entry, event in zip(entries, in_order, strict=True)
        if event.happened_on.last <= seen.standing.today
    ][::-1]  # fmt: skip


def letters(messages: Sequence[OutboxMessage], seen: CaseAsSeen) -> list[Letter]:
    """Return the messages still to be sent, the newest first."""
    events = {each.event.sequence: each.event for each in seen.recorded}
    return [
        Letter(f"Message to the {role_words(each.recipient_role)}" if each.recipient_role else "Message", about)
        for each in reversed(messages)
        for about in [_about(events.get(each.event_sequence or 0), seen.standing.procedure)]
    ]


def _about(event: Event | None, procedure: Procedure) -> str:
    return procedure.step(event.step).done if event else "A date that matters"


def _by_first_told(seen: CaseAsSeen) -> dict[int, list[Event]]:
    """Return everything told about each step, in the order told, by the place in the history of what was told first."""
    found: dict[int, list[Event]] = {}
    root: dict[int, int] = {}
    for event in (each.event for each in seen.recorded):
        at = event.sequence if event.supersedes is None else root[event.supersedes]
        root[event.sequence] = at
        found.setdefault(at, []).append(event)
    return found


def _as_it_stands(told: Sequence[Event]) -> Event:
    """Return what is to be shown: the last version, or where it was struck out what had stood."""
    return next(event for event in reversed(told) if event.kind != "strike_out")


@dataclass(frozen=True, slots=True)
class _Telling:
    """Everything told about one step, being put into words."""

    seen: CaseAsSeen
    roles: Collection[str]
    told: Sequence[Event]

    @property
    def event(self) -> Event:
        return _as_it_stands(self.told)

    @property
    def step(self) -> Step | None:
        return self.seen.standing.procedure.steps_by_key.get(self.event.step)

    @property
    def struck_out(self) -> bool:
        return self.told[-1].kind == "strike_out"

    def entry(self) -> Entry:
        first, event = self.told[0], self.event
        return Entry(
            first.sequence,
            self._title(event),
            _happened(event),
            self._recorded(first),
            "superseded" if self.struck_out else self._mark(),
            tuple(answered(self.step, event.answers)),
            tuple(self._versions()),
            not self.struck_out and self._may_correct(),
        )

    def _title(self, event: Event) -> str:
        done = self.step.done if self.step else event.step.replace("_", " ")
        short = in_short(self.step, event.answers)
        return f"{done}: {short}" if short else done

    def _mark(self) -> Mark:
        if len(self.told) > 1:
            return "correction"
        if self.step is not None and self.step.on_hold:
            return "hold"
        return "proceedings" if self.event.step == "record_proceedings" else "step"

    def _recorded(self, event: Event) -> str:
        return f"Recorded {_when(event)} by {self._by(event)}"

    def _by(self, event: Event) -> str:
        recorded = self.seen.recorded[event.sequence - 1]
        name, role = self.seen.name_of(recorded), role_words(event.role)
        if not name:
            return f"the {role}"
        whose = self.seen.for_whom(recorded)
        return f"{name} for {whose}, {role}" if whose else f"{name}, {role}"

    def _versions(self) -> Iterator[Version]:
        """Yield what became of each version that does not stand any more, the last first."""
        for before, after in reversed(list(zip(self.told, self.told[1:], strict=False))):
            did = "Struck out" if after.kind == "strike_out" else "Corrected"
            heading = f"{did} at {moment(after.recorded_at)} by {self._by(after)}"
            if after.kind == "strike_out":
                yield Version(heading, after.reason)
            else:
                was = Answer("on", "It was said to have happened", (_happened(before),))
                yield Version(heading, after.reason, (was, *answered(self.step, before.answers)))

    def _may_correct(self) -> bool:
        case = self.seen.case
        return bool(
            set(may_correct(case.workflow_key, self.seen.standing.procedure, self.event.step)) & set(self.roles)
        )


def _happened(event: Event) -> str:
    words = event.happened_on.words()
    return f"{words} (only the month is known)" if event.happened_on.precision == "month" else words


def _when(event: Event) -> str:
    """Return when an event was recorded, and how long after it happened where that was not the same day."""
    later = (london_day(event.recorded_at) - event.happened_on.last).days
    afterwards = f", {counted(later, 'day')} later," if later > 0 else ""
    return f"at {moment(event.recorded_at)}{afterwards}"
