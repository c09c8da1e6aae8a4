"""The mark of a procedure kept with each event changes with what is declared, and with nothing else."""

import subprocess
import sys
from dataclasses import replace

from tests.architecture.code import ROOT
from workflows.dates import months
from workflows.definition import Guard, Procedure
from workflows.fingerprint import fingerprint
from workflows.registry import procedure, workflows

REVIEW = procedure("serious_case_review", "WT2015")


def with_guard(holds) -> Procedure:
    """Return the review with closing guarded like this."""
    closing = replace(REVIEW.step("close_case"), guards=(Guard("is_ready", holds, "It is not ready"),))
    return REVIEW.amended(regime=REVIEW.regime, steps=(closing,))


def test_no_two_editions_have_the_same():
    marks = [fingerprint(each) for workflow in workflows().values() for each in workflow.procedures.values()]

    assert len(set(marks)) == len(marks)
    assert {len(mark) for mark in marks} == {16}


def test_a_number_changed_changes_it():
    longer = replace(REVIEW.clocks_by_key["complete_review"], runs=months(7))

    assert fingerprint(REVIEW.amended(regime=REVIEW.regime, clocks=(longer,))) != fingerprint(REVIEW)


def test_words_changed_change_it():
    renamed = replace(REVIEW.step("close_case"), title="Shut the case")

    assert fingerprint(REVIEW.amended(regime=REVIEW.regime, steps=(renamed,))) != fingerprint(REVIEW)


def test_a_condition_changed_changes_it():
    assert fingerprint(with_guard(lambda facts: "check_impact" in facts)) != fingerprint(
        with_guard(lambda facts: "agree_action_plan" in facts)
    )


def test_an_explanation_of_a_condition_does_not():
    def plainly(facts):
        return "check_impact" in facts

    def at_length(facts):
        """Return whether the impact was checked, which is the last thing to be done."""
        return "check_impact" in facts

    assert fingerprint(with_guard(plainly)) == fingerprint(with_guard(at_length))


def test_it_is_the_same_in_every_process():
    program = (
        "from workflows.fingerprint import fingerprint; from workflows.registry import procedure; "
        "print(fingerprint(procedure('serious_case_review', 'WT2015')))"
    )
    shuffled = {"PYTHONHASHSEED": "7"}
    elsewhere = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, env=shuffled
    )

    assert elsewhere.stdout.strip() == fingerprint(REVIEW)
