"""The reference pages are made from the declarations and leave nothing out."""

import pytest

from workflows.reference import pages, reference
from workflows.registry import procedure, workflows

PROCEDURES = [each for workflow in workflows().values() for each in workflow.procedures.values()]


@pytest.mark.parametrize("declared", PROCEDURES, ids=lambda each: f"{each.workflow}-{each.regime}")
def test_every_state_step_and_clock_is_on_the_page(declared):
    page = pages()[f"{declared.workflow}-{declared.regime}.md"]

    missing = [
        each.key for each in (*declared.states, *declared.steps, *declared.clocks) if f"`{each.key}`" not in page
    ]

    assert missing == []


def test_a_rule_nobody_has_read_at_its_source_is_marked():
    """DOMAIN 14: T-1.10 is remembered and not read."""
    page = reference(procedure("serious_case_review", "WT2015"))

    assert "pre_publication_copy" in {each.clock.key for each in page.not_confirmed}
    assert "decision" not in {each.clock.key for each in page.not_confirmed}


def test_a_step_says_what_must_be_true_first_and_where_that_comes_from():
    page = reference(procedure("serious_case_review", "WT2013"))
    steps = {each.step.key: each for _, group in page.steps for each in group}

    assert any("R-1.3" in guard for guard in steps["decide_not_to_review"].guards)
    assert steps["publish_report"].held_as == "publication"
    assert steps["transfer_case"].moves.startswith("While the case is open")


def test_what_can_be_held_says_what_it_stops_and_where_the_case_stands_meanwhile():
    """DOMAIN 6.2, WORKFLOWS 4."""
    holds = {each.words: each for each in reference(procedure("serious_case_review", "WT2015")).holds}

    assert holds["Publication"].stands_in == "Publication on hold"
    assert holds["The review"].over == ("Gathering information", "Analysis", "Drafting the report")
    assert holds["Contact with the family"].stops == ("Record contact with the family",)
    assert holds["Contact with the family"].over == ()
