"""Every page in a real browser: wide, narrow and without JavaScript, and what somebody does there in a day."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from webapp.demonstration.people import PASSWORD
from workflows.dates import london_day

PAGES = (
    ("business.manager", "/worklist/"),
    ("business.manager", "/worklist/?only=late&words=child"),
    ("business.manager", "/cases/{Child_BR}"),
    ("business.manager", "/cases/{Child_AF}"),
    ("business.manager", "/cases/{Child_AB}"),
    ("business.manager", "/cases/{Child_BR}/agencies"),
    ("business.manager", "/cases/{Child_BR}/report"),
    ("business.manager", "/cases/{Child_AF}/learning"),
    ("business.manager", "/cases/{Child_BR}/people"),
    ("business.manager", "/cases/{Child_BR}/about"),
    ("business.manager", "/cases/{Child_BR}/steps"),
    ("business.manager", "/cases/{Child_CB}/steps/notify_panel"),
    ("board.chair", "/cases/{Child_BR}/steps/authorise_hold"),
    ("board.chair", "/cases/{Child_BD}/steps/decide_to_review"),
    ("business.manager", "/cases/{Child_BR}/events/1/correct"),
    ("business.manager", "/cases/new"),
    ("business.manager", "/cases/{Child_BR}?as_at=2019-08-01"),
    ("business.manager", "/account"),
    ("agency.lead", "/worklist/"),
    ("agency.lead", "/cases/{Child_CG}/asked"),
    ("administrator", "/people/"),
    ("administrator", "/boards/"),
    ("panel.member", "/account/actions"),
    ("business.manager", "/account/deputies"),
    ("business.manager", "/account/deputies/new"),
    ("business.manager", "/account/calendar"),
    ("business.manager", "/cases/{Child_BR}/what-if?step=release_hold&on-day=1&on-month=6&on-year=2027"),
    ("business.manager", "/demonstration/clock"),
    ("administrator", "/bank-holidays/"),
    ("administrator", "/bank-holidays/new"),
)


@pytest.mark.parametrize(("role", "path"), PAGES, ids=[f"{role} {path}" for role, path in PAGES])
def test_a_page_can_be_read_by_everyone(page, site, sign_in, role, path):
    sign_in(page, role)

    answer = page.goto(site.at(path))

    assert answer is not None
    assert answer.status == 200
    assert violations(page) == []


@pytest.mark.parametrize(("role", "path"), PAGES, ids=[f"{role} {path}" for role, path in PAGES])
def test_a_page_fits_a_narrow_screen(narrow_page, site, sign_in, role, path):
    sign_in(narrow_page, role)

    narrow_page.goto(site.at(path))

    assert narrow_page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(narrow_page) == []


def test_somebody_signs_in_and_out_by_the_pages_for_it(page, site):
    page.goto(site.at("/"))
    assert violations(page) == []
    page.get_by_label("E-mail address").fill(site.email_of("business.manager"))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Worklist")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_text("You have signed out.")).to_be_visible()
    page.goto(site.at("/worklist/"))
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_what_came_in_the_post_is_recorded_without_javascript(plain_page, site, sign_in):
    """From the worklist to the case and back with one step more, by half a reference."""
    sign_in(plain_page, "business.manager")
    plain_page.get_by_label("Reference or pseudonym").fill("child cb")
    plain_page.get_by_role("button", name="Show these").click()
    plain_page.get_by_role("link", name=site.cases["Child CB"]).click()
    plain_page.goto(site.at("/cases/{Child_CB}/steps/tell_partners"))
    plain_page.get_by_role("button", name="Record").click()

    expect(plain_page.get_by_role("heading", name="There is a problem")).to_be_visible()
    plain_page.get_by_label("Today").check()
    today = london_day(site.clock())
    told = plain_page.get_by_role("group", name="When they were told")
    for box, typed in (("Day", today.day), ("Month", today.month), ("Year", today.year)):
        told.get_by_label(box, exact=True).fill(str(typed))
    plain_page.get_by_role("button", name="Record").click()

    plain_page.wait_for_url(f"**/cases/{site.cases['Child CB']}")
    expect(plain_page.get_by_role("heading", name="Safeguarding partners told").first).to_be_visible()


def test_filters_are_folded_away_where_they_would_stand_above_the_list(page, narrow_page, plain_page, site, sign_in):
    """On a telephone the cases come first; beside the list, and without JavaScript, the filters stay open."""
    half = "Reference or pseudonym"
    for each, seen in ((page, True), (narrow_page, False), (plain_page, True)):
        sign_in(each, "business.manager")
        each.goto(site.at("/worklist/"))

        expect(each.get_by_label(half)).to_be_visible(visible=seen)

    narrow_page.get_by_text("Narrow the list").click()
    expect(narrow_page.get_by_label(half)).to_be_visible()


def test_the_worklist_fits_a_sheet_of_paper_and_a_tablet(page, site, sign_in):
    """A4 upright is about 750 pixels wide between its margins."""
    sign_in(page, "business.manager")
    for width, medium in ((750, "print"), (700, "screen"), (800, "screen")):
        page.emulate_media(media=medium)
        page.set_viewport_size({"width": width, "height": 1000})
        page.goto(site.at("/worklist/"))

        assert page.evaluate("document.documentElement.scrollWidth") <= width, medium


def test_no_tag_of_a_list_runs_into_the_next_column(page, site, sign_in):
    """At the width of a desk, where the filters stand beside the list."""
    for role, path in (("business.manager", "/worklist/"), ("cdop.coordinator", "/child-deaths/")):
        sign_in(page, role)
        page.set_viewport_size({"width": 1280, "height": 1000})
        page.goto(site.at(path))

        beyond = page.eval_on_selector_all(
            "td .govuk-tag",
            "tags => tags.filter(tag => tag.getBoundingClientRect().right"
            " > tag.closest('td').getBoundingClientRect().right).map(tag => tag.innerText)",
        )
        assert beyond == [], path
        page.context.clear_cookies()


def test_why_this_date_opens_in_place(page, site, sign_in):
    sign_in(page, "board.member")
    page.goto(site.at("/cases/{Child_BR}"))

    page.get_by_text("Why this date?").first.click()

    expect(page.get_by_text("Not done yet").first).to_be_visible()


def test_a_case_of_another_board_is_not_there(page, site, sign_in):
    sign_in(page, "administrator")

    answer = page.goto(site.at("/cases/{Child_BR}"))

    assert answer is not None
    assert answer.status == 404
    assert violations(page) == []


def test_a_bank_holiday_announced_late_is_checked_accepted_and_taken_back(narrow_page, site, sign_in):
    sign_in(narrow_page, "administrator")
    narrow_page.goto(site.at("/bank-holidays/new"))
    for box, typed in (("Day", "6"), ("Month", "1"), ("Year", "2027")):
        narrow_page.get_by_label(box, exact=True).fill(typed)
    narrow_page.get_by_label("What is it called?").fill("Day of mourning")
    narrow_page.get_by_label("Where was it announced?").fill("London Gazette")
    narrow_page.get_by_role("button", name="Show what it would move").click()

    expect(narrow_page.get_by_role("heading", name="Check what would move")).to_be_visible()
    assert violations(narrow_page) == []
    narrow_page.get_by_role("button", name="Accept this bank holiday").click()

    narrow_page.get_by_role("link", name="Take it back").click()
    assert violations(narrow_page) == []
    narrow_page.get_by_label("Why is it taken back?").fill("The notice was for Scotland")
    narrow_page.get_by_role("button", name="Take it back").click()
    expect(narrow_page.get_by_text("The notice was for Scotland")).to_be_visible()


def test_the_address_of_a_calendar_can_be_read_at_any_width(narrow_page, site, sign_in):
    sign_in(narrow_page, "board.member")
    narrow_page.goto(site.at("/account/calendar"))
    narrow_page.get_by_role("button", name="Get an address").click()

    expect(narrow_page.get_by_label("Address")).to_be_visible()
    assert narrow_page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(narrow_page) == []
