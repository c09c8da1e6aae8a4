"""The pages of figures in a real browser: charts that are drawn, narrow, without JavaScript, and printed."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from models.agency import add_board
from models.child_deaths.importing import import_child_deaths
from models.database import make_engine, make_sessions
from models.people import Appointment, Person
from tests.browser.axe import violations
from tests.models.child_death_files import BUCKINGHAMSHIRE
from workflows.roles import BOARD_MEMBER, CDOP_CHAIR

PAGE = "/figures/child-deaths?year=2017-18"
YEAR, BESIDE, TOGETHER, PROMPTNESS, KEEP, WHOLE = (
    PAGE.replace("?", f"/{part}?") for part in ("year", "beside", "together", "promptness", "keep", "whole")
)
PAGES = (
    ("figures.chair", PAGE),
    ("figures.member", WHOLE),
    ("figures.chair", "/figures/child-deaths/publish?year=2017-18"),
    *(("figures.chair", part) for part in (YEAR, BESIDE, TOGETHER, PROMPTNESS, KEEP)),
    ("figures.chair", f"{WHOLE}&known_at=2020-01-01"),
    ("figures.chair", f"{WHOLE}&scheme=nhs"),
    ("figures.chair", "/figures/child-deaths/decide?year=2017-18"),
    ("figures.chair", "/figures/child-deaths/children?year=2017-18"),
)


CHARTS = ".app-figures__chart img"


@pytest.fixture(scope="session")
def readers(site):
    """A board with the deaths of 2017-18, its panel's chair and one of its members, who see nothing else."""
    engine = make_engine(site.database)
    with Session(engine) as session:
        board_id = add_board(session, "Figureshire Safeguarding Children Board").id
        for email, role in (("figures.chair", CDOP_CHAIR), ("figures.member", BOARD_MEMBER)):
            person = Person(name="A. Reader", email=f"{email}@demonstration.example")
            person.password_changed_at = site.clock()
            session.add(person)
            session.add(Appointment(person=person, role=role, board_id=board_id, from_on=date(2010, 1, 1)))
        session.commit()
    with BUCKINGHAMSHIRE.open("rb") as file:
        for _ in import_child_deaths(make_sessions(engine), file, board_id=board_id, person_id=None, clock=site.clock):
            pass
    engine.dispose()
    return site


@pytest.mark.parametrize(("role", "path"), PAGES, ids=[f"{role} {path}" for role, path in PAGES])
def test_a_page_of_figures_can_be_read_by_everyone(page, readers, role, path):
    readers.let_in(page, role)

    answer = page.goto(readers.at(path))

    assert answer is not None
    assert answer.status == 200
    assert violations(page) == []


@pytest.mark.parametrize(("role", "path"), PAGES[:8], ids=[path for _, path in PAGES[:8]])
def test_a_page_of_figures_fits_a_narrow_screen(narrow_page, readers, role, path):
    readers.let_in(narrow_page, role)

    narrow_page.goto(readers.at(path))

    assert narrow_page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(narrow_page) == []


def test_every_chart_is_drawn_under_the_policy_of_the_page(page, readers):
    readers.let_in(page, "figures.chair")
    page.goto(readers.at(WHOLE))

    widths = page.eval_on_selector_all(CHARTS, "all => all.map(one => one.naturalWidth)")

    assert len(widths) >= 10
    assert min(widths) > 400


def test_on_a_narrow_screen_every_chart_is_drawn_to_its_width(narrow_page, readers):
    """Drawn as wide as it is shown, so that its words are as large as they were meant and nothing is cut."""
    readers.let_in(narrow_page, "figures.chair")
    narrow_page.goto(readers.at(WHOLE))

    drawn = narrow_page.eval_on_selector_all(CHARTS, "all => all.map(one => one.naturalWidth)")
    shown = narrow_page.eval_on_selector_all(CHARTS, "all => all.map(one => one.getBoundingClientRect().right)")

    assert len(drawn) >= 10
    assert all(200 < width < 300 for width in drawn)
    assert max(shown) <= 320


def test_figures_are_asked_for_without_javascript(plain_page, readers):
    readers.let_in(plain_page, "figures.chair")
    plain_page.get_by_role("link", name="Figures", exact=True).click()
    plain_page.get_by_text("Another board, year or day, or small numbers guarded").click()
    plain_page.get_by_label("Year", exact=True).first.select_option("2017-18")
    plain_page.get_by_label("Small numbers").select_option("local")
    plain_page.get_by_role("button", name="Show these").click()

    expect(plain_page.get_by_role("heading", name="Child deaths, 2017-18")).to_be_visible()
    expect(plain_page.get_by_text("Counts from 1 to 4 are shown as <5.").first).to_be_visible()
    plain_page.get_by_role("link", name="The year", exact=True).click()
    expect(plain_page.get_by_role("heading", name="The deaths reviewed in 2017-18")).to_be_visible()
    expect(plain_page.get_by_text("Counts from 1 to 4 are shown as <5.").first).to_be_visible()


@pytest.mark.parametrize("width", [640, 1024, 1280])
def test_between_the_widths_of_a_telephone_and_a_desk_nothing_is_cut(page, readers, width):
    """A laptop at 125 per cent is 1024 pixels wide: a table and a chart that have no room beside each other."""
    readers.let_in(page, "figures.chair")
    page.set_viewport_size({"width": width, "height": 800})

    page.goto(readers.at(WHOLE))

    shown = page.eval_on_selector_all(CHARTS, "all => all.map(one => one.getBoundingClientRect().width)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert min(shown) >= 380


def test_a_table_stands_beside_its_chart_where_there_is_room(page, narrow_page, readers):
    for each, beside in ((page, True), (narrow_page, False)):
        readers.let_in(each, "figures.chair")
        each.goto(readers.at(YEAR))
        table = each.locator(".app-figures__pair table").first.bounding_box()
        chart = each.locator(".app-figures__pair figure").first.bounding_box()
        assert table is not None
        assert chart is not None
        assert (chart["y"] < table["y"] + table["height"]) is beside


def test_on_paper_there_are_the_figures_and_no_way_to_anywhere(page: Page, readers):
    readers.let_in(page, "figures.chair")
    page.goto(readers.at(KEEP))
    page.emulate_media(media="print")

    expect(page.get_by_text("Everything recorded up to")).to_be_visible()
    expect(page.get_by_role("button", name="Show these")).to_be_hidden()
    expect(page.get_by_role("link", name="Workbook, a sheet for each table (XLSX)")).to_be_hidden()
