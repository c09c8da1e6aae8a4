"""The list of rules names every rule that is declared, and the tests it names are there."""

import re

from tests.architecture.code import ROOT
from workflows.registry import workflows

RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
LISTED = set(re.findall(r"^\| ([A-Z]+-[\w.]+) \|", RULES, re.MULTILINE))


def test_every_rule_that_is_cited_is_listed():
    procedures = [each for workflow in workflows().values() for each in workflow.procedures.values()]
    sources = [clock.source for procedure in procedures for clock in procedure.clocks]
    guards = [guard for procedure in procedures for step in procedure.steps for guard in step.guards]
    cited = {source.rule for source in [*sources, *(guard.source for guard in guards if guard.source)]}

    assert cited - LISTED == set()


def test_every_test_that_is_named_is_there():
    named = re.findall(r"`(tests/[\w./-]+)`(?: `(test_\w+)`)?", RULES)
    missing = [
        f"{path} {test}"
        for path, test in named
        if not (ROOT / path).exists() or (test and f"def {test}(" not in (ROOT / path).read_text(encoding="utf-8"))
    ]

    assert named
    assert missing == []
