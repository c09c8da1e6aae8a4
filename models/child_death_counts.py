"""One child’s death as the figures count it: a projection of the history, without anything that identifies anybody.

`count` reads a history; `write` stores what it found for the cases given, in the transaction of `models.casework`.
Figures as known on an earlier day are counted from the histories of that day by the same function.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import CheckConstraint, Connection, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

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


def write(connection: Connection, deaths: Mapping[int, Death]) -> None:
    """Store how these deaths are counted, by case id, in one statement whatever their number."""
    rows, reviews = [], []
    for case_id, death in deaths.items():
        columns = asdict(death)
        reviews += [{"case_id": case_id, **review} for review in columns.pop("reviews")]
        rows.append({"case_id": case_id, **columns})
    parameters = {"case_ids": list(deaths), "deaths": _json(rows), "reviews": _json(reviews)}
    connection.exec_driver_sql(_WRITE, parameters)


def _json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, default=date.isoformat)


_DEATHS = "notified_on date, year int, left_on date, left_as text, first_reviewed_on date, reopened boolean"
_REVIEWS = (
    "ordinal int, reviewed_on date, reopened_on date, year int, counts boolean, from_notification text, "
    "from_death text, sex text, ethnicity text, category int, preventability text, age text, expected text"
)


def _names(types: str, table: str = "") -> str:
    return ", ".join(table + each.split()[0] for each in types.split(", "))


_WRITE = f"""
WITH deaths AS (
    INSERT INTO counted_death (case_id, board_id, {_names(_DEATHS)})
    SELECT case_id, board_id, {_names(_DEATHS, "given.")}
    FROM jsonb_to_recordset(%(deaths)s::jsonb) AS given(case_id bigint, {_DEATHS})
    JOIN review_case ON review_case.id = given.case_id
    ON CONFLICT (case_id) DO UPDATE SET (board_id, {_names(_DEATHS)}) = ROW(EXCLUDED.board_id, {
    _names(_DEATHS, "EXCLUDED.")
})
    RETURNING case_id, board_id
), given AS MATERIALIZED (
    SELECT given.*, deaths.board_id
    FROM jsonb_to_recordset(%(reviews)s::jsonb) AS given(case_id bigint, {_REVIEWS}) JOIN deaths USING (case_id)
), gone AS (
    DELETE FROM counted_review AS kept
    WHERE case_id = ANY(%(case_ids)s)
    AND NOT EXISTS (SELECT FROM given WHERE given.case_id = kept.case_id AND given.ordinal = kept.ordinal)
)
INSERT INTO counted_review (case_id, board_id, {_names(_REVIEWS)})
SELECT case_id, board_id, {_names(_REVIEWS)} FROM given
ON CONFLICT (case_id, ordinal) DO UPDATE SET (board_id, {_names(_REVIEWS)}) = ROW(EXCLUDED.board_id, {
    _names(_REVIEWS, "EXCLUDED.")
})
"""  # noqa: S608 - made of the columns named above
