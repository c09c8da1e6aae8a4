"""A financial year's figures of child deaths, as the board reports them, and as they were known on an earlier day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from models.figures.counts import Death, Review, count, financial_year
from models.figures.disclosure import Breakdown, Share, Statement
from models.figures.statistics import percent
from models.histories import read_cases
from workflows.child_death_codes import CATEGORY_OPTIONS, COUNTED_PREVENTABILITY, ETHNICITIES, SEX
from workflows.child_deaths import AGE_BANDS, DURATION_BANDS, WITHIN_6_MONTHS, WITHIN_12_MONTHS
from workflows.codes import YES_NO_NOT_KNOWN
from workflows.regimes import CHILD_DEATH_REVIEW

SINGLE = ("notifications", "reviews", "open_at_year_end", "transferred", "not_in_scope")

# Each breakdown of the reviews held: its key, the column that is counted, and its rows in order.
BREAKDOWNS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "duration_from_notification": ("from_notification", DURATION_BANDS),
    "duration_from_death": ("from_death", DURATION_BANDS),
    "sex": ("sex", tuple(option.key for option in SEX)),
    "ethnicity": ("ethnicity", tuple(option.key for option in ETHNICITIES)),
    "category": ("category", tuple(option.key for option in CATEGORY_OPTIONS)),
    "preventability": ("preventability", tuple(option.key for option in COUNTED_PREVENTABILITY)),
    "age": ("age", AGE_BANDS),
    "expected": ("expected", tuple(option.key for option in YES_NO_NOT_KNOWN)),
}

# A review comes as long after the death as after the notification, or longer.
NOT_BEFORE: Mapping[str, str] = {"duration_from_death": "duration_from_notification"}

# Of the reviews by duration from notification, as figure 2 of the report of 2017-18 has it.
TIMELY_BY = "duration_from_notification"
SHARES: Mapping[str, tuple[str, ...]] = {
    "within_6_months_percent": WITHIN_6_MONTHS,
    "within_12_months_percent": WITHIN_12_MONTHS,
    "over_12_months_percent": ("over_12",),
}


@dataclass(frozen=True, slots=True)
class Year:
    """A financial year, from 1 April to 31 March, by the calendar year in which it begins."""

    begins: int

    @classmethod
    def named(cls, name: str) -> Year:
        """Return the year written as 2017-18. Raises ValueError with a sentence that says what to write."""
        digits = name.replace("-", "")
        if len(name) == 7 and name[4] == "-" and digits.isascii() and digits.isdigit():
            begins = int(name[:4])
            if begins >= 1900 and int(name[5:]) == (begins + 1) % 100:
                return cls(begins)
        raise ValueError("Write a financial year as 2017-18")

    @classmethod
    def written(cls, name: str) -> Year:
        """Return the year as a person writes it: also 2017/18, 2017–18 or 2017-2018. Raises ValueError."""
        begins, _, ends = (part.strip() for part in name.replace("/", "-").replace("–", "-").partition("-"))
        if begins.isdecimal() and ends == str(int(begins) + 1):
            ends = ends[-2:]
        return cls.named(f"{begins}-{ends}")

    @property
    def name(self) -> str:
        return f"{self.begins}-{(self.begins + 1) % 100:02d}"

    @property
    def first_day(self) -> date:
        return date(self.begins, 4, 1)

    @property
    def last_day(self) -> date:
        return date(self.begins + 1, 3, 31)

    @classmethod
    def of(cls, day: date) -> Year:
        """Return the year a day is in."""
        return cls(financial_year(day))

    def with_earlier(self, number: int) -> tuple[Year, ...]:
        """Return so many years before this one, oldest first, and this one."""
        return tuple(Year(begins) for begins in range(self.begins - number, self.begins + 1))


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one year: single counts, and the reviews held broken down."""

    year: Year
    single: Mapping[str, int]
    breakdowns: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def reviews(self) -> int:
        return self.single["reviews"]

    def statement(self, made_of: Sequence[Statement] = (), after: Sequence[Statement] = ()) -> Statement:
        """Return the figures as they are handed to `models.figures.disclosure`, through which every export goes.

        `made_of` and `after` are those that may be out beside them (`models.figures.side_by_side`).
        """
        return statement_of(self.single, self.breakdowns, made_of, after)


def add_up(parts: Sequence[Figures]) -> Figures:
    """Return the figures of several boards in one year together."""
    single = {key: sum(each.single[key] for each in parts) for key in parts[0].single}
    return Figures(parts[0].year, single, broken_down_together(parts))


def broken_down_together(parts: Sequence[Figures]) -> dict[str, dict[str, int]]:
    return {
        key: {row: sum(each.breakdowns[key][row] for each in parts) for row in rows}
        for key, rows in parts[0].breakdowns.items()
    }


def statement_of(
    single: Mapping[str, int],
    breakdowns: Mapping[str, Mapping[str, int]],
    made_of: Sequence[Statement] = (),
    after: Sequence[Statement] = (),
) -> Statement:
    """Return counts of reviews and of deaths as they are handed to `models.figures.disclosure`."""
    shares = shares_of(breakdowns, single["reviews"])
    return Statement(single, breakdowns_of(breakdowns), shares, tuple(made_of), tuple(after))


def breakdowns_of(breakdowns: Mapping[str, Mapping[str, int]]) -> tuple[Breakdown, ...]:
    """Return breakdowns of reviews as they are handed to `models.figures.disclosure`.

    Rows are guarded by what they come to themselves: a death reviewed and not yet categorised is in none of some.
    """
    return tuple(
        Breakdown(key, rows, sum(rows.values()), total_key="reviews", not_before=NOT_BEFORE.get(key, ""))
        for key, rows in breakdowns.items()
    )


def shares_of(breakdowns: Mapping[str, Mapping[str, int]], reviews: int) -> tuple[Share, ...]:
    """Return the shares of the reviews that were timely, as they are handed to `models.figures.disclosure`."""
    durations = breakdowns[TIMELY_BY]
    return tuple(
        Share(key, TIMELY_BY, rows, percent(sum(durations[row] for row in rows), reviews))
        for key, rows in SHARES.items()
    )


def figures(
    session: Session,
    board_ids: Collection[int],
    year: Year,
    *,
    known_at: datetime | None = None,
    leaving_out: Collection[int] = (),
) -> Figures:
    """Return a year's figures of these boards together, as at its last day, by what was recorded by `known_at`.

    `leaving_out` are cases that are not counted, because they are withheld from whoever asks.
    """
    return figures_of_years(session, board_ids, [year], known_at=known_at, leaving_out=leaving_out)[0]


def figures_of_years(
    session: Session,
    board_ids: Collection[int],
    years: Sequence[Year],
    *,
    known_at: datetime | None = None,
    leaving_out: Collection[int] = (),
) -> tuple[Figures, ...]:
    """Return the figures of several years, each as `figures` does; a history is read once for all of them."""
    connection, boards = session.connection(), sorted(board_ids)
    changed = recorded_since(connection, boards, known_at) if known_at else {}
    not_stored = sorted({*changed, *leaving_out})
    counted = {year: _counted(connection, boards, year, not_stored) for year in years}
    if known_at:
        known_already = [
            case_id for case_id, known_of in changed.items() if known_of and case_id not in set(leaving_out)
        ]
        for death in deaths_as_known(connection, known_already, known_at):
            for year in years:
                counted[year].update(_counts_of(death, year))
    return tuple(_figures(year, counted[year]) for year in years)


def _figures(year: Year, counted: Counter[tuple[str, str]]) -> Figures:
    return Figures(
        year,
        {key: counted["single", key] for key in SINGLE},
        {key: {row: counted[column, row] for row in rows} for key, (column, rows) in BREAKDOWNS.items()},
    )


# --- By what is stored ------------------------------------------------------

_COLUMNS = tuple(dict.fromkeys(column for column, _ in BREAKDOWNS.values()))

# One pass over a range of the index: a grouping for each breakdown, and one for the reviews themselves.
_REVIEWS = f"""
SELECT {", ".join(_COLUMNS)}, GROUPING({", ".join(_COLUMNS)}) AS grouped, count(*)
FROM counted_review
WHERE counts AND board_id = ANY(%(boards)s) AND year = %(year)s AND case_id <> ALL(%(changed)s)
GROUP BY GROUPING SETS ((), {", ".join(f"({column})" for column in _COLUMNS)})
"""  # noqa: S608 - the names of our own columns

_NOTIFIED = """
SELECT CASE WHEN left_on <= %(last_day)s THEN left_as ELSE 'notifications' END, count(*)
FROM counted_death
WHERE board_id = ANY(%(boards)s) AND year = %(year)s AND case_id <> ALL(%(changed)s)
GROUP BY 1
"""

# A death not reviewed by then is open; so is one that was reviewed, and reopened since, and not reviewed again.
_OPEN_DEATHS = """
FROM counted_death AS death
WHERE board_id = ANY(%(boards)s) AND notified_on <= %(last_day)s AND case_id <> ALL(%(changed)s)
AND (left_on IS NULL OR left_on > %(last_day)s)
AND (first_reviewed_on IS NULL OR first_reviewed_on > %(last_day)s OR (reopened AND NOT EXISTS (
    SELECT FROM counted_review AS review
    WHERE review.case_id = death.case_id AND reviewed_on <= %(last_day)s
    AND (reopened_on IS NULL OR reopened_on > %(last_day)s))))
"""


def notifications_still_open(
    session: Session, board_ids: Collection[int], year: Year, leaving_out: Collection[int] = ()
) -> list[date]:
    """Return the days on which the deaths still open at the end of a year were notified, oldest first."""
    told = {"boards": sorted(board_ids), "last_day": year.last_day, "changed": sorted(leaving_out)}
    days = session.connection().exec_driver_sql(f"SELECT notified_on {_OPEN_DEATHS} ORDER BY notified_on", told)
    return list(days.scalars())


def _counted(
    connection: Connection, boards: Sequence[int], year: Year, leaving_out: Sequence[int]
) -> Counter[tuple[str, str]]:
    told: dict[str, Any] = {"boards": boards, "year": year.begins, "last_day": year.last_day, "changed": leaving_out}
    counted: Counter[tuple[str, str]] = Counter()
    for *values, grouped, number in connection.exec_driver_sql(_REVIEWS, told):
        counted[_grouping(values, grouped)] += number
    for kept_as, number in connection.exec_driver_sql(_NOTIFIED, told):
        counted["single", kept_as] += number
    counted["single", "open_at_year_end"] += connection.exec_driver_sql(
        f"SELECT count(*) {_OPEN_DEATHS}", told
    ).scalar_one()
    return counted


def _grouping(values: Sequence[Any], grouped: int) -> tuple[str, str]:
    """Return the column a row groups by, whose bit alone is not set, with its value; all of them for the reviews."""
    for place, column in enumerate(_COLUMNS):
        if not grouped & 1 << (len(_COLUMNS) - 1 - place):
            return column, str(values[place])
    return "single", "reviews"


# --- As it was known on an earlier day --------------------------------------

_SINCE = """
SELECT DISTINCT event.case_id, review.created_at <= %(known_at)s AS known_of
FROM case_event AS event JOIN review_case AS review ON review.id = event.case_id
WHERE event.recorded_at > %(known_at)s AND review.board_id = ANY(%(boards)s) AND review.workflow_key = %(workflow)s
"""


def recorded_since(connection: Connection, boards: Sequence[int], known_at: datetime) -> dict[int, bool]:
    """Return the cases in which something was recorded since, and whether anything of them was known by then.

    Only in these was less known then than is counted now.
    """
    told = {"known_at": known_at, "boards": boards, "workflow": CHILD_DEATH_REVIEW}
    return {row.case_id: row.known_of for row in connection.exec_driver_sql(_SINCE, told)}


AT_A_TIME = 1_000


def deaths_as_known(connection: Connection, case_ids: Sequence[int], known_at: datetime) -> Iterator[Death]:
    """Yield these deaths as they were counted at a moment; those of which nothing was known are left out."""
    for start in range(0, len(case_ids), AT_A_TIME):
        for read in read_cases(connection, case_ids[start : start + AT_A_TIME]):
            if events := read.history.known_at(known_at).effective():
                yield count(events)


def _counts_of(death: Death, year: Year) -> Iterable[tuple[str, str]]:
    """Yield what one death counts as in a year."""
    last_day = year.last_day
    has_left = death.left_on is not None and death.left_on <= last_day
    if death.year == year.begins:
        yield "single", (death.left_as or "") if has_left else "notifications"
    if death.notified_on <= last_day and not has_left and not any(_settles(each, last_day) for each in death.reviews):
        yield "single", "open_at_year_end"
    for review in death.reviews:
        if review.counts and review.year == year.begins:
            yield "single", "reviews"
            yield from ((column, str(getattr(review, column))) for column in _COLUMNS)


def _settles(review: Review, last_day: date) -> bool:
    return review.reviewed_on <= last_day and (review.reopened_on is None or review.reopened_on > last_day)
