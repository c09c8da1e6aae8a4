"""The figures of a year are those published, and as known on an earlier day differ only by what was recorded since."""

import json
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.agency import add_board
from models.case import Case
from models.casework import Actor, correct_event, open_case, take_step
from models.child_deaths.importing import ACTS_AS, import_child_deaths
from models.database import make_sessions
from models.figures.comparisons import ShownPool, pooled_tables
from models.figures.counts import CountedReview, count, financial_year
from models.figures.disclosure import AS_THEY_ARE, LOCAL, disclose
from models.figures.pooling import pool
from models.figures.report import ROW_WORDS, TITLES, as_data, as_rows
from models.histories import read_cases
from models.panels.panel import Panel, PanelBoard, boards_served
from models.queries import child_death_figures
from models.queries.child_death_figures import BREAKDOWNS, SINGLE, Figures, Year, figures, figures_of_years
from models.queries.child_death_groups import Found, judged_by_group
from tests.models.child_death_files import BUCKINGHAMSHIRE, EXPECTED
from workflows.dates import PartialDate
from workflows.standing import Told

YEAR = Year.named("2017-18")
FRI_5_JAN_2024 = datetime(2024, 1, 5, 12, tzinfo=UTC)
MON_8_JAN_2024 = datetime(2024, 1, 8, 12, tzinfo=UTC)
OFFICE = Actor(None, ACTS_AS)


@pytest.fixture
def sessions(committed_database):
    return make_sessions(committed_database.engine)


@pytest.fixture
def load(sessions):
    def run(file, board="Buckinghamshire Safeguarding Children Board", at=FRI_5_JAN_2024):
        with sessions.begin() as session:
            board_id = add_board(session, board).id
        last = list(import_child_deaths(sessions, file, board_id=board_id, person_id=None, clock=lambda: at))[-1]
        assert last.refused == 0
        return board_id

    return run


@pytest.fixture
def buckinghamshire(load):
    with BUCKINGHAMSHIRE.open("rb") as file:
        return load(file)


@pytest.fixture
def board(session):
    return add_board(session, "Anytown Safeguarding Children Board")


def a_death(session, board, notified_on=date(2017, 5, 2), *, now=FRI_5_JAN_2024, **told):
    answers = {
        "notified_on": notified_on.isoformat(), "died_on": notified_on.isoformat(), "born_on": "2012-01-01",
        "sex": "female", "normally_resident_in": "Anytown", "expected": "yes",
    } | told  # fmt: skip
    return open_case(
        session, workflow_key="child_death_review", board=board, step="notify_death", actor=OFFICE,
        told=Told(PartialDate.on(notified_on), answers), now=now,
    )  # fmt: skip


def take(session, case, step, on, *, now=FRI_5_JAN_2024, **answers):
    return take_step(session, case, step, actor=OFFICE, told=Told(PartialDate.on(on), answers), now=now)


def review(session, case, on, *, now=FRI_5_JAN_2024, category="4"):
    take(session, case, "complete_information", on, now=now)
    take(session, case, "list_for_panel", on, now=now, meeting_on=on.isoformat())
    panel = {"meeting_on": on.isoformat(), "roles_present": ["Health", "Local authority"]}
    take(session, case, "review_at_panel", on, now=now, **panel)
    take(session, case, "categorise", on, now=now, category=category, preventability="modifiable")


def test_buckinghamshire_2017_18_is_as_the_board_published_it(buckinghamshire, sessions):
    """S-BUC, figure 2 and the tables beside it, through real histories."""
    with sessions() as session:
        found = figures(session, [buckinghamshire], YEAR)

    data = as_data("Buckinghamshire Safeguarding Children Board", found, disclose(found.statement(), AS_THEY_ARE))

    assert json.dumps(data) == json.dumps(json.loads(EXPECTED.read_text(encoding="utf-8")))


def test_counting_from_the_histories_gives_what_is_stored(buckinghamshire, sessions):
    years = [Year(begins) for begins in range(2015, 2020)]
    with sessions() as session:
        ids = list(session.scalars(select(Case.id)))
        deaths = list(child_death_figures.deaths_as_known(session.connection(), ids, MON_8_JAN_2024))
        stored = figures_of_years(session, [buckinghamshire], years)

    from_histories = [
        child_death_figures._figures(
            year, Counter(each for death in deaths for each in child_death_figures._counts_of(death, year))
        )
        for year in years
    ]
    assert from_histories == list(stored)


class TestTheYear:
    """K1 to K3: in the world's time, as at the last day."""

    def test_a_death_belongs_to_the_year_it_was_notified_in_and_its_review_to_its_own(self, session, board):
        case = a_death(session, board, date(2017, 3, 31))
        take(session, case, "confirm_in_scope", date(2017, 4, 1))
        review(session, case, date(2018, 3, 31))

        before, after = figures(session, [board.id], Year(2016)), figures(session, [board.id], Year(2017))

        assert (before.single["notifications"], before.reviews, before.single["open_at_year_end"]) == (1, 0, 1)
        assert (after.single["notifications"], after.reviews, after.single["open_at_year_end"]) == (0, 1, 0)
        assert after.breakdowns["duration_from_notification"]["12"] == 1

    def test_a_transfer_after_the_year_was_no_transfer_yet(self, session, board):
        case = a_death(session, board, date(2017, 5, 2))
        take(session, case, "transfer_case", date(2018, 4, 1), to_panel="Otherborough", reasons="Lived there")

        found = figures(session, [board.id], YEAR).single

        assert (found["notifications"], found["transferred"], found["open_at_year_end"]) == (1, 0, 1)

    def test_a_transfer_within_it_is_one_and_is_no_notification(self, session, board):
        case = a_death(session, board, date(2017, 5, 2))
        take(session, case, "transfer_case", date(2018, 3, 31), to_panel="Otherborough", reasons="Lived there")

        found = figures(session, [board.id], YEAR).single

        assert (found["notifications"], found["transferred"], found["open_at_year_end"]) == (0, 1, 0)

    def test_a_case_reopened_is_open_again_and_one_reviewed_twice_in_a_year_counts_once(self, session, board):
        case = a_death(session, board)
        take(session, case, "confirm_in_scope", date(2017, 5, 3))
        review(session, case, date(2017, 7, 3), category="4")
        for step in ("finalise_return", "close_case"):
            take(session, case, step, date(2017, 8, 1))
        take(session, case, "reopen_case", date(2017, 9, 1), reasons="New evidence")
        assert figures(session, [board.id], YEAR).single["open_at_year_end"] == 1

        review(session, case, date(2018, 2, 1), category="7")

        found = figures(session, [board.id], YEAR)
        assert (found.reviews, found.single["open_at_year_end"]) == (1, 0)
        assert (found.breakdowns["category"]["4"], found.breakdowns["category"]["7"]) == (0, 1)

    def test_a_correction_is_counted_and_a_review_struck_out_is_not(self, session, board):
        case = a_death(session, board, sex="male")
        take(session, case, "confirm_in_scope", date(2017, 5, 3))
        review(session, case, date(2017, 7, 3))
        opening = {"sex": "female", "notified_on": "2017-05-02", "died_on": "2017-05-02", "born_on": "2012-01-01"}
        told = Told(PartialDate.on(date(2017, 5, 2)), opening | {"normally_resident_in": "Anytown", "expected": "no"})
        correct_event(session, case, 1, actor=OFFICE, told=told, reason="Mistyped", now=MON_8_JAN_2024)
        assert figures(session, [board.id], YEAR).breakdowns["sex"]["female"] == 1

        for sequence in (6, 5):
            correct_event(session, case, sequence, actor=OFFICE, told=None, reason="Not so", now=MON_8_JAN_2024)

        assert figures(session, [board.id], YEAR).reviews == 0
        assert session.scalars(select(CountedReview)).all() == []

    @pytest.mark.parametrize("name", ["2017", "2017-2018", "2017-19", "2017/18", "abcd-ef", "-017-18"])
    def test_a_year_is_written_in_one_way(self, name):
        with pytest.raises(ValueError, match="as 2017-18"):
            Year.named(name)

    @pytest.mark.parametrize("name", ["2017-18", "2017/18", "2017-2018", " 2017–18 ", "2017 / 2018"])
    def test_a_person_may_write_it_otherwise(self, name):
        assert Year.written(name) == YEAR

    @pytest.mark.parametrize("name", ["2017", "2017-19", "2017-2019", "2017-1918", "18-19", "", "-", "twenty-one"])
    def test_what_is_no_year_is_refused_however_it_is_written(self, name):
        with pytest.raises(ValueError, match="as 2017-18"):
            Year.written(name)

    def test_the_century_may_turn_in_it(self):
        assert Year.written("1999-2000") == Year.named("1999-00")

    def test_the_year_begins_on_1_april(self):
        assert (financial_year(date(2018, 3, 31)), financial_year(date(2018, 4, 1))) == (2017, 2018)
        assert Year.named("1999-00").last_day == date(2000, 3, 31)


def test_a_death_reviewed_and_not_yet_categorised_can_be_guarded(session, board):
    """Its rows come to fewer than the reviews, which would contradict that they are all of them."""
    for number in range(12):
        case = a_death(session, board)
        take(session, case, "confirm_in_scope", date(2017, 5, 3))
        take(session, case, "complete_information", date(2017, 7, 3))
        take(session, case, "list_for_panel", date(2017, 7, 3), meeting_on="2017-07-03")
        panel = {"meeting_on": "2017-07-03", "roles_present": ["Health", "Local authority"]}
        take(session, case, "review_at_panel", date(2017, 7, 3), **panel)
        if number:
            category = "4" if number < 6 else "7"
            take(session, case, "categorise", date(2017, 7, 3), category=category, preventability="modifiable")

    found = figures(session, [board.id], YEAR)

    assert (found.reviews, sum(found.breakdowns["category"].values())) == (12, 11)
    assert disclose(found.statement(), LOCAL).breakdowns["category"]["7"] == 6
    assert disclose(found.statement(), LOCAL, published=True).single["reviews"] == 12


class TestAsKnown:
    """`known_at` leaves out what was recorded after, and nothing else."""

    def test_before_anything_was_recorded_nothing_was_known(self, buckinghamshire, sessions):
        with sessions() as session:
            then = figures(session, [buckinghamshire], YEAR, known_at=datetime(2024, 1, 4, tzinfo=UTC))

        assert set(then.single.values()) == {0}

    def test_a_review_entered_late_is_not_known_before(self, session, board):
        case = a_death(session, board)
        take(session, case, "confirm_in_scope", date(2017, 5, 3))
        review(session, case, date(2017, 7, 3), now=MON_8_JAN_2024)

        then = figures(session, [board.id], YEAR, known_at=FRI_5_JAN_2024)
        now = figures(session, [board.id], YEAR, known_at=MON_8_JAN_2024)

        assert (then.reviews, then.single["open_at_year_end"], then.single["notifications"]) == (0, 1, 1)
        assert (now.reviews, now.single["open_at_year_end"]) == (1, 0)
        assert now == figures(session, [board.id], YEAR)

    def test_groups_are_counted_as_they_were_known(self, session, board):
        known, later = (a_death(session, board, sex=sex) for sex in ("female", "male"))
        for case in (known, later):
            take(session, case, "confirm_in_scope", date(2017, 5, 3))
        review(session, known, date(2017, 7, 3), now=FRI_5_JAN_2024)
        review(session, later, date(2017, 7, 3), now=MON_8_JAN_2024)
        take(session, known, "finalise_return", date(2017, 8, 1), now=MON_8_JAN_2024)

        then = judged_by_group(session, [board.id], [YEAR], known_at=FRI_5_JAN_2024)
        now = judged_by_group(session, [board.id], [YEAR])

        assert (then["sex"]["female"], then["sex"]["male"]) == (Found(1, 0), Found(0, 0))
        assert now["sex"]["male"] == Found(1, 0)

    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(changed=st.sets(st.integers(0, 5)))
    def test_it_agrees_with_never_having_recorded_it(self, session, changed):
        with session.begin_nested() as undone:
            ours, other = add_board(session, "Ours"), add_board(session, "Other")
            for number in range(6):
                for board in (ours, other):
                    case = a_death(session, board, date(2017, 5, 1 + number), sex=("male", "female")[number % 2])
                    take(session, case, "confirm_in_scope", date(2017, 6, 1))
                    if number in changed and board is ours:
                        review(session, case, date(2017, 8, 1), now=MON_8_JAN_2024)

            known = figures(session, [ours.id], YEAR, known_at=FRI_5_JAN_2024)

            assert known == figures(session, [other.id], YEAR)
            undone.rollback()


class TestPanels:
    def test_a_panel_sees_the_figures_of_every_board_it_serves_and_a_board_its_own(self, session):
        bexley, bromley, panel = (add_board(session, name) for name in ("Bexley", "Bromley", "South London Panel"))
        session.add(Panel(board_id=panel.id))
        session.flush()
        session.add_all([PanelBoard(panel_id=panel.id, board_id=each.id) for each in (bexley, bromley)])
        session.flush()
        for board in (bexley, bromley, bromley):
            a_death(session, board)

        def notified(board):
            return figures(session, boards_served(session, [board.id]), YEAR).single["notifications"]

        assert (notified(bexley), notified(bromley), notified(panel)) == (1, 2, 3)


class TestYearsTogether:
    def test_years_are_pooled(self, buckinghamshire, sessions):
        with sessions() as session:
            years = [figures(session, [buckinghamshire], Year(begins)) for begins in range(2016, 2018)]
        pooled = pool(years)

        assert (pooled.notifications, pooled.reviews) == (12 + 26, 28)
        rate = pooled.rate({"2016-17": 120_000, "2017-18": 121_000})
        assert rate.lower < rate.rate < rate.upper
        assert not rate.is_unreliable
        with pytest.raises(ValueError, match="2017-18"):
            pooled.rate({"2016-17": 120_000})

    def test_years_of_which_nothing_can_be_shown_are_said_in_a_sentence(self):
        few = {key: dict.fromkeys(rows, 0) | {rows[0]: 3} for key, (_, rows) in BREAKDOWNS.items()}
        together = pool([Figures(YEAR, dict.fromkeys(SINGLE, 3), few)])

        *_, reviews = pooled_tables(ShownPool((YEAR,), disclose(together.statement(), LOCAL)))

        assert reviews.lines == ()
        assert reviews.sentence.startswith("Nothing can be shown")


class TestReport:
    def test_every_row_has_words(self, buckinghamshire, sessions):
        with sessions() as session:
            found = figures(session, [buckinghamshire], YEAR)

        rows = list(as_rows(disclose(found.statement(), AS_THEY_ARE)))

        assert len(rows) == 5 + 3 + sum(len(each) for each in found.breakdowns.values())
        assert set(ROW_WORDS) == set(found.breakdowns)
        assert {title for title, _, _ in rows} <= set(TITLES.values())

    def test_a_published_report_withholds_small_numbers(self, buckinghamshire, sessions):
        with sessions() as session:
            found = figures(session, [buckinghamshire], YEAR)

        data = as_data("Buckinghamshire", found, disclose(found.statement(), LOCAL, published=True))

        assert (data["transferred"], data["reviews"], data["category"]["4"]) == ("<5", 28, "<5")
        assert data["over_12_months_percent"] == "x"


def test_a_death_is_counted_from_its_steps_alone(session, board):
    case = a_death(session, board)

    death = count(next(iter(read_cases(session.connection(), [case.id]))).history.effective())

    assert (death.notified_on, death.year, death.reviews) == (date(2017, 5, 2), 2017, ())
