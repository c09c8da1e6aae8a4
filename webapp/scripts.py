"""Case scripts: a case told as dated steps in YAML, with what must be true of it on given days."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

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
    """What must be true of the case on a day, as far as the script says."""

    line: int
    as_at: date
    wanted: Mapping[str, Any]


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


SCRIPT_KEYS = {"title", "workflow", "board", "steps", "expect", "source", "synthetic", "new_arrangements_start", "note"}
STEP_KEYS = {"step", "on", "as", "answers", "assumed", "recorded", "refused", "note", "source"}
EXPECT_KEYS = {
    "as_at", "state", "stage", "regime", "holds", "deadlines", "refused", "available", "time", "note", "known_at",
}  # fmt: skip
DEADLINE_KEYS = {"due", "status", "met_on", "uncertain", "about"}


class _Loader(yaml.SafeLoader):
    """YAML as people write it here: yes, no and on are words; only true and false are truths."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


class _Lined(dict[str, Any]):
    """A mapping that knows the line it begins on."""

    line: int = 0


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> Iterator[_Lined]:
    made = _Lined()
    made.line = node.start_mark.line + 1
    yield made
    seen: set[str] = set()
    for key_node, _ in node.value:
        if key_node.value in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"“{key_node.value}” is said twice", key_node.start_mark
            )
        seen.add(key_node.value)
    made.update({str(key): value for key, value in loader.construct_mapping(node, deep=True).items()})


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_script(path: Path) -> Script:
    """Return the script in a file. Raises ScriptUnreadable naming file and line."""
    try:
        told = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    except OSError as wrong:
        raise ScriptUnreadable(f"{path}: cannot be opened: {wrong.strerror}") from wrong
    except UnicodeDecodeError as wrong:
        raise ScriptUnreadable(f"{path}: line 1: this is not text in UTF-8") from wrong
    except yaml.YAMLError as wrong:
        raise ScriptUnreadable(_where(path, wrong)) from wrong
    except ValueError as wrong:
        raise ScriptUnreadable(f"{path}: line 1: {wrong}") from wrong
    return _Reader(str(path)).script(told)


def _where(path: Path, wrong: yaml.YAMLError) -> str:
    mark = getattr(wrong, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    return f"{path}: line {line}: {getattr(wrong, 'problem', None) or 'this is not YAML'}"


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns what YAML told into a script, and says where it is wrong."""

    file: str

    def wrong(self, line: int, words: str) -> ScriptUnreadable:
        return ScriptUnreadable(f"{self.file}: line {line}: {words}")

    def script(self, told: Any) -> Script:
        if not isinstance(told, _Lined):
            raise self.wrong(1, "a script is a mapping with title, workflow, board and steps")
        self.check_keys(told, SCRIPT_KEYS, ("title", "workflow", "board", "steps"))
        workflow = self.workflow(told)
        steps = self.list_of(told, "steps")
        if not steps:
            raise self.wrong(told.line, "a script needs at least one step")
        return Script(
            file=self.file,
            title=str(told["title"]),
            workflow=workflow.key,
            board=str(told["board"]),
            steps=tuple(self.step(each, workflow) for each in steps),
            expectations=tuple(self.expectation(each, workflow) for each in self.list_of(told, "expect")),
            new_arrangements_start=self.optional_day(told, "new_arrangements_start"),
        )

    def workflow(self, told: _Lined) -> Workflow:
        try:
            return registry.workflow(str(told["workflow"]))
        except UnknownWorkflow as unknown:
            raise self.wrong(told.line, str(unknown.args[0])) from unknown

    def list_of(self, told: _Lined, key: str) -> list[_Lined]:
        items = told.get(key) or []
        if not isinstance(items, list) or not all(isinstance(item, _Lined) for item in items):
            raise self.wrong(told.line, f"“{key}” is a list of mappings")
        return items

    def check_keys(self, told: _Lined, known: set[str], needed: tuple[str, ...]) -> None:
        missing = [key for key in needed if told.get(key) is None]
        unknown = sorted(set(told) - known)
        if missing:
            raise self.wrong(told.line, f"“{missing[0]}” is missing")
        if unknown:
            raise self.wrong(told.line, f"“{unknown[0]}” is not known here. Known: {', '.join(sorted(known))}")

    def step(self, told: _Lined, workflow: Workflow) -> ScriptStep:
        self.check_keys(told, STEP_KEYS, ("step", "on", "as"))
        known = {step.key for procedure in workflow.procedures.values() for step in procedure.steps}
        if told["step"] not in known:
            raise self.wrong(told.line, f"there is no step “{told['step']}” in {workflow.title.lower()}")
        if told["as"] not in ROLES:
            raise self.wrong(told.line, f"there is no role “{told['as']}”. Roles: {', '.join(ROLES)}")
        answers = told.get("answers") or {}
        if not isinstance(answers, Mapping):
            raise self.wrong(told.line, "“answers” is a mapping from question to answer")
        refused = told.get("refused")
        return ScriptStep(
            line=told.line,
            step=str(told["step"]),
            on=self.day(told, "on"),
            role=str(told["as"]),
            answers=dict(answers),
            recorded=self.optional_day(told, "recorded"),
            refused=None if refused is None else str(refused),
        )

    def expectation(self, told: _Lined, workflow: Workflow) -> Expectation:
        self.check_keys(told, EXPECT_KEYS, ("as_at",))
        procedures = workflow.procedures.values()
        clocks = {clock.key for procedure in procedures for clock in procedure.clocks}
        steps = {step.key for procedure in procedures for step in procedure.steps}
        states = {state.key for procedure in procedures for state in procedure.states}
        self.check_named(told, "deadlines", clocks, "clock")
        self.check_named(told, "available", steps, "step")
        self.check_named(told, "refused", steps, "step")
        if told.get("state") is not None and told["state"] not in states:
            raise self.wrong(told.line, f"there is no state “{told['state']}”")
        for wanted in (told.get("deadlines") or {}).values():
            for each in wanted if isinstance(wanted, list) else [wanted]:
                self.check_deadline(told, each)
        return Expectation(told.line, self.day(told, "as_at").last, told)

    def check_named(self, told: _Lined, key: str, known: set[str], what: str) -> None:
        for name in told.get(key) or ():
            if name not in known:
                raise self.wrong(told.line, f"there is no {what} “{name}”")

    def check_deadline(self, told: _Lined, wanted: Any) -> None:
        if not isinstance(wanted, _Lined):
            raise self.wrong(told.line, "a deadline is expected as a mapping with due, status or met_on")
        self.check_keys(wanted, DEADLINE_KEYS, ())

    def day(self, told: _Lined, key: str) -> PartialDate:
        try:
            return PartialDate.parse(told[key])
        except ValueError as wrong:
            raise self.wrong(told.line, f"“{key}”: {wrong}") from wrong

    def optional_day(self, told: _Lined, key: str) -> date | None:
        return None if told.get(key) is None else self.day(told, key).last
