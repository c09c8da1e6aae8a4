"""The picture of time: everything is where its day is, and no word runs into another or out of the picture."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.webapp.cases.histories import standing_after
from webapp.cases.picture import LETTER, MARGIN, NARROW, WIDE, Picture, lines_for, picture
from webapp.cases.stretches import figures, stages, table
from workflows.standing import Standing

BECAUSE = {"reasons": "The criteria are met"}
REFERRED = (
    ("2014-03-05", "request_scoping", {"agencies": ["Police", "Health visiting"], "due_on": "2014-03-20"}),
    ("2014-03-19", "record_scoping_return", {"agency": "Police", "involved": "yes"}),
    ("2014-03-25", "record_scoping_return", {"agency": "Health visiting", "involved": "yes"}),
    ("2014-03-26", "refer_to_subgroup"),
    ("2014-03-27", "recommend", {"recommendation": "review", **BECAUSE}),
    ("2014-03-28", "decide_to_review", BECAUSE),
)
HELD = (
    ("2014-03-30", "record_proceedings", {"process": "CRIMINAL_TRIAL", "event": "charge"}),
    (
        "2014-04-01",
        "authorise_hold",
        {
            "kind": "CRIMINAL_TRIAL", "scope": ["publication"], "requested_by": "Investigating officer",
            "reasons": "It could prejudice the trial", "review_on": "2014-07-01",
        },
    ),
    ("2014-06-02", "record_proceedings", {"process": "CRIMINAL_TRIAL", "event": "verdict"}),
)  # fmt: skip
REVIEWED = (
    ("2014-04-02", "appoint_reviewer", {"name": "A. Windermere", "independent": "yes", "role": "Lead reviewer"}),
    (
        "2014-04-02",
        "agree_terms_of_reference",
        {"period_from": "2013-01", "period_to": "2014-03", "methodology": "TRAD"},
    ),
    ("2014-04-03", "commission_review"),
    ("2014-04-04", "request_agency_report", {"agency": "Police", "kind": "IMR", "due_on": "2014-05-30"}),
    ("2014-04-04", "request_agency_report", {"agency": "Health visiting", "kind": "IMR", "due_on": "2014-05-30"}),
    ("2014-05-29", "record_agency_report", {"agency": "Police"}),
    ("2014-06-30", "begin_analysis"),
    ("2014-08", "begin_drafting"),
)
STANDINGS = {
    "opened today": standing_after(today="2014-03-03"),
    "referred": standing_after(*REFERRED, today="2014-03-31"),
    "held": standing_after(*REFERRED, *HELD, today="2014-06-03"),
    "reviewed": standing_after(*REFERRED, *HELD[:2], *REVIEWED, today="2014-09-01"),
    "years later": standing_after(*REFERRED, *HELD[:2], *REVIEWED, today="2026-09-01"),
}


@pytest.fixture(params=list(STANDINGS.values()), ids=list(STANDINGS))
def standing(request) -> Standing:
    found: Standing = request.param
    return found


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def drawn(request, standing) -> Picture:
    return picture(standing, request.param)


def words_in(drawn: Picture) -> list[tuple[str, float, float, float]]:
    """Return the words of the picture that stand beside bars and marks: text, left, right, and line."""
    bars = (*drawn.stages, *drawn.holds, *drawn.proceedings)
    words = [*(bar.word for bar in bars), *(due.word for due in drawn.dues)]
    return [(word.text, word.x, word.x + len(word.text) * LETTER, word.y) for word in words]


def test_no_word_runs_into_another(drawn):
    words = words_in(drawn)
    for at, (one, left, right, line) in enumerate(words):
        for other, other_left, other_right, other_line in words[at + 1 :]:
            apart = abs(line - other_line) >= 12 or right <= other_left or other_right <= left
            assert apart, f"{one} runs into {other}"


def test_nothing_runs_out_of_the_picture(drawn):
    for text, left, right, line in words_in(drawn):
        assert left >= 0, text
        assert right <= drawn.width + 1, text
        assert 0 < line < drawn.height, text
    for bar in (*drawn.stages, *drawn.holds, *drawn.proceedings):
        assert bar.x >= MARGIN
        assert bar.x + bar.width <= drawn.width - MARGIN + 2


def test_stages_follow_each_other_without_a_gap(drawn):
    bars = drawn.stages

    assert all(abs(bar.x + bar.width - after.x) <= 2 for bar, after in pairwise(bars))
    assert bars[-1].now


def test_the_ticks_can_be_read(drawn):
    ticks = drawn.ticks

    assert ticks
    assert all(after.x - tick.x >= len(tick.text) * 6 for tick, after in pairwise(ticks))


def test_both_drawings_tell_of_the_same(standing):
    wide, narrow = picture(standing), picture(standing, NARROW)

    assert [due.fate for due in narrow.dues] == [due.fate for due in wide.dues]
    assert [bar.word.text for bar in narrow.stages] == [bar.word.text for bar in wide.stages]
    assert narrow.described == wide.described


def test_on_a_telephone_a_name_is_shortened_only_where_the_whole_width_is_too_little(standing):
    shortened = [due.word.text for due in picture(standing, NARROW).dues if due.word.text.endswith("…")]

    assert all(len(text) > (NARROW - 2 * MARGIN) / LETTER - 2 for text in shortened)


def test_deadlines_of_one_day_and_fate_are_drawn_as_one():
    drawn = picture(STANDINGS["reviewed"])

    fates = {due.word.text: due.fate for due in drawn.dues}
    assert fates["Agency report"] in ("met", "late")
    assert [due.fate for due in drawn.dues if due.word.text == "What an agency knows"] == ["met", "met_late"]


def test_a_hold_is_as_long_as_it_lasted():
    (hold,) = picture(STANDINGS["held"]).holds
    (trial,) = picture(STANDINGS["held"]).proceedings

    assert hold.word.text == "Criminal trial"
    assert hold.x > trial.x
    assert len(trial.marks) == 2


def test_the_table_says_the_same_in_words():
    rows = [(row.kind, row.words, row.since, row.until, row.days) for row in table(STANDINGS["held"])]

    assert rows == [
        ("Stage", "Referral", "3 March 2014", "26 March 2014", "23 days"),
        ("Stage", "Decision", "26 March 2014", "28 March 2014", "2 days"),
        ("Stage", "Commissioning", "28 March 2014", "goes on", "67 days"),
        ("Hold", "Criminal trial (publication)", "1 April 2014", "goes on", "63 days"),
        ("Proceedings", "Criminal trial (charge, verdict)", "30 March 2014", "goes on", "65 days"),
    ]


def test_the_figures_stand_side_by_side():
    assert [figure.value for figure in figures(STANDINGS["held"])] == ["92 days", "63 days", "29 days"]


def test_a_stage_that_was_come_back_to_is_there_twice():
    returned = standing_after(
        *REFERRED[:5], ("2014-03-28", "decide_alternative_review", {"kind": "LEARNING_REVIEW", **BECAUSE}),
        ("2014-04-01", "reopen_decision", BECAUSE), today="2014-04-10", abuse_or_neglect="none",
    )  # fmt: skip

    assert [each.words for each in stages(returned)] == ["Referral", "Decision", "Review", "Decision"]


@given(st.lists(st.tuples(st.floats(0, 700), st.floats(1, 200)), max_size=30))
def test_what_shares_a_line_does_not_overlap(rooms):
    spans = [(left, left + width) for left, width in rooms]

    lines = lines_for(spans)

    for at, (left, right) in enumerate(spans):
        for other, (other_left, other_right) in list(enumerate(spans))[at + 1 :]:
            assert lines[at] != lines[other] or right < other_left or left > other_right
