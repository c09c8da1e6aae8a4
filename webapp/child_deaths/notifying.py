"""Notifying a death in short pages, each kept as it is left, then checked as a whole and recorded once.

The same pages change whose death a case is about (`webapp.child_deaths.changing`).
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.agency import Board
from models.child_deaths.unfinished_notification import (
    KEPT_FOR,
    UnfinishedNotification,
    begin,
    discard,
    keep_one,
    keep_page,
    leave_empty,
    remove_one,
    unfinished_for,
)
from webapp import clock
from webapp.access import current_person
from webapp.child_deaths.admitting import boards_coordinated, boards_to_notify, goes_on_with, may_notify
from webapp.child_deaths.asking import AsTold, QuestionsForm, form_of
from webapp.child_deaths.checking import check_page, recorded_when_sent
from webapp.child_deaths.outcome import follows
from webapp.child_deaths.tasks import tasks
from webapp.database import db
from webapp.fields import OneOfField, needed, offered
from webapp.forms import PageForm
from webapp.keeping import offered_again, typed_in
from workflows.notification_pages import PAGES, Page, page_with

notifying = Blueprint("notifying", __name__, url_prefix="/child-deaths/new")

LATER = "later"


class BeginForm(PageForm):
    """For which board a death is notified."""

    board = OneOfField("For which board is it?", validators=[needed("Choose the board")])

    def __init__(self, boards: Sequence[Board]) -> None:
        super().__init__()
        self.board.choices = offered((board.reference_prefix, board.name) for board in boards)
        if len(boards) == 1:
            self.board.data = boards[0].reference_prefix


@notifying.route("", methods=["GET", "POST"])
@may_notify
def choose(boards: Sequence[Board]) -> ResponseReturnValue:
    form = BeginForm(boards)
    if form.sent():
        board = next(board for board in boards if board.reference_prefix == form.board.data)
        begun = begin(db.session, board=board, person_id=current_person().id, now=clock.now())
        db.session.commit()
        return redirect(url_for(".page", public_id=begun.public_id, key=PAGES[0].key), 303)
    unfinished = unfinished_for(db.session, current_person().id, [board.id for board in boards_coordinated()])
    page = render_template(
        "child_deaths/choose.html",
        form=form,
        boards=boards,
        unfinished=[(each, _how_far(each)) for each in unfinished],
        kept_for=KEPT_FOR.days,
    )
    return page, 422 if form.errors else 200


@notifying.route("/<uuid:public_id>")
@goes_on_with
def show(begun: UnfinishedNotification) -> ResponseReturnValue:
    told = AsTold(begun, clock.today())
    listed = tasks(told)
    return render_template(
        "child_deaths/tasks.html",
        begun=begun,
        tasks=listed,
        left=sum(not task.done for task in listed),
        findings=follows(told),
        kept_for=KEPT_FOR.days,
    )


@notifying.route("/<uuid:public_id>/<key>", methods=["GET", "POST"])
@goes_on_with
def page(begun: UnfinishedNotification, key: str) -> ResponseReturnValue:
    asked = page_with(key) or abort(404)
    if asked.each:
        return _several(begun, asked)
    if request.method == "GET":
        typed = begun.page(key)
        form = form_of(asked, typed if typed else None)
        form.show(AsTold(begun, clock.today()).wrong_on(asked))
        return _page(begun, asked, form)
    form = form_of(asked)
    if offered_again():
        return _page(begun, asked, form)
    keep_page(db.session, begun, key, _typed(), clock.now())
    db.session.commit()
    if request.form.get("do") == LATER:
        return _left(begun)
    form.read()
    form.show(AsTold(begun, clock.today()).wrong_on(asked))
    if form.errors:
        return _page(begun, asked, form)
    return redirect(_after(begun, asked), 303)


@notifying.route("/<uuid:public_id>/<key>/<uuid:one>", methods=["GET", "POST"])
@goes_on_with
def each(begun: UnfinishedNotification, key: str, one: UUID) -> ResponseReturnValue:
    asked = page_with(key)
    if asked is None or not asked.each:
        abort(404)
    if request.method == "GET":
        typed = begun.each(key).get(str(one))
        form = form_of(asked, typed)
        if typed is not None:
            form.show(_wrong_with(begun, asked, one))
        return _page(begun, asked, form, one)
    form = form_of(asked)
    if offered_again():
        return _page(begun, asked, form, one)
    keep_one(db.session, begun, key, one, _typed(), clock.now())
    db.session.commit()
    if request.form.get("do") == LATER:
        return _left(begun)
    form.read()
    form.show(_wrong_with(begun, asked, one))
    if form.errors:
        return _page(begun, asked, form, one)
    return redirect(url_for(".page", public_id=begun.public_id, key=key), 303)


@notifying.route("/<uuid:public_id>/<key>/<uuid:one>/remove", methods=["POST"])
@goes_on_with
def remove(begun: UnfinishedNotification, key: str, one: UUID) -> ResponseReturnValue:
    remove_one(db.session, begun, key, one, clock.now())
    db.session.commit()
    return redirect(url_for(".page", public_id=begun.public_id, key=key), 303)


@notifying.route("/<uuid:public_id>/check", methods=["GET", "POST"])
@goes_on_with
def check(begun: UnfinishedNotification) -> ResponseReturnValue:
    return check_page(begun) if request.method == "GET" else recorded_when_sent(begun)


@notifying.route("/<uuid:public_id>/throw-away", methods=["GET", "POST"])
@goes_on_with
def throw_away(begun: UnfinishedNotification) -> ResponseReturnValue:
    if request.method == "GET":
        return render_template("child_deaths/throw_away.html", begun=begun)
    discard(db.session, begun)
    db.session.commit()
    flash("What was entered is thrown away. Nothing was recorded.", "note")
    return redirect(url_for(".choose") if boards_to_notify() else url_for("home.show"), 303)


def _several(begun: UnfinishedNotification, asked: Page) -> ResponseReturnValue:
    """Return the page that lists everyone or everything added so far or, when it is left, where it leads."""
    if request.method == "POST":
        leave_empty(db.session, begun, asked.key, clock.now())
        db.session.commit()
        return _left(begun) if request.form.get("do") == LATER else redirect(_after(begun, asked), 303)
    return render_template(
        "child_deaths/several.html",
        begun=begun,
        page=asked,
        several=AsTold(begun, clock.today()).several(asked),
        another=uuid.uuid4(),
        form=PageForm(),
    )


def _page(
    begun: UnfinishedNotification, asked: Page, form: QuestionsForm, one: UUID | None = None
) -> ResponseReturnValue:
    page = render_template("child_deaths/page.html", begun=begun, page=asked, form=form, one=one)
    return page, 422 if form.errors and request.method == "POST" else 200


def _left(begun: UnfinishedNotification) -> ResponseReturnValue:
    flash("What you entered is kept. It is not recorded yet.", "note")
    return redirect(url_for(".show", public_id=begun.public_id), 303)


def _after(begun: UnfinishedNotification, asked: Page) -> str:
    """Return the address of the page that follows: the next one that is asked, or the one on which all is checked."""
    following = PAGES[PAGES.index(asked) + 1 :]
    pages = AsTold(begun, clock.today()).asked()
    key = next((page.key for page in following if page in pages), None)
    return url_for(".page", public_id=begun.public_id, key=key) if key else _check_address(begun)


def _check_address(begun: UnfinishedNotification) -> str:
    return url_for(".check", public_id=begun.public_id)


def _wrong_with(begun: UnfinishedNotification, asked: Page, one: UUID) -> Mapping[str, str]:
    told = AsTold(begun, clock.today()).several(asked)
    return next((each.problems for each in told if each.key == str(one)), {})


def _typed() -> dict[str, Any]:
    return {name: values for name, values in typed_in(request.form).items() if name != "do"}


def _how_far(begun: UnfinishedNotification) -> str:
    listed = tasks(AsTold(begun, clock.today()))
    return f"{sum(task.done for task in listed)} of {len(listed)} pages complete"
