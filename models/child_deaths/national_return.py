"""The national return of a year: its tables, and the records it is made of.

The tables have the shape of the return of 2008 to 2019 (DOMAIN 5.1, reconstructed). They go to the department alone
and withhold nothing; a publication of them goes through `models.figures.disclosure` like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit
from models.case import LinkedCase
from models.casework import Actor
from models.child_deaths.child import ChildDeath
from models.child_deaths.notifying import NOTIFY
from models.figures.counts import CountedReview
from models.histories import read_cases
from models.panels.panel import Meeting
from models.queries.child_death_figures import Year, figures, notifications_still_open
from workflows.child_death_codes import COUNTED_AS, EVENTS, PLACES_OF_DEATH
from workflows.child_deaths import (
    AGE_BAND_WORDS,
    DURATION_BAND_WORDS,
    age_band,
    completed_months,
    ethnicity,
)
from workflows.codes import words_of
from workflows.dates import PartialDate
from workflows.history import Event

# --- The records ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A death reviewed in a year, as the tables and the records of the return read it."""

    case_id: int
    reference: str
    reviewed_on: date
    answers: Mapping[str, Any]
    """Everything answered, the latest where a question was asked more than once."""


def reviewed_in(
    session: Session, board_ids: Collection[int], year: Year, leaving_out: Collection[int] = ()
) -> list[Reviewed]:
    """Return the deaths reviewed in a year, in their order; `leaving_out` are withheld from the reader."""
    held = select(CountedReview.case_id, CountedReview.reviewed_on).where(
        CountedReview.board_id.in_(board_ids),
        CountedReview.year == year.begins,
        CountedReview.counts,
        CountedReview.case_id.not_in(sorted(leaving_out)),
    )
    days = {row.case_id: row.reviewed_on for row in session.execute(held)}
    found = [
        Reviewed(read.id, read.reference, days[read.id], _latest_answers(read.history.effective()))
        for read in read_cases(session.connection(), list(days))
    ]
    return sorted(found, key=lambda each: (each.reviewed_on, each.case_id))


def _latest_answers(events: Sequence[Event]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for event in events:
        if event.step in (NOTIFY, "categorise"):
            answers |= event.answers
    return answers


RECORD_COLUMNS = (
    "reference", "cdop_ref", "nhs_number", "born_on", "died_on", "notified_on", "reviewed_on", "sex", "ethnic_group",
    "postcode", "place_of_death", "expected", "event", "category", "preventability", "factors", "cause_of_death",
    "child_protection_plan", "statutory_order", "asylum_seeker",
)  # fmt: skip


def records(
    session: Session,
    board_ids: Collection[int],
    year: Year,
    *,
    actor: Actor,
    role: str,
    now: datetime,
    purpose: str = "",
    leaving_out: Collection[int] = (),
) -> list[dict[str, str]]:
    """Return one record for each death reviewed in a year, as the national database collects them.

    They identify the child, so that taking them is recorded in the audit of each case. They leave by secure means
    alone, under the permission the database has.
    """
    found = reviewed_in(session, board_ids, year, leaving_out)
    ids = [each.case_id for each in found]
    details = {each.case_id: each for each in session.scalars(select(ChildDeath).where(ChildDeath.case_id.in_(ids)))}
    told: audit.Detail = {"purpose": purpose} if purpose else {}
    for each in found:
        audit.record(
            session, "national_record_taken", at=now, person_id=actor.person_id, role=role, case_id=each.case_id,
            detail=told,
        )  # fmt: skip
    return [_record(each, details.get(each.case_id)) for each in found]


def _record(reviewed: Reviewed, details: ChildDeath | None) -> dict[str, str]:
    told = {key: reviewed.answers.get(key) for key in RECORD_COLUMNS}
    told |= {
        "reference": reviewed.reference,
        "reviewed_on": reviewed.reviewed_on.isoformat(),
        "nhs_number": details.nhs_number if details else None,
        "postcode": details.postcode if details else None,
        "factors": "; ".join(_factor(each) for each in reviewed.answers.get("factors", ())),
    }
    return {key: str(told[key] or "") for key in RECORD_COLUMNS}


def _factor(factor: Any) -> str:
    if not isinstance(factor, Mapping):
        return str(factor)
    graded = [f"{key} {factor[key]}" for key in ("domain", "score", "modifiable") if factor.get(key)]
    return f"{factor.get('description', '')} ({', '.join(graded)})" if graded else str(factor.get("description", ""))


# --- The tables -------------------------------------------------------------

MODIFIABLE = ("modifiable", "no_modifiable", "inadequate_information")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the return: its number and title, its columns, and its rows in order."""

    number: int
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


def tables(session: Session, board_ids: Collection[int], year: Year, leaving_out: Collection[int] = ()) -> list[Table]:
    """Return the tables of a year's return, in their order."""
    found = reviewed_in(session, board_ids, year, leaving_out)
    counted = figures(session, board_ids, year, leaving_out=leaving_out)
    return [
        _counts(1, "Reviews completed, by preventability", counted.breakdowns["preventability"]),
        _by_modifiable(2, "Category of death", found, lambda each: str(each.answers.get("category", ""))),
        _by_modifiable(3, "Event", found, lambda each: words_of(EVENTS, each.answers.get("event", "none"))),
        _by_modifiable(4, "Age group", found, _age),
        _counts(5, "Sex", counted.breakdowns["sex"]),
        _by_modifiable(6, "Ethnicity", found, lambda each: ethnicity(each.answers.get("ethnic_group"))),
        _by_modifiable(7, "Place of death", found, _place),
        _status(found),
        _durations(counted.breakdowns["duration_from_death"], counted.breakdowns["duration_from_notification"]),
        _ongoing(session, board_ids, year),
        _linked_reviews(session, found),
        _meetings(session, board_ids, year),
    ]


def _counts(number: int, title: str, rows: Mapping[str, int]) -> Table:
    return Table(number, title, ("Reviews",), tuple((row, (count,)) for row, count in rows.items()))


def _by_modifiable(number: int, title: str, found: Sequence[Reviewed], kind: Callable[[Reviewed], str]) -> Table:
    counts: Counter[tuple[str, str]] = Counter()
    for each in found:
        counts[kind(each), COUNTED_AS.get(each.answers.get("preventability", ""), "")] += 1
    kinds = sorted(
        {row for row, _ in counts}, key=lambda row: (not row.isdigit(), int(row) if row.isdigit() else 0, row)
    )
    rows = tuple((row, tuple(counts[row, column] for column in MODIFIABLE)) for row in kinds)
    return Table(number, f"{title}, by preventability", MODIFIABLE, rows)


def _age(each: Reviewed) -> str:
    born_on, died_on = _days(each)
    return AGE_BAND_WORDS[age_band(min(born_on, died_on), died_on)]


def _days(each: Reviewed) -> tuple[date, date]:
    return PartialDate.parse(each.answers["born_on"]).last, PartialDate.parse(each.answers["died_on"]).last


def _place(each: Reviewed) -> str:
    return words_of(PLACES_OF_DEATH, each.answers.get("place_of_death", "not_known"))


def _status(found: Sequence[Reviewed]) -> Table:
    asked = {
        "child_protection_plan": "Child protection plan",
        "statutory_order": "Statutory order",
        "asylum_seeker": "Asylum seeker",
    }
    columns = ("yes", "no", "not_known")
    rows = []
    for key, words in asked.items():
        counts = Counter(each.answers.get(key, "not_known") for each in found)
        rows.append((words, tuple(counts[column] for column in columns)))
    return Table(8, "Status of the child", columns, tuple(rows))


def _durations(from_death: Mapping[str, int], from_notification: Mapping[str, int]) -> Table:
    rows = tuple(
        (DURATION_BAND_WORDS[band], (from_death[band], from_notification[band])) for band in DURATION_BAND_WORDS
    )  # fmt: skip
    return Table(9, "Duration of the review", ("From death", "From notification"), rows)


def _ongoing(session: Session, board_ids: Collection[int], year: Year) -> Table:
    """Return the reviews not completed by the end of the year, by how long ago the death was notified."""
    still_open = notifications_still_open(session, board_ids, year)
    bands = Counter(_waiting(completed_months(day, year.last_day)) for day in still_open)
    order = ("Under 6 months", "6 to 11 months", "12 months and over")
    return Table(
        10, "Reviews not completed, by months since notification", ("Reviews",), tuple((b, (bands[b],)) for b in order)
    )


def _waiting(months: int) -> str:
    if months < 6:
        return "Under 6 months"
    return "6 to 11 months" if months < 12 else "12 months and over"


def _linked_reviews(session: Session, found: Sequence[Reviewed]) -> Table:
    ids = [each.case_id for each in found]
    linked = set(session.scalars(select(LinkedCase.case_id).where(LinkedCase.case_id.in_(ids))))
    return Table(11, "Deaths referred for a review of their own", ("Reviews",), (("Referred", (len(linked),)),))


def _meetings(session: Session, board_ids: Collection[int], year: Year) -> Table:
    held = select(Meeting.held_on).where(
        Meeting.panel_id.in_(board_ids), Meeting.held_on.between(date(year.begins, 4, 1), year.last_day)
    )
    return Table(12, "Meetings of the panel", ("Meetings",), (("Held", (len(session.scalars(held).all()),)),))
