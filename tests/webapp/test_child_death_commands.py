"""`reviews import-child-deaths` and `reviews report child-deaths`, as somebody types them."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from sqlalchemy import func, select, text

from models.case import Case, CaseEvent
from models.child_deaths.child import ChildDeath
from models.child_deaths.import_run import ImportRun
from models.database import make_sessions
from models.moved_clock import move_clock
from models.queries.integrity import check_cases
from tests.models.child_death_files import BUCKINGHAMSHIRE, EXPECTED, a_file, a_row
from webapp.cli import main
from webapp.clock import real_clock
from webapp.running import OutOfReach, sessions_in_use
from workflows.calendar import ENGLAND
from workflows.dates import day_in_words, london_day

BOARD = "Buckinghamshire Safeguarding Children Board"


@pytest.fixture
def reviews(committed_database, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", committed_database.url)
    monkeypatch.setenv("DATABASE_OWNER_URL", committed_database.owner_url)

    def run(*arguments):
        return CliRunner().invoke(main, [str(each) for each in arguments])

    return run


@pytest.fixture
def report(reviews):
    def run(*more, board=BOARD, year="2017-18"):
        return reviews("report", "child-deaths", "--board", board, "--year", year, *more)

    return run


@pytest.fixture
def a_file_of(tmp_path):
    def write(*rows):
        path = tmp_path / "deaths.csv"
        path.write_bytes(a_file(*rows).getvalue())
        return path

    return write


def test_a_report_of_a_demonstration_is_made_on_the_day_it_stands_at(reviews, report, monkeypatch, tmp_path):
    monkeypatch.setenv("DEMONSTRATION", "yes")
    monkeypatch.setenv("VAR_FOLDER", str(tmp_path))
    reviews("import-child-deaths", BUCKINGHAMSHIRE, "--board", BOARD)
    with sessions_in_use() as sessions, sessions.begin() as session:
        move_clock(session, timedelta(days=400), now=real_clock())
    about_then = [london_day(real_clock() + timedelta(days=400 + more)) for more in (0, 1)]

    said = report("--format", "csv").output

    assert any(f"by everything recorded up to {day_in_words(day)}" in said for day in about_then)


def test_the_published_file_gives_the_published_figures(reviews, report):
    imported = reviews("import-child-deaths", BUCKINGHAMSHIRE, "--board", BOARD)
    reported = report("--format", "json")

    assert (imported.exit_code, imported.stdout) == (0, "41 rows: 41 recorded, 0 already there, 0 refused.\n")
    assert "it has been added" in imported.stderr
    assert reported.stdout.strip() == EXPECTED.read_text(encoding="utf-8").strip()


def test_a_second_run_says_that_everything_is_there(reviews):
    reviews("import-child-deaths", BUCKINGHAMSHIRE, "--board", BOARD)
    again = reviews("import-child-deaths", BUCKINGHAMSHIRE, "--board", BOARD)

    assert again.stdout == "41 rows: 0 recorded, 41 already there, 0 refused.\n"
    assert "added" not in again.stderr


class TestADatabaseThatIsAway:
    def test_a_command_says_so_and_ends_with_a_number_of_its_own(self, reviews, a_file_of, monkeypatch):
        path = a_file_of(a_row())
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            monkeypatch.setenv(name, "postgresql://nobody@127.0.0.1:1/nothing")

        ran = reviews("import-child-deaths", path, "--board", BOARD)

        assert (ran.exit_code, ran.stdout) == (3, "")
        assert "The database could not be reached" in ran.stderr
        assert "Traceback" not in ran.stderr

    def test_one_that_goes_away_in_the_middle_is_told_alike(self, reviews, committed_database):
        def work():
            with sessions_in_use() as sessions, sessions() as session:
                backend = session.scalar(text("SELECT pg_backend_pid()"))
                with committed_database.engine.connect() as other:
                    other.execute(text("SELECT pg_terminate_backend(:backend)"), {"backend": backend})
                session.execute(text("SELECT 1"))

        with pytest.raises(OutOfReach, match="What was finished stays"):
            work()


class TestABoardThereIsNone:
    def test_one_unlike_any_other_is_added_and_said_to_be(self, reviews, a_file_of):
        reviews("import-child-deaths", BUCKINGHAMSHIRE, "--board", BOARD)
        ran = reviews("import-child-deaths", a_file_of(a_row()), "--board", "Bedford Safeguarding Children Board")

        assert (ran.exit_code, ran.stdout) == (0, "1 rows: 1 recorded, 0 already there, 0 refused.\n")
        assert "There was no board “Bedford Safeguarding Children Board”: it has been added." in ran.stderr

    @pytest.mark.parametrize(
        "mistyped",
        ["Buckinghamshre Safeguarding Children Board", "buckinghamshire safeguarding children board",
         "Buckinghamshire Safeguarding Childrens Board"],
    )  # fmt: skip
    def test_one_mistyped_is_refused_with_the_name_that_was_meant(self, reviews, a_file_of, mistyped):
        reviews("import-child-deaths", BUCKINGHAMSHIRE, "--board", BOARD)
        ran = reviews("import-child-deaths", a_file_of(a_row()), "--board", mistyped)

        assert (ran.exit_code, ran.stdout) == (2, "")
        assert f"“{BOARD}”. Give that name, or add --new-board" in ran.stderr

    def test_one_nearly_of_the_same_name_is_added_when_it_is_said_to_be_another(self, reviews, a_file_of):
        reviews("import-child-deaths", BUCKINGHAMSHIRE, "--board", BOARD)
        name = "Buckinghamshire Safeguarding Children Boards"
        ran = reviews("import-child-deaths", a_file_of(a_row()), "--board", name, "--new-board")

        assert ran.exit_code == 0
        assert "it has been added" in ran.stderr

    def test_none_is_added_for_a_file_that_is_not_one(self, reviews, report, tmp_path):
        path = tmp_path / "deaths.csv"
        path.write_bytes(b"")

        assert reviews("import-child-deaths", path, "--board", BOARD).exit_code == 2
        assert "There is no board" in report().stderr


def test_what_is_refused_is_said_with_row_column_and_reason(reviews, a_file_of):
    path = a_file_of(a_row(), a_row(cdop_ref="A-2", sex="boy"), "too,short", a_row(sex="female"))
    ran = reviews("import-child-deaths", path, "--board", BOARD)

    assert ran.exit_code == 1
    assert "Row 3, sex: This is not in the list. Choose one of: male, female, not_known" in ran.stdout
    assert "Row 4: This row has 2 columns" in ran.stdout
    assert "1 recorded, 1 already there, 2 refused" in ran.stdout
    assert "Row 5: there already, and not from this row" in ran.stderr


@pytest.mark.parametrize("content", [b"", b"name,age\nAda,3\n", b"\x00\x01\x02" * 1000])
def test_another_file_is_refused_whole_and_says_what_it_should_be(reviews, tmp_path, content):
    path = tmp_path / "noise.csv"
    path.write_bytes(content)

    ran = reviews("import-child-deaths", path, "--board", BOARD)

    assert ran.exit_code == 2
    assert "cdop_ref, notified_on" in ran.stderr


def test_a_file_with_nothing_under_its_heading_records_nothing(reviews, a_file_of):
    ran = reviews("import-child-deaths", a_file_of(), "--board", BOARD)

    assert (ran.exit_code, ran.stdout) == (0, "0 rows: 0 recorded, 0 already there, 0 refused.\n")


class TestKilled:
    """The real command, killed without warning wherever it happens to be, and started again."""

    KILLS = 8
    ROWS = 1_500

    @pytest.fixture
    def command(self, committed_database, a_file_of):
        path = a_file_of(*(a_row(cdop_ref=f"A-{number}") for number in range(self.ROWS)))
        environment = {
            **os.environ,
            "DATABASE_URL": committed_database.url,
            "DATABASE_OWNER_URL": committed_database.owner_url,
        }
        program = "from webapp.cli import main; main()"
        return lambda: subprocess.Popen(
            [sys.executable, "-c", program, "import-child-deaths", str(path), "--board", BOARD],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def test_it_is_gone_on_with_and_nothing_is_recorded_twice(self, command, committed_database):
        chance = random.Random()
        for _ in range(self.KILLS):
            with command() as running:
                if chance.random() < 0.7:
                    # Its first words come before the first row, or after a batch.
                    running.stderr.readline()
                time.sleep(chance.uniform(0, 0.4))
                os.kill(running.pid, signal.SIGKILL)
        with command() as running:
            told, _ = running.communicate(timeout=1000)

        assert running.returncode == 0
        assert "0 refused" in told
        with make_sessions(committed_database.engine)() as session:
            references = set(session.scalars(select(ChildDeath.cdop_ref)))
            assert references == {f"A-{number}" for number in range(self.ROWS)}
            assert session.scalar(select(func.count()).select_from(Case)) == self.ROWS
            assert session.scalar(select(func.count()).select_from(CaseEvent)) == self.ROWS * 6
            # Whatever was recorded was recorded once: each run begins after the rows the last one finished.
            assert session.scalar(select(func.sum(ImportRun.recorded))) == self.ROWS
            ids = session.scalars(select(Case.id)).all()
            assert list(check_cases(session.connection(), ids, calendar=ENGLAND)) == []


def test_a_file_that_is_not_there_is_said_to_be_missing(reviews, tmp_path):
    ran = reviews("import-child-deaths", tmp_path / "none.csv", "--board", BOARD)

    assert ran.exit_code == 2
    assert "No such file" in ran.stderr


def test_the_report_leaves_out_what_was_recorded_after_a_day(reviews, report):
    reviews("import-child-deaths", BUCKINGHAMSHIRE, "--board", BOARD)

    before = json.loads(report("--known-at", "2018-04-01").stdout)
    after = json.loads(report("--known-at", "2999-01-01").stdout)

    assert (before["notifications"], before["reviews"]) == (0, 0)
    assert after == json.loads(EXPECTED.read_text(encoding="utf-8"))


def test_the_report_comes_as_rows_and_guarded(reviews, report):
    reviews("import-child-deaths", BUCKINGHAMSHIRE, "--board", BOARD)

    rows = report("--format", "csv", "--scheme", "local").stdout.splitlines()

    assert rows[0] == "Board,Year,As at,Table,Row,Figure,Known,Small numbers"
    about = f"{BOARD},2017-18,2018-03-31"
    assert any(row.startswith(f"{about},Reviews held,,28,by everything recorded up to ") for row in rows)
    assert any(row.startswith(f"{about},Category of death,4. Malignancy,<5,") for row in rows)
    assert all("Local report: 1 to 4 withheld" in row for row in rows[1:])


def test_the_report_comes_as_a_workbook(reviews, report, tmp_path):
    reviews("import-child-deaths", BUCKINGHAMSHIRE, "--board", BOARD)
    path = tmp_path / "figures.xlsx"

    ran = report("--format", "xlsx", "--output", path)

    workbook = load_workbook(path)
    assert ran.exit_code == 0
    assert {row[0].value: row[1].value for row in workbook["Sex"]}["Female"] == 14


@pytest.mark.parametrize(
    ("told", "says"),
    [({"board": "Nowhere"}, "There is no board “Nowhere”"), ({"year": "2017"}, "as 2017-18"),
     ({"scheme": "none"}, "Choose one of: local")],
)  # fmt: skip
def test_what_there_is_none_of_is_said_with_what_there_is(reviews, report, a_file_of, told, says):
    reviews("import-child-deaths", a_file_of(a_row()), "--board", BOARD)
    scheme = ("--scheme", told.pop("scheme")) if "scheme" in told else ()

    ran = report(*scheme, **told)

    assert ran.exit_code == 2
    assert says in ran.stderr


def test_a_day_is_written_in_one_way(report):
    assert report("--known-at", "1/4/2018").exit_code == 2
