"""One child’s death as the figures count it: a projection of the history, without anything that identifies anybody.

`count` reads a history; `write` stores what it found for the cases given, in the transaction of `models.casework`.
Figures as known on an earlier day are counted from the histories of that day by the same function.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import CheckConstraint, Connection, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models import rows
from models.base import Base
from workflows.child_death_codes import COUNTED_AS
from workflows.child_deaths import age_band, duration_band, ethnicity
from workflows.dates import PartialDate
from workflows.history import Event

LEFT_AS = {"transfer_case": "transferred", "rule_out_of_scope": "not_in_scope"}


class CountedDeath(Base):
    """A death notified: in which financial year, and whether and when it left without being reviewed here."""

    __tablename__ = "counted_death"
    __table_args__ = (
        CheckConstraint("left_as IN ('transferred', 'not_in_scope')", name="left_as"),
        CheckConstraint("(left_as IS NULL) = (left_on IS NULL)", name="left_as_and_on"),
        Index(
            "ix_counted_death_notified",
            "board_id", "year",
            postgresql_include=["left_on", "left_as", "case_id"],
        ),
        Index(
            "ix_counted_death_open",
            "board_id", "notified_on",
            postgresql_include=["first_reviewed_on", "reopened", "left_on", "case_id"],
        ),
    )  # fmt: skip

    case_id: Mapped[int] = mapped_column(ForeignKey("review_case.id"), primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    notified_on: Mapped[date]
    year: Mapped[int]
    """The financial year of the notification, by the calendar year it began in."""
    left_on: Mapped[date | None]
    left_as: Mapped[str | None] = mapped_column(Text)
    first_reviewed_on: Mapped[date | None]
    reopened: Mapped[bool]
    """Whether the case was ever reopened after a review, so that the first review does not settle when it was open."""


class CountedReview(Base):
    """A review held by the panel, with what the figures break it down by."""

    __tablename__ = "counted_review"
    __table_args__ = (
        Index(
            "ix_counted_review_year",
            "board_id", "year",
            postgresql_include=[
                "from_notification", "from_death", "sex", "ethnicity", "category", "preventability", "age", "expected",
                "case_id",
            ],
            postgresql_where=text("counts"),
        ),
    )  # fmt: skip

    case_id: Mapped[int] = mapped_column(ForeignKey("counted_death.case_id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    reviewed_on: Mapped[date]
    reopened_on: Mapped[date | None]
    year: Mapped[int]
    counts: Mapped[bool]
    """Whether this is the last review of the death in its year: a death reviewed twice in a year counts once."""
    from_notification: Mapped[str]
    from_death: Mapped[str]
    sex: Mapped[str]
    ethnicity: Mapped[str]
    category: Mapped[int | None]
    preventability: Mapped[str | None]
    age: Mapped[str]
    expected: Mapped[str]


@dataclass(frozen=True, slots=True)
class Review:
    """A review as it is counted."""

    ordinal: int
    reviewed_on: date
    reopened_on: date | None
    year: int
    counts: bool
    from_notification: str
    from_death: str
    sex: str
    ethnicity: str
    category: int | None
    preventability: str | None
    age: str
    expected: str


@dataclass(frozen=True, slots=True)
class Death:
    """A death as it is counted."""

    notified_on: date
    year: int
    left_on: date | None
    left_as: str | None
    first_reviewed_on: date | None
    reopened: bool
    reviews: tuple[Review, ...]


def financial_year(day: date) -> int:
    """Return the calendar year in which the financial year of `day` began on 1 April."""
    return day.year if day.month >= 4 else day.year - 1


def count(events: Iterable[Event]) -> Death:
    """Return how a death is counted, from the steps that stand, in the order of the world.

    A day known only to the month counts from its last, as everywhere.
    """
    events = tuple(events)
    told = next(event.answers for event in events if event.step == "notify_death")
    notified_on = _day(told["notified_on"])
    left = next((event for event in reversed(events) if event.step in LEFT_AS), None)
    reviews = _reviews(events, told, notified_on)
    return Death(
        notified_on=notified_on,
        year=financial_year(notified_on),
        left_on=left.happened_on.last if left else None,
        left_as=LEFT_AS[left.step] if left else None,
        first_reviewed_on=reviews[0].reviewed_on if reviews else None,
        reopened=any(review.reopened_on for review in reviews),
        reviews=reviews,
    )


def _reviews(events: tuple[Event, ...], told: Mapping[str, Any], notified_on: date) -> tuple[Review, ...]:
    """Return the reviews held, each with the conclusions drawn before the next and the day it was reopened."""
    places = [place for place, event in enumerate(events) if event.step == "review_at_panel"]
    born_on, died_on = _day(told["born_on"]), _day(told["died_on"])
    years = [financial_year(events[place].happened_on.last) for place in places]
    found = []
    for ordinal, (place, end) in enumerate(pairwise([*places, len(events)])):
        reviewed_on = events[place].happened_on.last
        concluded = _last(events[place:end], "categorise")
        reopened = _last(events[place:end], "reopen_case")
        found.append(
            Review(
                ordinal=ordinal,
                reviewed_on=reviewed_on,
                reopened_on=reopened.happened_on.last if reopened else None,
                year=years[ordinal],
                counts=years[ordinal] not in years[ordinal + 1 :],
                from_notification=duration_band(notified_on, reviewed_on),
                from_death=duration_band(died_on, reviewed_on),
                sex=told["sex"],
                ethnicity=ethnicity(told.get("ethnic_group")),
                category=int(concluded.answers["category"]) if concluded else None,
                preventability=COUNTED_AS[concluded.answers["preventability"]] if concluded else None,
                age=age_band(min(born_on, died_on), died_on),
                expected=told["expected"],
            )
        )
    return tuple(found)


def _last(events: tuple[Event, ...], step: str) -> Event | None:
    return next((event for event in reversed(events) if event.step == step), None)


def _day(written: str) -> date:
    return PartialDate.parse(written).last


@dataclass(frozen=True, slots=True)
class CountedRows:
    """Deaths as the rows they are stored in, and how many reviews each has."""

    deaths: list[dict[str, Any]]
    reviews: list[dict[str, Any]]
    held: list[dict[str, Any]]

    def parameters(self) -> dict[str, str]:
        """Return the parameters of the statements below."""
        return {name: rows.as_json(getattr(self, name)) for name in ("deaths", "reviews", "held")}


def counted_rows(deaths: Mapping[int, Death]) -> CountedRows:
    """Return the rows of these deaths, by case id."""
    found = CountedRows([], [], [])
    for case_id, death in deaths.items():
        columns = asdict(death)
        found.reviews.extend({"case_id": case_id, **review} for review in columns.pop("reviews"))
        found.deaths.append({"case_id": case_id, **columns})
        found.held.append({"case_id": case_id, "ordinal": len(death.reviews)})
    return found


def write(connection: Connection, deaths: Mapping[int, Death]) -> None:
    """Store how these deaths are counted, by case id, in one statement whatever their number."""
    connection.exec_driver_sql(_WRITE, counted_rows(deaths).parameters())


_DEATH_COLUMNS = tuple(each.name for each in fields(Death) if each.name != "reviews")
_REVIEW_COLUMNS = tuple(each.name for each in fields(Review))


def _put(table: str, key: tuple[str, ...], columns: tuple[str, ...], parameter: str, cases: str) -> str:
    """Return the part that stores rows for the board that each case belongs to by `cases`."""
    names = ("case_id", "board_id", *columns)
    others = [name for name in names if name not in key]
    given = ", ".join(f"case_of.{name}" if name == "board_id" else f"given.{name}" for name in names)
    return f"""
    INSERT INTO {table} ({", ".join(names)})
    SELECT {given} FROM {cases} AS case_of
    JOIN jsonb_populate_recordset(NULL::{table}, %({parameter})s::jsonb) AS given ON given.case_id = case_of.id
    ON CONFLICT ({", ".join(key)}) DO UPDATE
    SET ({", ".join(others)}) = ROW({", ".join(f"EXCLUDED.{name}" for name in others)})
    """  # noqa: S608 - the names of our own columns


def parts(cases: str) -> dict[str, str]:
    """Return the parts of a statement that store how deaths are counted, for cases read from `cases`.

    `cases` has the id and the board of each. Reviews that a history no longer gives are those after the last held.
    """
    return {
        "deaths": _put("counted_death", ("case_id",), _DEATH_COLUMNS, "deaths", cases),
        "reviews": _put("counted_review", ("case_id", "ordinal"), _REVIEW_COLUMNS, "reviews", cases),
        "held": f"""
    DELETE FROM counted_review AS kept
    USING {cases} AS case_of, jsonb_populate_recordset(NULL::counted_review, %(held)s::jsonb) AS given
    WHERE given.case_id = case_of.id AND kept.case_id = case_of.id AND kept.ordinal >= given.ordinal
    """,  # noqa: S608 - the names of our own columns
    }


_WRITE = f"WITH {', '.join(f'{name} AS ({part})' for name, part in parts('review_case').items())} SELECT"
