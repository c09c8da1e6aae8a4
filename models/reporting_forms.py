"""Filling in reporting forms: saved as they go, and returned with what is unknown and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Case
from models.casework import Actor, take_step
from models.reporting_form import ReportingForm
from workflows.answers import Asked, read_answers
from workflows.dates import PartialDate, london_day
from workflows.definition import Step
from workflows.errors import AnswersRefused, Problem
from workflows.reporting_forms import Form
from workflows.standing import Told


def request_form(
    session: Session, case: Case, agency: str, form: Form, due_on: date, *, actor: Actor, on: date, now: datetime
) -> ReportingForm:
    """Return the form asked of an agency, recorded as a request with its due date. Raises StepRefused."""
    told = Told(PartialDate.on(on), {"agency": agency, "form": form.name, "due_on": due_on.isoformat()})
    take_step(session, case, "request_report", actor=actor, told=told, now=now)
    asked = form_asked(session, case, agency, form)
    if asked is None:
        asked = ReportingForm(case_id=case.id, agency=agency, form=form.key, updated_at=now)
        session.add(asked)
        session.flush()
    return asked


def form_asked(session: Session, case: Case, agency: str, form: Form) -> ReportingForm | None:
    """Return the form asked of this agency about a case, as far as it is filled in."""
    asked = select(ReportingForm).where(
        ReportingForm.case_id == case.id, ReportingForm.agency == agency, ReportingForm.form == form.key
    )
    return session.scalars(asked).one_or_none()


def save_answers(
    asked: ReportingForm, form: Form, answers: Mapping[str, Any], unknown: Mapping[str, str], *, now: datetime
) -> None:
    """Keep what was filled in so far, right or wrong, of the questions the form has."""
    keys = {each.question.key for section in form.sections for each in section.asks}
    asked.answers = {key: answer for key, answer in {**asked.answers, **answers}.items() if key in keys}
    asked.unknown = {key: why for key, why in {**asked.unknown, **unknown}.items() if key in keys and why.strip()}
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
    asked.answers = _read(form, asked, on, london_day(now))
    asked.on_paper, asked.answered_by, asked.returned_at = on_paper, actor.person_id, now
    told = Told(PartialDate.on(on), {"agency": asked.agency, "form": form.name})
    take_step(session, case, "record_report", actor=actor, told=told, now=now)


def _read(form: Form, asked: ReportingForm, on: date, today: date) -> dict[str, Any]:
    questions = form.questions(asked.answers)
    # What is unknown is not required: why it is unknown stands for it.
    known = tuple(question for question in questions if question.key not in asked.unknown)
    step = Step(form.key, form.name, form.name, asks=known)
    given = {question.key: asked.answers.get(question.key) for question in known}
    answers = read_answers(step, given, Asked(PartialDate.on(on), today))
    silent = [question for question in known if question.key not in answers]
    if silent:
        raise AnswersRefused(
            [Problem(each.key, f"{each.label}: answer it, or say why it is not known") for each in silent]
        )
    return answers
