"""A panel in a real browser: its papers readable by all, and the day itself by keyboard alone and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.axe import violations

PANEL = "/panels/WNP"


def meetings_to_come(page: Page, site) -> list[str]:
    """Return the addresses of today's meeting and of Thursday's, which may be the same."""
    page.goto(site.at(PANEL))
    links = page.get_by_role("heading", name="Meetings to come").locator("xpath=following-sibling::ul[1]//a").all()
    return [link.get_attribute("href") or "" for link in links]


def meeting_to_come(page: Page, site) -> str:
    """Return the address of Thursday's meeting."""
    return meetings_to_come(page, site)[-1]


def case_page(page: Page, site, pseudonym: str) -> Page:
    """Open the page of a case on the day."""
    page.goto(site.at(meeting_to_come(page, site)))
    return opened_by(page, page.get_by_role("link", name=pseudonym, exact=True), pseudonym)


def opened_by(page: Page, link: Locator, pseudonym: str) -> Page:
    """Follow a link to a case, and wait until its script is there as well: it hears what is ticked from then on."""
    link.click()
    expect(page.get_by_role("heading", name=pseudonym)).to_be_visible()
    page.wait_for_load_state()
    return page


@pytest.mark.parametrize(
    "part",
    ["", "/settings", "/members/new", "/actions", "/reminders", "/meetings/new", "meeting", "meeting/agenda",
     "meeting/pack/review", "meeting/minutes", "meeting/actions/new"],
)  # fmt: skip
def test_what_the_coordinator_works_with_can_be_read_by_everyone(page, narrow_page, site, sign_in, part):
    for opened in (page, narrow_page):
        sign_in(opened, "cdop.coordinator")
        address = meeting_to_come(opened, site) if part.startswith("meeting") else PANEL
        opened.goto(site.at(address + part.removeprefix("meeting")))
        assert violations(opened) == []
    assert narrow_page.evaluate("document.documentElement.scrollWidth") <= 320


def test_what_a_member_reads_can_be_read_by_everyone_and_printed(page, narrow_page, site, sign_in):
    for opened in (page, narrow_page):
        sign_in(opened, "panel.member")
        address = meeting_to_come(opened, site)
        for part in ("", "/interests"):
            opened.goto(site.at(address + part))
            assert violations(opened) == []
        opened.get_by_role("button", name="I have no interest in these cases").click()
        expect(opened.get_by_role("heading", name="Child Severn")).to_be_visible()
        assert violations(opened) == []
        assert narrow_page.evaluate("document.documentElement.scrollWidth") <= 320
    assert "Child Dart" not in page.content()
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="The meeting")).to_be_hidden()


def test_the_day_can_be_read_by_everyone(page, narrow_page, site, sign_in):
    for opened in (page, narrow_page):
        case_page(sign_in(opened, "cdop.chair"), site, "Child Tamar")
        assert violations(opened) == []
    assert narrow_page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_quorum_is_said_as_members_are_ticked(page, site, sign_in):
    case_page(sign_in(page, "cdop.chair"), site, "Child Tamar")
    quorum = page.locator("#quorum")
    expect(quorum).to_contain_text("Nobody for police")

    for seat in ("Chair", "Designated doctor", "Children’s social care", "Police"):
        page.get_by_label(seat).first.check()

    expect(quorum).to_contain_text("Quorate")
    expect(quorum).not_to_contain_text("Nobody")
    page.reload()
    expect(page.get_by_label("Police").first).to_be_checked()


def test_what_was_ticked_before_the_script_was_there_is_asked_about(page, site, sign_in):
    case_page(sign_in(page, "cdop.chair"), site, "Child Dart")
    held: list[Route] = []

    def hold(script: Route) -> None:
        held.append(script)

    page.route("**/asking.js", hold)
    with page.expect_request("**/asking.js"):
        page.reload(wait_until="commit")
    page.get_by_label("Lay member").first.click()

    with page.expect_response(page.url) as answered:
        held[0].continue_()

    assert answered.value.request.method == "POST"


def test_a_server_out_of_reach_is_asked_again_at_the_next_change(page, site, sign_in):
    case_page(sign_in(page, "cdop.chair"), site, "Child Dart")
    lay_member = page.get_by_label("Lay member").first
    page.route(page.url, lambda route: route.abort(), times=1)
    with page.expect_event("requestfailed"):
        lay_member.click()

    with page.expect_response(page.url) as answered:
        lay_member.click()

    assert answered.value.status == 303


def test_without_scripts_the_quorum_and_another_row_come_with_the_form(plain_page, site, sign_in):
    case_page(sign_in(plain_page, "cdop.chair"), site, "Child Dart")
    plain_page.get_by_label("Lead nurse").first.check()
    plain_page.get_by_label("What it was of factor 1").fill("A call instead of a visit")
    plain_page.get_by_role("button", name="Add another factor").click()

    expect(plain_page.get_by_label("What it was of factor 2")).to_be_focused()
    expect(plain_page.locator("#quorum")).to_contain_text("Nobody for the local authority")
    plain_page.get_by_role("button", name="Keep what is entered").click()
    expect(plain_page.get_by_label("What it was of factor 1")).to_have_value("A call instead of a visit")


def test_a_case_is_concluded_by_keyboard_alone(page, site, sign_in):
    """From the top of the page to what was recorded: presence, a factor, category, preventability, recording."""
    page.goto(site.at(meetings_to_come(sign_in(page, "cdop.chair"), site)[0]))
    first = page.locator("table a[href*='/cases/']").first
    name, case = first.inner_text(), first.get_attribute("href") or ""
    opened_by(page, first, name)

    for seat in ("Chair", "Designated doctor", "Children’s social care", "Police"):
        _tab_to(page, page.get_by_label(seat).first)
        page.keyboard.press("Space")
    _tab_to(page, page.get_by_label("Who is in the chair for this case"))
    _tab_to(page, page.get_by_label("What it was of factor 1"))
    page.keyboard.type("An appointment was moved twice")
    page.keyboard.press("Tab")
    page.keyboard.type("Service")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    page.keyboard.type("Yes")
    _tab_to(page, page.get_by_label("1. Deliberately inflicted injury, abuse or neglect").first)
    for _ in range(7):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_label("7. Chromosomal").first).not_to_be_checked()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("7. Chromosomal").first).to_be_checked()
    _tab_to(page, page.get_by_label("Modifiable factors identified").first)
    page.keyboard.press("Space")
    expect(page.locator("#quorum")).to_contain_text("Quorate")
    _tab_to(page, page.get_by_role("button", name="Record the review and its conclusions"))
    page.keyboard.press("Enter")

    expect(page.get_by_text(f"The review of {name} and its conclusions are recorded")).to_be_visible()
    page.goto(site.at(case))
    expect(page.get_by_text("An appointment was moved twice")).to_be_visible()


def _tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until this has the focus, as somebody without a mouse does."""
    for _ in range(80):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} was not reached by keyboard")


def test_what_a_panel_asks_is_put_off_on_a_page_that_everyone_can_read(page, narrow_page, plain_page, site, sign_in):
    for opened in (narrow_page, page, plain_page):
        sign_in(opened, "panel.member").goto(site.at("/account/actions"))
        opened.get_by_role("main").get_by_role("link", name="Reminders").first.click()
        expect(opened.get_by_role("heading", name="Do what the panel decided")).to_be_visible()
        if opened is not plain_page:
            assert violations(opened) == []
        opened.get_by_role("link", name="Remind me later").click()
        opened.get_by_label("Why it can wait").fill("It is with the printer")
        opened.get_by_role("button", name="Remind me later").click()
        expect(opened.get_by_role("link", name="Enter a day")).to_be_visible()
        if opened is not plain_page:
            assert violations(opened) == []
    assert narrow_page.evaluate("document.documentElement.scrollWidth") <= 320
