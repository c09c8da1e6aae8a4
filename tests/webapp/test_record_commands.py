"""The commands that look after the record: load, rebuild, check-histories and migrate, on a database that is named."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from models import migrate
from models.database import make_sessions
from tests.models.reviews import SCOPING, Review, a_board
from webapp.cli import main

SCRIPT = Path(__file__).parents[1] / "scenarios" / "cases" / "child-death-out-of-scope.yaml"
MON_3_MAR = date(2014, 3, 3)


@pytest.fixture
def run(committed_database):
    """Run a command on the database, by the settings a service would have."""
    named = {"DATABASE_URL": committed_database.url, "DATABASE_OWNER_URL": committed_database.owner_url}
    return lambda *words: CliRunner(env=named).invoke(main, [str(word) for word in words])


@pytest.fixture
def reference(committed_database) -> str:
    with make_sessions(committed_database.engine).begin() as session:
        review = Review(session, a_board(session), MON_3_MAR).opened()
        review.take("request_scoping", answers=SCOPING)
        return review.case.reference


def test_a_record_that_is_whole_is_said_to_be(run, reference):
    outcome = run("check-histories", "--processes", 1)

    assert (outcome.exit_code, outcome.output) == (0, "Every history is as it was written.\n")


def test_an_event_that_was_altered_is_named_by_case_and_place(run, reference, committed_database):
    with committed_database.owner_engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE case_event DISABLE TRIGGER only_added_to")
        connection.exec_driver_sql("UPDATE case_event SET role = 'auditor' WHERE sequence = 2")

    outcome = run("check-histories", "--processes", 1)
    assert outcome.exit_code == 1
    assert f"{reference}: event 2 was altered" in outcome.output


def test_an_audit_entry_that_was_altered_is_named_by_its_chain(run, reference, committed_database):
    with committed_database.owner_engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_entry DISABLE TRIGGER only_added_to")
        connection.exec_driver_sql("UPDATE audit_entry SET role = 'auditor' WHERE position = 2")

    outcome = run("check-histories", "--processes", 1)
    assert outcome.exit_code == 1
    assert "audit case:1, entry 2: the entry was altered" in outcome.output


def test_what_a_rebuild_would_change_is_said_and_then_changed(run, reference, committed_database):
    with committed_database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE review_case SET state = 'closed'")

    compared = run("rebuild", "--check", "--processes", 1)
    assert compared.exit_code == 1
    assert f"{reference}: stored otherwise than the history says: state" in compared.output

    rebuilt = run("rebuild", "--processes", 1)
    assert rebuilt.exit_code == 0
    assert "1 cases gone through. 1 were not as their histories say" in rebuilt.output
    assert run("rebuild", "--check", "--processes", 1).exit_code == 0


def test_a_script_is_loaded_once(run):
    first, again = run("load", SCRIPT), run("load", SCRIPT)

    assert first.exit_code == 0, first.output
    assert "added as" in first.output
    assert (again.exit_code, again.output) == (0, f"{SCRIPT}: is there already\n")


def test_a_file_that_cannot_be_read_loads_nothing(run, tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("title: [\n", encoding="utf-8")

    outcome = run("load", SCRIPT, broken)
    assert outcome.exit_code == 2
    assert "added as" in run("load", SCRIPT).output


def test_the_tables_are_brought_up_to_date(run):
    outcome = run("migrate")

    assert (outcome.exit_code, outcome.output) == (0, f"The tables are at {migrate.head_revision()}.\n")
