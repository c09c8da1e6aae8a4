"""After a notification is sent: the code that confirms the address, another code, and that it was sent."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue

from models.child_deaths.public_notifications import CodeRefused, ask_new_code, confirm, unconfirmed
from webapp import clock
from webapp.access import public
from webapp.database import db
from webapp.public_notifications.forms import CodeForm, new_code_form
from webapp.settings import current_settings

confirming = Blueprint("confirming", __name__, url_prefix="/notify-a-death")

BEGIN = "public_notifications.begin"
TOKEN, SENT = "notification", "notification_sent"
"""In the cookie of the browser: what stands for a notification still to be confirmed, and that one was."""


@confirming.route("/code", methods=["GET", "POST"])
@public
def enter_code() -> ResponseReturnValue:
    token = _token()
    if token is None:
        return redirect(url_for(".sent" if SENT in browser else BEGIN), 303)
    form = CodeForm()
    if form.sent():
        try:
            confirm(db.session, token, form.code.data or "", secret=secret(), now=clock.now())
        except CodeRefused as refused:
            # A wrong code counts.
            db.session.commit()
            form.code.errors = [str(refused)]
        else:
            db.session.commit()
            browser.pop(TOKEN)
            browser[SENT] = True
            return redirect(url_for(".sent"), 303)
    return _code_page(form)


@confirming.route("/new-code", methods=["GET", "POST"])
@public
def new_code() -> ResponseReturnValue:
    token = _token()
    waiting = unconfirmed(db.session, token) if token else None
    if token is None or waiting is None:
        browser.pop(TOKEN, None)
        return redirect(url_for(".sent" if SENT in browser else BEGIN), 303)
    form = new_code_form(waiting.email)
    if form.sent():
        try:
            ask_new_code(db.session, token, email=form.email.data or "", now=clock.now())
        except CodeRefused as refused:
            db.session.rollback()
            form.form_errors.append(str(refused))
        else:
            db.session.commit()
            flash("A new code is on its way. The one before is no longer good.", "note")
            return redirect(url_for(".enter_code"), 303)
    return render_template("public_notifications/new_code.html", form=form), 422 if form.errors else 200


@confirming.route("/sent")
@public
def sent() -> ResponseReturnValue:
    if SENT not in browser:
        return redirect(url_for(BEGIN), 303)
    return render_template("public_notifications/sent.html")


def _code_page(form: CodeForm) -> ResponseReturnValue:
    return render_template("public_notifications/code.html", form=form), 422 if form.errors else 200


def _token() -> uuid.UUID | None:
    """Return what stands for the notification this browser is still to confirm. The cookie is sealed by us."""
    kept = browser.get(TOKEN)
    return uuid.UUID(kept) if kept else None


def secret() -> bytes:
    """Return what codes and the digests of network addresses follow from."""
    return current_settings().secret_key.encode()
