"""The bank holidays known, one announced late with the open dates it would move, accepting it and taking it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from time import monotonic

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.bank_holidays import AnnouncedHoliday, announcements
from models.calendar_changes import (
    HolidayRefused,
    MovedDate,
    accept,
    dates_moved,
    number_of_cases,
    renewal_is_due,
    restand_next,
    take_back,
    unfinished,
    with_day,
    without,
)
from webapp import clock
from webapp.access import administrator_only, current_person
from webapp.bank_holidays.forms import HolidayForm, TakeBackForm
from webapp.database import db
from webapp.wording import counted
from workflows.dates import day_in_words

bank_holidays = Blueprint("bank_holidays", __name__, url_prefix="/bank-holidays")

SECONDS_AT_ONCE = 8
"""How long one request stands cases again; whoever asks next goes on."""

YEARS_SHOWN = (-1, 0, 1, 2)


@dataclass(frozen=True, slots=True)
class Year:
    """The bank holidays of one year, in words, and whether a later announcement may still move them."""

    year: int
    days: tuple[tuple[date, str], ...]
    provisional: bool


@bank_holidays.route("/")
@administrator_only
def show() -> ResponseReturnValue:
    calendar, today = db.calendar, clock.today()
    return render_template(
        "bank_holidays/show.html",
        calendar=calendar,
        renew=renewal_is_due(calendar, today),
        announced=announcements(db.session),
        years=_years(today.year),
        work=unfinished(db.session),
        cases=number_of_cases(db.session),
    )


@bank_holidays.route("/new", methods=["GET", "POST"])
@administrator_only
def add() -> ResponseReturnValue:
    form = HolidayForm()
    if not form.sent():
        return render_template("bank_holidays/add.html", form=form, moved=None), 422 if form.errors else 200
    day, name = form.day.day, form.name.data or ""
    try:
        changed = with_day(db.session, day, name)
        if request.form.get("do") != "accept":
            moved = dates_moved(db.session, day, changed)
            return render_template("bank_holidays/check.html", form=form, moved=moved, cases=_cases(moved))
        accept(db.session, day=day, name=name, source=form.source.data or "", person=current_person(), now=clock.now())
    except HolidayRefused as refused:
        form[refused.box].errors = [str(refused)]
        return render_template("bank_holidays/add.html", form=form, moved=None), 422
    db.session.commit()
    flash(f"{day_in_words(day)} counts as a bank holiday from now on.", "done")
    return _stand_again()


@bank_holidays.route("/<int:holiday_id>/take-back", methods=["GET", "POST"])
@administrator_only
def undo(holiday_id: int) -> ResponseReturnValue:
    announced = db.session.get(AnnouncedHoliday, holiday_id) or abort(404)
    form = TakeBackForm()
    try:
        moved = dates_moved(db.session, announced.day, without(db.session, announced))
        if form.sent():
            take_back(
                db.session, announced, reason=form.reason.data or "", person=current_person(), now=clock.now()
            )  # fmt: skip
            db.session.commit()
            flash(f"{day_in_words(announced.day)} does not count as a bank holiday any more.", "done")
            return _stand_again()
    except HolidayRefused as refused:
        flash(f"{refused}.", "note")
        return redirect(url_for(".show"), 303)
    page = render_template(
        "bank_holidays/take_back.html", form=form, announced=announced, moved=moved, cases=_cases(moved)
    )
    return page, 422 if form.errors else 200


@bank_holidays.route("/go-on", methods=["POST"])
@administrator_only
def go_on() -> ResponseReturnValue:
    return _stand_again()


def _stand_again() -> ResponseReturnValue:
    """Stand as many cases again as can be in a few seconds, a batch to a transaction, and show how far it has come."""
    until = monotonic() + SECONDS_AT_ONCE
    while restand_next(db.session, clock.now()):
        db.session.commit()
        if monotonic() > until:
            break
    return redirect(url_for(".show"), 303)


def _cases(moved: Sequence[MovedDate]) -> str:
    return counted(len({each.reference for each in moved}), "case")


def _years(this_year: int) -> list[Year]:
    calendar = db.calendar
    shown = [this_year + away for away in YEARS_SHOWN]
    by_year = {year: tuple(days) for year, days in groupby(calendar.holidays, key=lambda each: each.day.year)}
    return [
        Year(year, by_year[year], calendar.provisional(date(year, 12, 31))) for year in shown if year in by_year
    ]  # fmt: skip
