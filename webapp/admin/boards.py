"""Boards and panels, and the agencies that answer to them."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from models.agency import Board
from models.casework import restand_board
from models.queries.accounts import all_boards, board_with_prefix
from webapp import clock
from webapp.access import administrator_only
from webapp.admin.forms import BOARD_KINDS, AgencyForm, BoardForm, NewBoardForm
from webapp.admin.people import administrator
from webapp.database import db

boards = Blueprint("boards", __name__, url_prefix="/boards")

TAKEN = "A board with this name or beginning of references is there already"


@boards.route("/")
@administrator_only
def show_all() -> ResponseReturnValue:
    return render_template("admin/boards.html", boards=all_boards(db.session), kinds=dict(BOARD_KINDS))


@boards.route("/new", methods=["GET", "POST"])
@administrator_only
def add() -> ResponseReturnValue:
    form = NewBoardForm()
    if form.sent():
        board = Board(reference_prefix=form.reference_prefix.data)
        _take_over(form, board)
        try:
            administrator().add_board(board)
        except IntegrityError:
            db.session.rollback()
            form.name.errors = [TAKEN]
        else:
            db.session.commit()
            flash("The board has been added. Now add the agencies that answer to it.", "done")
            return redirect(url_for(".show", prefix=board.reference_prefix), 303)
    return render_template("admin/add_board.html", form=form), 422 if form.errors else 200


@boards.route("/<prefix>", methods=["GET", "POST"])
@administrator_only
def show(prefix: str) -> ResponseReturnValue:
    board = _board(prefix)
    form = AgencyForm()
    if form.sent():
        try:
            administrator().add_agency(board, form.name.data)
        except IntegrityError:
            db.session.rollback()
            form.name.errors = ["This agency is there already"]
        else:
            db.session.commit()
            flash("The agency has been added.", "done")
            return redirect(url_for(".show", prefix=prefix), 303)
    page = render_template("admin/board.html", form=form, board=board, kinds=dict(BOARD_KINDS))
    return page, 422 if form.errors else 200


@boards.route("/<prefix>/change", methods=["GET", "POST"])
@administrator_only
def change(prefix: str) -> ResponseReturnValue:
    board = _board(prefix)
    form = BoardForm(obj=board)
    if form.sent():
        try:
            _change(form, board)
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            form.name.errors = [TAKEN]
        else:
            flash("What is known of the board has been changed.", "done")
            return redirect(url_for(".show", prefix=prefix), 303)
    return render_template("admin/change_board.html", form=form, prefix=prefix), 422 if form.errors else 200


def _board(prefix: str) -> Board:
    return board_with_prefix(db.session, prefix) or abort(404)


def _change(form: BoardForm, board: Board) -> None:
    """Change what is known of the board; its cases stand again where the day its arrangements began is another."""
    started = board.new_arrangements_start
    _take_over(form, board)
    if board.new_arrangements_start != started:
        restand_board(db.session, board, now=clock.now())
    administrator().board_changed(board)


def _take_over(form: BoardForm, board: Board) -> None:
    board.name, board.short_name, board.kind = form.name.data, form.short_name.data, form.kind.data
    board.new_arrangements_start = form.new_arrangements_start.on
    board.telephone = form.telephone.data or None
