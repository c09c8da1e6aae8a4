"""The pages about reminders in a real browser: read by everyone, wide and narrow, and answered without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from models.panels.duties import TITLES
from tests.browser.axe import violations

PATHS = [
    "/cases/{Child_CG}/reminders",
    "/account/reminders",
    "/reminders/ladders/",
    "/reminders/ladders/WYR",
    "/reminders/ladders/WYR/practice_review/rapid_review",
    "/reminders/ladders/WYR/practice_review/agency_report",
]


@pytest.mark.parametrize("path", PATHS)
def test_the_pages_about_reminders_can_be_read_by_everyone(page, narrow_page, site, sign_in, path):
    for opened in (page, narrow_page):
        sign_in(opened, "business.manager").goto(site.at(path))
        opened.locator("details").evaluate_all("folded => folded.forEach(each => { each.open = true })")
        assert violations(opened) == []
    assert narrow_page.evaluate("document.documentElement.scrollWidth") <= 320


PANEL = "/reminders/ladders/WNP"


@pytest.mark.parametrize("path", [PANEL, *(f"{PANEL}/panel_duties/{kind}" for kind in TITLES)])
def test_the_ladders_of_what_a_panel_owes_can_be_read_by_everyone(page, narrow_page, site, sign_in, path):
    for opened in (page, narrow_page):
        sign_in(opened, "cdop.coordinator").goto(site.at(path))
        opened.locator("details").evaluate_all("folded => folded.forEach(each => { each.open = true })")
        assert violations(opened) == []
    assert narrow_page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_panel_chooses_who_hears_beside_whoever_was_asked(page, plain_page, site, sign_in):
    for opened in (page, plain_page):
        sign_in(opened, "cdop.coordinator").goto(site.at(f"{PANEL}/panel_duties/action"))
        first = opened.get_by_role("region", name="5 working days before")
        first.get_by_label("Whoever sees to it").uncheck()
        first.get_by_label("Chair of the child death overview panel").check()
        opened.get_by_role("button", name="Save").click()

        refusal = opened.get_by_role("link", name="Choose whoever sees to it as well: it is theirs to do")
        expect(refusal).to_be_visible()
    assert violations(page) == []

    page.get_by_role("region", name="5 working days before").get_by_label("Whoever sees to it").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The ladder has been changed")).to_be_visible()


def test_what_a_board_may_not_choose_is_refused_beside_its_box(page, site, sign_in):
    sign_in(page, "business.manager").goto(site.at(PATHS[-1]))
    page.get_by_label("A reminder, in working days before the day it is due").fill("90")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("link", name="Choose from 1 to 20 working days")).to_be_visible()
    assert violations(page) == []


def test_whom_a_board_may_not_leave_out_is_refused_beside_its_boxes(page, site, sign_in):
    sign_in(page, "business.manager").goto(site.at(PATHS[-2]))
    last = page.get_by_role("region", name="It goes up 10 working days after")
    last.get_by_label("Subgroup chair").check()
    last.get_by_label("Safeguarding partner").uncheck()
    page.get_by_role("button", name="Save").click()

    refusal = "A limit of the guidance stays with one of ours: choose safeguarding partner as well"
    expect(page.get_by_role("link", name=refusal)).to_be_visible()
    assert violations(page) == []


def test_a_ladder_is_opened_without_a_script(plain_page, site, sign_in):
    sign_in(plain_page, "business.manager").goto(site.at("/reminders/ladders/WYR"))
    opened = plain_page.locator("details", has_text="Send the rapid review to the Panel")
    change = opened.get_by_text("Change this ladder")
    expect(change).to_be_hidden()
    plain_page.get_by_text("Send the rapid review to the Panel", exact=True).click()
    expect(change).to_be_visible()


def test_an_agency_lead_answers_on_the_page_of_what_is_asked(page, narrow_page, site, sign_in):
    for opened in (narrow_page, page):
        sign_in(opened, "agency.lead")
        opened.locator("main table a[href^='/cases/']").first.click()
        expect(opened.get_by_role("heading", name="Reminders of these dates")).to_be_visible()
        assert violations(opened) == []
    assert narrow_page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("link", name="Remind me later").first.click()
    page.get_by_role("button", name="Remind me later").click()
    expect(page.get_by_role("link", name="Say why it can wait")).to_be_visible()
    assert violations(page) == []
