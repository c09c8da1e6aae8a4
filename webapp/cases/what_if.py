"""What would follow if a step happened on some day: asked by an address that keeps the question, and never recorded."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from models.case import Case
from models.what_if import Supposed, questions_dates_rest_on, suppose
from webapp import clock
from webapp.access import may_see_case
from webapp.cases.due_dates import due_words
from webapp.cases.forms import SupposingForm, supposing_form
from webapp.cases.known import known_of
from webapp.cases.recordable import recordable_by
from webapp.cases.view import View, view_of
from webapp.database import db
from webapp.fields import offered
from workflows.definition import Step
from workflows.errors import AnswersRefused
from workflows.roles import ROLES

what_if = Blueprint("what_if", __name__, url_prefix="/cases")


@dataclass(frozen=True, slots=True)
class Answer:
    """What would follow, in sentences: why it could not be recorded so, what changes, and what stays due when."""

    step: Step
    on: str
    hindrances: tuple[str, ...]
    changes: tuple[str, ...]
    unmoved: tuple[tuple[str, str], ...]


@what_if.route("/<reference>/what-if")
@may_see_case
def ask(case: Case) -> ResponseReturnValue:
    view = view_of(case)
    steps = _offered(view)
    step = view.standing.procedure.steps_by_key.get(request.args.get("step", ""))
    form = _form(view, step if step in steps else None, steps)
    answer = _answer(view, step, form) if step in steps and step is not None else None
    page = render_template("cases/what_if.html", view=view, form=form, answer=answer, asked=step is not None)
    return page, 422 if form.errors else 200


def _offered(view: View) -> list[Step]:
    """Return the steps that belong to where the case stands, whoever records them, the likely one first."""
    recordable = recordable_by(view.standing, ROLES)
    return [*recordable.possible, *(each.step for each in recordable.lacking)]


def _form(view: View, step: Step | None, steps: list[Step]) -> SupposingForm:
    procedure = view.standing.procedure
    questions = questions_dates_rest_on(procedure, step) if step else ()
    agencies = [agency.name for agency in view.case.board.agencies]
    known = known_of(view.standing, agencies, step_key=step.key if step else "")
    form = supposing_form(questions, known, request.args.to_dict(flat=False))
    form.step.choices = offered([("", "Choose from the list"), *((each.key, each.title) for each in steps)])
    return form


def _answer(view: View, step: Step, form: SupposingForm) -> Answer | None:
    """Return the answer, or say on the form what is wrong with the question; nothing while no day is given."""
    readable = form.read()
    told = form.told()
    if told is None or not readable:
        return None
    try:
        supposed = suppose(db.session, view.case, step.key, told, today=clock.today())
    except AnswersRefused as refused:
        form.refuse(refused, {})
        return None
    return _in_words(step, supposed)


def _in_words(step: Step, supposed: Supposed) -> Answer:
    return Answer(
        step,
        supposed.event.happened_on.words(),
        supposed.hindrances,
        tuple(change.words for change in supposed.changes),
        tuple((each.clock.title, due_words(each)) for each in supposed.unmoved),
    )
