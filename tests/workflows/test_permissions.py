"""Who may record what has not changed by accident: the tables in tests/expected are reviewed as text.

After a change that is meant: `.venv/bin/python -m tests.workflows.permissions`, and read the difference.
"""

import pytest

from tests.workflows.permissions import FOLDER, permissions_of
from workflows.registry import workflows
from workflows.roles import ADMINISTRATOR, AUDITOR, BOARD_MEMBER


@pytest.mark.parametrize("workflow", workflows().values(), ids=lambda each: each.key)
def test_the_permissions_are_those_reviewed(workflow):
    expected = (FOLDER / f"{workflow.key}.txt").read_text(encoding="utf-8")

    assert permissions_of(workflow) == expected


def test_every_table_belongs_to_a_kind_of_review():
    assert {path.stem for path in FOLDER.iterdir()} == set(workflows())


@pytest.mark.parametrize("role", [BOARD_MEMBER, AUDITOR, ADMINISTRATOR])
def test_those_who_only_read_record_nothing(role):
    """WORKFLOWS: a board member and an auditor read; an administrator sees no case content."""
    taken = [
        step.key
        for workflow in workflows().values()
        for procedure in workflow.procedures.values()
        for step in procedure.steps
        if role in step.by
    ]

    assert taken == []
