"""Importing child deaths and the national return, in a real browser: each page readable by all, wide, narrow, plain."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.axe import violations
from tests.models.child_death_files import OPEN, a_file, a_row


def choose(page: Page, site, *rows) -> Page:
    """Open the page of imports and send a file of these rows."""
    page.goto(site.at("/child-deaths/import/"))
    page.get_by_label("Whose deaths these are").select_option(index=1)
    content = FilePayload(name="deaths.csv", mimeType="text/csv", buffer=a_file(*rows).getvalue())
    page.get_by_label("The file").set_input_files(content)
    page.get_by_role("button", name="Show what it would do").click()
    return page


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") <= 320)


@pytest.mark.parametrize(
    "path",
    [
        "/child-deaths/import/",
        "/child-deaths/return/",
        "/child-deaths/return/2015-16",
        "/child-deaths/return/2015-16/enter",
    ],
)
def test_the_pages_can_be_read_by_everyone(page, narrow_page, site, sign_in, path):
    for opened in (page, narrow_page):
        sign_in(opened, "cdop.coordinator").goto(site.at(path))
        assert violations(opened) == []
    assert fits(narrow_page)


def test_a_file_is_looked_at_and_given_up_on_a_narrow_screen(narrow_page, site, sign_in):
    refused = a_row(cdop_ref="N-2", sex="boy", died_on="2016-08-31")
    choose(sign_in(narrow_page, "cdop.coordinator"), site, a_row(cdop_ref="N-1"), refused)

    expect(narrow_page.get_by_role("heading", name="Check what the file would do")).to_be_visible()
    assert violations(narrow_page) == []
    assert fits(narrow_page)
    narrow_page.get_by_role("link", name="Refused", exact=True).click()
    expect(narrow_page.get_by_text("This is not in the list")).to_be_visible()
    assert violations(narrow_page) == []
    narrow_page.get_by_role("button", name="Give it up").click()

    expect(narrow_page.get_by_role("heading", name="The import was given up")).to_be_visible()


def test_a_file_is_recorded_without_javascript(plain_page, site, sign_in):
    choose(sign_in(plain_page, "cdop.coordinator"), site, a_row(OPEN, cdop_ref="P-1"))
    plain_page.get_by_role("button", name="Record 1 death").click()

    expect(plain_page.get_by_role("heading", name="The import is finished")).to_be_visible()
    expect(plain_page.get_by_text("The file has been removed. Each death is a case now")).to_be_visible()


def test_a_file_that_is_no_csv_is_explained_where_it_is_chosen(page, site, sign_in):
    sign_in(page, "cdop.coordinator").goto(site.at("/child-deaths/import/"))
    page.get_by_label("Whose deaths these are").select_option(index=1)
    packed = b"PK\x03\x04" + bytes(500)
    workbook = FilePayload(name="deaths.xlsx", mimeType="application/octet-stream", buffer=packed)
    page.get_by_label("The file").set_input_files(workbook)
    page.get_by_role("button", name="Show what it would do").click()

    assert violations(page) == []
    page.get_by_role("link", name="This is a workbook").click()
    expect(page.get_by_label("The file")).to_be_focused()
