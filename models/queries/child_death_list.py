"""The coordinator's list of child deaths: by reference and age, what is awaited from whom, and the clocks.

What is on the list, and in which order, is for `models.queries.worklist`; here is what a child death shows beside it,
in one statement for a whole page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from models.case import LIVE_CASE, UNMET_DEADLINE, Case, CaseEvent, Deadline
from models.child_deaths.child import ChildDeath
from models.queries.worklist import DAYS_OF_A_WEEK, Reader
from models.reminder import Reminder
from workflows.child_deaths import age_in_words
from workflows.dates import london_day
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.roles import AGENCY_LEAD

REPORT_ASKED = "report_return"
"""The clock of a report asked of an agency."""


@dataclass(frozen=True, slots=True)
class DeathCounts:
    """How many open deaths are late, due within a week, waiting for proceedings, and ready for the panel."""

    late: int
    due: int
    awaiting_proceedings: int
    ready_for_panel: int


@dataclass(frozen=True, slots=True)
class Awaited:
    """A report asked of an agency that has not come: since when, by when, and how often and when last it was chased."""

    agency: str
    asked_on: date | None
    due_on: date | None
    reminded: int = 0
    reminded_on: date | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """What the list shows of one death beside its clocks: the age in words, and whose reports are awaited."""

    age: str
    awaited: tuple[Awaited, ...]


def death_counts(session: Session, who: Reader, board_id: int | None = None) -> DeathCounts:
    """Return the counts at the top of the list, over the open deaths the person may see, of one board or of all."""
    today = who.today
    seen = and_(who.sight.covers(), Case.workflow_key == CHILD_DEATH_REVIEW, LIVE_CASE)
    conditions = (
        Case.unexplained_bites_on < today,
        Case.bites_on.between(today, today + DAYS_OF_A_WEEK),
        Case.state == "awaiting_proceedings",
        Case.state == "ready_for_panel",
    )
    counted = select(*(func.count().filter(condition) for condition in conditions)).select_from(Case).where(seen)
    row = session.execute(counted.where(Case.board_id == board_id) if board_id else counted).one()
    return DeathCounts(*map(int, row))


def beside(session: Session, case_ids: Collection[int]) -> Mapping[int, Beside]:
    """Return what is shown of these deaths beside their clocks."""
    ids = sorted(case_ids)
    awaited = _awaited(session, ids)
    days = select(ChildDeath.case_id, ChildDeath.born_on, ChildDeath.died_on).where(ChildDeath.case_id.in_(ids))
    ages = {row.case_id: _age(row.born_on, row.died_on) for row in session.execute(days)}
    return {case_id: Beside(ages.get(case_id, ""), tuple(awaited.get(case_id, ()))) for case_id in ids}


def awaited_agencies(session: Session, who: Reader) -> Sequence[str]:
    """Return the agencies of which a report is awaited in a death the person may see, by name."""
    asked = (
        select(Deadline.agency)
        .join(Case, Case.id == Deadline.case_id)
        .where(
            who.sight.covers(),
            Case.workflow_key == CHILD_DEATH_REVIEW,
            LIVE_CASE,
            UNMET_DEADLINE,
            Deadline.clock_key == REPORT_ASKED,
        )
    )
    return [name for name in session.scalars(asked.distinct().order_by(Deadline.agency)) if name]


def _awaited(session: Session, case_ids: Sequence[int]) -> dict[int, list[Awaited]]:
    """Return what is still to come in these cases, what is due first before the rest."""
    owed = select(Deadline.case_id, Deadline.agency, Deadline.subject, Deadline.due_last).where(
        Deadline.case_id.in_(case_ids), Deadline.clock_key == REPORT_ASKED, UNMET_DEADLINE
    )
    rows = session.execute(owed.order_by(Deadline.due_last, Deadline.agency, Deadline.id)).all()
    waiting = sorted({row.case_id for row in rows})
    # Most deaths on a list await nothing; then there is nothing more to ask.
    asked_on, reminded = (_asked_on(session, waiting), _reminded(session, waiting)) if waiting else ({}, {})
    found: dict[int, list[Awaited]] = {}
    for row in rows:
        agency = row.agency or ""
        asked = asked_on.get((row.case_id, agency.casefold()))
        times, last_on = reminded.get((row.case_id, row.subject), (0, None))
        found.setdefault(row.case_id, []).append(Awaited(agency, asked, row.due_last, times, last_on))
    return found


def _reminded(session: Session, case_ids: Sequence[int]) -> dict[tuple[int, str], tuple[int, date]]:
    """Return how often each agency was reminded, and the day it last was, by case and what is asked of it."""
    sent = select(Reminder.case_id, Reminder.subject, func.count(), func.max(Reminder.recorded_at)).where(
        Reminder.case_id.in_(case_ids),
        Reminder.clock_key == REPORT_ASKED,
        Reminder.role == AGENCY_LEAD,
        Reminder.outcome == "told",
    )
    rows = session.execute(sent.group_by(Reminder.case_id, Reminder.subject))
    return {(case_id, subject): (times, london_day(last)) for case_id, subject, times, last in rows}


def _asked_on(session: Session, case_ids: Sequence[int]) -> dict[tuple[int, str], date]:
    """Return the day each agency was last asked, by case and agency, of the requests that stand."""
    later = aliased(CaseEvent)
    replaced = exists().where(later.case_id == CaseEvent.case_id, later.supersedes == CaseEvent.sequence)
    requests = select(CaseEvent.case_id, CaseEvent.answers["agency"].astext, CaseEvent.happened_last).where(
        CaseEvent.case_id.in_(case_ids), CaseEvent.step == "request_report", ~replaced, CaseEvent.kind != "strike_out"
    )
    rows = session.execute(requests.order_by(CaseEvent.case_id, CaseEvent.sequence))
    return {(case_id, (agency or "").casefold()): day for case_id, agency, day in rows}


def _age(born_on: date | None, died_on: date | None) -> str:
    return age_in_words(born_on, died_on) if born_on and died_on and born_on <= died_on else ""
