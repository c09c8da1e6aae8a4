"""A procedure as a diagram: Mermaid text, a drawing that needs no script, and the same in words.

Both pictures leave out what leads from every open state to one end, such as a transfer: it is said beside them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape

from workflows import layout
from workflows.definition import Procedure, State, Step
from workflows.layout import Box, Layout, Point

LETTERS_ON_THE_WAY, LETTERS_BESIDE = 30, 22
LINE_HEIGHT = 16
CORNER = 6
TOO_MANY_WAYS_TO_DRAW = 6

ARROW = (
    '<defs><marker id="diagram-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker></defs>'
)


@dataclass(frozen=True, slots=True)
class Move:
    """A step that leads from one state to another."""

    step: Step
    before: str
    after: str


def moves(procedure: Procedure) -> tuple[Move, ...]:
    """Return every move of the procedure, in the order declared, with those into and out of the hold states."""
    declared = (
        Move(step, before, step.after)
        for step in procedure.steps
        if step.after
        for before in step.before
        if before in procedure.states_by_key
    )
    return (*declared, *_hold_moves(procedure))


def _hold_moves(procedure: Procedure) -> Iterator[Move]:
    for step in procedure.steps:
        for scope in procedure.scopes:
            if scope.stands_in is None or step.on_hold not in ("authorises", "releases"):
                continue
            for state in scope.states:
                held = step.on_hold == "authorises"
                yield Move(step, state if held else scope.stands_in, scope.stands_in if held else state)


def from_anywhere(procedure: Procedure) -> tuple[Step, ...]:
    """Return the steps that can be taken from so many states that a diagram only says so in words."""
    return tuple(step for step in procedure.steps if step.after and len(step.before) > TOO_MANY_WAYS_TO_DRAW)


def drawn(procedure: Procedure) -> tuple[Move, ...]:
    """Return the moves a diagram draws: one line between two states, however many steps lead there."""
    everywhere = {step.key for step in from_anywhere(procedure)}
    kept = {(move.before, move.after): move for move in moves(procedure) if move.step.key not in everywhere}
    return tuple(move for move in kept.values() if not _comes_from_a_hold(procedure, move))


def _comes_from_a_hold(procedure: Procedure, move: Move) -> bool:
    """Return whether the move leaves a hold state for where it could lead from the state held too."""
    return move.before in procedure.hold_states and not move.step.on_hold


def mermaid(procedure: Procedure) -> str:
    """Return the procedure as a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    lines += [f'  state "{state.words}" as {state.key}' for state in procedure.states]
    lines.append(f"  [*] --> {procedure.opening.after}: {procedure.opening.title}")
    everywhere = {step.key for step in from_anywhere(procedure)}
    lines += [
        f"  {move.before} --> {move.after}: {move.step.title}"
        for move in moves(procedure)
        if move.step.key not in everywhere
    ]
    lines += [f"  {state.key} --> [*]" for state in procedure.states if state.ended]
    return "\n".join(lines)


def in_words(procedure: Procedure) -> tuple[tuple[State, tuple[str, ...]], ...]:
    """Return each state with a sentence for every way out of it: what the drawing shows, to be read."""
    return tuple(
        (
            state,
            tuple(
                f"{move.step.title}: to “{procedure.state(move.after).words}”"
                for move in moves(procedure)
                if move.before == state.key
            ),
        )
        for state in procedure.states
    )


@cache
def _layout(procedure: Procedure) -> Layout:
    lines = (layout.Move(move.before, move.after) for move in drawn(procedure))
    return Layout(procedure, [line for line in lines if not {line.before, line.after} & procedure.hold_states])


def diagram_svg(procedure: Procedure, current_state: str | None = None) -> str:
    """Return the drawing as SVG, with the state where a case stands marked by a heavier box and by words.

    It carries classes and no style, so that the page's own stylesheet colours it. A reader that does not see it is
    given its title and description.
    """
    plan = _layout(procedure)
    here = procedure.states_by_key.get(current_state or "")
    described = f"The case stands at “{here.words}”." if here else "Every state, in the order a case goes through them."
    opening = (
        f'<svg class="app-diagram" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {plan.width} {plan.height}" '
        f'width="{plan.width}" height="{plan.height}" role="img" aria-labelledby="diagram-title diagram-description">'
        f'<title id="diagram-title">{escape(f"{procedure.title} under {procedure.edition}")}</title>'
        f'<desc id="diagram-description">{escape(described)}</desc>'
    )
    states = (_box(box, is_here=box.state is here) for box in plan.boxes.values())
    return "".join([opening, ARROW, *_stages(procedure, plan), *_lines(procedure, plan), *states, "</svg>"])


def _stages(procedure: Procedure, plan: Layout) -> Iterator[str]:
    """Yield the name of each stage where the main way enters it, under a line across the drawing."""
    entered = ""
    for box in sorted((box for box in plan.boxes.values() if not box.beside), key=lambda box: box.row):
        if box.state.stage == entered:
            continue
        entered = box.state.stage
        words = next(stage.words for stage in procedure.stages if stage.key == entered)
        if box.row:
            level = box.top - layout.GAP // 2
            yield f'<path class="app-diagram__between" d="M0 {level}H{plan.width}"/>'
        yield f'<text class="app-diagram__stage" x="0" y="{box.middle[1] + 5}">{escape(words)}</text>'


def _lines(procedure: Procedure, plan: Layout) -> Iterator[str]:
    for first, last in plan.beside_holds():
        yield (
            f'<path class="app-diagram__move app-diagram__move--hold" d="{_path([first, last])}" fill="none" '
            'marker-start="url(#diagram-arrow)" marker-end="url(#diagram-arrow)"/>'
        )
    for move in drawn(procedure):
        if not {move.before, move.after} & procedure.hold_states:
            yield _line(move, plan)


def _line(move: Move, plan: Layout) -> str:
    """Return the arrow of a move, dashed when it leads back, with the step beside it where there is room for words."""
    corners = plan.line(layout.Move(move.before, move.after))
    before, after = plan.boxes[move.before], plan.boxes[move.after]
    back = " app-diagram__move--back" if after.row < before.row and not after.state.ended else ""
    told = ""
    if len(corners) == 2 and after.row == before.row + 1:
        across, level = corners[0][0] + 9, (corners[0][1] + corners[1][1]) // 2 + 4
        told = f'<text class="app-diagram__step" x="{across}" y="{level}">{escape(move.step.title)}</text>'
    return (
        f'<path class="app-diagram__move{back}" d="{_path(corners)}" fill="none" marker-end="url(#diagram-arrow)">'
        f"<title>{escape(move.step.title)}</title></path>{told}"
    )


def _path(corners: Sequence[Point]) -> str:
    """Return the path through these corners, each rounded."""
    told = [f"M{corners[0][0]} {corners[0][1]}"]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        (x1, y1), (x2, y2) = _towards(corner, before), _towards(corner, after)
        told.append(f"L{x1} {y1}Q{corner[0]} {corner[1]} {x2} {y2}")
    return "".join([*told, f"L{corners[-1][0]} {corners[-1][1]}"])


def _towards(corner: Point, other: Point) -> Point:
    """Return the point a little way from a corner towards another, along the one line they share."""
    (x1, y1), (x2, y2) = corner, other
    across, down = x2 - x1, y2 - y1
    near = min(CORNER, max(abs(across), abs(down)) // 2)
    return x1 + near * ((across > 0) - (across < 0)), y1 + near * ((down > 0) - (down < 0))


def _box(box: Box, *, is_here: bool) -> str:
    kinds = ["app-diagram__state"]
    kinds += ["app-diagram__state--here"] if is_here else []
    kinds += ["app-diagram__state--ended"] if box.state.ended else []
    lines = _wrapped(box.state.words, LETTERS_BESIDE if box.beside else LETTERS_ON_THE_WAY)
    lines += ["the case is here"] if is_here else []
    across, down = box.middle
    first = down + 5 - (len(lines) - 1) * LINE_HEIGHT // 2
    text = "".join(
        f'<tspan x="{across}" y="{first + place * LINE_HEIGHT}">{escape(line)}</tspan>'
        for place, line in enumerate(lines)
    )
    return (
        f'<g class="{" ".join(kinds)}"><rect x="{box.left}" y="{box.top}" width="{box.width}" height="{box.height}" '
        f'rx="3"/><text text-anchor="middle">{text}</text></g>'
    )


def _wrapped(words: str, letters: int) -> list[str]:
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > letters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
