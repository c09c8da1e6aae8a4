"""The fixed vocabulary is declared whole: case scripts, imports and other people’s data use these keys."""

import re
from collections.abc import Iterator

import pytest
import yaml

from tests.workflows.vocabulary import KEEPING, SPECIFICATION, vocabulary_of
from workflows.definition import Step
from workflows.registry import workflows

VOCABULARY = yaml.safe_load(KEEPING.read_text(encoding="utf-8"))
REGIME = re.compile(r"WT\d{4}")


def declared_steps(workflow: str, key: str) -> Iterator[Step]:
    """Yield the step as each edition has it."""
    for procedure in workflows()[workflow].procedures.values():
        if key in procedure.steps_by_key:
            yield procedure.step(key)


STATES = [(workflow, state) for workflow, told in VOCABULARY.items() for state in told["states"]]
STEPS = [(workflow, key, step) for workflow, told in VOCABULARY.items() for key, step in told["steps"].items()]
CLOCKS = [(workflow, key, regimes) for workflow, told in VOCABULARY.items() for key, regimes in told["clocks"].items()]


@pytest.mark.parametrize(("workflow", "state"), STATES)
def test_every_state_is_declared_in_every_edition(workflow, state):
    missing = [
        regime
        for regime, procedure in workflows()[workflow].procedures.items()
        if state not in procedure.states_by_key and not (state == "awaiting_meeting" and regime != "CDR2018")
    ]

    assert missing == []


@pytest.mark.parametrize(("workflow", "key", "told"), STEPS, ids=[f"{each[0]}-{each[1]}" for each in STEPS])
class TestEveryStep:
    def test_is_declared(self, workflow, key, told):
        assert list(declared_steps(workflow, key))

    def test_leads_where_it_must(self, workflow, key, told):
        assert told["after"] in {step.after for step in declared_steps(workflow, key)}

    def test_may_be_taken_by_those_named(self, workflow, key, told):
        for step in declared_steps(workflow, key):
            assert set(told["by"]) <= set(step.by)

    def test_asks_what_it_must(self, workflow, key, told):
        for step in declared_steps(workflow, key):
            asked = {question.key: question.required for question in step.asks}
            assert told["asks"].items() <= asked.items()

    def test_requires_nothing_else(self, workflow, key, told):
        """A script written from the vocabulary alone must be accepted."""
        if told["asks"]:
            for step in declared_steps(workflow, key):
                required = {question.key for question in step.asks if question.required}
                assert required <= told["asks"].keys()


@pytest.mark.parametrize(("workflow", "key", "regimes"), CLOCKS, ids=[f"{each[0]}-{each[1]}" for each in CLOCKS])
def test_every_clock_runs_in_its_editions(workflow, key, regimes):
    procedures = workflows()[workflow].procedures
    running = {regime for regime, procedure in procedures.items() if key in procedure.clocks_by_key}

    assert running == set(_editions(regimes, list(procedures))) if regimes else running


def _editions(written: str, in_order: list[str]) -> list[str]:
    """Return the editions written as `all`, as a list, or as the first and the last."""
    named = REGIME.findall(written)
    if written == "all":
        return in_order
    return in_order[in_order.index(named[0]) : in_order.index(named[1]) + 1] if " - " in written else named


def test_the_copy_kept_here_is_the_vocabulary_as_fixed():
    """Beside the project only while it is being built; the copy is what counts anywhere else."""
    fixed = vocabulary_of(SPECIFICATION.read_text(encoding="utf-8")) if SPECIFICATION.exists() else VOCABULARY

    assert fixed == VOCABULARY
