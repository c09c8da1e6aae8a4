"""A year's figures as tables to read: each with a sentence that says what it shows, as far as the scheme lets it.

Everything here is made from figures that have passed `models.figures.disclosure`. No count, share or sentence goes
back to what was withheld.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.figures.disclosure import Cell, Disclosed
from models.figures.report import ROW_WORDS, TITLES
from models.figures.statistics import percent, small_numbers_note
from models.queries.child_death_figures import Year
from workflows.child_deaths import WITHIN_12_MONTHS
from workflows.national_figures import CONFIDENCE_WORDS, National, NationalYear

CONCLUSIONS = frozenset({"category", "preventability"})
"""What the panel found, which is withheld from somebody who declared an interest in a death reviewed then."""


@dataclass(frozen=True, slots=True)
class Percent:
    """A share in whole numbers."""

    value: int

    def __str__(self) -> str:
        return f"{self.value}%"


@dataclass(frozen=True, slots=True)
class Spanning:
    """One published figure for several rows together: shown once, and never once for each (DOMAIN 5.2).

    In the rows that it covers besides its own, `rows` is 0.
    """

    words: str
    rows: int = 0

    def __str__(self) -> str:
        return self.words


Shown = Cell | Percent | Spanning | float | None
"""A count, a mark in its place, a share, a figure for several rows, a rate; nothing where none is known."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table."""

    words: str
    cells: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the sentence that says what it shows, and the notes its numbers need."""

    key: str
    title: str
    sentence: str
    head: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownYear:
    """A year's figures as they may be shown."""

    year: Year
    disclosed: Disclosed

    @property
    def reviews(self) -> Cell:
        return self.disclosed.single["reviews"]

    def count(self, key: str, *rows: str) -> Cell:
        """Return how many there are in these rows of a breakdown, or the mark where that is withheld."""
        cells = [self.disclosed.breakdowns[key][row] for row in rows]
        marks = [cell for cell in cells if isinstance(cell, str)]
        return marks[0] if marks else sum(cell for cell in cells if isinstance(cell, int))

    def share(self, key: str, *rows: str) -> Percent | str:
        """Return the share of the reviews that are in these rows, or the mark where that is withheld."""
        return share_of(self.count(key, *rows), self.reviews)

    def timely(self, key: str) -> Percent | str:
        """Return one of the shares that were timely, which may be withheld where its parts are not."""
        share = self.disclosed.shares[key]
        return share if isinstance(share, str) else Percent(share)

    @property
    def note(self) -> str:
        """The note that every share of a year with few reviews carries (trend rule, DOMAIN 10)."""
        if isinstance(self.reviews, str):
            return "Small numbers: fewer deaths were reviewed than may be shown."
        return small_numbers_note(self.reviews)


def share_of(part: Cell, whole: Cell) -> Percent | str:
    """Return the share that one is of the other, or the mark of the one that is withheld."""
    if isinstance(part, str) or isinstance(whole, str):
        return part if isinstance(part, str) else str(whole)
    return Percent(percent(part, whole))


# --- The tables of a year ---------------------------------------------------


def breakdown_tables(
    years: Sequence[ShownYear], national: Mapping[str, NationalYear], *, without: frozenset[str] = frozenset()
) -> Iterator[Table]:
    """Yield the tables of the latest year beside the years before it, without some of the breakdowns."""
    latest = years[-1]
    yield _durations(latest, latest_national(national, "durations_percent"))
    for key in ("age", "sex", "ethnicity", "category", "preventability", "expected"):
        if key not in without:
            yield _breakdown(key, years, national)


def _breakdown(key: str, years: Sequence[ShownYear], national: Mapping[str, NationalYear]) -> Table:
    latest, earlier = years[-1], list(reversed(years[:-1]))
    lines = tuple(
        Line(words, (latest.count(key, row), latest.share(key, row), *(each.count(key, row) for each in earlier)))
        for row, words in ROW_WORDS[key].items()
    )
    return Table(
        key,
        TITLES[key],
        SENTENCES[key](latest),
        TITLES[key],
        (latest.year.name, "Share", *(each.year.name for each in earlier)),
        (*lines, Line("All reviews", (latest.reviews, None, *(each.reviews for each in earlier)))),
        tuple(filter(None, (latest.note, *_national_notes(key, national)))),
    )


CLOCKS = (
    "Counted in completed calendar months. Boards have reported from notification; the national return is thought to "
    "count from death, which is not confirmed."
)


def _how_sure(national: NationalYear) -> str:
    confidence = CONFIDENCE_WORDS[national.durations_percent["under_6"].confidence]
    return f"England, {national.name}: {confidence}, and one figure for 6 to 12 months together."


def _durations(shown: ShownYear, national: NationalYear | None) -> Table:
    keys = ("duration_from_notification", "duration_from_death")
    lines = []
    for row, words in ROW_WORDS[keys[0]].items():
        cells = [cell for key in keys for cell in (shown.count(key, row), shown.share(key, row))]
        lines.append(Line(words, (*cells, *([_national_duration(national, row)] if national else []))))
    columns = ("From notification", "Share from notification", "From death", "Share from death")
    beside = (f"England, {national.name}",) if national else ()
    notes = (CLOCKS, shown.note, _how_sure(national) if national else "")
    return Table(
        "durations", "Time to review, on both clocks", _durations_sentence(shown), "Time to review",
        columns + beside, tuple(lines), tuple(filter(None, notes)),
    )  # fmt: skip


def _national_duration(national: NationalYear, row: str) -> Shown:
    """Return the published share of a band. Four bands have one figure together, which stands at the first of them."""
    share = national.durations_percent
    if row in share:
        return Percent(int(share[row].value))
    together = f"{share['6_to_12'].value:.0f}% (6 to 12 months together)"
    return Spanning(together, 4) if row == "6_7" else Spanning("")


# --- Sentences --------------------------------------------------------------


def _told(shown: ShownYear, part: Cell, words: str) -> str:
    """Return '12 of the 28 deaths reviewed in 2017-18 were …', as far as both numbers may be shown."""
    name, reviews = shown.year.name, shown.reviews
    if reviews == 0:
        return f"No death was reviewed in {name}."
    if isinstance(part, str) or isinstance(reviews, str):
        return f"How many of the deaths reviewed in {name} were {words} is withheld, because numbers are small."
    be = "was" if part == 1 else "were"
    return f"{part} of the {_deaths(reviews)} reviewed in {name} {be} {words} ({share_of(part, reviews)})."


def _deaths(number: int) -> str:
    return f"{number:,} death" if number == 1 else f"{number:,} deaths"


def _durations_sentence(shown: ShownYear) -> str:
    of = shown.count("duration_from_notification", *WITHIN_12_MONTHS)
    # What was timely may be withheld although its parts add up, so the guarded share is asked first.
    guarded = shown.timely("within_12_months_percent")
    return _told(shown, guarded if isinstance(guarded, str) else of, "within 12 months of notification")


def _ethnicity_sentence(shown: ShownYear) -> str:
    rows = tuple(row for row in ROW_WORDS["ethnicity"] if row != "not_known")
    return _told(shown, shown.count("ethnicity", *rows), "of children whose ethnic group was known")


def _category_sentence(shown: ShownYear) -> str:
    cells = shown.disclosed.breakdowns["category"]
    visible = {row: cell for row, cell in cells.items() if isinstance(cell, int) and cell}
    if shown.reviews == 0:
        return _told(shown, 0, "")
    if isinstance(shown.reviews, str) or not visible:
        return f"In which categories the deaths reviewed in {shown.year.name} were is withheld: numbers are small."
    row = max(visible, key=lambda each: visible[each])
    found = "Of the categories shown" if any(isinstance(cell, str) for cell in cells.values()) else "Of the categories"
    name = ROW_WORDS["category"][row].partition(". ")[2]
    be = "death" if visible[row] == 1 else "deaths"
    return (
        f"{found}, “{name}” was found most often: for {visible[row]} {be} of the "
        f"{_deaths(shown.reviews)} reviewed in {shown.year.name} ({share_of(visible[row], shown.reviews)})."
    )


def _preventability_sentence(shown: ShownYear) -> str:
    """Return the share by both denominators (K7)."""
    modifiable = shown.count("preventability", "modifiable")
    judged = shown.count("preventability", "modifiable", "no_modifiable")
    first = _told(shown, modifiable, "found to have factors that could be modified")
    if isinstance(judged, str) or isinstance(modifiable, str) or not judged:
        return first
    return f"{first} Of the {judged:,} with enough information to judge it was {share_of(modifiable, judged)}."


SENTENCES: Mapping[str, Callable[[ShownYear], str]] = {
    "age": lambda shown: _told(shown, shown.count("age", "0_27_days"), "before 28 days of age"),
    "sex": lambda shown: _told(shown, shown.count("sex", "male"), "of boys"),
    "ethnicity": _ethnicity_sentence,
    "category": _category_sentence,
    "preventability": _preventability_sentence,
    "expected": lambda shown: _told(shown, shown.count("expected", "no"), "not expected"),
}


# --- England ----------------------------------------------------------------


def latest_national(national: Mapping[str, NationalYear], field: str) -> NationalYear | None:
    """Return the latest of these years for which England's figure is known, if there is one."""
    known = [each for _, each in sorted(national.items()) if getattr(each, field)]
    return known[-1] if known else None


NATIONAL_OF: Mapping[str, tuple[str, str]] = {
    "age": ("under_1_year_percent", "of deaths reviewed were under 1 year of age"),
    "sex": ("male_percent", "of deaths reviewed were of boys"),
    "ethnicity": ("ethnicity_not_known_percent", "of deaths reviewed had no known ethnic group"),
    "preventability": ("modifiable_percent", "of deaths reviewed had factors that could be modified"),
}


def _national_notes(key: str, national: Mapping[str, NationalYear]) -> Iterator[str]:
    field, words = NATIONAL_OF.get(key, ("", ""))
    if field and (year := latest_national(national, field)):
        found: National = getattr(year, field)
        yield f"England, {year.name}: {found.value:g}% {words} ({CONFIDENCE_WORDS[found.confidence]})."
        if key == "preventability" and year.note:
            yield f"England, {year.name}: {year.note}"
