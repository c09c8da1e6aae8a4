"""The pages of messages and of the engine in a real browser: wide, narrow and without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations

PAGES = (
    ("subgroup.chair", "/messages/"),
    ("subgroup.chair", "/messages/demonstration"),
    ("business.manager", "/messages/failed"),
    ("business.manager", "/account/messages"),
    ("administrator", "/engine"),
)


@pytest.mark.parametrize(("role", "path"), PAGES, ids=[path for _, path in PAGES])
def test_the_pages_of_messages_can_be_read_by_everyone(page, narrow_page, site, sign_in, role, path):
    for opened in (page, narrow_page):
        sign_in(opened, role).goto(site.at(path))
        assert violations(opened) == []
    assert narrow_page.evaluate("document.documentElement.scrollWidth") <= 320


def test_how_i_am_told_is_chosen_without_a_script(plain_page, site, sign_in):
    sign_in(plain_page, "board.member").goto(site.at("/account/messages"))
    plain_page.get_by_label("At once, as each thing comes up").check()
    plain_page.get_by_role("button", name="Save").click()

    expect(plain_page.get_by_text("You will be told as you have chosen")).to_be_visible()
