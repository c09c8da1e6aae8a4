"""Figures of other years than the published one: bands at their edges, wordings of their time, and random histories."""

from __future__ import annotations

import csv
import io
from calendar import monthrange
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from models.agency import add_board
from models.case import Case
from models.casework import Actor, correct_event
from models.child_deaths.importing import ACTS_AS, import_child_deaths
from models.figures.book import Wanted, book
from models.figures.disclosure import AS_THEY_ARE, LOCAL
from models.figures.side_by_side import ALONE, Family
from models.histories import read_cases
from models.queries.child_death_figures import BREAKDOWNS, Year, figures, figures_of_years, recorded_since
from tests.models.child_death_files import OPEN, a_file, a_row
from webapp.figures.files import About, csv_text, data_of, workbook_of
from workflows.child_deaths import age_band, duration_band
from workflows.standing import Told

MON_8_JAN_2024 = datetime(2024, 1, 8, 12, tzinfo=UTC)


@pytest.fixture
def board(session):
    return add_board(session, "Anytown Safeguarding Children Board")


@pytest.fixture
def load(session, board):
    def run(*rows, at=MON_8_JAN_2024):
        sessions = sessionmaker(session.connection(), join_transaction_mode="create_savepoint")
        *_, last = import_child_deaths(sessions, a_file(*rows), board_id=board.id, person_id=None, clock=lambda: at)
        assert last.refused == 0
        session.expire_all()

    return run


class TestBands:
    """5.1 and 5.2, reckoned by hand."""

    @pytest.mark.parametrize(
        ("start", "end", "band"),
        [
            (date(2017, 1, 31), date(2017, 7, 30), "under_6"),
            (date(2017, 1, 31), date(2017, 7, 31), "6_7"),
            (date(2016, 8, 31), date(2017, 2, 27), "under_6"),
            (date(2016, 8, 31), date(2017, 2, 28), "6_7"),
            (date(2015, 8, 31), date(2016, 2, 28), "under_6"),
            (date(2015, 8, 31), date(2016, 2, 29), "6_7"),
            (date(2016, 9, 14), date(2017, 5, 13), "6_7"),
            (date(2016, 9, 14), date(2017, 5, 14), "8_9"),
            (date(2016, 9, 14), date(2017, 9, 13), "10_11"),
            (date(2016, 9, 14), date(2017, 9, 14), "12"),
            (date(2016, 9, 14), date(2017, 10, 13), "12"),
            (date(2016, 9, 14), date(2017, 10, 14), "over_12"),
            (date(2016, 2, 29), date(2017, 2, 27), "10_11"),
            (date(2016, 2, 29), date(2017, 2, 28), "12"),
            (date(2017, 5, 2), date(2017, 5, 2), "under_6"),
        ],
    )
    def test_a_review_is_banded_by_completed_months(self, start, end, band):
        assert duration_band(start, end) == band

    @pytest.mark.parametrize(
        ("born", "died", "band"),
        [
            (date(2017, 5, 1), date(2017, 5, 1), "0_27_days"),
            (date(2017, 5, 1), date(2017, 5, 28), "0_27_days"),
            (date(2017, 5, 1), date(2017, 5, 29), "28_364_days"),
            (date(2016, 5, 1), date(2017, 4, 30), "28_364_days"),
            (date(2016, 5, 1), date(2017, 5, 1), "1_4"),
            # In a leap year the 365th day is still before the birthday.
            (date(2015, 5, 1), date(2016, 4, 30), "28_364_days"),
            (date(2016, 2, 29), date(2017, 2, 28), "28_364_days"),
            (date(2016, 2, 29), date(2017, 3, 1), "1_4"),
            (date(2012, 5, 2), date(2017, 5, 1), "1_4"),
            (date(2012, 5, 2), date(2017, 5, 2), "5_9"),
            (date(2007, 5, 3), date(2017, 5, 2), "5_9"),
            (date(2007, 5, 2), date(2017, 5, 2), "10_14"),
            (date(2002, 5, 3), date(2017, 5, 2), "10_14"),
            (date(2002, 5, 2), date(2017, 5, 2), "15_17"),
            (date(1999, 5, 3), date(2017, 5, 2), "15_17"),
        ],
    )
    def test_a_child_is_banded_by_completed_days_and_birthdays(self, born, died, band):
        assert age_band(born, died) == band

    @given(st.dates(date(2008, 4, 1), date(2024, 1, 1)), st.integers(0, 40))
    def test_so_many_months_later_to_the_day_is_so_many_completed(self, start, months):
        """A naive reckoning: the same day number so many months on, or the last day of a shorter month."""
        year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
        end = date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))

        expected = "under_6" if months < 6 else "over_12" if months > 12 else None
        assert duration_band(start, end) == (expected or duration_band(start, end))
        if months in (6, 8, 10, 12, 13):
            assert duration_band(start, end) != duration_band(start, end - timedelta(days=1))


class TestOtherYears:
    def test_words_of_2008_to_2010_are_counted_as_those_since(self, load, session, board):
        told = dict.fromkeys(("notified_on", "died_on"), "2009-05-01") | {"born_on": "2009-04-20"}
        told |= {"information_complete_on": "2009-06-01", "reviewed_on": "2009-09-01", "modifiable_factors": ""}
        words = (
            "Preventable",
            "Potentially preventable",
            "Not preventable",
            "Inadequate information to make a judgement",
        )
        load(*(a_row(cdop_ref=f"A-{n}", preventability=each, **told) for n, each in enumerate(words)))

        found = figures(session, [board.id], Year(2009)).breakdowns["preventability"]

        assert found == {"modifiable": 2, "no_modifiable": 1, "inadequate_information": 1}

    def test_what_is_not_known_is_counted_as_that(self, load, session, board):
        load(a_row(sex="not_known", ethnic_group="Z", expected="not_known"), a_row(cdop_ref="A-2", ethnic_group=""))

        found = figures(session, [board.id], Year(2016)).breakdowns

        assert (found["sex"]["not_known"], found["ethnicity"]["not_known"], found["expected"]["not_known"]) == (1, 2, 1)

    def test_an_open_death_is_open_at_the_end_of_each_year_until_it_is_reviewed(self, load, session, board):
        load(a_row(OPEN), a_row(cdop_ref="A-2", reviewed_on="2018-05-01"))

        years = figures_of_years(session, [board.id], [Year(begins) for begins in range(2015, 2020)])

        assert [each.single["open_at_year_end"] for each in years] == [0, 2, 2, 1, 1]
        assert [each.single["notifications"] for each in years] == [0, 2, 0, 0, 0]
        assert [each.reviews for each in years] == [0, 0, 0, 1, 0]

    def test_what_left_is_counted_in_the_year_it_was_notified(self, load, session, board):
        load(
            a_row(OPEN, outcome="transferred", transferred_to="Otherborough"),
            a_row(OPEN, cdop_ref="A-2", outcome="not_in_scope", ground="stillbirth"),
        )

        found = figures(session, [board.id], Year(2016)).single

        assert (found["notifications"], found["transferred"], found["not_in_scope"]) == (0, 1, 1)
        assert found["open_at_year_end"] == 0

    def test_a_review_on_the_last_day_of_the_year_of_a_death_notified_that_day(self, load, session, board):
        day = "2017-03-31"
        load(a_row(notified_on=day, died_on=day, information_complete_on=day, reviewed_on=day))

        found = figures(session, [board.id], Year(2016))

        assert (found.single["notifications"], found.reviews, found.single["open_at_year_end"]) == (1, 1, 0)

    def test_half_per_cents_are_rounded_up(self, load, session, board):
        """1 of 8 is 12.5 per cent, printed as 13."""
        quick = {"notified_on": "2016-09-01", "information_complete_on": "2016-11-01", "reviewed_on": "2017-01-11"}
        slow = quick | {"reviewed_on": "2017-03-02"}
        load(a_row(cdop_ref="A-0", **quick), *(a_row(cdop_ref=f"A-{n}", **slow) for n in range(1, 8)))

        made = book(session, Wanted(frozenset({board.id}), Year(2016), AS_THEY_ARE))

        assert made.disclosed.shares["within_6_months_percent"] == 13

    def test_nothing_at_all_is_noughts(self, session, board):
        made = book(session, Wanted(frozenset({board.id}), Year(2016), AS_THEY_ARE))
        data = data_of(made, About(board.name, Year(2016), AS_THEY_ARE, None, MON_8_JAN_2024))

        assert {data[key] for key in data if key.endswith("percent")} == {0}
        assert sum(data["category"].values()) == 0


def test_a_panel_withholds_what_would_give_back_a_count_of_one_of_its_boards(session):
    """Nineteen boys and a girl of one board, eleven and nine of the other: the panel's ten girls would tell of one."""
    boards = [add_board(session, name) for name in ("Eastshire Board", "Westshire Board")]
    sessions = sessionmaker(session.connection(), join_transaction_mode="create_savepoint")
    for board, boys, girls in zip(boards, (19, 11), (1, 9), strict=True):
        sexes = ["male"] * boys + ["female"] * girls
        rows = [a_row(cdop_ref=f"A-{number}", sex=sex) for number, sex in enumerate(sexes)]
        for _ in import_child_deaths(
            sessions, a_file(*rows), board_id=board.id, person_id=None, clock=lambda: MON_8_JAN_2024
        ):
            pass
    both = frozenset(board.id for board in boards)
    of_both = Wanted(both, Year(2016), LOCAL, family=Family((both,)))

    alone, panel = book(session, replace(of_both, family=ALONE)), book(session, of_both)

    assert alone.disclosed.breakdowns["sex"]["female"] == 10
    assert isinstance(panel.disclosed.breakdowns["sex"]["female"], str)


# --- Random years -----------------------------------------------------------

DAYS = st.integers(0, 1500).map(lambda number: date(2014, 4, 1) + timedelta(days=number))


@st.composite
def deaths(draw):
    died_on = draw(DAYS)
    notified_on = died_on + timedelta(days=draw(st.integers(0, 9)))
    row = {
        "died_on": died_on, "notified_on": notified_on,
        "born_on": died_on - timedelta(days=draw(st.sampled_from([0, 27, 28, 364, 366, 2000, 4000, 6000]))),
        "sex": draw(st.sampled_from(["male", "female", "not_known"])),
        "ethnic_group": draw(st.sampled_from(["A", "D", "H", "N", "R", "Z", "99"])),
        "expected": draw(st.sampled_from(["yes", "no", "not_known"])),
    }  # fmt: skip
    outcome = draw(st.sampled_from(["reviewed"] * 4 + ["open", "transferred", "not_in_scope"]))
    if outcome == "reviewed":
        complete_on = notified_on + timedelta(days=draw(st.integers(0, 300)))
        row |= {
            "information_complete_on": complete_on,
            "reviewed_on": complete_on + timedelta(days=draw(st.integers(0, 200))),
            "category": draw(st.integers(1, 10)),
            "preventability": draw(st.sampled_from(["modifiable", "no_modifiable", "inadequate_information"])),
        }
        return a_row(**row)
    more = {"transferred": {"transferred_to": "Otherborough"}, "not_in_scope": {"ground": "stillbirth"}}
    return a_row(OPEN, **row, outcome=outcome, **more.get(outcome, {}))


def _stands_at(moment):
    return moment


def numbered(rows):
    return [row | {"cdop_ref": f"R-{number}"} for number, row in enumerate(rows)]


def naive(rows, year):
    """The figures of a year counted from the rows themselves, by somebody with a pencil."""
    first, last = year.first_day, year.last_day
    reviewed = [row for row in rows if row["outcome"] == "reviewed" and first <= row["reviewed_on"] <= last]
    notified = [row for row in rows if first <= row["notified_on"] <= last]
    return {
        "reviews": len(reviewed),
        "notifications": sum(row["outcome"] in ("open", "reviewed") for row in notified),
        "transferred": sum(row["outcome"] == "transferred" for row in notified),
        "open_at_year_end": sum(
            row["outcome"] == "open" or (row["outcome"] == "reviewed" and row["reviewed_on"] > last)
            for row in rows
            if row["notified_on"] <= last and row["outcome"] in ("open", "reviewed")
        ),
        "sex": Counter(row["sex"] for row in reviewed),
        "category": Counter(str(row["category"]) for row in reviewed),
        "age": Counter(age_band(row["born_on"], row["died_on"]) for row in reviewed),
        "duration_from_death": Counter(duration_band(row["died_on"], row["reviewed_on"]) for row in reviewed),
    }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(deaths(), max_size=25).map(numbered), scheme=st.sampled_from([AS_THEY_ARE, LOCAL]))
def test_json_csv_workbook_and_tables_have_the_same_numbers_as_the_rows(session, rows, scheme):
    with session.begin_nested() as undone:
        board = add_board(session, "Randomshire Board")
        sessions = sessionmaker(session.connection(), join_transaction_mode="create_savepoint")
        for _ in import_child_deaths(
            sessions, a_file(*rows), board_id=board.id, person_id=None, clock=lambda: MON_8_JAN_2024
        ):
            pass
        for year in (Year(2015), Year(2016)):
            made = book(session, Wanted(frozenset({board.id}), year, scheme))
            about = About(board.name, year, scheme, None, MON_8_JAN_2024)
            data, expected = data_of(made, about), naive(rows, year)
            if scheme is AS_THEY_ARE:
                assert {key: data[key] for key in expected if isinstance(expected[key], int)} == {
                    key: value for key, value in expected.items() if isinstance(value, int)
                }
                for key in ("sex", "category", "age", "duration_from_death"):
                    assert {row: count for row, count in data[key].items() if count} == dict(expected[key])
            _agree(made, about, data)
        undone.rollback()


def _agree(made, about, data):
    in_csv = [row[5] for row in csv.reader(io.StringIO(csv_text(made, about)))][1:]
    flat = [str(cell) for key, value in data.items() if key not in ("board", "year", "as_at")
            for cell in (value.values() if isinstance(value, dict) else [value])]  # fmt: skip
    assert in_csv == flat
    workbook = load_workbook(io.BytesIO(workbook_of(made, about)))
    for table in made.breakdowns:
        if table.key in BREAKDOWNS:
            shown = [line.cells[0] for line in table.lines[:-1]]
            assert shown == list(data[table.key].values())
            rows = {row[0].value: row[1].value for row in workbook[table.key.capitalize()]}
            assert [rows[line.words] for line in table.lines[:-1]] == shown


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    early=st.lists(deaths(), max_size=8),
    late=st.lists(deaths(), max_size=8),
    corrected=st.sets(st.integers(0, 7)),
)
def test_figures_as_known_earlier_differ_only_by_what_was_recorded_since(session, early, late, corrected):
    """Two boards: one with what was recorded by the day alone, one with imports and corrections since as well."""
    then, since = datetime(2024, 1, 5, 12, tzinfo=UTC), MON_8_JAN_2024
    years = [Year(begins) for begins in range(2014, 2020)]
    rows = numbered([*early, *late])
    with session.begin_nested() as undone:
        sessions = sessionmaker(session.connection(), join_transaction_mode="create_savepoint")
        ours, other = add_board(session, "Ours Board"), add_board(session, "Other Board")
        for board, batches in ((other, [(rows[: len(early)], then)]),
                               (ours, [(rows[: len(early)], then), (rows[len(early):], since)])):  # fmt: skip
            for batch, at in batches:
                for _ in import_child_deaths(
                    sessions, a_file(*batch), board_id=board.id, person_id=None, clock=partial(_stands_at, at)
                ):
                    pass
        session.expire_all()
        cases = session.scalars(select(Case).where(Case.board_id == ours.id).order_by(Case.id)).all()
        changed = [case for number, case in enumerate(cases[: len(early)]) if number in corrected]
        for case in changed:
            first = next(iter(read_cases(session.connection(), [case.id]))).history.events[0]
            told = Told(first.happened_on, {**first.answers, "sex": "not_known"})
            correct_event(session, case, 1, actor=Actor(None, ACTS_AS), told=told, reason="Mistyped", now=since)

        known = figures_of_years(session, [ours.id], years, known_at=then)

        assert known == figures_of_years(session, [other.id], years)
        assert figures_of_years(session, [ours.id], years, known_at=since) == figures_of_years(
            session, [ours.id], years
        )
        found = recorded_since(session.connection(), [ours.id], then)
        assert Counter(found.values()) == Counter({False: len(cases) - len(cases[: len(early)]), True: len(changed)})
        undone.rollback()
