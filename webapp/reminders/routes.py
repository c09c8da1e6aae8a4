"""The ledger of a case and of a person, and the answers to reminders."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from models import audit
from models.case import Case, Deadline
from models.people import Person
from notifications import ledger
from notifications.answering import Answering, NotAnswered, role_to_answer_in
from notifications.chosen import ladder_of
from webapp import clock
from webapp.access import (
    READ_REMINDERS,
    current_actor,
    current_person,
    may_see_case,
    may_see_part_of_case,
    needs_role,
    signed_in,
)
from webapp.cases.view import page_of, view_of
from webapp.database import db
from webapp.reminders.asked import deadlines_to_answer, leads_who_is_asked
from webapp.reminders.forms import PutOffForm, SeenForm
from webapp.reminders.words import ledger_in_words, line_in_words
from workflows.dates import day_in_words
from workflows.roles import AGENCY_LEAD

reminders = Blueprint("reminders", __name__)


@reminders.route("/cases/<reference>/reminders")
@may_see_case
def show(case: Case) -> ResponseReturnValue:
    view = view_of(case)
    kept = ledger.ledger_of(db.session, case, db.calendar, clock.today())
    roles = {each.deadline.id: _role_in(case, each.deadline) for each in kept.entries}
    told = {"ledger": ledger_in_words(kept, view.standing, roles), "seen_form": SeenForm()}
    return page_of(view, "reminders/case.html", told)


@reminders.route("/cases/<reference>/reminders/<int:deadline_id>/seen", methods=["POST"])
@may_see_case
def seen(case: Case, deadline_id: int) -> ResponseReturnValue:
    return _seen(_answering(case, _deadline(case, deadline_id)), url_for(".show", reference=case.reference))


@reminders.route("/cases/<reference>/reminders/<int:deadline_id>/put-off", methods=["GET", "POST"])
@may_see_case
def put_off(case: Case, deadline_id: int) -> ResponseReturnValue:
    return _put_off(_answering(case, _deadline(case, deadline_id)), url_for(".show", reference=case.reference))


@reminders.route("/cases/<reference>/asked/<int:deadline_id>/seen", methods=["POST"])
@may_see_part_of_case
def seen_by_agency(case: Case, deadline_id: int) -> ResponseReturnValue:
    return _seen(_answering_as_lead(case, deadline_id), url_for("cases.asked", reference=case.reference))


@reminders.route("/cases/<reference>/asked/<int:deadline_id>/put-off", methods=["GET", "POST"])
@may_see_part_of_case
def put_off_by_agency(case: Case, deadline_id: int) -> ResponseReturnValue:
    return _put_off(_answering_as_lead(case, deadline_id), url_for("cases.asked", reference=case.reference))


def _seen(answering: Answering, back: str) -> ResponseReturnValue:
    """Record that something was seen, and lead back."""
    if SeenForm().sent():
        try:
            answering.seen()
        except NotAnswered as refused:
            flash(f"{refused}.", "note")
        else:
            db.session.commit()
            flash("It is recorded that you have seen it.", "done")
    return redirect(back, 303)


def _put_off(answering: Answering, back: str) -> ResponseReturnValue:
    """Ask until when and why, put the reminders off, and lead back."""
    form = PutOffForm()
    if form.sent():
        try:
            answering.put_off(form.until_on.day, form.reason.data, db.calendar)
        except NotAnswered as refused:
            form[refused.box].errors = [str(refused)]
        else:
            db.session.commit()
            flash(f"You will be reminded again after {day_in_words(form.until_on.day)}.", "done")
            return redirect(back, 303)
    page = render_template("reminders/put_off.html", form=form, answering=answering, leads_back=back)
    return page, 422 if form.errors else 200


@reminders.route("/account/reminders")
@signed_in
def mine() -> ResponseReturnValue:
    return _of_person(current_person(), "My reminders")


@reminders.route("/reminders/people/<uuid:public_id>")
@needs_role(*READ_REMINDERS)
def of_person(public_id: UUID) -> ResponseReturnValue:
    person = db.session.scalar(select(Person).where(Person.public_id == public_id)) or abort(404)
    return _of_person(person, f"Reminders for {person.name}")


def _of_person(person: Person, title: str) -> ResponseReturnValue:
    """Show what was for a person in the cases that whoever asks may see."""
    asks, today = current_person(), clock.today()
    addressed = ledger.delivered_to(db.session, person.id, seen_by=asks.id, on=today)
    not_said = ledger.not_said_to(db.session, person.id, seen_by=asks.id, on=today)
    return render_template(
        "reminders/person.html",
        title=title,
        theirs=person.id == asks.id,
        addressed=[line_in_words(each) for each in addressed],
        not_said=[line_in_words(each) for each in not_said],
    )


def _deadline(case: Case, deadline_id: int) -> Deadline:
    deadline = db.session.scalar(select(Deadline).where(Deadline.id == deadline_id, Deadline.case_id == case.id))
    return deadline or abort(404)


def _role_in(case: Case, deadline: Deadline) -> str | None:
    roles = current_actor(case).roles
    if AGENCY_LEAD in roles and not leads_who_is_asked(deadline):
        roles -= {AGENCY_LEAD}
    return role_to_answer_in(ladder_of(db.session, case, deadline.clock_key), roles)


def _answering(case: Case, deadline: Deadline) -> Answering:
    """Return the answer of whoever asks; refuse somebody who is never told of this deadline."""
    role = _role_in(case, deadline) or abort(403)
    audit.say_for_whom(db.session, current_actor(case).acts_for(role))
    return Answering(db.session, case, deadline, current_person().id, role, clock.now())


def _answering_as_lead(case: Case, deadline_id: int) -> Answering:
    """Return the answer of an agency's lead; what is not asked of their agency is not there."""
    deadline = next((each for each in deadlines_to_answer(case) if each.id == deadline_id), None) or abort(404)
    audit.say_for_whom(db.session, current_actor(case).acts_for(AGENCY_LEAD))
    return Answering(db.session, case, deadline, current_person().id, AGENCY_LEAD, clock.now())
