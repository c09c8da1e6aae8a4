"""Notifying a death without an account: the pages before anything is sent, and checking them.

What follows the sending is in `webapp.public_notifications.confirming`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue

from models.child_deaths.public_draft import PublicDraft, TooManyBegun, begin_draft, draft_of, forget_draft, keep_page
from models.child_deaths.public_notifications import (
    Area,
    CodeRefused,
    TooManyNotifications,
    areas_served,
    check_answers,
    digest_of_place,
    keep_notification,
)
from webapp import clock
from webapp.access import public
from webapp.database import db
from webapp.forms import PageForm
from webapp.keeping import offered_again, typed_in
from webapp.mistakes import Mistake, first_box
from webapp.public_notifications.checking import Checked, checked
from webapp.public_notifications.confirming import SENT, TOKEN, secret
from webapp.public_notifications.forms import PAGES, NotificationForm, PublicPage, page_form, typed_on, whole_form
from workflows.errors import AnswersRefused

public_notifications = Blueprint("public_notifications", __name__, url_prefix="/notify-a-death")

BEGUN = "notification_begun"
"""In the cookie of the browser: what stands for a notification that is being written."""


@public_notifications.route("")
@public
def begin() -> ResponseReturnValue:
    areas = areas_served(db.session, clock.today())
    return render_template("public_notifications/begin.html", areas=areas, draft=_draft(), form=PageForm())


@public_notifications.route("/form")
@public
def write() -> ResponseReturnValue:
    """Send to the first page."""
    return redirect(url_for(".page", key=PAGES[0].key), 303)


@public_notifications.route("/form/<key>", methods=["GET", "POST"])
@public
def page(key: str) -> ResponseReturnValue:
    asked = next((each for each in PAGES if each.key == key), None) or abort(404)
    areas = areas_served(db.session, clock.today())
    if not areas:
        return redirect(url_for(".begin"), 303)
    draft = _draft()
    typed = draft.boxes() if draft else {}
    form = page_form(asked, areas, typed)
    if request.method == "GET" or offered_again() or not _is_in_order(asked, form, areas, draft):
        return _page(asked, form, draft)
    try:
        draft = draft or begin_draft(db.session, sent_from=_place(), now=clock.now())
    except TooManyBegun as refused:
        db.session.rollback()
        form.form_errors.append(f"{refused}. What you entered is still here.")
        return _page(asked, form, draft, status=429)
    keep_page(db.session, draft, key, typed_on(asked, typed_in(request.form)), clock.now())
    browser[BEGUN] = str(draft.token)
    following = _after(asked, whole_form(areas, draft.boxes()))
    db.session.commit()
    return redirect(following, 303)


@public_notifications.route("/check", methods=["GET", "POST"])
@public
def check() -> ResponseReturnValue:
    """Show everything that was typed, and send it when that is confirmed."""
    draft, areas = _draft(), areas_served(db.session, clock.today())
    if draft is None or not areas:
        return redirect(url_for("confirming.enter_code" if TOKEN in browser else ".begin"), 303)
    whole, form = whole_form(areas, draft.boxes()), PageForm()
    stops = _mistakes(whole, areas)
    if form.sent() and not stops:
        return _send(draft, whole, areas, form)
    form.form_errors.extend(stops if form.is_submitted() else ())
    return _check_page(whole, form, stops)


@public_notifications.route("/throw-away", methods=["POST"])
@public
def throw_away() -> ResponseReturnValue:
    if draft := _draft():
        forget_draft(db.session, draft.token)
        db.session.commit()
    browser.pop(BEGUN, None)
    flash("What you had entered is removed.", "done")
    return redirect(url_for(".begin"), 303)


def _send(draft: PublicDraft, whole: NotificationForm, areas: Sequence[Area], form: PageForm) -> ResponseReturnValue:
    board = next(area.board for area in areas if area.name == whole.area.data)
    try:
        kept = keep_notification(
            db.session, board=board, answers=whole.answers(), details=whole.details(), email=whole.email.data or "",
            sent_from=_place(), now=clock.now(), token=draft.token,
        )  # fmt: skip
    except (TooManyNotifications, CodeRefused) as refused:
        db.session.rollback()
        form.form_errors.append(f"{refused}. What you entered is still here.")
        return _check_page(whole, form, (), status=429)
    forget_draft(db.session, draft.token)
    browser[TOKEN] = str(kept.token)
    for gone in (BEGUN, SENT):
        browser.pop(gone, None)
    db.session.commit()
    return redirect(url_for("confirming.enter_code"), 303)


def _is_in_order(asked: PublicPage, form: NotificationForm, areas: Sequence[Area], draft: PublicDraft | None) -> bool:
    """Return whether a page can be kept; else everything that is wrong on it is said, all at once."""
    in_order: bool = form.validate()
    sent = typed_on(asked, typed_in(request.form))
    _refuse(form, whole_form(areas, {**(draft.boxes() if draft else {}), **sent}), areas)
    return in_order and not form.errors


def _mistakes(whole: NotificationForm, areas: Sequence[Area]) -> list[Mistake]:
    """Return everything that stops the notification from being sent, each with the page where it is mended."""
    whole.validate()
    _refuse(whole, whole, areas)
    return [
        Mistake(str(words), f"{url_for('.page', key=page.key)}#{first_box(whole[box])}")
        for page in PAGES
        for box in page.boxes
        if box in whole
        for words in whole[box].errors
    ]


def _refuse(form: NotificationForm, whole: NotificationForm, areas: Sequence[Area]) -> None:
    """Say on the form why no case could be opened with what the whole of it tells."""
    try:
        check_answers(areas[0].board, whole.answers(), clock.now())
    except AnswersRefused as refused:
        form.refuse(refused)


def _after(asked: PublicPage, whole: NotificationForm) -> str:
    following = PAGES[PAGES.index(asked) + 1 :]
    key = next((each.key for each in following if each.applies(whole.answers())), None)
    # Whoever changes one page from the check page goes back to it: the others are there already.
    return url_for(".check") if key is None or request.args.get("then") == "check" else url_for(".page", key=key)


def _page(asked: PublicPage, form: NotificationForm, draft: PublicDraft | None, status: int = 0) -> ResponseReturnValue:
    answers = whole_form((), draft.boxes() if draft else {}).answers()
    pages = [each for each in PAGES if each.applies(answers) or each is asked]
    number = pages.index(asked) + 1
    back = url_for(".page", key=pages[number - 2].key) if number > 1 else url_for(".begin")
    shown = render_template(
        "public_notifications/page.html",
        page=asked,
        form=form,
        how_far=f"page {number} of {len(pages)}",
        back_to=back,
        begun=draft,
    )
    return shown, status or (422 if form.errors else 200)


def _check_page(
    whole: NotificationForm, form: PageForm, stops: Sequence[Mistake], status: int = 0
) -> ResponseReturnValue:
    told: list[Checked] = checked(whole)
    shown = render_template("public_notifications/check.html", told=told, form=form, stops=stops)
    return shown, status or (422 if form.form_errors else 200)


def _draft() -> PublicDraft | None:
    """Return what this browser has begun, as long as it is kept. The cookie is sealed by us."""
    begun = browser.get(BEGUN)
    return draft_of(db.session, uuid.UUID(begun), clock.now()) if begun else None


def _place() -> str:
    return digest_of_place(request.remote_addr or "", secret())
