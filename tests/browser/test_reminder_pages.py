"""The pages about reminders in a real browser: read by everyone, wide and narrow, and answered without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations

PATHS = [
    "/cases/{Child_CG}/reminders",
    "/account/reminders",
    "/reminders/ladders/",
    "/reminders/ladders/WYR",
    "/reminders/ladders/WYR/practice_review/agency_report",
]


@pytest.mark.parametrize("path", PATHS)
def test_the_pages_about_reminders_can_be_read_by_everyone(page, narrow_page, site, sign_in, path):
    for opened in (page, narrow_page):
        sign_in(opened, "business.manager").goto(site.at(path))
        assert violations(opened) == []
    assert narrow_page.evaluate("document.documentElement.scrollWidth") <= 320


def test_what_a_board_may_not_choose_is_refused_beside_its_box(page, site, sign_in):
    sign_in(page, "business.manager").goto(site.at(PATHS[-1]))
    page.get_by_label("A reminder, in working days before the day it is due").fill("90")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("link", name="Choose from 1 to 20 working days")).to_be_visible()
    assert violations(page) == []
