"""The drawing and the text of a procedure say what the declaration says."""

import re

import pytest

from workflows.diagram import diagram_svg, drawn, mermaid, moves
from workflows.registry import procedure, workflows

PROCEDURES = [each for workflow in workflows().values() for each in workflow.procedures.values()]


@pytest.mark.parametrize("declared", PROCEDURES, ids=lambda each: f"{each.workflow}-{each.regime}")
def test_every_state_is_drawn_once_and_in_a_place_of_its_own(declared):
    boxes = re.findall(r'<rect x="(\d+)" y="(\d+)"', diagram_svg(declared))

    assert len(boxes) == len(declared.states)
    assert len(set(boxes)) == len(boxes)


def test_where_the_case_stands_is_said_in_words_and_not_only_by_a_heavier_box():
    drawing = diagram_svg(procedure("serious_case_review", "WT2010"), "publication_on_hold")

    assert "The case stands at “Publication on hold”." in drawing
    assert drawing.count("the case is here") == 1


def test_a_drawing_carries_no_style_of_its_own():
    """A strict content security policy refuses style attributes."""
    assert "style" not in diagram_svg(procedure("serious_case_review", "WT2015"), "drafting")


def test_a_hold_leads_to_its_state_and_release_back():
    ways = {(move.before, move.after) for move in moves(procedure("serious_case_review", "WT2010"))}

    assert {("preparing_publication", "publication_on_hold"), ("publication_on_hold", "preparing_publication")} <= ways


def test_a_transfer_from_everywhere_is_left_out_of_the_lines():
    declared = procedure("serious_case_review", "WT2010")

    assert "transfer_case" not in {move.step.key for move in drawn(declared)}
    assert "transfer_case" in {move.step.key for move in moves(declared)}


def test_the_text_names_every_state_and_where_it_begins():
    text = mermaid(procedure("serious_case_review", "WT2006"))

    assert text.startswith("stateDiagram-v2")
    assert "[*] --> referred: Refer a case" in text
    assert "closed --> [*]" in text
