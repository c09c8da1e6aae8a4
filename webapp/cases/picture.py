"""The picture of time, reckoned: where each bar, mark and word of it is drawn.

A template draws it. Words never overlap: what does not fit beside its neighbours goes to a line of its own. It is
drawn a second time for a telephone, with the name of every date above its mark.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from webapp.cases import stretches
from webapp.cases.stretches import Stretch
from webapp.wording import counted
from workflows.clocks import Deadline
from workflows.dates import MONTH_NAMES, day_in_words
from workflows.standing import Standing

WIDE, NARROW, MARGIN = 720, 290, 10
TOP, LINE, BAR = 34, 20, 30
# A little more than the average letter of a broad font at the size of the picture's words.
LETTER = 7.2
SHORTEST_SPAN = timedelta(days=60)
NARROWEST_TICK = 78

Fate = Literal["met", "met_late", "late", "explained", "to_come", "not_before"]
Room = tuple[float, float]
"""From where to where something reaches across the picture."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the picture: where it begins, and the line it stands on."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time, its name, and the days within it that are marked."""

    x: float
    y: float
    width: float
    word: Word
    now: bool = False
    marks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline: its mark on the last day, its name, and the day it was met where that was late."""

    x: float
    y: float
    fate: Fate
    word: Word
    met_x: float | None


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything to be drawn, and what it shows in one sentence."""

    width: int
    height: float
    described: str
    ticks: tuple[Word, ...]
    stages: tuple[Bar, ...]
    holds: tuple[Bar, ...]
    proceedings: tuple[Bar, ...]
    dues: tuple[Due, ...]
    captions: tuple[Word, ...]
    today: Word | None


def picture(standing: Standing, width: int = WIDE) -> Picture:
    """Return the picture of a case, from its beginning to the day asked about or the last date still to come."""
    marked = _marked(standing.deadlines)
    drawing = _Drawing(_scale(standing, marked, width), standing.ended_on.last if standing.ended_on else standing.today)
    return Picture(
        width=width,
        stages=drawing.stages(stretches.stages(standing)),
        holds=drawing.bars("On hold", stretches.holds(standing)),
        proceedings=drawing.bars("Other proceedings", stretches.proceedings(standing)),
        dues=drawing.dues(marked),
        height=drawing.y + MARGIN,
        described=_described(standing),
        ticks=tuple(_ticks(drawing.scale)),
        captions=tuple(drawing.captions),
        today=None if standing.has_ended else drawing.today(standing.today),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """Days as places across the picture."""

    start: date
    end: date
    width: int

    def x(self, day: date) -> float:
        across = (day - self.start) / (self.end - self.start)
        return round(MARGIN + min(max(across, 0), 1) * (self.width - 2 * MARGIN), 1)


@dataclass(frozen=True, slots=True)
class _Marked:
    """Deadlines of one clock, due on one day and with one fate: drawn as one. `met` is when the last was met, late."""

    words: str
    due: date
    fate: Fate
    met: date | None


def fate_of(deadline: Deadline) -> Fate:
    """Return how the mark of a deadline is drawn."""
    fates: dict[str, Fate] = {
        "met": "met",
        "met_late": "met_late",
        "overdue": "late",
        "late_explained": "explained",
        "not_before": "not_before",
    }
    return fates.get(deadline.status, "to_come")


def _marked(deadlines: Sequence[Deadline]) -> list[_Marked]:
    """Return what is drawn of the deadlines: those that were started and not taken away."""
    together: dict[tuple[str, date, Fate], list[Deadline]] = {}
    for each in deadlines:
        if each.due_last is not None and each.status not in ("void", "waiting"):
            together.setdefault((each.key, each.due_last, fate_of(each)), []).append(each)
    drawn = [_Marked(_words(found), due, fate, _met_late_on(found)) for (_, due, fate), found in together.items()]
    return sorted(drawn, key=lambda each: each.due)


def _words(deadlines: Sequence[Deadline]) -> str:
    title = deadlines[0].clock.title
    return title if len(deadlines) == 1 else f"{title} ({len(deadlines)})"


def _met_late_on(deadlines: Sequence[Deadline]) -> date | None:
    return max((each.met_on.last for each in deadlines if each.met_on and each.status == "met_late"), default=None)


def _scale(standing: Standing, marked: Sequence[_Marked], width: int) -> _Scale:
    end = standing.ended_on.last if standing.ended_on else standing.today
    start = min(standing.opened_on.last, *(each.due for each in marked), end)
    return _Scale(start, max(start + SHORTEST_SPAN, end, *(each.due for each in marked)), width)


@dataclass(slots=True)
class _Drawing:
    """The picture as it grows downwards; `y` is where its next part begins, `until` how far what goes on is drawn."""

    scale: _Scale
    until: date
    y: float = TOP
    captions: list[Word] = field(default_factory=list)

    def stages(self, found: Sequence[Stretch]) -> tuple[Bar, ...]:
        """Draw the stages on one line; a name that does not fit in its bar stands above it."""
        above = [each for each in found if not self._fits(each)]
        lines = dict(zip(map(id, above), lines_for([self._named(each) for each in above]), strict=True))
        self.y += (max(lines.values(), default=-1) + 1) * LINE
        bars = tuple(self._stage(each, lines.get(id(each)), now=each.until is None) for each in found)
        self.y += BAR + LINE
        return bars

    def _stage(self, stretch: Stretch, line: int | None, *, now: bool) -> Bar:
        left, right = self._room(stretch)
        word = Word(stretch.words, left + 6, self.y + 20)
        if line is not None:
            word = Word(stretch.words, self._named(stretch)[0], self.y - 8 - line * LINE)
        return Bar(left, self.y, right - left, word, now and self.until >= stretch.since)

    def bars(self, caption: str, found: Sequence[Stretch]) -> tuple[Bar, ...]:
        """Draw a bar for each stretch, with its name above it."""
        if not found:
            return ()
        self._caption(caption)
        lines = lines_for([_both(self._room(each), self._named(each)) for each in found])
        bars = tuple(self._bar(each, self.y + line * 1.9 * LINE) for each, line in zip(found, lines, strict=True))
        self.y += (max(lines) + 1) * 1.9 * LINE + 6
        return bars

    def _bar(self, stretch: Stretch, y: float) -> Bar:
        left, right = self._room(stretch)
        word = Word(stretch.words, self._named(stretch)[0], y + 13)
        return Bar(left, y + 19, right - left, word, marks=tuple(self.scale.x(day) for day in stretch.on))

    def dues(self, found: Sequence[_Marked]) -> tuple[Due, ...]:
        """Draw the deadlines, each with its name beside its mark, or above it where there is no room beside any."""
        if not found:
            return ()
        self._caption("Dates that matter")
        above = self.scale.width == NARROW
        draw, apart = (self._due_below_its_name, 1.9 * LINE) if above else (self._due, 1.2 * LINE)
        lines = lines_for(
            [_both(self._span(each), self._above(each) if above else self._beside(each)) for each in found]
        )
        dues = tuple(draw(each, self.y + line * apart) for each, line in zip(found, lines, strict=True))
        self.y += (max(lines) + 1) * apart
        return dues

    def _due(self, marked: _Marked, y: float) -> Due:
        left, right = self._beside(marked)
        return self._mark(marked, y + 9, Word(_shortened(marked.words, right - left), left, y + 14))

    def _due_below_its_name(self, marked: _Marked, y: float) -> Due:
        left, right = self._above(marked)
        return self._mark(marked, y + 26, Word(_shortened(marked.words, right - left), left, y + 15))

    def _mark(self, marked: _Marked, y: float, word: Word) -> Due:
        return Due(self.scale.x(marked.due), y, marked.fate, word, self.scale.x(marked.met) if marked.met else None)

    def today(self, day: date) -> Word:
        """Return the day asked about, for the line drawn through it."""
        return Word(day_in_words(day), self.scale.x(day), self.y + MARGIN)

    def _caption(self, words: str) -> None:
        self.captions.append(Word(words, MARGIN, self.y + 10))
        self.y += 0.7 * LINE

    def _room(self, stretch: Stretch) -> Room:
        left = self.scale.x(stretch.since)
        return left, max(self.scale.x(stretch.until or self.until), left + 2)

    def _named(self, stretch: Stretch) -> Room:
        """Return the room of a name that begins where the stretch does, without running out of the picture."""
        return self._from(self.scale.x(stretch.since), stretch.words)

    def _above(self, marked: _Marked) -> Room:
        return self._from(self.scale.x(marked.due) - 6, marked.words)

    def _from(self, x: float, words: str) -> Room:
        """Return the room of words from a place on, moved so that they stay in the picture as far as they fit in it."""
        width = min(len(words) * LETTER, self.scale.width - 2 * MARGIN)
        left = max(min(x, self.scale.width - MARGIN - width), MARGIN)
        return left, left + width

    def _span(self, marked: _Marked) -> Room:
        return self.scale.x(marked.due) - 8, self.scale.x(marked.met or marked.due) + 8

    def _beside(self, marked: _Marked) -> Room:
        (left, right), width = self._span(marked), len(marked.words) * LETTER
        at_right, at_left = self.scale.width - MARGIN - right - 4, left - 4 - MARGIN
        if width <= at_right or at_right > at_left:
            return right + 4, right + 4 + min(width, at_right)
        return left - 4 - min(width, at_left), left - 4

    def _fits(self, stretch: Stretch) -> bool:
        left, right = self._room(stretch)
        return len(stretch.words) * LETTER + 12 <= right - left


def lines_for(rooms: Sequence[Room]) -> list[int]:
    """Return for each the first line on which it overlaps nothing put there before it."""
    taken: list[list[Room]] = []
    lines = []
    for left, right in rooms:
        free = [at for at, row in enumerate(taken) if all(right < start or left > end for start, end in row)]
        line = free[0] if free else len(taken)
        taken += [[]] if line == len(taken) else []
        taken[line].append((left, right))
        lines.append(line)
    return lines


def _shortened(words: str, width: float) -> str:
    """Return the words as far as they fit; the list of dates has them whole."""
    letters = int(width / LETTER + 0.01)
    return words if len(words) <= letters else f"{words[: letters - 1].rstrip()}…"


def _both(one: Room, other: Room) -> Room:
    return min(one[0], other[0]), max(one[1], other[1]) + 6


def _ticks(scale: _Scale) -> Iterator[Word]:
    """Yield the beginnings of months, quarters or years, as many as can be read."""
    months = (scale.end.year - scale.start.year) * 12 + scale.end.month - scale.start.month
    apart = next(each for each in (1, 3, 6, 12, 24, 60, 120) if (scale.width * each) / max(months, 1) >= NARROWEST_TICK)
    first = scale.start.year * 12 + scale.start.month - 1
    for month in range(first + -first % apart, first + months + 1, apart):
        day = date(month // 12, month % 12 + 1, 1)
        words = f"{MONTH_NAMES[day.month - 1][:3]} {day.year}" if apart < 12 else str(day.year)
        if scale.start <= day <= scale.end and scale.x(day) + len(words) * LETTER <= scale.width:
            yield Word(words, scale.x(day), LINE - 4)


def _described(standing: Standing) -> str:
    """Return in a sentence what the picture shows; the table below it has the rest."""
    taken = standing.time_taken
    late = sum(fate_of(each) in ("met_late", "late", "explained") for each in standing.deadlines)
    held = f", {counted(taken.under_hold, 'day')} of them under hold" if taken.under_hold else ""
    return f"{counted(taken.elapsed, 'day')} from {day_in_words(taken.start)}{held}; {counted(late, 'date')} missed."
