"""Groups of children beside each other over several years, by how often modifiable factors were found in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.figures.report import ROW_WORDS
from models.figures.statistics import (
    SMALL_DENOMINATOR,
    UNLIKELY,
    Comparison,
    compare,
    how_often,
    number_needed,
    percent,
)
from models.figures.tables import Line, Percent, Shown, Table
from models.queries.child_death_figures import Year
from models.queries.child_death_groups import ByGroup, Found

NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Beside:
    """A group of children beside the others it is compared with."""

    words: str
    one: Found
    others: Found

    @property
    def can_be_compared(self) -> bool:
        return bool(self.one.judged and self.others.judged)

    def compared(self) -> Comparison:
        return compare(*self.counts)

    def needed(self) -> int | None:
        return number_needed(*self.counts)

    @property
    def counts(self) -> tuple[tuple[int, int], tuple[int, int]]:
        one, others = self.one, self.others
        return (one.modifiable, one.no_modifiable), (others.modifiable, others.no_modifiable)


def groups_beside(found: ByGroup) -> Iterator[Beside]:
    """Yield the groups that are compared, each with the others; children whose group is not known are in neither."""
    yield Beside("Boys, beside girls", found["sex"]["male"], found["sex"]["female"])
    yield Beside("Under 28 days, beside older", found["age"]["0_27_days"], _others(found, "age", "0_27_days"))
    yield Beside("Expected, beside unexpected", found["expected"]["yes"], found["expected"]["no"])
    for row, words in ROW_WORDS["ethnicity"].items():
        if row != NOT_KNOWN:
            others = _others(found, "ethnicity", row)
            yield Beside(f"{words}, beside all other ethnic groups", found["ethnicity"][row], others)


def _others(found: ByGroup, column: str, row: str) -> Found:
    return sum((each for other, each in found[column].items() if other not in (row, NOT_KNOWN)), Found(0, 0))


def group_table(found: ByGroup, years: Sequence[Year]) -> Table:
    """Return how the groups differ in how often modifiable factors were found, with an exact test of each."""
    groups = list(groups_beside(found))
    compared = {each.words: each.compared() for each in groups if each.can_be_compared}
    return Table(
        "groups", f"Modifiable factors by group, {years[0].name} to {years[-1].name}", _sentence(compared),
        "Deaths reviewed",
        ("Had modifiable factors", "Share", "Of the others", "Share of the others",
         "So large a difference by chance alone", "Numbers it would take"),
        tuple(_line(each, compared) for each in groups), tuple(_notes(groups, len(compared))),
    )  # fmt: skip


def _sentence(compared: dict[str, Comparison]) -> str:
    if not compared:
        return "There are no two groups of children to compare: too few deaths have been reviewed."
    words, least = min(compared.items(), key=lambda each: each[1].p_value)
    return (
        f"The difference hardest to put down to chance is “{words}”: one this large would come about by chance alone "
        f"{how_often(least.p_value)}."
    )


def _line(group: Beside, compared: dict[str, Comparison]) -> Line:
    here: tuple[Shown, ...] = (_of(group.one), _share(group.one), _of(group.others), _share(group.others))
    if group.words not in compared:
        return Line(group.words, (*here, "Not compared: no deaths on one side", None))
    comparison = compared[group.words]
    return Line(group.words, (*here, _chance(comparison, len(compared)), _needed(group, comparison)))


def _of(found: Found) -> str:
    return f"{found.modifiable:,} of {found.judged:,}"


def _share(found: Found) -> Percent | None:
    return Percent(percent(found.modifiable, found.judged)) if found.judged else None


def _chance(comparison: Comparison, made: int) -> str:
    words = how_often(comparison.p_value).capitalize()
    if comparison.p_value < UNLIKELY / made:
        return f"{words}: seldom chance, even among {made} comparisons"
    return f"{words}: not unusual among {made} comparisons" if comparison.is_unlikely else words


def _needed(group: Beside, comparison: Comparison) -> str:
    if comparison.is_unlikely:
        return "Reached"
    number = group.needed()
    if number is None:
        return "No number would do: too few deaths"
    needed = f"{number:,} of {group.one.judged:,}"
    if number in (0, group.one.judged):
        return needed
    return f"{needed}, or {'more' if number > group.one.modifiable else 'fewer'}"


def _notes(groups: Sequence[Beside], made: int) -> Iterator[str]:
    yield (
        "Small numbers show little either way: a large difference may be chance, and a real one may not show. The last "
        "column says how many of the group it would have taken, the others being as they are, for chance alone to make "
        "such a difference in fewer than 1 of 20."
    )
    few = [each.words.partition(",")[0] for each in groups if 0 < each.one.judged < SMALL_DENOMINATOR]
    if few:
        yield f"Small numbers: fewer than {SMALL_DENOMINATOR} deaths of these groups could be judged: {'; '.join(few)}."
    if made > 1:
        one_at_least = how_often(1 - (1 - UNLIKELY) ** made)
        yield (
            f"{made} comparisons are made at once. If no groups differed at all, at least one of so many would still "
            f"look like 1 of 20 {one_at_least}. Take notice of what chance makes in fewer than 1 of "
            f"{made / UNLIKELY:,.0f}, and ask of everything else what else could explain it."
        )
    yield (
        "Fisher’s exact test, two-sided. Deaths with too little information to judge, and children whose group is not "
        "known, are left out. A difference says nothing of its cause."
    )
