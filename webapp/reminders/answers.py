"""The pages on which somebody answers a reminder, whatever it is about: seen, and remind me later."""

from __future__ import annotations

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue

from notifications.answering import Answering, NotAnswered
from webapp.database import db
from webapp.reminders.forms import PutOffForm, SeenForm
from workflows.dates import day_in_words


def record_seen(answering: Answering, back: str) -> ResponseReturnValue:
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


def ask_until_when(answering: Answering, back: str, named: str) -> ResponseReturnValue:
    """Ask until when and why, put the reminders off, and lead back to what is `named`."""
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
    page = render_template("reminders/put_off.html", form=form, answering=answering, leads_back=back, named=named)
    return page, 422 if form.errors else 200
