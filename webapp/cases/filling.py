"""Filling in a sheet: its page, what is wrong with it, checking the answers, and recording them. Nothing is lost.

What was typed is kept when the answers go to be checked, when somebody leaves for later, and on the page itself when
something else was recorded first.
"""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from models.errors import CaseMovedOn, Since
from webapp.cases.factors import ANOTHER
from webapp.cases.sheets import Following, Form, Sheet
from webapp.cases.told import answered
from webapp.database import db
from webapp.keeping import offered_again
from workflows.errors import AnswersRefused, GuardsNotMet, NotYourRole, StepRefused

LATER = "later"


def fill_in(sheet: Sheet[Form]) -> ResponseReturnValue:
    """Return the page of a sheet, or where its answers lead when it was sent."""
    if request.method == "GET":
        draft = sheet.draft()
        return _page(sheet, sheet.form(draft.answers if draft else None), begun=draft is not None)
    form = sheet.form()
    if offered_again() or request.form.get("do") == ANOTHER:
        return _page(sheet, form)
    if request.form.get("do") == LATER:
        return _leave(sheet, form)
    following = _tried(sheet, form)
    if not isinstance(following, Following):
        return following
    if sheet.needs_check(following):
        sheet.keep(form)
        db.session.commit()
        return redirect(sheet.address("check"), 303)
    return _record(sheet, form)


def check(sheet: Sheet[Form]) -> ResponseReturnValue:
    """Return the page on which the answers are checked or, when it was sent, where recording them leads."""
    draft = sheet.draft()
    if draft is None:
        return redirect(sheet.address(), 303)
    form = sheet.form(draft.answers)
    following = _tried(sheet, form)
    if not isinstance(following, Following):
        return following
    if request.method == "POST":
        return _record(sheet, form)
    answers = answered(sheet.step, following.event.answers)
    return render_template("cases/check.html", sheet=sheet, following=following, answers=answers)


def forget(sheet: Sheet[Form]) -> ResponseReturnValue:
    """Forget what was typed, and begin again."""
    sheet.forget()
    db.session.commit()
    return redirect(sheet.address(), 303)


def _leave(sheet: Sheet[Form], form: Form) -> ResponseReturnValue:
    sheet.keep(form)
    db.session.commit()
    flash("What you entered is kept. It is not recorded yet.", "note")
    return redirect(sheet.back(), 303)


def _tried(sheet: Sheet[Form], form: Form) -> Following | ResponseReturnValue:
    """Return what would follow, or the page to show instead: that it is done, has moved on, or cannot be, and why."""
    if sheet.was_recorded(form):
        return redirect(sheet.back(), 303)
    if since := sheet.since(form):
        return _page(sheet, form, since=since)
    readable = form.read()
    try:
        following = sheet.following(form)
    except StepRefused as refused:
        return _refused(sheet, form, refused)
    return following if readable else _page(sheet, form)


def _record(sheet: Sheet[Form], form: Form) -> ResponseReturnValue:
    try:
        words = sheet.record(form)
    except CaseMovedOn as moved_on:
        db.session.rollback()
        return _page(sheet, form, since=moved_on.since)
    except StepRefused as refused:
        db.session.rollback()
        return _refused(sheet, form, refused)
    sheet.forget()
    db.session.commit()
    flash(words, "done")
    return redirect(sheet.back(), 303)


def _refused(sheet: Sheet[Form], form: Form, refused: StepRefused) -> ResponseReturnValue:
    if isinstance(refused, NotYourRole):
        raise refused
    form.refuse(refused, sheet.mended_at(form, refused))
    return _page(sheet, form, status=422 if isinstance(refused, AnswersRefused | GuardsNotMet) else 409)


def _page(
    sheet: Sheet[Form], form: Form, *, begun: bool = False, since: Sequence[Since] = (), status: int = 0
) -> ResponseReturnValue:
    """Return the sheet with everything typed. Whoever sends it again has seen what was recorded `since`."""
    since = since or (sheet.since(form) if begun else ())
    if since:
        form.opened_at.data = str(since[-1].sequence)
    page = render_template(sheet.templates(), sheet=sheet, form=form, begun=begun, since=since)
    return page, status or (409 if since and not begun else 422 if form.errors else 200)
