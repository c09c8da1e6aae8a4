"""A case in a real browser: recording, checking, correcting, being overtaken, printing; each page readable by all."""

from __future__ import annotations

from itertools import combinations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import violations

REFERENCE = "/reference/serious_case_review/WT2015"


def record(page: Page, site, path: str) -> None:
    """Open the page of a step and send it as it stands."""
    page.goto(site.at(path))
    page.get_by_role("button", name="Record", exact=True).click()


@pytest.mark.parametrize("path", [REFERENCE, "/reference", "/cases/new/practice_review/WYR"])
def test_reference_and_opening_pages_can_be_read_by_everyone(page, narrow_page, site, sign_in, path):
    for opened in (page, narrow_page):
        sign_in(opened, "business.manager").goto(site.at(path))
        assert violations(opened) == []
    assert narrow_page.evaluate("document.documentElement.scrollWidth") <= 320


def test_every_mistake_leads_to_the_box_where_it_is_mended(page, site, sign_in):
    sign_in(page, "business.manager")
    record(page, site, "/cases/{Child_CG}/steps/request_agency_report")

    assert violations(page) == []
    page.get_by_role("link", name="Agency: an answer is needed").click()

    expect(page.get_by_label("Agency", exact=True)).to_be_focused()


def test_what_no_step_undoes_is_checked_on_a_page_of_its_own(narrow_page, site, sign_in):
    sign_in(narrow_page, "business.manager").goto(site.at("/cases/{Child_CG}/steps/transfer_case"))
    narrow_page.get_by_label("Today").check()
    narrow_page.get_by_label("To which board").fill("Southfell")
    narrow_page.get_by_label("Reasons").fill("The family has moved")
    narrow_page.get_by_role("button", name="Continue").click()

    expect(narrow_page.get_by_role("heading", name="Check before you record")).to_be_visible()
    assert violations(narrow_page) == []
    narrow_page.get_by_role("link", name="Change Reasons").click()

    expect(narrow_page.get_by_label("Reasons")).to_have_value("The family has moved")


def test_somebody_who_is_overtaken_loses_nothing(page, narrow_page, site, sign_in):
    """Two people have the same case open; the second is told what the first recorded."""
    path = "/cases/{Child_BD}/steps/record_delay"
    for each in (page, narrow_page):
        sign_in(each, "business.manager").goto(site.at(path))
        each.get_by_label("Today").check()
        each.get_by_label("Inquest").check()
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_url(f"**/cases/{site.cases['Child BD']}")

    narrow_page.get_by_role("button", name="Record", exact=True).click()

    expect(narrow_page.get_by_role("heading", name="something else was recorded")).to_be_visible()
    expect(narrow_page.get_by_label("Inquest")).to_be_checked()
    assert violations(narrow_page) == []


def test_a_correction_is_made_without_javascript(plain_page, site, sign_in):
    sign_in(plain_page, "business.manager").goto(site.at("/cases/{Child_CB}/events/1/correct"))
    plain_page.get_by_label("Who reported it").fill("Children’s ward")
    plain_page.get_by_label("Why is this corrected?").fill("The ward reported it, not the hospital")
    plain_page.get_by_role("button", name="Continue").click()
    plain_page.get_by_role("button", name="Correct it").click()

    plain_page.wait_for_url(f"**/cases/{site.cases['Child CB']}")
    expect(plain_page.get_by_text("The ward reported it, not the hospital")).to_be_visible()


@pytest.mark.parametrize("case", ["Child_BR", "Child_AF", "Child_CB", "Child_AB"])
@pytest.mark.parametrize(("width", "kind"), [(1280, "wide"), (320, "narrow")])
def test_no_word_of_the_picture_covers_another(page, site, sign_in, case, width, kind):
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, "board.member").goto(site.at(f"/cases/{{{case}}}"))

    expect(page.locator("svg.app-picture[role=img]:visible")).to_have_count(1)
    words = page.locator(f"svg.app-picture--{kind} text.app-picture__words:not(.app-picture__words--small)").all()

    boxes = [(word.text_content(), word.bounding_box()) for word in words]
    for (one, box), (other, other_box) in combinations(boxes, 2):
        assert box is not None
        assert other_box is not None
        assert not _covers(box, other_box), f"{one} covers {other}"


def test_on_paper_everything_that_was_folded_is_open(page, site, sign_in):
    sign_in(page, "board.member").goto(site.at("/cases/{Child_AF}"))
    page.emulate_media(media="print")

    expect(page.get_by_text("Working Together 2013, chapter 4").first).to_be_visible()
    expect(page.get_by_role("link", name="Record what happened")).to_be_hidden()


def test_the_whole_page_can_be_gone_through_by_keyboard(page, site, sign_in):
    """In the order it is read: to the content, the one main button, then the first date’s reason."""
    sign_in(page, "business.manager").goto(site.at("/cases/{Child_BR}"))
    focused = _tabbed_through(page, page.get_by_role("link", name="Agencies", exact=True))

    assert focused[0] == "Skip to main content"
    assert focused.index("Record what happened") < next(at for at, words in enumerate(focused) if "Why this" in words)


def _tabbed_through(page: Page, until: Locator) -> list[str]:
    """Return the words of everything that takes the focus, up to and with this link."""
    focused = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focused.append(page.evaluate("document.activeElement.innerText || ''").strip())
        if until.evaluate("link => link === document.activeElement"):
            return focused
    raise AssertionError(f"Not reached by keyboard; the focus went to {focused}")


def _covers(box, other) -> bool:
    """Return whether two boxes overlap by more than the room that letters leave above and below themselves."""
    across = min(box["x"] + box["width"], other["x"] + other["width"]) - max(box["x"], other["x"])
    down = min(box["y"] + box["height"], other["y"] + other["height"]) - max(box["y"], other["y"])
    return bool(across > 1 and down > 5)
