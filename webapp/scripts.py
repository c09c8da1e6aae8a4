"""Case scripts: a case told as dated steps in YAML, with what must be true of it on given days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from webapp.script_yaml import Told, YamlUnreadable, read_yaml
from workflows import registry
from workflows.dates import PartialDate
from workflows.definition import Workflow
from workflows.errors import UnknownWorkflow
from workflows.roles import ROLES


class ScriptUnreadable(Exception):
    """A script that cannot be read. The words name the file and the line, and say what is wrong."""


@dataclass(frozen=True, slots=True)
class ScriptStep:
    """One step as the script tells it. `refused` is the kind of refusal expected, or part of its words."""

    line: int
    step: str
    on: PartialDate
    role: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    recorded: date | None = None
    refused: str | None = None

    @property
    def recorded_on(self) -> date:
        """The day the step is recorded: the last it can have happened on, unless the script gives a later one."""
        return self.recorded or self.on.last


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must be true of the case on a day, as far as the script says.

    With `known_on`, by what had been recorded by the end of that day; without, by everything recorded.
    """

    line: int
    as_at: date
    wanted: Mapping[str, Any]
    known_on: date | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """A case to be replayed or loaded."""

    file: str
    title: str
    workflow: str
    board: str
    steps: tuple[ScriptStep, ...]
    expectations: tuple[Expectation, ...]
    new_arrangements_start: date | None = None


REMARKS = {"note", "notes", "comment", "source", "assumed", "synthetic"}
"""What a script may say anywhere about itself. Nothing follows from it."""

SCRIPT_KEYS = {"title", "workflow", "board", "steps", "expect", "new_arrangements_start"} | REMARKS
STEP_KEYS = {"step", "on", "as", "answers", "recorded", "refused"} | REMARKS
EXPECT_KEYS = {
    "as_at", "known_at", "state", "stage", "regime", "holds", "deadlines", "refused", "available", "time",
} | REMARKS  # fmt: skip
DEADLINE_KEYS = {"due", "status", "met_on", "uncertain", "about"} | REMARKS
TIME_KEYS = {"elapsed", "under_hold", "net"} | REMARKS


def read_script(path: Path) -> Script:
    """Return the script in a file. Raises ScriptUnreadable naming file and line."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as wrong:
        raise ScriptUnreadable(f"{path}: cannot be opened: {wrong.strerror}") from wrong
    except UnicodeDecodeError as wrong:
        raise ScriptUnreadable(f"{path}: line 1: this is not text in UTF-8") from wrong
    try:
        told = read_yaml(text)
    except YamlUnreadable as wrong:
        raise ScriptUnreadable(f"{path}: line {wrong.line}: {wrong}") from wrong
    return _Reader(str(path)).script(told)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """The words a kind of review has, under any edition."""

    title: str
    steps: frozenset[str]
    clocks: frozenset[str]
    states: frozenset[str]

    @classmethod
    def of(cls, workflow: Workflow) -> _Vocabulary:
        procedures = workflow.procedures.values()
        return cls(
            workflow.title.lower(),
            frozenset(step.key for procedure in procedures for step in procedure.steps),
            frozenset(clock.key for procedure in procedures for clock in procedure.clocks),
            frozenset(state.key for procedure in procedures for state in procedure.states),
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns what YAML told into a script, and says where it is wrong."""

    file: str

    def wrong(self, line: int, words: str) -> ScriptUnreadable:
        return ScriptUnreadable(f"{self.file}: line {line}: {words}")

    def script(self, told: Any) -> Script:
        if not isinstance(told, Told):
            raise self.wrong(1, "a script is a mapping with title, workflow, board and steps")
        self.check_keys(told, SCRIPT_KEYS, ("title", "workflow", "board", "steps"))
        workflow = self.workflow(told)
        steps, expect = self.mappings(told, "steps"), self.mappings(told, "expect")
        if not steps:
            raise self.wrong(told.line_of("steps"), "a script needs at least one step")
        words = _Vocabulary.of(workflow)
        return Script(
            file=self.file,
            title=str(told["title"]),
            workflow=workflow.key,
            board=str(told["board"]),
            steps=tuple(self.step(each, words) for each in steps),
            expectations=tuple(self.expectation(each, words) for each in expect),
            new_arrangements_start=self.optional_day(told, "new_arrangements_start"),
        )

    def workflow(self, told: Told) -> Workflow:
        try:
            return registry.workflow(str(told["workflow"]))
        except UnknownWorkflow as unknown:
            raise self.wrong(told.line_of("workflow"), str(unknown.args[0])) from unknown

    def step(self, told: Told, words: _Vocabulary) -> ScriptStep:
        self.check_keys(told, STEP_KEYS, ("step", "on", "as"))
        if told["step"] not in words.steps:
            raise self.wrong(told.line_of("step"), f"there is no step “{told['step']}” in {words.title}")
        if told["as"] not in ROLES:
            raise self.wrong(told.line_of("as"), f"there is no role “{told['as']}”. Roles: {', '.join(ROLES)}")
        refused = told.get("refused")
        return ScriptStep(
            line=told.line,
            step=str(told["step"]),
            on=self.day(told, "on"),
            role=str(told["as"]),
            answers=dict(self.mapping(told, "answers")),
            recorded=self.optional_day(told, "recorded"),
            refused=None if refused is None else str(refused),
        )

    def expectation(self, told: Told, words: _Vocabulary) -> Expectation:
        self.check_keys(told, EXPECT_KEYS, ("as_at",))
        self.check_named(told, "available", words.steps, "step")
        self.check_named(told, "refused", words.steps, "step")
        self.check_named(told, "holds", None, "hold")
        if told.get("state") is not None and told["state"] not in words.states:
            raise self.wrong(told.line_of("state"), f"there is no state “{told['state']}” in {words.title}")
        self.check_keys(self.mapping(told, "time"), TIME_KEYS, ())
        deadlines = self.mapping(told, "deadlines")
        for clock, wanted in deadlines.items():
            if clock not in words.clocks:
                raise self.wrong(deadlines.line_of(clock), f"there is no clock “{clock}” in {words.title}")
            for each in wanted if isinstance(wanted, list) else [wanted]:
                self.check_deadline(each, deadlines.line_of(clock))
        known_on = self.optional_day(told, "known_at")
        return Expectation(told.line, self.day(told, "as_at").last, told, known_on)

    def check_deadline(self, wanted: Any, line: int) -> None:
        if not isinstance(wanted, Told):
            raise self.wrong(line, "a deadline is expected as a mapping with due, status or met_on")
        self.check_keys(wanted, DEADLINE_KEYS, ())
        self.optional_day(wanted, "met_on")
        due = wanted.get("due")
        if isinstance(due, list) and len(due) != 2:
            raise self.wrong(wanted.line_of("due"), "“due” is one day, or a pair of the earliest and the latest")
        for each in due if isinstance(due, list) else [due]:
            if each is not None:
                self.parsed(each, wanted, "due")

    def mappings(self, told: Told, key: str) -> Sequence[Told]:
        items = told.get(key) or []
        if not isinstance(items, list) or not all(isinstance(item, Told) for item in items):
            raise self.wrong(told.line_of(key), f"“{key}” is a list of mappings")
        return items

    def mapping(self, told: Told, key: str) -> Told:
        found = told.get(key)
        if found is not None and not isinstance(found, Told):
            raise self.wrong(told.line_of(key), f"“{key}” is a mapping")
        return found if found is not None else Told({}, told.line, {})

    def check_named(self, told: Told, key: str, known: frozenset[str] | None, what: str) -> None:
        names = told.get(key) or []
        if not isinstance(names, list):
            raise self.wrong(told.line_of(key), f"“{key}” is a list")
        for name in names:
            if known is not None and name not in known:
                raise self.wrong(told.line_of(key), f"there is no {what} “{name}”")

    def check_keys(self, told: Told, known: set[str], needed: tuple[str, ...]) -> None:
        missing = [key for key in needed if told.get(key) is None]
        unknown = [key for key in told if key not in known]
        if missing:
            raise self.wrong(told.line, f"“{missing[0]}” is missing")
        if unknown:
            words = f"“{unknown[0]}” is not known here. Known: {', '.join(sorted(known))}"
            raise self.wrong(told.line_of(unknown[0]), words)

    def day(self, told: Told, key: str) -> PartialDate:
        return self.parsed(told[key], told, key)

    def parsed(self, written: Any, told: Told, key: str) -> PartialDate:
        try:
            return PartialDate.parse(written)
        except ValueError as wrong:
            raise self.wrong(told.line_of(key), f"“{key}”: {wrong}") from wrong

    def optional_day(self, told: Told, key: str) -> date | None:
        return None if told.get(key) is None else self.day(told, key).last
