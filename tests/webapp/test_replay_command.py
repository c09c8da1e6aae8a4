"""`reviews replay` says of each file whether it holds, and tells a failed expectation from a file it cannot read."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from webapp.cli import main

CASES = Path(__file__).parents[1] / "scenarios" / "cases"
HOLDS = CASES / "child-death-out-of-scope.yaml"


@pytest.fixture
def run(monkeypatch):
    """Run the command from the folder of the project, where its databases are kept."""
    monkeypatch.chdir(Path(__file__).parents[2])
    runner = CliRunner()
    return lambda *words: runner.invoke(main, ["replay", *map(str, words)])


def test_a_script_that_holds_is_said_to(run):
    outcome = run(HOLDS)

    assert outcome.exit_code == 0, outcome.output
    assert outcome.output.strip().endswith("holds")


def test_a_failed_expectation_ends_with_one_and_names_its_line(run, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(HOLDS.read_text(encoding="utf-8") + "  - {as_at: 2100-01-01, state: closed}\n", encoding="utf-8")

    outcome = run(wrong, HOLDS)

    assert outcome.exit_code == 1
    assert f"{wrong}: line {len(wrong.read_text(encoding='utf-8').splitlines())}: as at 2100-01-01" in outcome.output
    assert f"{HOLDS}" in outcome.output


def test_a_file_that_cannot_be_read_ends_with_two_and_replays_nothing(run, tmp_path):
    outcome = run(tmp_path / "not-there.yaml", HOLDS)

    assert outcome.exit_code == 2
    assert "not-there.yaml: cannot be opened" in outcome.output
    assert "holds" not in outcome.output


def test_the_whole_standing_is_given_as_json(run):
    outcome = run("--format", "json", HOLDS)
    (told,) = json.loads(outcome.output)

    assert told["holds"] is True
    assert {"state", "regime", "deadlines", "available", "refused", "holds", "time"} <= set(told["standings"][0])


def test_what_one_script_says_of_its_board_is_not_there_for_the_next(run, tmp_path):
    """Two cases of one area, of which only the first says when its new arrangements began."""
    opening = (
        "workflow: serious_case_review\nboard: Anytown Safeguarding Children Board\nsteps:\n"
        "  - {step: refer_case, on: 2019-07-15, as: business_manager, answers: {received_on: 2019-07-15, "
        "incident_on: 2019-07, pseudonym: Child A, died: no, seriously_harmed: yes, abuse_or_neglect: known, "
        "concern_about_joint_working: yes, normally_resident_in: Anytown, referred_by: Police}REFUSED}\n"
    )
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    early = "title: First\nnew_arrangements_start: 2019-07-01\n"
    first.write_text(early + opening.replace("REFUSED", ", refused: practice review"), encoding="utf-8")
    second.write_text("title: Second\n" + opening.replace("REFUSED", ""), encoding="utf-8")

    outcome = run(first, second)

    assert outcome.exit_code == 0, outcome.output
