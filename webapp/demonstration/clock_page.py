"""Moving the clock of a demonstration to another day. In service there is no such page."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import ValidationError

from models.moved_clock import NOT_MOVED, move_clock
from webapp import clock
from webapp.access import current_person, in_a_demonstration
from webapp.clock import real_clock
from webapp.database import db
from webapp.fields import DayField, needed
from webapp.forms import PageForm
from webapp.moved_clock import ahead_for
from workflows.calendar import FIRST_DAY, LAST_DAY
from workflows.dates import day_in_words, london_day

demonstration = Blueprint("demonstration", __name__, url_prefix="/demonstration")

TOO_FAR = f"The day must be between {day_in_words(FIRST_DAY)} and {day_in_words(LAST_DAY)}"


class ClockForm(PageForm):
    """The day it is to be."""

    day = DayField("Which day is it to be?", validators=[needed("Enter the day it is to be")])

    def validate_day(self, field: DayField) -> None:
        # Beyond it no working day is known, and no page could say by when anything is due.
        if not FIRST_DAY <= field.day <= LAST_DAY:
            raise ValidationError(TOO_FAR)


@demonstration.route("/clock", methods=["GET", "POST"])
@in_a_demonstration
def move() -> ResponseReturnValue:
    form = ClockForm(day=clock.today())
    if form.sent():
        ahead = ahead_for(form.day.day, real_clock())
        move_clock(db.session, ahead, now=clock.now(), person_id=current_person().id)
        db.session.commit()
        flash(f"The clock has been moved to {day_in_words(form.day.day)}.", "done")
        return redirect(url_for(".move"), 303)
    today = london_day(real_clock())
    return render_template("demonstration/clock.html", form=form, really=today), 422 if form.errors else 200


@demonstration.route("/clock/right", methods=["POST"])
@in_a_demonstration
def put_right() -> ResponseReturnValue:
    move_clock(db.session, NOT_MOVED, now=clock.now(), person_id=current_person().id)
    db.session.commit()
    flash("The clock shows the real time again.", "done")
    return redirect(url_for(".move"), 303)
