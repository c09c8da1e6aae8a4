"""The national return of a year: its tables, and the records it is made of.

The tables have the shape of the return of 2008 to 2019 (DOMAIN 5.1, reconstructed). They go to the department alone
and guard no small number; a publication of them goes through `models.figures.disclosure` like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from models import audit
from models.case import Case, LinkedCase
from models.casework import Actor
from models.child_deaths.child import ChildDeath
from models.child_deaths.notifying import NOTIFY
from models.figures.counts import CountedReview
from models.histories import read_cases
from models.panels.panel import Meeting, MeetingCase
from models.queries.child_death_figures import Year, figures, notifications_still_open
from workflows import registry
from workflows.child_death_codes import (
    CATEGORY_OPTIONS,
    COUNTED_AS,
    COUNTED_PREVENTABILITY,
    ETHNICITIES,
    EVENTS,
    PLACES_OF_DEATH,
    SEX,
)
from workflows.child_deaths import AGE_BAND_WORDS, DURATION_BAND_WORDS, age_band, completed_months, ethnicity
from workflows.codes import YES_NO_NOT_KNOWN
from workflows.dates import PartialDate
from workflows.definition import Option
from workflows.history import Event
from workflows.regimes import PRACTICE_REVIEW, SERIOUS_CASE_REVIEW

# --- The records ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A death reviewed in a year, as the tables and the records of the return read it."""

    case_id: int
    reference: str
    reviewed_on: date
    answers: Mapping[str, Any]
    """What was told of the death, as it stands now, and what was concluded at this review and before the next."""


def reviewed_in(
    session: Session, board_ids: Collection[int], year: Year, leaving_out: Collection[int] = ()
) -> list[Reviewed]:
    """Return the deaths reviewed in a year, in their order; `leaving_out` are withheld from the reader."""
    held = select(CountedReview.case_id, CountedReview.reviewed_on, CountedReview.ordinal).where(
        CountedReview.board_id.in_(board_ids),
        CountedReview.year == year.begins,
        CountedReview.counts,
        CountedReview.case_id.not_in(sorted(leaving_out)),
    )
    reviews = {row.case_id: row for row in session.execute(held)}
    found = [
        Reviewed(
            read.id,
            read.reference,
            reviews[read.id].reviewed_on,
            _answers(read.history.effective(), reviews[read.id].ordinal),
        )
        for read in read_cases(session.connection(), list(reviews))
    ]
    return sorted(found, key=lambda each: (each.reviewed_on, each.case_id))


def _answers(events: Sequence[Event], ordinal: int) -> dict[str, Any]:
    """Return what was told of a death, and what was concluded at one of its reviews, the first being 0."""
    answers: dict[str, Any] = {}
    held = -1
    for event in events:
        held += event.step == "review_at_panel"
        if event.step == NOTIFY or (event.step == "categorise" and held == ordinal):
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

NOT_RECORDED = ("", "Not recorded")
"""The row of what nobody has recorded yet, which is not the same as what is recorded as not known."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the return: its number and title, its columns, and its rows in order, all of them in words."""

    number: int
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


def tables(
    session: Session, board_ids: Collection[int], year: Year, *, today: date, leaving_out: Collection[int] = ()
) -> list[Table]:
    """Return the tables of a year's return, in the order of DOMAIN 5.1; `leaving_out` are withheld from the reader."""
    found = reviewed_in(session, board_ids, year, leaving_out)
    counted = figures(session, board_ids, year, leaving_out=leaving_out)
    return [
        _reviews(found),
        _by_preventability(2, "Category of death", found, _words(CATEGORY_OPTIONS), _answer("category")),
        _by_preventability(3, "Event", found, _words(EVENTS), _answer("event")),
        _by_preventability(4, "Age group", found, AGE_BAND_WORDS, _age),
        _by_preventability(5, "Sex", found, _words(SEX), _answer("sex")),
        _by_preventability(6, "Ethnicity", found, _words(ETHNICITIES), _ethnicity),
        _by_preventability(7, "Place of death", found, _words(PLACES_OF_DEATH), _answer("place_of_death")),
        _status(found),
        _durations(counted.breakdowns["duration_from_death"], counted.breakdowns["duration_from_notification"]),
        _ongoing(notifications_still_open(session, board_ids, year, leaving_out), year),
        _reviews_of_their_own(session, found, leaving_out),
        _meetings(session, board_ids, (year.first_day, min(year.last_day, today)), leaving_out),
    ]


def _words(options: Sequence[Option]) -> Mapping[str, str]:
    return {option.key: option.words for option in options}


_PREVENTABILITY = _words(COUNTED_PREVENTABILITY)


def _answer(question: str) -> Callable[[Reviewed], str]:
    return lambda each: str(each.answers.get(question) or "")


def _preventability(each: Reviewed) -> str:
    return COUNTED_AS.get(each.answers.get("preventability", ""), "")


def _ethnicity(each: Reviewed) -> str:
    return ethnicity(each.answers.get("ethnic_group"))


def _age(each: Reviewed) -> str:
    born_on, died_on = (PartialDate.parse(each.answers[key]).last for key in ("born_on", "died_on"))
    return age_band(min(born_on, died_on), died_on)


def _reviews(found: Sequence[Reviewed]) -> Table:
    counts = Counter(map(_preventability, found))
    kinds = _with_unrecorded(_PREVENTABILITY, counts)
    rows = (("All reviews", (len(found),)), *((words, (counts[key],)) for key, words in kinds.items()))
    return Table(1, "Reviews completed, by preventability", ("Reviews",), rows)


def _by_preventability(
    number: int, title: str, found: Sequence[Reviewed], kinds: Mapping[str, str], kind: Callable[[Reviewed], str]
) -> Table:
    """Return how many reviews there were of each kind, and of these how many of each preventability.

    Every kind has its row. A review not categorised yet is in the first column alone.
    """
    all_of = Counter(map(kind, found))
    counts = Counter((kind(each), _preventability(each)) for each in found)
    rows = tuple(
        (words, (all_of[key], *(counts[key, column] for column in _PREVENTABILITY)))
        for key, words in _with_unrecorded(kinds, all_of).items()
    )
    return Table(number, f"{title}, by preventability", ("Reviews", *_PREVENTABILITY.values()), rows)


def _with_unrecorded(kinds: Mapping[str, str], found: Collection[str]) -> Mapping[str, str]:
    return {**kinds, **dict([NOT_RECORDED] if NOT_RECORDED[0] in found else [])}


def _status(found: Sequence[Reviewed]) -> Table:
    columns = {**_words(YES_NO_NOT_KNOWN), **dict([NOT_RECORDED])}
    rows = []
    for question, words in _STATUSES.items():
        counts = Counter(map(_answer(question), found))
        rows.append((words, tuple(counts[column] for column in columns)))
    return Table(8, "Status of the child", tuple(columns.values()), tuple(rows))


_STATUSES: Mapping[str, str] = {
    "child_protection_plan": "Child protection plan",
    "statutory_order": "Statutory order",
    "asylum_seeker": "Asylum seeker",
}


def _durations(from_death: Mapping[str, int], from_notification: Mapping[str, int]) -> Table:
    rows = tuple(
        (DURATION_BAND_WORDS[band], (from_death[band], from_notification[band])) for band in DURATION_BAND_WORDS
    )  # fmt: skip
    return Table(9, "Duration of the review", ("From death", "From notification"), rows)


def _ongoing(notified: Sequence[date], year: Year) -> Table:
    """Return the reviews not completed by the end of the year, by how long ago the death was notified."""
    bands = Counter(_waiting(completed_months(day, year.last_day)) for day in notified)
    rows = tuple((band, (bands[band],)) for band in ("Under 6 months", "6 to 11 months", "12 months and over"))
    return Table(10, "Reviews not completed, by months since notification", ("Reviews",), rows)


def _waiting(months: int) -> str:
    if months < 6:
        return "Under 6 months"
    return "6 to 11 months" if months < 12 else "12 months and over"


def _reviews_of_their_own(session: Session, found: Sequence[Reviewed], leaving_out: Collection[int]) -> Table:
    """Return how many of the deaths were referred for a review of their own, by its kind."""
    linked = (
        select(Case.workflow_key, func.count(LinkedCase.case_id.distinct()))
        .join(LinkedCase, LinkedCase.other_case_id == Case.id)
        .where(LinkedCase.case_id.in_([each.case_id for each in found]), Case.id.not_in(sorted(leaving_out)))
        .group_by(Case.workflow_key)
    )
    counts = {row[0]: row[1] for row in session.execute(linked)}
    rows = tuple(
        (registry.workflow(key).title, (counts.get(key, 0),)) for key in (SERIOUS_CASE_REVIEW, PRACTICE_REVIEW)
    )
    return Table(11, "Serious case reviews of these deaths", ("Reviews",), rows)


def _meetings(
    session: Session, board_ids: Collection[int], days: tuple[date, date], leaving_out: Collection[int]
) -> Table:
    """Return how many meetings the panel held. One that dealt with nothing but withheld cases is left out with them."""
    listed = exists().where(MeetingCase.meeting_id == Meeting.id)
    seen = listed.where(MeetingCase.case_id.not_in(sorted(leaving_out)))
    held = select(func.count()).select_from(Meeting).where(
        Meeting.panel_id.in_(board_ids), Meeting.held_on.between(*days), or_(~listed, seen)
    )  # fmt: skip
    return Table(12, "Meetings of the panel", ("Meetings",), (("Held", (session.scalar(held) or 0,)),))
