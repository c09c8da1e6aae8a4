"""The public notification, the queue and the reporting forms in a real browser: wide, narrow and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.site import Site

COORDINATOR, LEAD = "cdop.coordinator", "agency.lead"
PAGES = (
    ("", "/notify-a-death"),
    *(("", f"/notify-a-death/form/{page}") for page in ("child", "home", "death", "birth", "family", "notifier")),
    (COORDINATOR, "/child-deaths/queue"),
    (COORDINATOR, "/child-deaths/queue/1"),
    (COORDINATOR, "/child-deaths/queue/1/join"),
    (COORDINATOR, "/child-deaths/queue/1/refuse"),
    (COORDINATOR, "/child-deaths/queue/1/compare?case={A_death}"),
    (COORDINATOR, "/child-deaths/{A_death}/requests"),
    (COORDINATOR, "/child-deaths/{A_death}/requests/new"),
    (COORDINATOR, "/child-deaths/{A_death}/requests/{A_form}/not-coming"),
    (LEAD, "/cases/{A_death}/asked"),
    (LEAD, "/child-deaths/{A_death}/forms/{A_form}"),
    (LEAD, "/child-deaths/{A_death}/forms/{A_form}/child"),
    (LEAD, "/child-deaths/{A_death}/forms/{A_form}/involvement/1"),
    (LEAD, "/child-deaths/{A_death}/forms/{A_form}/involvement/2"),
    (LEAD, "/child-deaths/{A_death}/forms/{A_form}/family/1"),
    (LEAD, "/child-deaths/{A_death}/forms/{A_form}/check"),
)


def go(page: Page, site: Site, sign_in, role: str, path: str):
    if role:
        sign_in(page, role)
    return page.goto(site.at(path))


@pytest.mark.parametrize(("role", "path"), PAGES, ids=[f"{role} {path}" for role, path in PAGES])
def test_a_page_can_be_read_by_everyone(page, site, sign_in, role, path):
    answer = go(page, site, sign_in, role, path)

    assert answer is not None
    assert answer.status == 200
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(page) == []


def answer_day(page: Page, group: str, day: str) -> None:
    boxes = page.get_by_role("group", name=group)
    for label, typed in zip(("Day", "Month", "Year"), day.split(), strict=True):
        boxes.get_by_label(label, exact=True).fill(typed)


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Continue").click()


def write(page: Page) -> None:
    """Fill in what a notification needs, page by page from the first, as far as the page on which it is checked."""
    page.get_by_label("Surname").fill("Example")
    page.get_by_label("Forenames").fill("Kit")
    answer_day(page, "Date of birth", "1 2 2020")
    page.get_by_role("group", name="Sex").get_by_label("Male", exact=True).check()
    go_on(page)
    page.get_by_label("Area where the child normally lived").select_option("Wyremouth")
    go_on(page)
    answer_day(page, "Date of death", "3 4 2024")
    page.get_by_role("group", name="Was the death expected?").get_by_label("No", exact=True).check()
    go_on(page)
    page.get_by_label("What happened").fill("Found in the garden")
    go_on(page)
    go_on(page)
    for label, typed in (("Your name", "Dr Invented"), ("Your role", "Doctor"), ("Your agency", "A hospital")):
        page.get_by_label(label).fill(typed)
    page.get_by_label("Telephone").fill("01632 960 119")
    page.get_by_label("E-mail address").fill("kit@hospital.example")
    go_on(page)


def test_a_death_is_notified_without_javascript_and_nothing_typed_is_lost(plain_page, site):
    plain_page.goto(site.at("/notify-a-death"))
    plain_page.get_by_role("button", name="Start").click()
    plain_page.get_by_label("Surname").fill("Example")
    go_on(plain_page)

    expect(plain_page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(plain_page.get_by_label("Surname")).to_have_value("Example")
    write(plain_page)

    expect(plain_page.get_by_role("heading", name="Check before you send")).to_be_visible()
    expect(plain_page.get_by_text("Found in the garden")).to_be_visible()
    plain_page.get_by_role("button", name="Send and get a code").click()

    expect(plain_page.get_by_role("heading", name="Enter the code we have sent you")).to_be_visible()
    expect(plain_page.get_by_text("Example", exact=True)).to_have_count(0)


def test_the_pages_after_it_can_be_read_by_everyone(page, site):
    page.goto(site.at("/notify-a-death/form"))
    go_on(page)
    assert violations(page) == []
    write(page)
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(page) == []
    page.get_by_role("button", name="Send and get a code").click()

    assert violations(page) == []
    page.get_by_role("link", name="send a new code").click()
    assert violations(page) == []


def test_an_answer_asks_for_more_without_javascript(plain_page, site, sign_in):
    sign_in(plain_page, LEAD)
    plain_page.goto(site.at("/child-deaths/{A_death}/forms/{A_form}/involvement/1"))
    plain_page.get_by_label("Yes").check()

    plain_page.get_by_role("button", name="Keep and continue").click()

    expect(plain_page).to_have_url(re.compile(r"/involvement/2$"))
    expect(plain_page.get_by_label("Summary of what your agency did", exact=True)).to_be_visible()
    expect(plain_page.get_by_text("Not known? Say why").first).to_be_visible()


def test_the_form_can_be_filled_in_by_keyboard_alone(page, site, sign_in):
    sign_in(page, LEAD)
    page.goto(site.at("/child-deaths/{A_death}/forms/{A_form}/birth/1"))
    page.get_by_label("Weeks of pregnancy at birth", exact=True).focus()

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Not recorded by us")

    expect(page.get_by_label("Why it is not known: Weeks of pregnancy at birth")).to_have_value("Not recorded by us")
