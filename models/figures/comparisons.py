"""A year of child deaths beside the years before it, beside England, and years together where numbers are small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.figures.disclosure import Cell, Disclosed
from models.figures.report import ROW_WORDS, TITLES
from models.figures.statistics import Rate, compare, how_often, small_numbers_note
from models.figures.tables import CONCLUSIONS, Line, Percent, Shown, ShownYear, Table, share_of
from models.queries.child_death_figures import Year
from workflows.child_deaths import WITHIN_12_MONTHS
from workflows.national_figures import CONFIDENCE_WORDS, National, NationalYear

# --- Year by year -----------------------------------------------------------


def year_tables(
    years: Sequence[ShownYear], national: Mapping[str, NationalYear], *, without: frozenset[str] = frozenset()
) -> Iterator[Table]:
    """Yield the tables that set the latest year beside earlier ones and, where known, beside England."""
    yield _counts_by_year(years, national)
    yield _timeliness_by_year(years, national)
    if not without & CONCLUSIONS:
        yield _modifiable_by_year(years, national)


COUNTED_IN = (
    "Deaths notified are those of the year that were neither transferred nor out of scope by its end. Reviews are "
    "those held in the year, whenever the child died."
)
BY_YEAR = ("notifications", "reviews", "open_at_year_end", "transferred", "not_in_scope")


def _counts_by_year(years: Sequence[ShownYear], national: Mapping[str, NationalYear]) -> Table:
    lines = tuple(
        Line(
            each.year.name,
            (*(each.disclosed.single[key] for key in BY_YEAR), *_published(national.get(each.year.name))),
        )
        for each in years
    )
    return Table(
        "years", "Deaths notified, reviewed and open", _counts_sentence(years[-1]), "Year ending 31 March",
        (*(TITLES[key] for key in BY_YEAR), "England, notified", "England, reviewed"), lines,
        (COUNTED_IN, *_rates_of_england(national)),
    )  # fmt: skip


def _published(national: NationalYear | None) -> tuple[Shown, Shown]:
    """Return how many deaths were notified and reviewed in England, each with its doubt; nothing where not found."""
    return (_cited(national.notified), _cited(national.reviews)) if national else (None, None)


def _cited(found: National | None) -> Shown:
    if found is None or found.confidence == "read":
        return _value(found)
    return f"{found.value:,.0f} ({CONFIDENCE_WORDS[found.confidence]})"


def _rates_of_england(national: Mapping[str, NationalYear]) -> Iterator[str]:
    for name, year in sorted(national.items()):
        if rate := year.rate_per_100_000:
            sure = CONFIDENCE_WORDS[rate.confidence]
            yield f"England, {name}: {rate.value:g} deaths for every 100,000 children ({sure})."


def _counts_sentence(shown: ShownYear) -> str:
    single, name = shown.disclosed.single, shown.year.name
    notified = _counted(single["notifications"], "death was notified", "deaths were notified")
    reviewed = _counted(single["reviews"], "was reviewed", "were reviewed")
    still_open = _counted(single["open_at_year_end"], "was open", "were open")
    return f"{notified} in {name}, {reviewed}, and {still_open} on its last day."


def _counted(number: Cell, one: str, many: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number:,} {many}" if isinstance(number, int) else f"{number} {many}"


def _timeliness_by_year(years: Sequence[ShownYear], national: Mapping[str, NationalYear]) -> Table:
    lines = [
        Line(
            each.year.name,
            (
                each.reviews,
                each.timely("within_6_months_percent"),
                each.timely("within_12_months_percent"),
                each.timely("over_12_months_percent"),
            ),
        )
        for each in years
    ]
    for name, year in sorted(national.items()):
        if share := {key: found.value for key, found in year.durations_percent.items()}:
            within = Percent(int(share["under_6"] + share["6_to_12"]))
            cells = (_value(year.reviews), Percent(int(share["under_6"])), within, Percent(int(share["over_12"])))
            lines.append(Line(f"England, {name}", cells))
    return Table(
        "timeliness", "How soon deaths were reviewed, year by year", _timeliness_sentence(years[-1]),
        "Year ending 31 March", ("Reviews", "Within 6 months", "Within 12 months", "After more than 12 months"),
        tuple(lines), ("From notification.", *_notes_of(years)),
    )  # fmt: skip


def _timeliness_sentence(shown: ShownYear) -> str:
    if shown.reviews == 0:
        return f"No death was reviewed in {shown.year.name}."
    within = [shown.timely(key) for key in ("within_6_months_percent", "within_12_months_percent")]
    if any(isinstance(each, str) for each in within):
        return f"How soon the deaths of {shown.year.name} were reviewed is withheld, because numbers are small."
    return (
        f"Of the reviews held in {shown.year.name}, {within[0]} were within 6 months of notification and {within[1]} "
        "within 12 months."
    )


def _modifiable_by_year(years: Sequence[ShownYear], national: Mapping[str, NationalYear]) -> Table:
    lines = tuple(_modifiable_line(each, national.get(each.year.name)) for each in years)
    return Table(
        "modifiable", "Factors that could be modified, year by year", _modifiable_sentence(years[-1]),
        "Year ending 31 March",
        (
            "Modifiable", "Reviews", "Share of all", "Share of those judged", "England, of all", "England, reviews",
            "England’s figures are",
        ),
        lines, ("“Judged” leaves out deaths with too little information to judge.", *_notes_of(years)),
    )  # fmt: skip


def _modifiable_line(shown: ShownYear, national: NationalYear | None) -> Line:
    judged = shown.count("preventability", "modifiable", "no_modifiable")
    modifiable = shown.count("preventability", "modifiable")
    shares = (shown.share("preventability", "modifiable"), share_of(modifiable, judged))
    return Line(shown.year.name, (modifiable, shown.reviews, *shares, *_england(national)))


def _england(national: NationalYear | None) -> tuple[Shown, Shown, str]:
    """Return the share and the reviews published for England, and how sure they are."""
    if national is None or national.modifiable_percent is None or national.reviews is None:
        return None, None, "not found"
    share = Percent(int(national.modifiable_percent.value))
    sure = CONFIDENCE_WORDS[max((national.modifiable_percent.confidence, national.reviews.confidence), key=DOUBT.index)]
    if (judged := national.reviews_with_information) is None:
        return share, int(national.reviews.value), sure
    # K7: the publication leaves open which of the two is meant, so both are shown.
    return share, f"{national.reviews.value:,.0f}, or {judged.value:,.0f} with enough information", sure


DOUBT = ("read", "reported", "remembered")


def _modifiable_sentence(shown: ShownYear) -> str:
    if shown.reviews == 0:
        return f"No death was reviewed in {shown.year.name}."
    share = shown.share("preventability", "modifiable")
    if isinstance(share, str):
        return f"The share of {shown.year.name} is withheld, because numbers are small."
    return f"In {shown.year.name}, {share} of the deaths reviewed had factors that could be modified."


def _notes_of(years: Sequence[ShownYear]) -> Iterator[str]:
    """Yield one note for all the years whose shares are of few deaths (trend rule, DOMAIN 10)."""
    few = [each.year.name for each in years if each.note and each.reviews != 0]
    if few:
        yield (
            f"Small numbers: fewer than 20 deaths were reviewed in {', '.join(few)}. One death more or less changes "
            "such a share a great deal, so a difference between years may mean nothing."
        )


def _value(found: National | None) -> int | None:
    return None if found is None else int(found.value)


# --- Years together ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownPool:
    """Several years together, as they may be shown, and the rate where the number of children is known."""

    years: tuple[Year, ...]
    disclosed: Disclosed
    rate: Rate | None = None
    sources: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.years[0].name} to {self.years[-1].name}"

    def as_year(self) -> ShownYear:
        return ShownYear(self.years[-1], self.disclosed)


def pooled_tables(pool: ShownPool, *, without: frozenset[str] = frozenset()) -> Iterator[Table]:
    """Yield the rate of the years together with its exact interval, and their reviews broken down."""
    yield _rate_table(pool)
    shown = pool.as_year()
    lines: list[Line] = []
    for key in ("age", "sex", "ethnicity", "category", "preventability", "expected"):
        if key not in without:
            lines += [
                Line(f"{TITLES[key]}: {words}", (shown.count(key, row), shown.share(key, row)))
                for row, words in ROW_WORDS[key].items()
            ]
    reviews = pool.disclosed.single["reviews"]
    lines.append(Line("All reviews", (reviews, None)))
    nothing_is_shown = all(isinstance(line.cells[0], str) for line in lines)
    yield Table(
        "pooled", f"Reviews of {pool.name} together",
        NOTHING_SHOWN if nothing_is_shown else _pooled_sentence(pool), "Reviews by", ("Reviews", "Share"),
        () if nothing_is_shown else tuple(lines), tuple(filter(None, (shown.note,))),
    )  # fmt: skip


NOTHING_SHOWN = (
    "Nothing can be shown of the reviews of these years together: so few were held that beside the single years any "
    "number would give a small one back."
)


def _pooled_sentence(pool: ShownPool) -> str:
    reviews = pool.disclosed.single["reviews"]
    words = _counted(reviews, "death was reviewed", "deaths were reviewed")
    return f"{words} in the {len(pool.years)} years from {pool.name}, which together are steadier than any one of them."


def _rate_table(pool: ShownPool) -> Table:
    notified, rate = pool.disclosed.single["notifications"], pool.rate
    cells: tuple[Shown, ...] = (notified, None, None, None)
    if rate and isinstance(notified, int) and pool.disclosed.scheme.rounded_to == 1:
        cells = (notified, round(rate.rate, 1), round(rate.lower, 1), round(rate.upper, 1))
    return Table(
        "rate", f"Rate of deaths notified, {pool.name}", _rate_sentence(pool, cells), "Years",
        ("Deaths notified", "Per 100,000 children a year", "At least", "At most"), (Line(pool.name, cells),),
        tuple(_rate_notes(pool)),
    )  # fmt: skip


def _rate_sentence(pool: ShownPool, cells: Sequence[Shown]) -> str:
    if cells[1] is None:
        return "The rate is not given, because the number of children or the number of deaths is not."
    return (
        f"{cells[0]} deaths in {len(pool.years)} years are {cells[1]} for every 100,000 children a year; by chance "
        f"alone it could have been anything from {cells[2]} to {cells[3]}."
    )


def _rate_notes(pool: ShownPool) -> Iterator[str]:
    yield "The range is the exact 95% interval for a count that varies by chance (Poisson, Garwood)."
    if pool.rate and pool.rate.is_unreliable:
        yield "u: unreliable. It rests on fewer than 20 deaths."
    yield from pool.sources


# --- A difference -----------------------------------------------------------

COMPARED: Mapping[str, tuple[str, tuple[str, ...], str]] = {
    "timely": ("duration_from_notification", WITHIN_12_MONTHS, "reviewed within 12 months of notification"),
    "modifiable": ("preventability", ("modifiable",), "found to have factors that could be modified"),
    "neonatal": ("age", ("0_27_days",), "before 28 days of age"),
    "unexpected": ("expected", ("no",), "not expected"),
}


FISHER = (
    "Fisher’s exact test, two-sided: how often years that do not differ would look as different as these. Several are "
    "compared at once, so one that looks unlikely may be chance as well."
)


def difference_table(latest: ShownYear, before: ShownPool, *, without: frozenset[str] = frozenset()) -> Table:
    """Return what differs between a year and the years before it, with an exact test of each difference.

    What is withheld is not compared, since the result of a test would give it back.
    """
    earlier = before.as_year()
    asked = [each for each in COMPARED.values() if each[0] not in without]
    lines = tuple(_difference_line(words, latest, earlier, key, rows) for key, rows, words in asked)
    few = [
        small_numbers_note(each.reviews) for each in (latest, earlier) if isinstance(each.reviews, int)
    ]  # fmt: skip
    return Table(
        "differences", f"{latest.year.name} beside {before.name}",
        "Each line compares the share of this year with that of the years before it, and says how easily chance alone "
        "could make so large a difference.",
        "Deaths reviewed that were",
        (latest.year.name, "Share", before.name, "Share before", "So large a difference by chance alone"), lines,
        (FISHER, "Small numbers show little either way: a large difference may be chance, and a real one may not show.",
         *filter(None, few)),
    )  # fmt: skip


def _difference_line(
    words: str, latest: ShownYear, earlier: ShownYear, key: str, rows: Sequence[str]
) -> Line:  # fmt: skip
    here, before = latest.count(key, *rows), earlier.count(key, *rows)
    tested = _tested(here, latest.reviews, before, earlier.reviews)
    return Line(words, (here, latest.share(key, *rows), before, earlier.share(key, *rows), tested))


def _tested(here: Cell, here_of: Cell, before: Cell, before_of: Cell) -> str:
    if isinstance(here, str) or isinstance(here_of, str) or isinstance(before, str) or isinstance(before_of, str):
        return "Not tested: withheld"
    if not here_of or not before_of:
        return "Not tested: nothing to compare"
    return how_often(compare((here, here_of - here), (before, before_of - before)).p_value, "year").capitalize()
