"""The list of rules names every rule that is declared, says how sure it is, and names tests that are there."""

import re
from collections.abc import Iterator

import pytest

from tests.architecture.code import ROOT
from workflows.definition import Procedure, Source
from workflows.registry import workflows

RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
ROWS = {
    cells[0]: cells[1:]
    for cells in re.findall(r"^\| ([A-Z]+-[\w.]+) \|(.*)\|(.*)\|(.*)\|(.*)\|(.*)\|$", RULES, re.MULTILINE)
}
SURE_ENOUGH = ("read", "partly read", "source report", "our reading")
NOT_SURE = ("remembered", "not confirmed")
NOT_CARRIED_OUT = "not carried out by the system: "


def sources() -> Iterator[tuple[Procedure, str, Source]]:
    """Yield every source cited, with what cites it."""
    for workflow in workflows().values():
        for procedure in workflow.procedures.values():
            yield from ((procedure, clock.key, clock.source) for clock in procedure.clocks)
            guards = (guard for step in procedure.steps for guard in (*step.guards, *step.cautions))
            yield from ((procedure, guard.key, guard.source) for guard in guards if guard.source)


def test_every_rule_that_is_cited_is_listed():
    assert {source.rule for _, _, source in sources()} - ROWS.keys() == set()


def test_no_rule_is_listed_twice():
    listed = re.findall(r"^\| ([A-Z]+-[\w.]+) \|", RULES, re.MULTILINE)

    assert len(listed) == len(set(listed)) == len(ROWS)


def test_every_test_that_is_named_is_there():
    named = re.findall(r"`(tests/[\w./-]+)`(?: `(test_\w+)`)?", RULES)
    missing = [
        f"{path} {test}"
        for path, test in named
        if not (ROOT / path).exists() or (test and f"def {test}(" not in (ROOT / path).read_text(encoding="utf-8"))
    ]

    assert named
    assert missing == []


@pytest.mark.parametrize("rule", ROWS)
def test_a_rule_says_where_it_is_from_how_sure_it_is_and_what_becomes_of_it(rule):
    says, source, sure, carried_out, _ = (cell.strip() for cell in ROWS[rule])

    assert says
    assert source
    assert sure in SURE_ENOUGH + NOT_SURE
    assert carried_out.removeprefix(NOT_CARRIED_OUT)


@pytest.mark.parametrize("rule", sorted({source.rule for _, _, source in sources()}))
def test_a_rule_that_gives_a_date_or_refuses_a_step_is_covered_by_a_test(rule):
    carried_out, covered = (cell.strip() for cell in ROWS[rule][3:])

    assert not carried_out.startswith(NOT_CARRIED_OUT)
    assert covered.startswith("`tests/")


def test_a_rule_nobody_has_read_is_marked_wherever_it_is_cited():
    unmarked = {
        f"{source.rule} in {procedure.workflow} {procedure.regime}: {key}"
        for procedure, key, source in sources()
        if source.confirmed and ROWS[source.rule][2].strip() in NOT_SURE
    }

    assert unmarked == set()


@pytest.mark.parametrize("key", sorted({clock.key for procedure, *_ in sources() for clock in procedure.clocks}))
def test_every_clock_is_named_by_the_rule_it_carries_out(key):
    rules = {source.rule for _, cited_by, source in sources() if cited_by == key}

    assert any(f"`{key}`" in ROWS[rule][3] for rule in rules)
