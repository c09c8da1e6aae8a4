"""The drawing and the text of a procedure say what the declaration says, and no line crosses a box."""

import re
from itertools import combinations, pairwise

import pytest

from workflows import layout
from workflows.diagram import diagram_svg, drawn, in_words, mermaid, moves
from workflows.layout import Box, Layout, Point, main_way
from workflows.registry import procedure, workflows

PROCEDURES = [each for workflow in workflows().values() for each in workflow.procedures.values()]
every_procedure = pytest.mark.parametrize("declared", PROCEDURES, ids=lambda each: f"{each.workflow}-{each.regime}")


def lines_of(declared):
    """Return the moves drawn as lines: those that neither enter nor leave a hold state."""
    lines = (layout.Move(move.before, move.after) for move in drawn(declared))
    return [line for line in lines if not {line.before, line.after} & declared.hold_states]


def laid_out(declared) -> Layout:
    return Layout(declared, lines_of(declared))


@every_procedure
class TestEveryDrawing:
    def test_has_each_state_once_and_in_a_place_of_its_own(self, declared):
        boxes = re.findall(r'<rect x="(\d+)" y="(\d+)"', diagram_svg(declared))

        assert len(boxes) == len(declared.states)
        assert len(set(boxes)) == len(boxes)

    def test_has_no_box_over_another(self, declared):
        overlapping = [
            (one.state.key, other.state.key)
            for one, other in combinations(laid_out(declared).boxes.values(), 2)
            if one.left < other.right and other.left < one.right and _share_height(one, other)
        ]

        assert overlapping == []

    def test_has_no_line_through_a_box(self, declared):
        plan = laid_out(declared)
        crossing = [
            (line, box.state.key)
            for line in lines_of(declared)
            for first, last in _stretches(plan.line(line))
            for box in plan.boxes.values()
            if _passes_through(first, last, box)
        ]

        assert crossing == []

    def test_has_lines_that_begin_and_end_at_the_edge_of_their_states(self, declared):
        plan = laid_out(declared)
        for line in lines_of(declared):
            corners = plan.line(line)
            assert _touches(plan.boxes[line.before], corners[0])
            assert _touches(plan.boxes[line.after], corners[-1])

    def test_keeps_within_its_frame(self, declared):
        plan = laid_out(declared)
        points = [corner for line in lines_of(declared) for corner in plan.line(line)]

        assert all(layout.LABELS <= x <= plan.width and 0 <= y <= plan.height for x, y in points)

    def test_goes_down_the_page_as_a_case_goes_through_its_stages(self, declared):
        way = main_way(declared, lines_of(declared))
        stages = [stage.key for stage in declared.stages]
        entered = [stages.index(declared.state(state).stage) for state in way]

        assert way[0] == declared.opening.after
        assert declared.state(way[-1]).ended
        assert entered == sorted(entered)

    def test_is_said_in_words_too(self, declared):
        told = {state.key: ways for state, ways in in_words(declared)}

        assert told.keys() == declared.states_by_key.keys()
        assert sum(map(len, told.values())) == len(moves(declared))


def _share_height(one: Box, other: Box) -> bool:
    return one.top < other.top + other.height and other.top < one.top + one.height


def _stretches(corners: list[Point]) -> list[tuple[Point, Point]]:
    return list(pairwise(corners))


def _passes_through(first: Point, last: Point, box: Box) -> bool:
    """Whether a level or upright stretch has a point strictly inside a box."""
    (left, right), (top, bottom) = sorted((first[0], last[0])), sorted((first[1], last[1]))
    return left < box.right and right > box.left and top < box.top + box.height and bottom > box.top


def _touches(box: Box, point: Point) -> bool:
    x, y = point
    on_a_side = x in (box.left, box.right) and box.top <= y <= box.top + box.height
    return on_a_side or (y in (box.top, box.top + box.height) and box.left <= x <= box.right)


def test_a_serious_case_review_goes_from_referral_to_closure():
    declared = procedure("serious_case_review", "WT2015")

    assert main_way(declared, lines_of(declared)) == (
        "referred", "scoping", "awaiting_recommendation", "awaiting_decision", "commissioning",
        "gathering_information", "analysis", "drafting", "awaiting_approval", "preparing_publication", "published",
        "monitoring_actions", "closed",
    )  # fmt: skip


def test_a_hold_state_stands_beside_all_that_it_holds():
    boxes = laid_out(procedure("serious_case_review", "WT2015")).boxes
    held = [boxes[state] for state in ("gathering_information", "analysis", "drafting")]

    assert boxes["review_on_hold"].top == held[0].top
    assert boxes["review_on_hold"].top + boxes["review_on_hold"].height == held[-1].top + held[-1].height


def test_where_the_case_stands_is_said_in_words_and_not_only_by_a_heavier_box():
    drawing = diagram_svg(procedure("serious_case_review", "WT2010"), "publication_on_hold")

    assert "The case stands at “Publication on hold”." in drawing
    assert drawing.count("the case is here") == 1


def test_a_drawing_carries_no_style_of_its_own():
    """A strict content security policy refuses style attributes."""
    assert "style" not in diagram_svg(procedure("serious_case_review", "WT2015"), "drafting")


def test_a_line_names_its_step_to_whoever_points_at_it():
    assert "<title>Reopen the report</title>" in diagram_svg(procedure("serious_case_review", "WT2015"))


def test_what_leads_back_is_dashed_and_what_ends_a_case_is_not():
    drawing = diagram_svg(procedure("practice_review", "WT2023"))
    dashed = re.findall(r"move--back\"[^>]*><title>([^<]+)", drawing)

    assert "Return the report" in dashed
    assert "Rule that it is not a serious incident" not in dashed


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
