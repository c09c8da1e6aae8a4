"""Importing a file of child deaths: uploading it, seeing what each row would do, confirming, and seeing how far it is.

What the file holds is shown to coordinators of its board alone, and no more of it than which row is meant.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from sqlalchemy import select
from wtforms import SelectField, ValidationError

from models.agency import Board
from models.child_deaths.import_file import NotTheFile
from models.child_deaths.import_run import ToSee, refusals, refused_page, remarks_page
from models.child_deaths.upload_batches import do_at_once
from models.child_deaths.uploaded_imports import (
    DAYS_KEPT,
    TooLarge,
    Upload,
    confirm,
    give_up,
    keep_upload,
    rows_shown,
    upload_for,
    uploads_for,
)
from webapp import clock
from webapp.access import act_on_board, coordinates_deaths, current_capacities, current_person
from webapp.child_deaths.import_rows import COLUMNS, STAGES, RowLine, row_line
from webapp.components import Tab
from webapp.database import db
from webapp.exports import csv_response
from webapp.fields import needed, offered
from webapp.forms import PageForm
from webapp.lists import last_page, lead_to_the_last, page_asked
from workflows.roles import CDOP_COORDINATOR

importing = Blueprint("importing", __name__, url_prefix="/child-deaths/import")

ROWS_A_PAGE = 50
PARTS = {"rows": "Every row", "refused": "Refused", "look": "To look at"}


class UploadForm(PageForm):
    """A file of child deaths, and whose they are."""

    board = SelectField("Whose deaths these are", validators=[needed("Choose whose deaths these are")])
    file = FileField("The file", description="CSV in UTF-8, up to 32 MB, with the heading described below.")

    def validate_file(self, field: FileField) -> None:
        if not field.data or not field.data.filename:
            raise ValidationError("Choose the file to import")


class ButtonForm(PageForm):
    """One button."""


@importing.route("/", methods=["GET", "POST"])
@coordinates_deaths
def upload() -> ResponseReturnValue:
    boards = _boards()
    form = UploadForm()
    form.board.choices = offered([("", "Choose a board"), *((str(each.id), each.name) for each in boards.values())])
    if len(boards) == 1 and not form.board.data:
        form.board.data = str(next(iter(boards)))
    if form.sent() and (kept := _kept(form)):
        return redirect(url_for(".show", run_id=kept.run.id), 303)
    page = render_template(
        "child_deaths/import.html",
        form=form,
        uploads=[(each, boards[each.run.board_id]) for each in uploads_for(db.session, boards)],
        stages=STAGES,
        columns=COLUMNS,
        days_kept=DAYS_KEPT,
    )
    return page, 422 if form.errors else 200


def _kept(form: UploadForm) -> Upload | None:
    """Return the file kept, looked through at once if it is short; or say on the form why it cannot be."""
    board_id, person_id, now = int(form.board.data), current_person().id, clock.now()
    act_on_board(board_id, CDOP_COORDINATOR)
    try:
        kept = keep_upload(db.session, form.file.data.stream, board_id=board_id, person_id=person_id, now=now)
        do_at_once(db.session, kept, now=now)
    except (NotTheFile, TooLarge) as wrong:
        db.session.rollback()
        form.file.errors = [f"Nothing was imported. {wrong}"]
        return None
    db.session.commit()
    return kept


def _boards() -> Mapping[int, Board]:
    """Return the boards whose child deaths the person coordinates today, by id."""
    ids = current_capacities().boards_knowing_who([CDOP_COORDINATOR])
    return {each.id: each for each in db.session.scalars(select(Board).where(Board.id.in_(ids)).order_by(Board.name))}


def _of_their_board(view: Callable[[Upload], ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Give the view the upload of the address, if it is for a board whose deaths the person coordinates."""

    def find(run_id: int) -> ResponseReturnValue:
        upload = upload_for(db.session, run_id, _boards()) or abort(404)
        act_on_board(upload.run.board_id, CDOP_COORDINATOR)
        return view(upload)

    return update_wrapper(find, view)


@importing.route("/<int:run_id>")
@coordinates_deaths
@_of_their_board
def show(seen: Upload) -> ResponseReturnValue:
    part = request.args.get("part", "")
    part = part if part in PARTS else next(iter(PARTS))
    number = page_asked()
    page = _page(seen, part, (number - 1) * ROWS_A_PAGE)
    last = last_page(page.total, ROWS_A_PAGE)

    def address_of_page(number: int) -> str:
        return _address(seen, part, page=number if number > 1 else None)

    lead_to_the_last(number, last, address_of_page)
    return render_template(
        "child_deaths/import_run.html",
        upload=seen,
        board=_boards()[seen.run.board_id],
        counts=_counts(seen),
        tabs=[Tab(words, _address(seen, each), each == part) for each, words in PARTS.items()],
        part=part,
        page=page,
        number=number,
        last=last,
        address_of_page=address_of_page,
        form=ButtonForm(),
    )


def _address(seen: Upload, part: str, **more: Any) -> str:
    return url_for(".show", run_id=seen.run.id, part=part if part != next(iter(PARTS)) else None, **more)


def _counts(seen: Upload) -> list[tuple[str, int]]:
    """Return what the rows would do, or what became of them, each with its number."""
    file, run = seen.file, seen.run
    if seen.file.confirmed_at:
        return [("Recorded", run.recorded), ("There already", run.already_there), ("Refused", run.refused)]
    return [("New", file.would_record), ("There already", file.already_there), ("Refused", file.would_refuse)]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows, and how many there are in all."""

    lines: Sequence[RowLine | ToSee]
    total: int


def _page(seen: Upload, part: str, first: int) -> Page:
    """Return what is to be shown of the file; every row only before it is decided, because then the file is gone."""
    told = {"first": first, "count": ROWS_A_PAGE}
    if part == "refused":
        found = refused_page(db.session, seen.run.id, **told)
        return Page(found.lines, found.total)
    if part == "look":
        found = remarks_page(db.session, seen.run.id, **told)
        return Page(found.lines, found.total)
    if seen.stage != "to_confirm":
        return Page((), 0)
    rows = rows_shown(db.session, seen, now=clock.now(), **told)
    return Page([row_line(each) for each in rows], seen.file.rows_examined)


@importing.route("/<int:run_id>/confirm", methods=["POST"])
@coordinates_deaths
@_of_their_board
def confirm_it(seen: Upload) -> ResponseReturnValue:
    if ButtonForm().sent():
        if confirm(db.session, seen, person_id=current_person().id, now=clock.now()):
            do_at_once(db.session, seen, now=clock.now())
        else:
            flash("This was decided already.", "note")
        db.session.commit()
    return redirect(url_for(".show", run_id=seen.run.id), 303)


@importing.route("/<int:run_id>/give-up", methods=["POST"])
@coordinates_deaths
@_of_their_board
def give_it_up(seen: Upload) -> ResponseReturnValue:
    if ButtonForm().sent():
        if not give_up(db.session, seen, person_id=current_person().id, now=clock.now()):
            flash("There was nothing left to give up.", "note")
        db.session.commit()
    return redirect(url_for(".show", run_id=seen.run.id), 303)


@importing.route("/<int:run_id>/refused.csv")
@coordinates_deaths
@_of_their_board
def refused(seen: Upload) -> ResponseReturnValue:
    rows = ((each.row_number, each.column, each.reason) for each in refusals(db.session, seen.run.id))
    return csv_response(f"import-{seen.run.id}-refused", ("Row", "Column", "Reason"), rows)
