"""The coordinator’s pages for a death in a real browser: each readable by all, wide, narrow and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from webapp.demonstration.children import BEGUN

COORDINATOR = "cdop.coordinator"
PAGES = (
    "/child-deaths/",
    "/child-deaths/new",
    f"/child-deaths/new/{BEGUN}",
    *(f"/child-deaths/new/{BEGUN}/{key}" for key in ("notification", "child", "expected", "siblings", "agencies")),
    f"/child-deaths/new/{BEGUN}/check",
    f"/child-deaths/new/{BEGUN}/throw-away",
    "/child-deaths/pairs/",
)


@pytest.mark.parametrize("path", PAGES)
def test_each_page_can_be_read_by_everyone(page, narrow_page, site, sign_in, path):
    for opened in (page, narrow_page):
        sign_in(opened, COORDINATOR).goto(site.at(path))
        assert violations(opened) == []
    assert narrow_page.evaluate("document.documentElement.scrollWidth") <= 320


def pair(page: Page, site) -> Page:
    """Open the pair of records that the demonstration has of one child."""
    page.goto(site.at("/child-deaths/pairs/"))
    page.locator("main table a").first.click()
    expect(page.get_by_role("heading", name="Is this one child?")).to_be_visible()
    return page


def test_two_records_are_compared_side_by_side(page, narrow_page, site, sign_in):
    for opened in (page, narrow_page):
        pair(sign_in(opened, COORDINATOR), site)
        assert violations(opened) == []
        opened.get_by_role("button", name="Show both side by side").click()
        expect(opened.get_by_text("Sandmeer")).to_be_visible()
        assert violations(opened) == []
    assert narrow_page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_merge_is_checked_first(narrow_page, site, sign_in):
    pair(sign_in(narrow_page, "designated.doctor"), site)
    narrow_page.get_by_role("button", name="Merge the two").click()
    assert violations(narrow_page) == []
    narrow_page.locator("main input[type=radio]").first.check()
    narrow_page.get_by_role("button", name="Continue").click()

    expect(narrow_page.get_by_role("heading", name="Check before you merge")).to_be_visible()
    assert violations(narrow_page) == []


def test_who_the_child_is_is_opened_on_purpose(page, narrow_page, site, sign_in):
    for opened in (page, narrow_page):
        pair(sign_in(opened, COORDINATOR), site)
        opened.locator("main table a").first.click()
        assert violations(opened) == []
        opened.get_by_role("link", name="The child", exact=True).click()
        assert violations(opened) == []
        opened.get_by_role("button", name="Show who the child is").click()
        expect(opened.get_by_text("Sky Sandmere")).to_have_count(2)
        assert violations(opened) == []
    assert narrow_page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_death_is_notified_without_javascript(plain_page, site, sign_in):
    page = sign_in(plain_page, COORDINATOR)
    page.goto(site.at("/child-deaths/new"))
    page.get_by_label("Wyremouth Safeguarding").check()
    page.get_by_role("button", name="Begin").click()
    fill_day(page, "When the panel was notified", 2025, 11, 2)
    go_on(page)
    page.get_by_label("Surname").fill("Ashdrift")
    fill_day(page, "Date of birth", 2025, 9, 1)
    page.get_by_label("Female", exact=True).check()
    go_on(page)
    page.get_by_label("Area where the child normally lived").fill("Wyremouth")
    go_on(page)
    fill_day(page, "When the child died", 2025, 8, 1)
    go_on(page)
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    fill_day(page, "When the child died", 2025, 11, 1)
    go_on(page)
    page.get_by_role("group", name="Was the death expected?").get_by_label("Yes").check()
    page.get_by_role("button", name="Save and see all pages").click()
    page.get_by_role("button", name="Check and record").click()
    page.get_by_role("button", name="Record the death").click()

    expect(page.get_by_text("The death is recorded. Its reference is WYR-")).to_be_visible()


def fill_day(page: Page, question: str, year: int, month: int, day: int) -> None:
    group = page.get_by_role("group", name=question)
    for box, written in (("Day", day), ("Month", month), ("Year", year)):
        group.get_by_label(box).fill(str(written))


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Save and continue").click()
