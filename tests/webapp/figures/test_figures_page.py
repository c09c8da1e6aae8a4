"""The page of a year's figures: the same numbers as the command, for those entitled, with what they speak of."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models.audit import AuditEntry
from models.child_deaths.child import ChildDeath
from models.panels.panel import DeclaredInterest, Panel, PanelBoard
from tests.models.child_death_files import EXPECTED, a_file, a_row
from tests.webapp.client import main_words, tree_of, words_of
from webapp.figures.files import HEADS

PAGE = "/figures/child-deaths"
WHOLE = f"{PAGE}/whole"
YEAR = f"{WHOLE}?year=2017-18"


@pytest.fixture
def coordinator(somebody, buckinghamshire, as_):
    return as_(somebody("office@example.org", "cdop_coordinator", on=buckinghamshire))


@pytest.fixture
def member(somebody, buckinghamshire, as_):
    return as_(somebody("member@example.org", "board_member", on=buckinghamshire))


def table(page, key):
    """The rows of a table on the page, by their heads."""
    part = next(each for each in tree_of(page).iter("section") if each.get("aria-labelledby") == f"table-{key}")
    rows = [[words_of(cell) for cell in row] for row in part.iter("tr")]
    return {row[0]: row[1:] for row in rows}


class TestTheNumbers:
    def test_the_page_shows_what_was_published(self, coordinator):
        page = coordinator.get(YEAR)

        expected = json.loads(EXPECTED.read_text(encoding="utf-8"))
        assert table(page, "years")["2017-18"] == ["26", "28", "10", "2", "1", "", "3,595"]
        assert [row[0] for row in table(page, "category").values()][1:11] == [
            str(number) for number in expected["category"].values()
        ]
        assert table(page, "durations")["12 months"][:4] == ["1", "4%", "1", "4%"]
        assert table(page, "timeliness")["2017-18"] == ["28", "57%", "96%", "4%"]

    def test_each_table_has_a_sentence_that_says_what_it_shows(self, coordinator):
        words = main_words(coordinator.get(YEAR))

        assert "12 of the 28 deaths reviewed in 2017-18 were before 28 days of age (43%)." in words
        assert "27 of the 28 deaths reviewed in 2017-18 were within 12 months of notification (96%)." in words
        assert "“Perinatal or neonatal event” was found most often: for 12 deaths of the 28 deaths" in words
        assert "8 of the 28 deaths reviewed in 2017-18 were found to have factors that could be modified (29%)" in words

    def test_what_it_speaks_of_and_what_was_known_are_always_there(self, coordinator):
        now, then = main_words(coordinator.get(YEAR)), main_words(coordinator.get(f"{YEAR}&known_at=2020-01-01"))

        assert "31 March 2018, the last day of the year" in now
        assert "Everything recorded up to" in now
        assert "by the end of 1 January 2020. Since then 41 deaths have been recorded and 0 others" in then
        assert "No death was reviewed in 2017-18." in then

    def test_england_has_one_figure_for_four_bands(self, coordinator):
        """DOMAIN 5.2: 44 per cent is one merged cell, and must not be read four times."""
        page = coordinator.get(YEAR)

        assert page.text.count("44% (6 to 12 months together)") == 1
        assert [len(row) for row in table(page, "durations").values()] == [5, 5, 5, 4, 4, 4, 5]
        assert "as a board’s report cites it" in main_words(page)

    def test_both_readings_of_28_per_cent_are_shown(self, coordinator):
        """K7."""
        words = main_words(coordinator.get(YEAR))

        assert "3,595, or 3,540 with enough information" in words
        assert "not confirmed" in words

    def test_england_s_later_counts_and_rates_stand_beside(self, coordinator):
        page = coordinator.get(f"{WHOLE}?year=2022-23")

        assert table(page, "years")["2022-23"][5:] == ["3,743", "3,271"]
        assert "England, 2022-23: 31.8 deaths for every 100,000 children (as published)." in main_words(page)

    def test_an_empty_year_divides_by_nothing(self, coordinator):
        page = coordinator.get(f"{WHOLE}?year=2012-13")

        assert "No death was reviewed in 2012-13." in main_words(page)
        assert table(page, "years")["2012-13"][:6] == ["0", "0", "0", "0", "0", ""]
        assert table(page, "years")["2012-13"][6] == "3,857 (not confirmed)"

    def test_a_day_that_there_is_not_is_said_and_the_rest_is_there(self, coordinator):
        page = coordinator.get(f"{YEAR}&known_at-day=31&known_at-month=2&known_at-year=2018")

        assert page.status_code == 422
        assert "a day that there is in February 2018" in main_words(page)

    def test_few_reviews_carry_the_note_of_small_numbers(self, board, load, somebody, as_):
        load(a_file(a_row()), board)
        client = as_(somebody("office@example.org", "cdop_coordinator", on=board))

        words = main_words(client.get(f"{WHOLE}?year=2016-17"))

        assert "Small numbers: out of 1. One death more or less changes the share a great deal." in words
        assert "1 of the 1 death reviewed in 2016-17 was of boys (100%)." in words


class TestTheParts:
    def test_it_opens_in_short_on_the_last_year_that_is_over(self, coordinator):
        words = main_words(coordinator.get(PAGE))

        assert "Child deaths, 2017-18" in words
        assert "2023-24, which is not over" in words
        assert "This year is not over" not in words

    def test_the_running_year_says_that_it_is_not_over(self, coordinator):
        words = main_words(coordinator.get(f"{PAGE}?year=2023-24"))

        assert "This year is not over. It ends on 31 March 2024" in words

    def test_in_short_there_are_the_single_figures_and_how_soon_each_with_a_sentence(self, coordinator):
        page = coordinator.get(f"{PAGE}?year=2017-18")

        values = [words_of(each) for each in tree_of(page).iter("dd") if "headline-value" in each.get("class", "")]
        assert values == ["26", "28", "10", "2", "1", "57%", "96%", "29%"]
        assert "Deaths the panel reviewed in the year, whenever the child died; 0 in 2016-17." in main_words(page)
        assert "8 of the 28 deaths reviewed in 2017-18 were found to have factors" in main_words(page)

    def test_in_short_what_is_guarded_stays_guarded(self, member):
        page = member.get(f"{PAGE}?year=2017-18")

        values = [words_of(each) for each in tree_of(page).iter("dd") if "headline-value" in each.get("class", "")]
        assert values[3:5] == ["<5", "<5"]

    @pytest.mark.parametrize("part", ["year", "beside", "together", "promptness", "keep"])
    def test_every_part_has_an_address_and_keeps_what_was_asked_on_the_way_to_the_others(self, coordinator, part):
        asked = "board=BUC&year=2017-18&scheme=ons&known_at=2020-01-01&together=3"
        page = coordinator.get(f"{PAGE}/{part}?{asked}")

        links = [each.get("href", "") for each in tree_of(page).iter("a")]
        tabs = [link for link in links if link.startswith(PAGE) and "year=2017-18" in link]
        assert len(tabs) >= 6
        assert all({*asked.split("&")} <= {*link.partition("?")[2].split("&")} for link in tabs[:6])

    def test_an_empty_year_is_said_in_a_sentence_without_charts(self, coordinator):
        page = coordinator.get(f"{PAGE}/year?year=2023-24")

        assert "No death was reviewed in 2023-24." in main_words(page)
        assert list(tree_of(page).iter("img")) == list(tree_of(page).iter("table")) == []
        assert coordinator.get(f"{PAGE}/year/charts/age.svg?year=2023-24").status_code == 404

    def test_there_is_no_part_of_another_name(self, coordinator):
        assert coordinator.get(f"{PAGE}/nothing?year=2017-18").status_code == 404


class TestGroups:
    """Counted from the rows of the file by hand: 28 deaths of 2017-18, all with enough information to judge."""

    def test_groups_of_the_pooled_years_stand_beside_each_other(self, coordinator):
        groups = table(coordinator.get(f"{PAGE}/together?year=2017-18"), "groups")

        assert groups["Boys, beside girls"][:5] == ["4 of 14", "29%", "4 of 14", "29%", "In nearly every such pool"]
        assert groups["Under 28 days, beside older"][:4] == ["5 of 12", "42%", "3 of 16", "19%"]
        assert groups["Expected, beside unexpected"][:4] == ["6 of 18", "33%", "2 of 10", "20%"]

    def test_small_numbers_and_many_comparisons_are_warned_of(self, coordinator):
        words = main_words(coordinator.get(f"{PAGE}/together?year=2017-18"))

        assert "comparisons are made at once" in words
        assert "Small numbers show little either way" in words
        assert "would come about by chance alone in about" in words

    def test_what_was_not_known_then_is_not_compared(self, coordinator):
        words = main_words(coordinator.get(f"{PAGE}/together?year=2017-18&known_at=2020-01-01"))

        assert "There are no two groups of children to compare" in words

    def test_guarded_figures_are_not_divided_once_more(self, member, coordinator):
        assert 'id="table-groups"' not in member.get(f"{PAGE}/together?year=2017-18").text
        assert 'id="table-groups"' not in coordinator.get(f"{PAGE}/together?year=2017-18&scheme=ons").text


class TestTheSameEverywhere:
    def test_json_is_the_published_one(self, coordinator):
        answer = coordinator.get(f"{PAGE}/figures.json?year=2017-18")

        assert answer.get_json() == json.loads(EXPECTED.read_text(encoding="utf-8"))

    def test_csv_and_workbook_have_the_same_numbers(self, coordinator):
        data = json.loads(EXPECTED.read_text(encoding="utf-8"))
        rows = list(
            csv.reader(io.StringIO(coordinator.get(f"{PAGE}/figures.csv?year=2017-18").text.removeprefix("\ufeff")))
        )
        workbook = load_workbook(io.BytesIO(coordinator.get(f"{PAGE}/figures.xlsx?year=2017-18").data))

        counts = [int(row[5]) for row in rows[1:] if row[3] == "Category of death"]
        sheet = list(workbook["Category"].iter_rows(values_only=True))
        assert tuple(rows[0]) == HEADS
        assert counts == list(data["category"].values())
        assert [row[1] for row in sheet if row[0] and re.match(r"\d+\. ", str(row[0]))] == counts

    def test_a_workbook_says_what_it_is_on_every_sheet_and_prints(self, coordinator):
        workbook = load_workbook(io.BytesIO(coordinator.get(f"{PAGE}/figures.xlsx?year=2017-18").data))

        for sheet in workbook:
            assert "as at 31 March 2018" in sheet["A3"].value
            assert "Not for publication" in sheet["A4"].value
            assert sheet.page_setup.fitToHeight == 0
            assert sheet.print_title_rows
        assert workbook["Durations"].merged_cells.ranges

    def test_text_stays_text_whatever_it_begins_with_or_holds(self, board, load, session, somebody, as_):
        board.name = "=HYPER\x07LINK(1)"
        session.flush()
        load(a_file(a_row()), board)
        client = as_(somebody("office@example.org", "cdop_coordinator", on=board))

        workbook = load_workbook(io.BytesIO(client.get(f"{PAGE}/figures.xlsx?year=2016-17").data))

        assert workbook["Sex"]["A3"].data_type == "s"
        assert "'=HYPER\x07LINK(1)" in client.get(f"{PAGE}/figures.csv?year=2016-17").text

    def test_a_file_is_named_by_board_and_year_alone_and_taking_it_is_recorded(self, coordinator, session):
        answer = coordinator.get(f"{PAGE}/figures.csv?year=2017-18")

        assert answer.headers["Content-Disposition"] == 'attachment; filename="child-deaths-BUC-2017-18.csv"'
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "figures_taken")).one()
        assert (entry.detail["year"], entry.detail["scheme"], entry.detail["form"]) == ("2017-18", "as_they_are", "csv")


class TestWhoSeesWhat:
    def test_a_member_of_the_board_sees_small_numbers_guarded_and_cannot_ask_otherwise(self, member):
        for scheme in ("as_they_are", "ons"):
            page = member.get(f"{YEAR}&scheme={scheme}")

            assert table(page, "category")["4. Malignancy"][:2] == ["<5", "<5"]
            assert "withheld in these years" in main_words(page)
            assert member.get(f"{PAGE}/figures.json?year=2017-18&scheme={scheme}").get_json()["category"]["4"] == "<5"

    def test_whoever_sees_guarded_figures_has_none_of_another_day_to_subtract(self, member):
        page = member.get(f"{YEAR}&known_at=2020-01-01")

        assert "Everything recorded up to" in main_words(page)
        assert "As known on" not in main_words(page)

    def test_a_guarded_sentence_says_that_it_withholds(self, member):
        assert "is withheld, because numbers are small" in main_words(member.get(YEAR))

    def test_a_guarded_chart_draws_no_withheld_bar(self, member, coordinator):
        guarded = member.get(f"{WHOLE}/charts/category.svg?year=2017-18").text
        true = coordinator.get(f"{WHOLE}/charts/category.svg?year=2017-18").text

        assert guarded != true

    def test_somebody_of_another_board_finds_nothing(self, somebody, buckinghamshire, given, as_):
        client = as_(somebody("other@example.org", "cdop_coordinator", on=given.a_board()))

        assert client.get(f"{YEAR}&board={buckinghamshire.reference_prefix}").status_code == 404

    @pytest.mark.parametrize("role", ["agency_lead", "panel_member", "administrator"])
    def test_others_have_no_figures(self, somebody, buckinghamshire, as_, role):
        client = as_(somebody("other@example.org", role, on=buckinghamshire))

        assert client.get(PAGE).status_code == 403
        assert ">Figures<" not in client.get("/account").text

    def test_a_panel_sees_all_its_boards_and_a_board_its_own(self, buckinghamshire, given, session, somebody, as_):
        panel = given.a_board("Thames Valley Panel", kind="panel")
        session.add(Panel(board_id=panel.id))
        session.flush()
        session.add(PanelBoard(panel_id=panel.id, board_id=buckinghamshire.id))
        session.flush()
        client = as_(somebody("panel@example.org", "cdop_coordinator", on=panel))

        assert table(client.get(YEAR), "years")["2017-18"][1] == "28"
        assert "Thames Valley Panel" in main_words(client.get(YEAR))
        own = client.get(f"{YEAR}&board={buckinghamshire.reference_prefix}")
        assert table(own, "years")["2017-18"][1] == "28"


class TestDeclaredInterests:
    """P33: nothing of a case comes back through the figures."""

    @pytest.fixture
    def conflicted(self, somebody, buckinghamshire, session, clock, as_):
        person = somebody("doctor@example.org", "designated_doctor", on=buckinghamshire)
        case_id = session.scalars(select(ChildDeath.case_id).where(ChildDeath.cdop_ref == "BKS-17-004")).one()
        session.add(DeclaredInterest(person_id=person.id, case_id=case_id, declared_at=clock()))
        session.flush()
        return as_(person)

    def test_the_death_is_left_out_and_what_was_concluded_is_not_shown(self, conflicted):
        page = conflicted.get(YEAR)

        assert "1 death in which you declared an interest is left out" in main_words(page)
        assert table(page, "years")["2017-18"][1] == "27"
        assert "Category of death" not in page.text
        assert "could be modified" not in main_words(page)
        for key in ("category", "preventability", "modifiable", "groups"):
            assert conflicted.get(f"{WHOLE}/charts/{key}.svg?year=2017-18").status_code == 404

    def test_no_file_is_made_of_what_would_be_other_figures(self, conflicted):
        assert conflicted.get(f"{PAGE}/figures.csv?year=2017-18").status_code == 403

    def test_in_a_year_it_has_no_part_in_everything_is_shown(self, conflicted):
        page = conflicted.get(f"{WHOLE}?year=2014-15")

        assert "Factors that could be modified, year by year" in main_words(page)
        assert "what the panel concluded is not shown" not in main_words(page)


class TestCharts:
    def test_a_chart_names_and_describes_itself_and_runs_nothing(self, coordinator):
        answer = coordinator.get(f"{WHOLE}/charts/age.svg?year=2017-18")

        assert answer.mimetype == "image/svg+xml"
        assert "role='img'" in answer.text
        assert "<title id='name'>Age at death</title>" in answer.text
        assert "12 of the 28 deaths reviewed" in answer.text
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "<script" not in answer.text

    def test_the_same_table_gives_the_same_picture(self, coordinator):
        from webapp.figures.charts import drawn

        first = coordinator.get(f"{WHOLE}/charts/age.svg?year=2017-18").data
        drawn.cache_clear()

        assert coordinator.get(f"{WHOLE}/charts/age.svg?year=2017-18").data == first

    def test_a_chart_for_a_narrow_screen_says_the_same_in_less_room(self, coordinator):
        wide, narrow = (
            coordinator.get(f"{WHOLE}/charts/age.svg?year=2017-18{asked}").text for asked in ("", "&narrow=yes")
        )

        name, width = r"<title id='name'>.*</desc>", r'<svg[^>]* width="([\d.]+)pt"'
        assert re.findall(name, narrow) == re.findall(name, wide)
        (narrow_points,), (wide_points,) = re.findall(width, narrow), re.findall(width, wide)
        assert float(narrow_points) * 3 < float(wide_points) * 2

    def test_there_is_no_chart_of_nothing(self, coordinator):
        assert coordinator.get(f"{WHOLE}/charts/nothing.svg?year=2017-18").status_code == 404
