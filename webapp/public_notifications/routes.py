"""Notifying a death without an account: the form, the code that confirms it, and that it was sent."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue

from models.child_deaths.public_notifications import (
    Area,
    CodeRefused,
    TooManyNotifications,
    areas_served,
    ask_new_code,
    check_answers,
    confirm,
    digest_of_place,
    keep_notification,
    unconfirmed,
)
from webapp import clock
from webapp.access import public
from webapp.database import db
from webapp.keeping import offered_again
from webapp.public_notifications.forms import CodeForm, NotificationForm, new_code_form, notification_form
from webapp.settings import current_settings
from workflows.errors import AnswersRefused

public_notifications = Blueprint("public_notifications", __name__, url_prefix="/notify-a-death")

TOKEN, SENT = "notification", "notification_sent"
"""In the cookie of the browser: what stands for a notification still to be confirmed, and that one was."""


@public_notifications.route("")
@public
def begin() -> ResponseReturnValue:
    return render_template("public_notifications/begin.html", areas=areas_served(db.session, clock.today()))


@public_notifications.route("/form", methods=["GET", "POST"])
@public
def write() -> ResponseReturnValue:
    areas = areas_served(db.session, clock.today())
    form = notification_form(areas)
    if not areas:
        return redirect(url_for(".begin"), 303)
    if not form.is_submitted() or offered_again() or not _is_in_order(form, areas):
        return _form(form)
    board = next(area.board for area in areas if area.name == form.area.data)
    try:
        kept = keep_notification(
            db.session, board=board, answers=form.answers(), details=form.details(), email=form.email.data or "",
            sent_from=digest_of_place(request.remote_addr or "", _secret()), now=clock.now(), token=form.token,
        )  # fmt: skip
    except (TooManyNotifications, CodeRefused) as refused:
        db.session.rollback()
        form.form_errors.append(f"{refused}. What you entered is still here.")
        return _form(form, status=429)
    browser[TOKEN] = str(kept.token)
    browser.pop(SENT, None)
    db.session.commit()
    return redirect(url_for(".enter_code"), 303)


@public_notifications.route("/code", methods=["GET", "POST"])
@public
def enter_code() -> ResponseReturnValue:
    token = _token()
    if token is None:
        return redirect(url_for(".sent" if SENT in browser else ".begin"), 303)
    form = CodeForm()
    if form.sent():
        try:
            confirm(db.session, token, form.code.data or "", secret=_secret(), now=clock.now())
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


@public_notifications.route("/new-code", methods=["GET", "POST"])
@public
def new_code() -> ResponseReturnValue:
    token = _token()
    waiting = unconfirmed(db.session, token) if token else None
    if token is None or waiting is None:
        browser.pop(TOKEN, None)
        return redirect(url_for(".sent" if SENT in browser else ".begin"), 303)
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


@public_notifications.route("/sent")
@public
def sent() -> ResponseReturnValue:
    if SENT not in browser:
        return redirect(url_for(".begin"), 303)
    return render_template("public_notifications/sent.html")


def _is_in_order(form: NotificationForm, areas: Sequence[Area]) -> bool:
    """Return whether the form can be sent on; else everything that is wrong is on it, all at once."""
    in_order: bool = form.validate()
    try:
        check_answers(areas[0].board, form.answers(), clock.now())
    except AnswersRefused as refused:
        form.refuse(refused)
        return False
    return in_order


def _form(form: NotificationForm, status: int = 0) -> ResponseReturnValue:
    page = render_template("public_notifications/form.html", form=form)
    return page, status or (422 if form.errors else 200)


def _code_page(form: CodeForm) -> ResponseReturnValue:
    return render_template("public_notifications/code.html", form=form), 422 if form.errors else 200


def _token() -> uuid.UUID | None:
    """Return what stands for the notification this browser is still to confirm. The cookie is sealed by us."""
    kept = browser.get(TOKEN)
    return uuid.UUID(kept) if kept else None


def _secret() -> bytes:
    return current_settings().secret_key.encode()
