"""Every kind of review has a reference page under each of its editions, made from its declaration."""

from __future__ import annotations

import pytest

from tests.webapp.client import links_of, main_words
from workflows.registry import workflows

PROCEDURES = [(workflow.key, regime) for workflow in workflows().values() for regime in workflow.procedures]


@pytest.fixture
def browser(somebody, as_):
    return as_(somebody("member@example.org", "board_member"))


@pytest.mark.parametrize(("workflow_key", "regime_key"), PROCEDURES)
def test_every_edition_has_its_page(browser, workflow_key, regime_key):
    page = browser.get(f"/reference/{workflow_key}/{regime_key}")

    words = main_words(page)
    assert page.status_code == 200
    assert "Dates that follow" in words
    assert "What can be recorded" in words


def test_all_of_them_are_listed(browser):
    links = links_of(browser.get("/reference"))

    assert {f"/reference/{workflow}/{regime}" for workflow, regime in PROCEDURES} <= set(links.values())


def test_what_nobody_has_read_at_its_source_is_named(browser):
    words = main_words(browser.get("/reference/serious_case_review/WT2015"))

    assert "Not confirmed at their source." in words
    assert "Tell the national bodies the decision (T-1.4)" in words


@pytest.mark.parametrize("address", ["/reference/dance/WT2015", "/reference/serious_case_review/WT1066"])
def test_there_is_no_page_for_what_was_never_declared(browser, address):
    assert browser.get(address).status_code == 404
