"""Reports asked of agencies, filled in as they go, and returned with what is unknown and why."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.asking import standing_of
from models.case import Case
from models.casework import Actor, take_step
from models.child_deaths.reporting_form import ReportingForm
from models.histories import lock_cases
from workflows.clocks import Deadline
from workflows.dates import PartialDate, london_day
from workflows.errors import GuardsNotMet, NotAvailable, StepRefused
from workflows.reporting_answers import read_form
from workflows.reporting_forms import Form, form_named
from workflows.standing import Standing, Told

REQUESTS = "report_return"
"""The clock that runs for each report asked of an agency."""

NOT_COMING = "record_report_not_coming"
"""The step by which the panel does without one of them."""


# --- What is asked ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """A report asked of an agency, as it stands now. `sequence` is that of the event that asked for it last.

    `form` is none where the request named one that there is no form of, so that only its return can be recorded.
    """

    sequence: int
    agency: str
    form_name: str
    form: Form | None
    asked_on: PartialDate
    times_asked: int
    deadline: Deadline
    kept: ReportingForm | None

    @property
    def is_open(self) -> bool:
        """Whether the report has still to come."""
        return self.deadline.met_on is None and (self.kept is None or self.kept.returned_at is None)

    @property
    def not_coming_because(self) -> str:
        """Why the panel does without it; nothing where it is awaited, or came after all."""
        ended_by = self.deadline.voided_by
        without = ended_by is not None and ended_by.step == NOT_COMING and self.is_open
        return str(ended_by.answers["reasons"]) if ended_by and without else ""


def requests_of(session: Session, case: Case, standing: Standing) -> list[Request]:
    """Return every report asked for in a case, by agency and then in the order asked."""
    kept = {
        (row.agency.casefold(), row.form): row
        for row in session.scalars(
            select(ReportingForm).where(ReportingForm.case_id == case.id).execution_options(populate_existing=True)
        )
    }
    found = [_request(each, kept) for each in standing.deadline(REQUESTS) if each.started is not None]
    return sorted(found, key=lambda each: (each.agency.casefold(), each.sequence))


def _request(deadline: Deadline, kept: Mapping[tuple[str, str], ReportingForm]) -> Request:
    started = deadline.started
    assert started is not None
    agency, name = str(started.answers["agency"]), str(started.answers["form"])
    form = form_named(name, started.happened_on.first)
    row = kept.get((agency.casefold(), form.key)) if form else None
    times = 1 + len(deadline.replaced)
    return Request(started.sequence, agency, name, form, started.happened_on, times, deadline, row)


# --- Asking -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """A form to be asked of an agency, by a day."""

    agency: str
    form: Form
    due_on: date


@dataclass(frozen=True, slots=True)
class NotAsked:
    """A form that was not asked for, and why."""

    wanted: Wanted
    reasons: tuple[str, ...]


def request_forms(
    session: Session, case: Case, wanted: Sequence[Wanted], *, actor: Actor, on: date, now: datetime
) -> list[NotAsked]:
    """Ask for each of these forms, an event each, and return those that were refused; the others are kept.

    The case is locked until the commit, so that a page sent twice asks once.
    """
    session.flush()
    lock_cases(session.connection(), [case.id])
    refused = []
    for each in wanted:
        try:
            with session.begin_nested():
                request_form(session, case, each.agency, each.form, each.due_on, actor=actor, on=on, now=now)
        except StepRefused as words:
            refused.append(NotAsked(each, words.reasons))
    return refused


def request_form(
    session: Session, case: Case, agency: str, form: Form, due_on: date, *, actor: Actor, on: date, now: datetime
) -> ReportingForm:
    """Return the form asked of an agency, recorded as a request with its due date. Raises StepRefused.

    One that was returned may be asked for again, to be added to; one that has still to come may not.
    """
    standing = standing_of(session, case, today=london_day(now))
    for each in requests_of(session, case, standing):
        if each.is_open and each.form and (each.agency.casefold(), each.form.key) == (agency.casefold(), form.key):
            raise GuardsNotMet(f"{form.name}: asked of {each.agency} on {each.asked_on.words()} already")
    told = Told(PartialDate.on(on), {"agency": agency, "form": form.name, "due_on": due_on.isoformat()})
    take_step(session, case, "request_report", actor=actor, told=told, now=now)
    asked = form_to_fill(session, case, agency, form, now=now)
    asked.returned_at = None
    session.flush()
    return asked


def form_asked(session: Session, case: Case, agency: str, form: Form) -> ReportingForm | None:
    """Return the form asked of this agency about a case, as far as it is filled in."""
    return session.scalars(_of(case, agency, form)).one_or_none()


def form_to_fill(session: Session, case: Case, agency: str, form: Form, *, now: datetime) -> ReportingForm:
    """Return the form asked of this agency, begun if need be, and locked until the commit.

    Two people of one agency may fill it in at once: each page that is saved is added to what there is.
    """
    if form_asked(session, case, agency, form) is None:
        begin = insert(ReportingForm).values(case_id=case.id, agency=agency, form=form.key, updated_at=now)
        session.execute(begin.on_conflict_do_nothing())
    locked = _of(case, agency, form).with_for_update().execution_options(populate_existing=True)
    return session.scalars(locked).one()


def _of(case: Case, agency: str, form: Form) -> Select[ReportingForm]:
    return select(ReportingForm).where(
        ReportingForm.case_id == case.id,
        func.lower(ReportingForm.agency) == agency.lower(),
        ReportingForm.form == form.key,
    )


# --- Filling in -------------------------------------------------------------


def save_answers(
    asked: ReportingForm, form: Form, answers: Mapping[str, Any], unknown: Mapping[str, str], *, now: datetime
) -> None:
    """Keep what was filled in so far, right or wrong, of the questions that are asked by these answers.

    An answer of None takes away what was answered before. What belongs to a question that is asked no more is gone.
    Raises NotAvailable for a form that was returned.
    """
    if asked.returned_at is not None:
        raise NotAvailable("This form was returned already, and is not changed any more")
    given = {key: answer for key, answer in {**asked.answers, **answers}.items() if answer not in (None, "", [])}
    asked.answers = form.only_asked(given)
    because = {key: why.strip() for key, why in {**asked.unknown, **unknown}.items() if why.strip()}
    keys = {question.key for question in form.questions(asked.answers)}
    asked.unknown = {key: why for key, why in because.items() if key in keys}
    asked.updated_at = now


def return_form(
    session: Session,
    case: Case,
    asked: ReportingForm,
    form: Form,
    *,
    actor: Actor,
    on: date,
    now: datetime,
    on_paper: bool = False,
) -> None:
    """Record that a form came back, with its answers as read and what is unknown.

    A question asked and left empty must say why it is not known. Raises AnswersRefused with everything that is wrong,
    and StepRefused.
    """
    if asked.returned_at is not None:
        raise NotAvailable("This form was returned already")
    asked.answers = read_form(form, asked.answers, asked.unknown, on=on, today=london_day(now))
    asked.on_paper, asked.answered_by, asked.returned_at = on_paper, actor.person_id, now
    told = Told(PartialDate.on(on), {"agency": asked.agency, "form": form.name})
    take_step(session, case, "record_report", actor=actor, told=told, now=now)


def record_not_coming(
    session: Session,
    case: Case,
    asked: Request,
    because: str,
    *,
    actor: Actor,
    on: date,
    now: datetime,
    idempotency_key: uuid.UUID | None = None,
) -> None:
    """Record that the panel does without a report, and why. It can still come. Raises StepRefused."""
    told = Told(PartialDate.on(on), {"agency": asked.agency, "form": asked.form_name, "reasons": because})
    take_step(session, case, NOT_COMING, actor=actor, told=told, now=now, idempotency_key=idempotency_key)
