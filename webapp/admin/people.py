"""People who may sign in, and what each is appointed to."""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.administration import Administrator
from models.agency import Agency
from models.case import Case
from models.people import Appointment, Person
from models.queries.accounts import (
    all_boards,
    appointment_of,
    appointments_of,
    board_with_prefix,
    people_like,
    person_of,
)
from models.role_words import role_words
from webapp import clock
from webapp.access import administrator_only, current_person
from webapp.admin.forms import (
    AppointmentForm,
    EndForm,
    FirstPasswordForm,
    NewPersonForm,
    PersonForm,
    password_to_hand_over,
)
from webapp.database import db
from webapp.lists import last_page, lead_to_the_last, page_asked

people = Blueprint("people", __name__, url_prefix="/people")

PAGE_SIZE = 50
TAKEN = "Somebody with this e-mail address has an account already: look for them under People, or enter another"


@people.route("/")
@administrator_only
def show_all() -> ResponseReturnValue:
    words, page = request.args.get("words", "").strip(), page_asked()
    found, count = people_like(db.session, words, page=page, size=PAGE_SIZE)
    last = last_page(count, PAGE_SIZE)

    def address(number: int) -> str:
        return url_for(".show_all", words=words or None, page=number)

    lead_to_the_last(page, last, address)
    return render_template(
        "admin/people.html",
        people=found,
        count=count,
        words=words,
        page=page,
        last=last,
        appointed=_appointed_today,
        address=address,
    )


def _appointed_today(person: Person) -> list[Appointment]:
    """Return what somebody is appointed to today."""
    today = clock.today()
    return [each for each in person.appointments if each.from_on <= today <= (each.until_on or today)]


@people.route("/new", methods=["GET", "POST"])
@administrator_only
def add() -> ResponseReturnValue:
    form = NewPersonForm(first_password=password_to_hand_over())
    if form.sent():
        try:
            person = administrator().open_account(form.name.data, form.email.data, form.first_password.data)
        except IntegrityError:
            db.session.rollback()
            form.email.errors = [TAKEN]
        else:
            db.session.commit()
            flash("The account has been opened. Now say what they are appointed to.", "done")
            return redirect(url_for(".show", public_id=person.public_id), 303)
    return render_template("admin/add_person.html", form=form), 422 if form.errors else 200


@people.route("/<uuid:public_id>")
@administrator_only
def show(public_id: uuid.UUID) -> ResponseReturnValue:
    person = _person(public_id)
    appointments = appointments_of(db.session, person.id)
    return render_template("admin/person.html", person=person, appointments=appointments, today=clock.today())


@people.route("/<uuid:public_id>/change", methods=["GET", "POST"])
@administrator_only
def change(public_id: uuid.UUID) -> ResponseReturnValue:
    person = _person(public_id)
    form, known_as = PersonForm(obj=person), person.name
    if form.sent():
        try:
            administrator().change_account(person, form.name.data, form.email.data)
        except IntegrityError:
            db.session.rollback()
            form.email.errors = [TAKEN]
        else:
            db.session.commit()
            flash("The name and the address are as you gave them from now on.", "done")
            return redirect(url_for(".show", public_id=public_id), 303)
    page = render_template("admin/change_person.html", form=form, public_id=public_id, known_as=known_as)
    return page, 422 if form.errors else 200


@people.route("/<uuid:public_id>/appointments/new", methods=["GET", "POST"])
@administrator_only
def appoint(public_id: uuid.UUID) -> ResponseReturnValue:
    person = _person(public_id)
    form = AppointmentForm(from_on=clock.today())
    form.offer(all_boards(db.session))
    if form.sent() and _appoint(person, form):
        db.session.commit()
        flash(f"Appointed as {role_words(form.role.data)}.", "done")
        return redirect(url_for(".show", public_id=public_id), 303)
    return render_template("admin/appoint.html", form=form, person=person), 422 if form.errors else 200


@people.route("/<uuid:public_id>/appointments/<int:appointment_id>/end", methods=["GET", "POST"])
@administrator_only
def end_appointment(public_id: uuid.UUID, appointment_id: int) -> ResponseReturnValue:
    person = _person(public_id)
    appointment = _appointment(person, appointment_id)
    form = EndForm(until_on=appointment.until_on or clock.today())
    if form.sent():
        if form.until_on.day >= appointment.from_on:
            administrator().end_appointment(appointment, form.until_on.day)
            db.session.commit()
            flash("The last day of the appointment has been recorded.", "done")
            return redirect(url_for(".show", public_id=public_id), 303)
        form.until_on.errors = ["The last day must be on or after the first"]
    page = render_template("admin/end_appointment.html", form=form, person=person, appointment=appointment)
    return page, 422 if form.errors else 200


@people.route("/<uuid:public_id>/password", methods=["GET", "POST"])
@administrator_only
def give_password(public_id: uuid.UUID) -> ResponseReturnValue:
    person = _person(public_id)
    form = FirstPasswordForm(person)
    if form.sent():
        administrator().give_password(person, form.first_password.data)
        db.session.commit()
        flash("The new password works from now on. They have been signed out everywhere.", "done")
        return redirect(url_for(".show", public_id=public_id), 303)
    return render_template("admin/give_password.html", form=form, person=person), 422 if form.errors else 200


@people.route("/<uuid:public_id>/close", methods=["POST"])
@administrator_only
def close(public_id: uuid.UUID) -> ResponseReturnValue:
    person = _person(public_id)
    if person.id == current_person().id:
        flash("You cannot close your own account. Another administrator can.", "note")
    else:
        administrator().close_account(person)
        db.session.commit()
        flash("The account has been closed. They can no longer sign in.", "done")
    return redirect(url_for(".show", public_id=public_id), 303)


@people.route("/<uuid:public_id>/reopen", methods=["POST"])
@administrator_only
def reopen(public_id: uuid.UUID) -> ResponseReturnValue:
    administrator().reopen_account(_person(public_id))
    db.session.commit()
    flash("The account has been opened again.", "done")
    return redirect(url_for(".show", public_id=public_id), 303)


def administrator() -> Administrator:
    """Return who is signed in, able to act as an administrator at this moment."""
    return Administrator(db.session, current_person(), clock.now())


def _person(public_id: uuid.UUID) -> Person:
    return person_of(db.session, public_id) or abort(404)


def _appointment(person: Person, appointment_id: int) -> Appointment:
    return appointment_of(db.session, person.id, appointment_id) or abort(404)


def _appoint(person: Person, form: AppointmentForm) -> bool:
    """Appoint the person as the form says; return whether that could be done, and else say why on the form."""
    board = board_with_prefix(db.session, form.board.data) if form.board.data else None
    case = _case(form.reference.data) if form.reference.data else None
    agency = db.session.get(Agency, int(form.agency.data)) if form.agency.data else None
    if form.reference.data and case is None:
        form.reference.errors = ["There is no case with this reference"]
    elif agency is not None and board is not None and agency.board_id != board.id:
        form.agency.errors = ["Choose an agency of the board they are appointed to"]
    else:
        days = form.from_on.day, form.until_on.on
        administrator().appoint(person, form.role.data, *days, board=board, case=case, agency=agency)
        return True
    return False


def _case(reference: str) -> Case | None:
    return db.session.scalars(select(Case).where(Case.reference == reference.strip().upper())).one_or_none()
