"""A procedure as a diagram: Mermaid text, and a drawing laid out stage below stage that needs no script.

Both leave out what leads from every open state to one end, such as a transfer: it is said in words beside them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape

from workflows.definition import Procedure, State, Step

BOX_WIDTH, BOX_HEIGHT = 148, 46
GAP_ACROSS, GAP_DOWN = 34, 44
LABEL_WIDTH, MARGIN = 112, 12
LETTERS_A_LINE = 20
ACROSS = 4
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


@dataclass(frozen=True, slots=True)
class _Box:
    state: State
    left: int
    top: int

    @property
    def middle(self) -> tuple[int, int]:
        return self.left + BOX_WIDTH // 2, self.top + BOX_HEIGHT // 2


@cache
def _boxes(procedure: Procedure) -> Mapping[str, _Box]:
    """Return where each state is drawn: a row for each stage, and each hold state beside what it holds."""
    boxes: dict[str, _Box] = {}
    top = MARGIN
    for stage in procedure.stages:
        states = [
            state for state in procedure.states if state.stage == stage.key and state.key not in procedure.hold_states
        ]
        for row in _rows(states):
            for place, state in enumerate(row):
                boxes[state.key] = _Box(state, _left(place), top)
            top += BOX_HEIGHT + GAP_DOWN
    taken: set[int] = set()
    for scope in procedure.scopes:
        if scope.stands_in is not None:
            level = boxes[scope.states[0]].top
            while level in taken:
                level += BOX_HEIGHT + GAP_DOWN
            taken.add(level)
            boxes[scope.stands_in] = _Box(procedure.state(scope.stands_in), _left(ACROSS), level)
    return boxes


def _left(place: int) -> int:
    return LABEL_WIDTH + place * (BOX_WIDTH + GAP_ACROSS)


def _rows(states: Sequence[State], most: int = ACROSS) -> list[Sequence[State]]:
    return [states[first : first + most] for first in range(0, len(states), most)]


def diagram_svg(procedure: Procedure, current_state: str | None = None) -> str:
    """Return the drawing as SVG, with the state where a case stands marked by a heavier box and by words.

    It carries classes and no style, so that the page's own stylesheet colours it. A reader that does not see it is
    given its title and description.
    """
    boxes = _boxes(procedure)
    width = max(box.left for box in boxes.values()) + BOX_WIDTH + MARGIN + GAP_ACROSS
    height = max(box.top for box in boxes.values()) + BOX_HEIGHT + MARGIN
    here = procedure.states_by_key.get(current_state or "")
    title = f"{procedure.title} under {procedure.edition}"
    described = f"The case stands at “{here.words}”." if here else "Every state, stage below stage."
    opening = (
        f'<svg class="app-diagram" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-labelledby="diagram-title diagram-description">'
        f'<title id="diagram-title">{escape(title)}</title>'
        f'<desc id="diagram-description">{escape(described)}</desc>'
    )
    lines = (_line(boxes[move.before], boxes[move.after]) for move in drawn(procedure))
    states = (_box(box, is_here=box.state is here) for box in boxes.values())
    return "".join([opening, ARROW, *_stage_labels(procedure, boxes), *lines, *states, "</svg>"])


def _stage_labels(procedure: Procedure, boxes: Mapping[str, _Box]) -> Iterator[str]:
    for stage in procedure.stages:
        tops = [
            box.top for key, box in boxes.items() if box.state.stage == stage.key and key not in procedure.hold_states
        ]
        if tops:
            yield (
                f'<text class="app-diagram__stage" x="0" y="{min(tops) + BOX_HEIGHT // 2 + 5}">'
                f"{escape(stage.words)}</text>"
            )


def _box(box: _Box, *, is_here: bool) -> str:
    kinds = ["app-diagram__state"]
    kinds += ["app-diagram__state--here"] if is_here else []
    kinds += ["app-diagram__state--ended"] if box.state.ended else []
    lines = _wrapped(box.state.words)
    across, down = box.middle
    first = down + 5 - (len(lines) - 1) * 8
    text = "".join(
        f'<tspan x="{across}" y="{first + place * 16}">{escape(line)}</tspan>' for place, line in enumerate(lines)
    )
    mark = f'<text class="app-diagram__mark" x="{across}" y="{box.top - 5}">the case is here</text>' if is_here else ""
    return (
        f'<g class="{" ".join(kinds)}"><rect x="{box.left}" y="{box.top}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" '
        f'rx="3"/><text text-anchor="middle">{text}</text>{mark}</g>'
    )


def _wrapped(words: str) -> list[str]:
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > LETTERS_A_LINE:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _line(start: _Box, end: _Box) -> str:
    """Return the arrow between two states: straight along a row, curved from row to row, dashed when it leads back."""
    back = (end.top, end.left) < (start.top, start.left)
    kind = "app-diagram__move app-diagram__move--back" if back else "app-diagram__move"
    return f'<path class="{kind}" d="{_path(start, end)}" fill="none" marker-end="url(#diagram-arrow)"/>'


def _path(start: _Box, end: _Box) -> str:
    (x1, y1), (x2, y2) = start.middle, end.middle
    if start.top == end.top:
        return _along_the_row(start, end, y1)
    down = end.top > start.top
    y1, y2 = (start.top + BOX_HEIGHT, end.top) if down else (start.top, end.top + BOX_HEIGHT)
    x1, x2 = (x1 + 14, x2 + 14) if down else (x1 - 14, x2 - 14)
    bend = 26 if down else -26
    return f"M{x1} {y1}C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}"


def _along_the_row(start: _Box, end: _Box, level: int) -> str:
    right = end.left > start.left
    neighbours = abs(end.left - start.left) == BOX_WIDTH + GAP_ACROSS
    x1, x2 = (start.left + BOX_WIDTH, end.left) if right else (start.left, end.left + BOX_WIDTH)
    if neighbours:
        shift = -5 if right else 7
        return f"M{x1} {level + shift}L{x2} {level + shift}"
    over = start.top - 24 if right else start.top + BOX_HEIGHT + 24
    edge = start.top if right else start.top + BOX_HEIGHT
    (x1, _), (x2, _) = start.middle, end.middle
    return f"M{x1} {edge}C{x1} {over} {x2} {over} {x2} {edge}"
