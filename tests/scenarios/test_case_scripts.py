"""Whole cases told as scripts: those kept here, and the real ones where they lie beside the project."""

from datetime import date
from pathlib import Path

import pytest

from webapp.demonstration.reviews import scripts
from webapp.replaying import replay
from webapp.scripts import read_script
from workflows.registry import workflows

HERE = Path(__file__).parent
BESIDE = HERE.parents[1].parent / "shared" / "cases"
SCRIPTS = [*sorted((HERE / "cases").glob("*.yaml")), *sorted(BESIDE.glob("*.yaml"))]

WED_18_NOV_2026 = date(2026, 11, 18)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_what_a_script_expects_is_so(path, session):
    replayed = replay(session, read_script(path))

    assert [f"line {failure.line}: {failure.words}" for failure in replayed.failures] == []


@pytest.mark.parametrize("script", list(scripts(WED_18_NOV_2026)), ids=lambda script: script.title)
def test_an_invented_review_can_be_told(script, session):
    replayed = replay(session, script)

    assert [failure.words for failure in replayed.failures] == []


def test_the_invented_reviews_leave_a_case_in_every_state(session):
    cases = [replay(session, script).case for script in scripts(WED_18_NOV_2026)]
    populated = {(case.workflow_key, case.state) for case in cases if case}

    for key in ("serious_case_review", "practice_review"):
        newest = list(workflows()[key].procedures.values())[-1]
        wanted = {(key, state.key) for state in newest.states if key == "serious_case_review"}
        assert wanted <= populated
