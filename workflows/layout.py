"""Where the states of a procedure are drawn and how the lines between them run, so that no line crosses a box.

The main way runs down the page, a state a row. Beside it, in the rows of what leads to them, stand the states off that
way, and each hold state stands beside all that it holds. Lines that skip rows run in lanes: to the left of the main way
between its own states, and between the two columns for the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from workflows.definition import Procedure, State

MARGIN = 12
LABELS = 118
LANE = 12
WAY_WIDTH, BESIDE_WIDTH = 252, 172
HEIGHT, GAP = 48, 30
# How far from the middle of a box a line leaves it for rows above or below, and from the next such line.
PORT, NEXT_PORT = 9, 6
DOWN_AT, UP_AT = 22, 10

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Move:
    """A way from one state to another, as it is drawn."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Box:
    """Where one state is drawn: on the main way or beside it, from which row, and over how many."""

    state: State
    beside: bool
    row: int
    rows: int
    left: int
    width: int

    @property
    def top(self) -> int:
        return MARGIN + self.row * (HEIGHT + GAP)

    @property
    def height(self) -> int:
        return HEIGHT + (self.rows - 1) * (HEIGHT + GAP)

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def middle(self) -> Point:
        return self.left + self.width // 2, self.top + self.height // 2


def main_way(procedure: Procedure, moves: Iterable[Move]) -> tuple[str, ...]:
    """Return the longest way from the opening through later and later states, the one declared first among equals.

    Later is by stage, then in the order the states are declared; hold states are no part of it.
    """
    stages = [stage.key for stage in procedure.stages]
    place = {state.key: (stages.index(state.stage), number) for number, state in enumerate(procedure.states)}
    onwards: dict[str, list[str]] = {}
    for move in moves:
        if place[move.before] < place[move.after] and move.after not in procedure.hold_states:
            onwards.setdefault(move.before, []).append(move.after)
    longest: dict[str, tuple[str, ...]] = {}
    for state in sorted(place, key=lambda key: place[key], reverse=True):
        ways = [longest[after] for after in onwards.get(state, ())]
        longest[state] = (state, *max(ways, key=len, default=()))
    return longest[procedure.opening.after or ""]


class Layout:
    """The boxes and lines of one procedure."""

    def __init__(self, procedure: Procedure, moves: Sequence[Move]) -> None:
        self._procedure = procedure
        self._moves = moves
        self._way = main_way(procedure, moves)
        self._row = {state: row for row, state in enumerate(self._way)}
        self._row |= self._rows_beside()

    # --- Boxes --------------------------------------------------------------

    def _held_rows(self) -> Mapping[str, list[int]]:
        """Return for each hold state the rows on the main way that it lies over."""
        return {
            scope.stands_in: [self._row[state] for state in scope.states if state in self._row]
            for scope in self._procedure.scopes
            if scope.stands_in
        }

    def _rows_beside(self) -> dict[str, int]:
        """Return a row for each state off the main way: that of what leads to it, or the nearest that is free."""
        held = self._held_rows()
        taken = {row for rows in held.values() if rows for row in range(min(rows), max(rows) + 1)}
        found: dict[str, int] = {}
        for state in self._procedure.states:
            if state.key in self._row or held.get(state.key):
                continue
            leading = [
                self._row[move.before] for move in self._moves if move.after == state.key and move.before in self._row
            ]
            wanted = min(leading, default=len(self._way) - 1)
            found[state.key] = _nearest_free(wanted, taken)
            taken.add(found[state.key])
        return found

    @cached_property
    def boxes(self) -> Mapping[str, Box]:
        held = self._held_rows()
        boxes = {}
        for state in self._procedure.states:
            rows = held.get(state.key) or [self._row[state.key]]
            beside = state.key not in self._way
            left = self._beside_from if beside else self._way_from
            width = BESIDE_WIDTH if beside else WAY_WIDTH
            boxes[state.key] = Box(state, beside, min(rows), max(rows) - min(rows) + 1, left, width)
        return boxes

    @property
    def _way_from(self) -> int:
        return LABELS + LANE * (_lanes_used(self._lanes(self._skipping)) + 1)

    @property
    def _beside_from(self) -> int:
        return self._way_from + WAY_WIDTH + LANE * (_lanes_used(self._lanes(self._across)) + 3)

    @property
    def width(self) -> int:
        return self._beside_from + BESIDE_WIDTH + MARGIN

    @property
    def height(self) -> int:
        return max(box.top + box.height for box in self.boxes.values()) + MARGIN

    # --- Lines --------------------------------------------------------------

    def _is_step_down_or_up(self, move: Move) -> bool:
        on_way = {move.before, move.after} <= set(self._way)
        return on_way and abs(self._row[move.before] - self._row[move.after]) == 1

    @cached_property
    def _skipping(self) -> list[Move]:
        """The moves between states of the main way that are not neighbours."""
        on_way = set(self._way)
        return [
            move for move in self._moves if {move.before, move.after} <= on_way and not self._is_step_down_or_up(move)
        ]

    @cached_property
    def _across(self) -> list[Move]:
        """The moves to and from states beside the main way."""
        return [move for move in self._moves if not {move.before, move.after} <= set(self._way)]

    def _lanes(self, moves: Iterable[Move]) -> dict[Move, int]:
        """Return a lane for each move that changes rows: the shortest nearest, and none over another in its lane."""
        lanes: dict[Move, int] = {}
        for move in sorted(moves, key=lambda each: abs(self._row[each.before] - self._row[each.after])):
            first, last = sorted((self._row[move.before], self._row[move.after]))
            if first != last:
                taken = {lane for other, lane in lanes.items() if self._overlaps(other, first, last)}
                lanes[move] = next(lane for lane in range(len(lanes) + 1) if lane not in taken)
        return lanes

    def _overlaps(self, other: Move, first: int, last: int) -> bool:
        others = sorted((self._row[other.before], self._row[other.after]))
        return first <= others[1] and others[0] <= last

    def line(self, move: Move) -> list[Point]:
        """Return the corners of the line of a move, from the state it leaves to the state it reaches."""
        start, end = self.boxes[move.before], self.boxes[move.after]
        if self._is_step_down_or_up(move):
            return _down(start, end) if start.row < end.row else _up(start, end)
        if move in self._skipping:
            lane = self._way_from - LANE * (self._lanes(self._skipping)[move] + 1)
            return self._by_lane(move, start.left, lane, end.left)
        leaves, reaches = (box.left if box.beside else box.right for box in (start, end))
        lane = self._way_from + WAY_WIDTH + LANE * (self._lanes(self._across).get(move, 0) + 1)
        return self._by_lane(move, leaves, lane, reaches)

    def _by_lane(self, move: Move, leaves: int, lane: int, reaches: int) -> list[Point]:
        from_level, to_level = self._level(move, move.before), self._level(move, move.after)
        if from_level == to_level:
            return [(leaves, from_level), (reaches, to_level)]
        return [(leaves, from_level), (lane, from_level), (lane, to_level), (reaches, to_level)]

    def _level(self, move: Move, at: str) -> int:
        """Return the height at which a line meets a box: above the middle for rows above, below it for rows below."""
        box, moves = self.boxes[at], self._across if move in self._across else self._skipping
        away = self._away(move, at)
        alike = [
            each for each in moves if at in (each.before, each.after) and _sign(self._away(each, at)) == _sign(away)
        ]
        if away == 0:
            return box.top + HEIGHT // 2 + (alike.index(move) * 2 - len(alike) + 1) * PORT // 2
        # The line that goes farthest leaves farthest from the middle, so that it need not cross the others.
        alike.sort(key=lambda each: (abs(self._away(each, at)), each.before == at))
        return box.top + HEIGHT // 2 + _sign(away) * (PORT + NEXT_PORT * alike.index(move))

    def _away(self, move: Move, at: str) -> int:
        """Return how many rows below a state the other end of a move is."""
        other = move.after if move.before == at else move.before
        return self._row[other] - self._row[at]

    def beside_holds(self) -> list[tuple[Point, Point]]:
        """Return a level line between each state on the main way and the hold state that may lie over it."""
        lines = []
        for key, rows in self._held_rows().items():
            for row in rows:
                held = self.boxes[self._way[row]]
                lines.append(((held.right, held.middle[1]), (self.boxes[key].left, held.middle[1])))
        return lines


def _nearest_free(wanted: int, taken: set[int]) -> int:
    """Return the first free row from the one wanted on."""
    return next(row for row in range(wanted, wanted + len(taken) + 1) if row not in taken)


def _lanes_used(lanes: Mapping[Move, int]) -> int:
    return max(lanes.values(), default=-1) + 1


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _down(start: Box, end: Box) -> list[Point]:
    return [(start.left + DOWN_AT, start.top + HEIGHT), (start.left + DOWN_AT, end.top)]


def _up(start: Box, end: Box) -> list[Point]:
    return [(start.right - UP_AT, start.top), (start.right - UP_AT, end.top + HEIGHT)]
