"""Reading case scripts: what is wrong is said with file and line, and yes, no and on stay words."""

from textwrap import dedent

import pytest

from webapp.replaying import replay
from webapp.scripts import ScriptUnreadable, read_script

OPENING = """\
title: Child A
workflow: serious_case_review
board: Anytown Safeguarding Children Board
synthetic: true
steps:
  - step: refer_case
    on: 2014-03-03
    as: business_manager
    answers: {received_on: 2014-03-03, incident_on: 2014-02, pseudonym: Child A, died: no, seriously_harmed: yes,
      abuse_or_neglect: suspected, concern_about_joint_working: no, normally_resident_in: Anytown, referred_by: Police}
"""


@pytest.fixture
def script(tmp_path):
    def write(text, more=""):
        path = tmp_path / "case.yaml"
        path.write_text(dedent(text) + dedent(more), encoding="utf-8")
        return path

    return write


def test_yes_no_and_on_are_words(script):
    step = read_script(script(OPENING)).steps[0]

    assert step.on.iso() == "2014-03-03"
    assert (step.answers["died"], step.answers["seriously_harmed"]) == ("no", "yes")


def test_numbers_and_times_stay_as_they_were_written(script):
    told = "version: 1.10, at: 17:30, number: 0123, whole: 12, empty: , on: 2014-02"
    step = read_script(script(OPENING.replace("answers: {", f"answers: {{{told}, "))).steps[0]

    answers = {key: step.answers[key] for key in ("version", "at", "number", "whole", "empty", "on")}
    assert answers == {
        "version": "1.10", "at": "17:30", "number": "0123", "whole": 12, "empty": None, "on": "2014-02"
    }  # fmt: skip


@pytest.mark.parametrize("none", ["[]", "{status: waiting}"])
def test_what_has_not_started_may_be_expected_in_two_ways(script, session, none):
    more = f"expect:\n  - {{as_at: 2014-03-04, deadlines: {{complete_review: {none}, agency_report: {none}}}}}\n"

    assert replay(session, read_script(script(OPENING, more))).failures == []


@pytest.mark.parametrize(
    ("written", "line", "words"),
    [
        ("title: [", 1, "expected the node content"),
        ("title: Child A\nworkflow: nothing\nboard: B\nsteps: [{step: a, on: 2014-01-01, as: b}]\n", 2, "no “nothing”"),
        (OPENING + "  - {step: fly_away, on: 2014-03-04, as: board_chair}\n", 11, "no step “fly_away”"),
        (OPENING + "  - {step: recommend, on: 2014-03-04, as: emperor}\n", 11, "no role “emperor”"),
        (OPENING + "  - {step: recommend, on: 2014-13, as: board_chair}\n", 11, "“on”"),
        (OPENING + "  - {step: recommend, as: board_chair}\n", 11, "“on” is missing"),
        (OPENING + "  - {step: recommend, on: 2014-03-04, as: board_chair, when: now}\n", 11, "“when” is not known"),
        (OPENING + "expect:\n  - {as_at: 2014-03-04, deadlines: {moon: {status: met}}}\n", 12, "no clock “moon”"),
        (OPENING + "expect:\n  - {as_at: 2014-03-04, stat: referred}\n", 12, "“stat” is not known"),
        (OPENING + "  - step: recommend\n    on: 2014-02-30\n    as: board_chair\n", 12, "“on”: There is no such day"),
        (OPENING + "  - {step: recommend, step: recommend}\n", 11, "“step” is said twice"),
        (OPENING + "  - {step: recommend, on: 2014-03-04, as: board_chair, answers: [a]}\n", 11, "is a mapping"),
        (OPENING + "expect:\n  - {as_at: 2014-03-04, holds: INQUEST}\n", 12, "“holds” is a list"),
        (OPENING + "expect:\n  - {as_at: 2014-03-04, deadlines: [decision]}\n", 12, "“deadlines” is a mapping"),
        (OPENING + "expect:\n  - as_at: 2014-03-04\n    deadlines:\n      decision: {due: soon}\n", 14, "“due”"),
        (OPENING + "expect:\n  - {as_at: 2014-03-04, deadlines: {decision: {due: [2014-03-04]}}}\n", 12, "a pair"),
        (OPENING + "expect:\n  - {as_at: 2014-03-04, state: lost}\n", 12, "no state “lost”"),
        ("all: &all [*all]\n", 1, "recursive"),
        ("", 1, "a script is a mapping"),
        ("just words\n", 1, "a script is a mapping"),
    ],
)
def test_what_cannot_be_read_is_said_with_file_and_line(script, written, line, words):
    path = script(written)

    with pytest.raises(ScriptUnreadable) as wrong:
        read_script(path)

    assert f"{path}: line {line}: " in str(wrong.value)
    assert words in str(wrong.value)


def test_a_failed_expectation_says_what_was_expected_and_what_came(script, session):
    expect = """\
expect:
  - as_at: 2014-03-05
    state: scoping
    deadlines:
      decision: {due: 2014-04-04, status: overdue}
    available: [publish_report]
    refused: [request_scoping]
"""
    replayed = replay(session, read_script(script(OPENING + expect)))

    words = " / ".join(failure.words for failure in replayed.failures)
    assert "state should be scoping and is referred" in words
    assert "decision due should be 2014-04-04 and is 2014-04-03" in words
    assert "decision status should be overdue and is running" in words
    assert "publish_report should be available and is refused (state" in words
    assert "request_scoping should be refused and can be taken" in words


def test_what_was_known_by_a_day_may_be_expected_beside_what_is_known_now(script, session):
    """A step is recorded on the day it happened, unless the script gives a later one."""
    more = """\
  - {step: refer_to_subgroup, on: 2014-03-04, recorded: 2014-03-10, as: business_manager}
expect:
  - {as_at: 2014-03-05, state: awaiting_recommendation}
  - {as_at: 2014-03-05, known_at: 2014-03-09, state: referred}
  - {as_at: 2014-03-05, known_at: 2014-03-10, state: awaiting_recommendation}
  - {as_at: 2014-03-05, known_at: 2014-03-02, state: referred}
"""
    replayed = replay(session, read_script(script(OPENING + more)))

    assert [failure.words for failure in replayed.failures] == [
        "as at 2014-03-05: Nothing had happened by then: a case stands nowhere before it is opened"
    ]


@pytest.mark.parametrize("holds", ["[INQUEST, CRIMINAL_TRIAL]", "[CRIMINAL_TRIAL, INQUEST]"])
def test_holds_are_expected_in_any_order(script, session, holds):
    hold = "requested_by: Police, reasons: They asked, review_on: 2014-06-04"
    more = f"""\
  - {{step: authorise_hold, on: 2014-03-04, as: board_chair, answers: {{kind: INQUEST, scope: review, {hold}}}}}
  - {{step: authorise_hold, on: 2014-03-04, as: board_chair, answers: {{kind: CRIMINAL_TRIAL, scope: review, {hold}}}}}
expect:
  - {{as_at: 2014-03-04, holds: {holds}}}
"""
    assert replay(session, read_script(script(OPENING + more))).failures == []


@pytest.mark.parametrize(
    ("step", "holds"),
    [
        ("{step: request_scoping, on: 2014-03-04, as: board_chair, refused: role}", True),
        ("{step: publish_report, on: 2014-03-04, as: board_chair, refused: state}", True),
        ("{step: request_scoping, on: 2014-03-04, as: business_manager, refused: answer}", True),
        ("{step: request_scoping, on: 2014-03-04, as: business_manager, refused: ANSWERS are due}", True),
        ("{step: refer_to_subgroup, on: 2014-03-04, as: business_manager, refused: guard}", False),
        ("{step: request_scoping, on: 2014-03-04, as: board_chair, refused: hold}", False),
        ("{step: request_scoping, on: 2014-03-04, as: board_chair}", False),
        ("{step: refer_to_subgroup, on: 2014-03-02, as: business_manager, refused: before the case began}", True),
    ],
)
def test_a_refusal_is_as_the_script_says_or_the_replay_fails(script, session, step, holds):
    replayed = replay(session, read_script(script(f"{OPENING}  - {step}\n")))

    assert replayed.holds == holds
