"""Entering every death of a year that lacks nothing in the national return, on one page that names what is left out."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import HiddenField

from models.case import Case
from models.child_deaths.entering_return import NotEntered, enter_in_return
from models.child_deaths.return_gaps import OfTheYear
from webapp import clock
from webapp.access import current_actor, needs_role
from webapp.cases.forms import SheetForm
from webapp.child_deaths.narrowing import states
from webapp.child_deaths.national_return import Asked, asked_in, deaths_in
from webapp.database import db
from webapp.fields import DayField, needed
from webapp.wording import counted
from workflows.dates import PartialDate
from workflows.roles import CDOP_COORDINATOR
from workflows.standing import Told

entering_return = Blueprint("entering_return", __name__, url_prefix="/child-deaths/return")


class EnterForm(SheetForm):
    """The day the deaths were entered. `shown` are those that the page named, so that no other is entered unseen."""

    shown = HiddenField()
    on = DayField("On which day were they entered?", validators=[needed("Say on which day they were entered")])


@entering_return.route("/<year_name>/enter", methods=["GET", "POST"])
@needs_role(CDOP_COORDINATOR)
def enter_year(year_name: str) -> ResponseReturnValue:
    asked = asked_in(year_name)
    if not asked.may_enter:
        abort(404)
    deaths = deaths_in(asked)
    form = EnterForm(data={"on": clock.today(), "once": str(uuid.uuid4()), "shown": _shown(deaths)})
    if form.sent():
        return _enter(asked, deaths, form)
    return _page(asked, deaths, form)


def _shown(deaths: Sequence[OfTheYear]) -> str:
    return " ".join(each.reference for each in deaths if each.is_ready)


def _enter(asked: Asked, deaths: Sequence[OfTheYear], form: EnterForm) -> ResponseReturnValue:
    shown = set((form.shown.data or "").split())
    case_ids = select(Case.id).where(Case.reference.in_([each.reference for each in deaths if each.reference in shown]))
    entered, left_out = enter_in_return(
        db.session, db.session.scalars(case_ids).all(), actor_of=current_actor,
        told=Told(PartialDate.on(form.on.day), {}), now=clock.now(), key=form.key,
    )  # fmt: skip
    db.session.commit()
    if entered:
        flash(f"{counted(len(entered), 'death is', 'deaths are')} entered in the return of {asked.year.name}.", "done")
    if left_out:
        return _refused(asked, form, left_out)
    return redirect(asked.at("national_return.show"), 303)


def _refused(asked: Asked, form: EnterForm, left_out: Sequence[NotEntered]) -> ResponseReturnValue:
    """Show the page again, with what was not entered and why; what was entered is no longer on it."""
    form.form_errors += [f"{each.reference}: {words}" for each in left_out for words in each.reasons]
    deaths = deaths_in(asked)
    form.shown.data, form.once.data = _shown(deaths), str(uuid.uuid4())
    return _page(asked, deaths, form)


def _page(asked: Asked, deaths: Sequence[OfTheYear], form: EnterForm) -> ResponseReturnValue:
    page = render_template(
        "child_deaths/return_enter.html",
        asked=asked,
        form=form,
        ready=[each for each in deaths if each.is_ready],
        left_out=[each for each in deaths if not each.is_ready and not each.is_entered],
        entered=sum(each.is_entered for each in deaths),
        states=states(),
    )
    return page, 422 if form.errors else 200
