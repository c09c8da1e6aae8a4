"""Signing in and out, my account, where I am signed in, my password, and what I sent too late."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models import audit
from models.passwords import choose_password
from models.people import Person
from models.queries.accounts import appointments_of, live_sessions
from models.sessions import (
    SignInLimits,
    SignInRefused,
    TooManyAttempts,
    begin_session,
    end_all_sessions,
    end_one_session,
    end_session,
)
from models.sessions import sign_in as try_password
from webapp import clock
from webapp.access import current_person, public, signed_in
from webapp.accounts.forms import PasswordForm, SignInForm
from webapp.database import db
from webapp.keeping import forget_unsent, remember, unsent_of
from webapp.security import give_token, take_token_away, token_of
from webapp.settings import current_settings

accounts = Blueprint("accounts", __name__)

WRONG = "The e-mail address or the password is not right. Check both, and enter them again"


@accounts.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    form = SignInForm(to=request.args.get("to", ""))
    if form.sent():
        answer = _try(form.email.data or "", form.password.data or "")
        token = _begin(answer) if isinstance(answer, Person) else ""
        db.session.commit()
        if isinstance(answer, TooManyAttempts):
            return render_template("accounts/too_many_tries.html", until=answer.until), 429
        if isinstance(answer, Person):
            return _let_in(answer, token, form.to.data or "")
        form.form_errors.append(WRONG)
    return render_template("accounts/sign_in.html", form=form), 422 if form.errors else 200


@accounts.route("/sign-out", methods=["POST"])
@public
def sign_out() -> ResponseReturnValue:
    if token := token_of(request):
        end_session(db.session, token, clock.now())
        db.session.commit()
    flash("You have signed out.", "done")
    response = make_response(redirect(url_for(".sign_in"), 303))
    take_token_away(response)
    return response


@accounts.route("/account")
@signed_in
def show() -> ResponseReturnValue:
    person = current_person()
    appointments, today = appointments_of(db.session, person.id), clock.today()
    held = [
        each for each in appointments if each.from_on <= today and (each.until_on is None or each.until_on >= today)
    ]
    return render_template("accounts/show.html", person=person, appointments=held)


@accounts.route("/account/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    person = current_person()
    form = PasswordForm(person)
    if form.sent():
        token = _change_password(person, form.new_password.data or "")
        db.session.commit()
        flash("Your password has been changed, and you have been signed out everywhere else.", "done")
        response = make_response(redirect(url_for(".show"), 303))
        give_token(response, token)
        return response
    return render_template("accounts/password.html", form=form), 422 if form.errors else 200


@accounts.route("/account/sessions")
@signed_in
def sessions() -> ResponseReturnValue:
    live = live_sessions(db.session, current_person().id, clock.now(), current_settings().idle_limit)
    return render_template("accounts/sessions.html", sessions=live, here=current_user.session_id)


@accounts.route("/account/sessions/<int:session_id>/end", methods=["POST"])
@signed_in
def end(session_id: int) -> ResponseReturnValue:
    end_one_session(db.session, current_person(), session_id, clock.now())
    db.session.commit()
    flash("You have been signed out there.", "done")
    return redirect(url_for(".sessions"), 303)


@accounts.route("/account/unsent")
@signed_in
def unsent() -> ResponseReturnValue:
    return render_template("accounts/unsent.html", forms=unsent_of(current_person()))


@accounts.route("/account/unsent/forget", methods=["POST"])
@signed_in
def forget() -> ResponseReturnValue:
    forget_unsent(current_person(), request.form.getlist("path"))
    db.session.commit()
    flash("What you entered there has been thrown away.", "done")
    return redirect(url_for("home.show"), 303)


def _try(email: str, password: str) -> Person | SignInRefused:
    limits = SignInLimits(secret=current_settings().secret_key.encode())
    return try_password(db.session, email, password, request.remote_addr or "", clock.now(), limits=limits)


def _begin(person: Person) -> str:
    """Sign the person in, and return the token for their browser."""
    now = clock.now()
    audit.record(db.session, "signed_in", at=now, person_id=person.id)
    return begin_session(db.session, person, now, lasts=current_settings().absolute_limit)


def _let_in(person: Person, token: str, to: str) -> ResponseReturnValue:
    """Take the person to what they sent too late, or else to where they wanted to go."""
    remember(person)
    response = make_response(redirect(_first_page(person, to), 303))
    give_token(response, token)
    return response


def _first_page(person: Person, to: str) -> str:
    if unsent_of(person):
        return url_for(".unsent")
    if person.password_changed_at is None and not current_settings().demonstration:
        flash("Your password was given to you. Choose one that only you know.", "note")
        return url_for(".password")
    return to if _is_ours(to) else url_for("home.show")


def _is_ours(address: str) -> bool:
    """Return whether an address leads to a page of this site and nowhere else."""
    return address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()


def _change_password(person: Person, password: str) -> str:
    """Give the person the password, sign them out everywhere, and return the token that keeps them signed in here."""
    now = clock.now()
    choose_password(person, password)
    person.password_changed_at = now
    end_all_sessions(db.session, person, now)
    audit.record(db.session, "password_changed", at=now, person_id=person.id)
    return begin_session(db.session, person, now, lasts=current_settings().absolute_limit)
