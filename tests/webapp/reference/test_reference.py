"""The reference pages show every edition of every review, drawn and in words, with what is not confirmed."""

import pytest

from tests.webapp.client import main_words
from workflows.registry import workflows

EDITIONS = [
    (workflow.key, regime, procedure)
    for workflow in workflows().values()
    for regime, procedure in workflow.procedures.items()
]


@pytest.mark.parametrize(
    ("workflow", "regime", "procedure"), EDITIONS, ids=[f"{each[0]}-{each[1]}" for each in EDITIONS]
)
def test_every_edition_has_a_page_with_all_its_states_and_steps(workflow, regime, procedure, as_, somebody):
    page = main_words(as_(somebody()).get(f"/reference/{workflow}/{regime}"))

    assert [state.key for state in procedure.states if state.words not in page] == []
    assert [step.key for step in procedure.steps if step.title not in page] == []


def test_the_drawing_is_also_told_in_words(as_, somebody):
    page = main_words(as_(somebody()).get("/reference/serious_case_review/WT2015"))

    assert "The diagram in words" in page
    assert "Return the report: to “Drafting the report”" in page
    assert "From everywhere while the case is open: Transfer the case" in page


def test_an_edition_nobody_has_read_says_so(as_, somebody):
    """DOMAIN 0.1: the edition of 2026 ships with the figures of 2023, visibly not confirmed."""
    page = main_words(as_(somebody()).get("/reference/practice_review/WT2026"))

    assert "Not confirmed at their source" in page


@pytest.mark.parametrize("address", ["/reference/serious_case_review/WT1066", "/reference/audit/WT2015"])
def test_there_is_no_page_for_what_there_is_not(address, as_, somebody):
    assert as_(somebody()).get(address).status_code == 404
