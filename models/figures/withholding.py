"""What has to be withheld for a scheme, so that no small count is shown and none can be worked out.

The small ones first, then as many others as it takes. `models.figures.inference` is the reader who tries.
"""

from __future__ import annotations

from models.figures.inference import Bounds, Name, Reader, adds_up, narrowed
from models.figures.knowledge import Knowledge, Tail, Told, Withheld, bounds_of
from models.figures.small_numbers import Breakdown, Scheme, Statement


def withheld_rows(breakdown: Breakdown, scheme: Scheme) -> frozenset[str]:
    """Return the rows to withhold: the small ones, and as many others as keep each of these from being worked out.

    The smallest of the others are taken first. A nought protects nothing, because a reader expects it.
    """
    hidden = {row for row, count in breakdown.counts.items() if scheme.is_small(count)}
    others = sorted((count, row) for row, count in breakdown.counts.items() if count and row not in hidden)
    for _, row in others:
        if not can_be_worked_out(breakdown, hidden, scheme):
            break
        hidden.add(row)
    return frozenset(hidden)


def can_be_worked_out(breakdown: Breakdown, hidden: set[str], scheme: Scheme) -> bool:
    left = sum(breakdown.counts[row] for row in hidden)
    known: dict[Name, Bounds] = {row: bounds_of(breakdown.counts[row], scheme) for row in hidden}
    found = narrowed(known | {None: (left, left)}, adds_up(hidden, None))
    return any(found[row][0] == found[row][1] for row in hidden)


class Guard:
    """What a scheme withholds of statements, each in view of those that are out beside it."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._found: dict[Statement, tuple[Withheld, Knowledge]] = {}
        self._reader = Reader()

    def withheld_from(self, statement: Statement) -> Withheld:
        """Return what is withheld so that nothing of this statement, nor of those out beside it, can be worked out.

        Those beside it keep no secret of this one, so where nothing else helps, nothing is said of it.
        """
        return self._guarded(statement)[0]

    def _guarded(self, statement: Statement) -> tuple[Withheld, Knowledge]:
        if statement not in self._found:
            before = Knowledge.of_all(self._guarded(each)[1] for each in _all_beside(statement, {}))
            self._found[statement] = self._reckoned(statement, before)
        return self._found[statement]

    def _reckoned(self, statement: Statement, before: Knowledge) -> tuple[Withheld, Knowledge]:
        withheld, told = self._by_itself(statement), Told(statement, before)
        while exposed := self._exposed(before | told.as_shown(withheld, self._scheme)):
            one_of_each = {tail[0]: tail for tail in sorted(exposed, reverse=True)}
            withheld_more = [_withhold_more(statement, withheld, tail) for tail in one_of_each.values()]
            if not any(withheld_more):
                withheld.say_nothing(statement)
                break
        return withheld, told.as_shown(withheld, self._scheme)

    def _exposed(self, known: Knowledge) -> set[Tail]:
        """Return the small counts that can be worked out. The others are withheld on their account alone."""
        found = self._reader.works_out(known.counts, known.shown, known.facts, known.secret)
        return {known.secret[name] for name in found}

    def _by_itself(self, statement: Statement) -> Withheld:
        found = Withheld()
        for key, count in statement.single.items():
            if self._scheme.is_small(count):
                found.single.add(key)
        for breakdown in statement.breakdowns:
            hidden = found.rows[breakdown.key] = set(withheld_rows(breakdown, self._scheme))
            too_few = self._scheme.is_too_few_to_break_down(breakdown.total)
            if too_few or can_be_worked_out(breakdown, hidden, self._scheme):
                found.withhold_whole(breakdown)
        return found


def _all_beside(statement: Statement, found: dict[Statement, None]) -> dict[Statement, None]:
    """Return everything that is out beside a statement, each once, with what it is made of before it."""
    for each in (*statement.made_of, *statement.after):
        if each not in found:
            _all_beside(each, found)
            found[each] = None
    return found


def _withhold_more(statement: Statement, found: Withheld, exposed: Tail) -> bool:
    """Withhold one count more of a statement, the likeliest to have given another away; return whether there was one.

    Each makes one count fewer that is shown, so it ends.
    """
    key = exposed[0]
    if len(exposed) > 1:
        linked = _linked(statement, key)
        for breakdown in linked:
            if breakdown.key not in found.whole:
                _withhold_row(breakdown, found, exposed[1])
                return True
        key = linked[0].total_key if linked else ""
    if not statement.single.get(key) or key in found.single:
        return False
    found.withhold_single(statement, key)
    return True


def _linked(statement: Statement, key: str) -> list[Breakdown]:
    """Return the breakdown of this key, and those that it is not before, or that are not before it."""
    own = [each for each in statement.breakdowns if each.key == key]
    sooner = {each.not_before for each in own}
    return own + [each for each in statement.breakdowns if each.key in sooner or each.not_before == key]


def _withhold_row(breakdown: Breakdown, found: Withheld, exposed: str) -> None:
    hidden = found.rows[breakdown.key]
    rows = [row for row, count in breakdown.counts.items() if count and row not in hidden]
    if rows:
        hidden.add(min(rows, key=lambda row: (row != exposed, breakdown.counts[row])))
    else:
        found.withhold_whole(breakdown)
