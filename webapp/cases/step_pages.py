"""Recording what happened: choosing a step, and its sheet of questions."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.case import Case
from models.queries.case_page import drafts_on
from webapp.access import current_person, may_see_case, may_see_part_of_case
from webapp.cases import filling
from webapp.cases.recordable import drafts_in_words, recordable_by
from webapp.cases.sheets import step_sheet
from webapp.cases.view import view_of
from webapp.database import db

steps = Blueprint("steps", __name__, url_prefix="/cases")

# An interest is somebody's, and withholds the case from them: the questions of the step alone do not say whose.
ON_A_PAGE_OF_ITS_OWN = {"declare_interest": "interests.of_case"}


@steps.route("/<reference>/steps")
@may_see_case
def choose(case: Case) -> ResponseReturnValue:
    view = view_of(case)
    begun = drafts_in_words(drafts_on(db.session, current_person().id, case), view.standing.procedure)
    recordable = recordable_by(view.standing, view.roles)
    return render_template("cases/choose.html", view=view, recordable=recordable, drafts=begun)


@steps.route("/<reference>/steps/<key>", methods=["GET", "POST"])
@may_see_part_of_case
def take(case: Case, key: str) -> ResponseReturnValue:
    if key in ON_A_PAGE_OF_ITS_OWN:
        return redirect(url_for(ON_A_PAGE_OF_ITS_OWN[key], reference=case.reference), 303)
    return filling.fill_in(step_sheet(case, key))


@steps.route("/<reference>/steps/<key>/check", methods=["GET", "POST"])
@may_see_part_of_case
def check(case: Case, key: str) -> ResponseReturnValue:
    if key in ON_A_PAGE_OF_ITS_OWN:
        return redirect(url_for(ON_A_PAGE_OF_ITS_OWN[key], reference=case.reference), 303)
    return filling.check(step_sheet(case, key))


@steps.route("/<reference>/steps/<key>/forget", methods=["POST"])
@may_see_part_of_case
def forget(case: Case, key: str) -> ResponseReturnValue:
    return filling.forget(step_sheet(case, key))
