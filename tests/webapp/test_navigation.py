"""The ways to the parts of the site: for each role those it may reach, in one line, each a page it can open."""

import pytest

from tests.webapp.client import links_of, tree_of
from webapp import BLUEPRINTS
from webapp.navigation import OF_AN_ACCOUNT, PARTS
from workflows.roles import (
    ADMINISTRATOR,
    AGENCY_LEAD,
    BOARD_CHAIR,
    BUSINESS_MANAGER,
    CDOP_CHAIR,
    CDOP_COORDINATOR,
    ROLES,
)

FITS_IN_ONE_LINE = 55
"""Characters of all the words in the bar: what 960 pixels hold beside the gaps."""

IN_THE_BAR = (
    ([CDOP_COORDINATOR], ["Worklist", "Child deaths", "Panel", "Figures", "Messages"]),
    ([BUSINESS_MANAGER], ["Worklist", "Figures", "Messages"]),
    ([BOARD_CHAIR], ["Worklist", "Figures", "Messages"]),
    ([AGENCY_LEAD], ["Worklist", "Messages"]),
    ([ADMINISTRATOR], ["Administration", "Panel", "Messages"]),
    ([ADMINISTRATOR, CDOP_CHAIR], ["Administration", "Worklist", "Child deaths", "Panel", "Figures", "Messages"]),
)

IN_NO_PART = {
    "cases", "readings", "steps", "corrections", "what_if", "the_child", "requests", "reporting", "reminders",
    "ladders", "reference", "home", "demonstration", "public_notifications", "confirming",
}  # fmt: skip
"""Pages of one case, which is reached from several parts, those for everybody, and those without an account."""


@pytest.fixture
def browser_of(somebody, given, as_):
    """Give the browser of somebody appointed to these roles on a board."""

    def make(*roles):
        board = given.a_board("Anytown Safeguarding Children Board")
        person = somebody("somebody@example.org")
        for role in roles:
            given.appointed(person, role, None if role == ADMINISTRATOR else board)
        return as_(person)

    return make


def bar_of(page) -> dict[str, str]:
    """Return the words in the bar of parts, with where each leads."""
    bar = next(nav for nav in tree_of(page).iter("nav") if nav.get("aria-label") == "Parts of this site")
    return {"".join(link.itertext()).strip(): link.get("href", "") for link in bar.iter("a")}


@pytest.mark.parametrize(("roles", "words"), IN_THE_BAR, ids=[" and ".join(roles) for roles, _ in IN_THE_BAR])
def test_each_sees_the_parts_that_are_theirs(browser_of, roles, words):
    assert list(bar_of(browser_of(*roles).get("/account"))) == words


@pytest.mark.parametrize("role", ROLES)
def test_every_way_leads_somewhere(browser_of, role):
    browser = browser_of(role)
    page = browser.get("/account")

    for href in {*bar_of(page).values(), *links_of(page).values()}:
        if href.startswith("/"):
            assert browser.get(href, follow_redirects=True).status_code == 200, href


def test_every_page_of_a_part_says_in_the_bar_where_one_is():
    """Whoever adds pages says to which part they belong, or here that they belong to none."""
    somewhere = {each.name for each in BLUEPRINTS if any(part.holds(each.name) for part in PARTS)}

    assert {each.name for each in BLUEPRINTS} - somewhere - set(OF_AN_ACCOUNT) == IN_NO_PART


def test_somebody_of_every_role_has_a_bar_of_one_line(browser_of):
    bar = bar_of(browser_of(*ROLES).get("/account"))

    assert len("".join(bar)) <= FITS_IN_ONE_LINE


def test_the_places_of_administration_stand_beside_one_another_and_nowhere_else(browser_of):
    browser = browser_of(ADMINISTRATOR)
    places = {"People": "/people/", "Boards": "/boards/", "Bank holidays": "/bank-holidays/", "Engine": "/engine"}

    for address in places.values():
        assert places.items() <= links_of(browser.get(address)).items()
    assert "Engine" not in links_of(browser.get("/people/new"))
    assert "Engine" not in links_of(browser.get("/account"))


def test_every_page_says_whose_account_it_is_and_leads_to_the_rules(browser_of):
    links = links_of(browser_of(BOARD_CHAIR).get("/worklist/"))

    assert links["My account: A. Person"] == "/account"
    assert links["Reviews and their rules"] == "/reference"


def test_a_page_for_anybody_has_no_bar(client):
    links = links_of(client.get("/notify-a-death"))

    assert "Worklist" not in links
    assert "Reviews and their rules" not in links
