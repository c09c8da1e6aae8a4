"""Reports asked of agencies about a death: which are owed since when, asking for more, and one that will not come."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, TextAreaField

from models.case import Case
from models.child_deaths.reporting_forms import NotAsked, Request, record_not_coming, request_forms, requests_of
from webapp import clock
from webapp.access import Arguments, DeclaredView, View, current_actor, may_see_case
from webapp.cases.looking import seen, today_only
from webapp.cases.view import page_of, view_of
from webapp.child_deaths.agencies_asked import AskForm, ask_form, chased_in, lines_of, proposal
from webapp.database import db
from webapp.fields import needed, stripped
from webapp.forms import PageForm
from webapp.keeping import offered_again
from webapp.wording import counted
from workflows.errors import StepRefused
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.roles import CDOP_COORDINATOR
from workflows.standing import available

requests = Blueprint("requests", __name__, url_prefix="/child-deaths/<reference>/requests")

KINDS = "kinds"
"""The button that shows the forms for other kinds of death, and asks for nothing."""


class NotComingForm(PageForm):
    """Why the panel does without a report, and unseen a key by which that is recorded only once."""

    once = HiddenField(default=lambda: str(uuid.uuid4()))
    because = TextAreaField(
        "Why will it not come?", filters=[stripped], validators=[needed("Say why it will not come")],
        description="For example, that the practice has closed and its records cannot be found. Do not repeat names",
    )  # fmt: skip

    @property
    def key(self) -> uuid.UUID | None:
        try:
            return uuid.UUID(self.once.data or "")
        except ValueError:
            return None


def coordinates(view: View) -> DeclaredView:
    """Let those reach the view who coordinate the death of `reference`, and give it the case instead."""
    to_the_case = may_see_case(view)

    def admit(arguments: Arguments) -> Arguments:
        admitted = to_the_case.admit(arguments)
        case = admitted["case"]
        if case.workflow_key != CHILD_DEATH_REVIEW:
            abort(404)
        if CDOP_COORDINATOR not in current_actor(case).roles:
            abort(403)
        return admitted

    return DeclaredView(view, "may see the death, as child death coordinator", admit)


@requests.route("")
@may_see_case
def show(case: Case) -> ResponseReturnValue:
    if case.workflow_key != CHILD_DEATH_REVIEW:
        abort(404)
    view = view_of(case)
    asked = requests_of(db.session, case, view.standing)
    told = {
        "lines": lines_of(view.standing, asked, chased_in(db.session, case)),
        "may_ask": CDOP_COORDINATOR in view.roles and not view.look.at_the_past,
    }
    return page_of(view, "child_deaths/requests.html", told)


@requests.route("/new", methods=["GET", "POST"])
@coordinates
def ask(case: Case) -> ResponseReturnValue:
    standing = seen(case, today_only()).standing
    proposed = proposal(db.session, case, standing, requests_of(db.session, case, standing))
    form = ask_form(proposed, clock.today(), db.calendar, [agency.name for agency in case.board.agencies])
    if not form.is_submitted() or offered_again() or request.form.get("do") == KINDS:
        return _ask_page(case, form, _refused_now(case), status=200)
    in_order = form.read()
    forms = {each.key: each for each in proposed.forms(form.kinds.data or (), clock.today())}
    wanted = form.wanted(forms)
    if not in_order or form.errors:
        return _ask_page(case, form, ())
    on, now = clock.today(), clock.now()
    refused = request_forms(db.session, case, wanted, actor=current_actor(case), on=on, now=now)
    reference = case.reference
    db.session.commit()
    if asked := len(wanted) - len(refused):
        flash(f"{counted(asked, 'request')} recorded. Each agency’s lead is told.", "done")
    if refused := _still_refused(case, refused):
        return _refused_page(case, form, refused)
    return redirect(url_for(".show", reference=reference), 303)


@requests.route("/<int:sequence>/not-coming", methods=["GET", "POST"])
@coordinates
def not_coming(case: Case, sequence: int) -> ResponseReturnValue:
    asked = _open_request(case, sequence)
    form = NotComingForm()
    # Noted by the same form sent a moment before, or by a colleague since.
    noted = bool(asked.not_coming_because)
    if noted or (form.sent() and _noted(case, asked, form)):
        flash("It is recorded that this report will not come. Nobody is reminded of it, and it can still come.", "done")
        return redirect(url_for(".show", reference=case.reference), 303)
    page = render_template("child_deaths/not_coming.html", case=case, asked=asked, form=form)
    return page, 422 if form.errors else 200


def _noted(case: Case, asked: Request, form: NotComingForm) -> bool:
    """Record that a report will not come; where that is refused, say why in the form."""
    actor, because = current_actor(case), form.because.data or ""
    try:
        record_not_coming(
            db.session, case, asked, because,
            actor=actor, on=clock.today(), now=clock.now(), idempotency_key=form.key,
        )  # fmt: skip
    except StepRefused as refused:
        form.form_errors.extend(refused.reasons)
        return False
    db.session.commit()
    return True


def _open_request(case: Case, sequence: int) -> Request:
    standing = seen(case, today_only()).standing
    found = (each for each in requests_of(db.session, case, standing) if each.sequence == sequence)
    asked = next(found, None)
    return asked if asked is not None and asked.is_open else abort(404)


def _refused_now(case: Case) -> tuple[str, ...]:
    """Return why nothing could be asked for as the case stands today."""
    standing = seen(case, today_only()).standing
    found = next(each for each in available(standing, {CDOP_COORDINATOR}) if each.step.key == "request_report")
    return found.refusal.reasons if isinstance(found.refusal, StepRefused) and not found.possible else ()


def _still_refused(case: Case, refused: list[NotAsked]) -> list[NotAsked]:
    """Return of what was refused that which is not asked for already, as by the same page sent a moment before."""
    standing = seen(case, today_only()).standing
    proposed = proposal(db.session, case, standing, requests_of(db.session, case, standing))
    return [each for each in refused if not proposed.is_asked(each.wanted.agency, each.wanted.form)]


def _refused_page(case: Case, form: AskForm, refused: list[NotAsked]) -> ResponseReturnValue:
    """Show what was not asked for, by agency, and that alone ticked, ready to be sent again; the rest is recorded."""
    form.form_errors += [f"{each.wanted.agency}: {words}" for each in refused for words in each.reasons]
    still = {(each.wanted.agency, each.wanted.form.key) for each in refused}
    for row in [*form.rows, form.other_row]:
        row.forms.data = [key for key in row.forms.data or () if (row.agency, key) in still]
    return _ask_page(case, form, ())


def _ask_page(case: Case, form: AskForm, refused: tuple[str, ...], status: int = 0) -> ResponseReturnValue:
    page = render_template("child_deaths/ask.html", case=case, form=form, refused=refused)
    return page, status or (422 if form.errors else 200)
