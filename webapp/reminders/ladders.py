"""The ladders: who hears of each limit when, to whom it goes up, and what a board has changed of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.agency import Board
from models.queries.access import roles_on_board
from models.queries.accounts import all_boards, board_with_prefix, roles_held
from notifications.adjusting import NotWithinBounds, Place, adjust, moved_by
from notifications.ladders import ladder_for
from notifications.rungs import Ladder
from webapp import clock
from webapp.access import current_person, needs_role, signed_in
from webapp.database import db
from webapp.reminders.forms import ladder_form
from webapp.reminders.words import rung_words
from webapp.wording import role_words, sentence_case
from workflows import registry
from workflows.definition import Workflow
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.roles import ADMINISTRATOR, BUSINESS_MANAGER, CDOP_COORDINATOR

ladders = Blueprint("ladders", __name__, url_prefix="/reminders/ladders")


@dataclass(frozen=True, slots=True)
class LadderInWords:
    """One ladder as its page says it."""

    workflow_key: str
    clock_key: str
    title: str
    rungs: tuple[tuple[str, str], ...]
    source: str
    by_law: bool
    answer_within: int
    moved: bool = False
    can_be_moved: bool = False


@ladders.route("/")
@signed_in
def show_all() -> ResponseReturnValue:
    return render_template("reminders/ladders.html", kinds=_kinds({}), boards=_boards_to_change())


@ladders.route("/<prefix>")
@signed_in
def of_board(prefix: str) -> ResponseReturnValue:
    board = _board(prefix)
    return render_template("reminders/ladders_of_board.html", board=board, kinds=_kinds(_moved(board), board))


@ladders.route("/<prefix>/<workflow_key>/<clock_key>", methods=["GET", "POST"])
@needs_role(ADMINISTRATOR, BUSINESS_MANAGER, CDOP_COORDINATOR)
def change(prefix: str, workflow_key: str, clock_key: str) -> ResponseReturnValue:
    place = _place(_board(prefix), workflow_key, clock_key)
    form = ladder_form(place.ladder, moved_by(db.session, place))
    if form.sent():
        days = {rung.key: form[rung.key].data for rung in place.ladder.rungs if rung.can_be_moved}
        try:
            adjust(db.session, place, days, person_id=current_person().id, now=clock.now())
        except NotWithinBounds as refused:
            for key, words in refused.wrong.items():
                form[key].errors = [words]
        else:
            db.session.commit()
            flash("The ladder has been changed. What is still to be said follows it.", "done")
            return redirect(url_for(".of_board", prefix=prefix), 303)
    title = _titles(registry.workflow(workflow_key))[clock_key]
    page = render_template("reminders/change_ladder.html", form=form, place=place, title=title)
    return page, 422 if form.errors else 200


def _kinds(
    moved: Mapping[tuple[str, str], Mapping[str, int]], board: Board | None = None
) -> list[tuple[str, list[LadderInWords]]]:
    """Return every kind of review with its ladders, as a board has moved them."""
    return [(workflow.title, list(_ladders(workflow, moved, board))) for workflow in registry.workflows().values()]


def _ladders(
    workflow: Workflow, moved: Mapping[tuple[str, str], Mapping[str, int]], board: Board | None
) -> Iterator[LadderInWords]:
    for key, title in _titles(workflow).items():
        days = moved.get((workflow.key, key), {})
        ladder = ladder_for(workflow.key, key).moved(days)
        yield LadderInWords(
            workflow.key,
            key,
            title,
            tuple((rung_words(ladder, rung), _who(rung.to)) for rung in ladder.rungs),
            ladder.source,
            ladder.statutory,
            ladder.answer_within,
            moved=bool(days),
            can_be_moved=board is not None and _may_change(board, workflow.key) and _movable(ladder),
        )


def _titles(workflow: Workflow) -> dict[str, str]:
    """Return the words of each clock of a kind of review, as its newest edition has them."""
    return {clock.key: clock.title for procedure in workflow.procedures.values() for clock in procedure.clocks}


def _who(roles: tuple[str, ...]) -> str:
    return sentence_case(" and ".join(role_words(role) for role in roles))


def _movable(ladder: Ladder) -> bool:
    return any(rung.can_be_moved for rung in ladder.rungs)


def _moved(board: Board) -> dict[tuple[str, str], Mapping[str, int]]:
    every = ((workflow.key, key) for workflow in registry.workflows().values() for key in _titles(workflow))
    return {key: days for key in every if (days := moved_by(db.session, Place(board, *key)))}


def _board(prefix: str) -> Board:
    """Return a board whose ladders may be looked at by whoever asks: one of theirs, or any for an administrator."""
    board = board_with_prefix(db.session, prefix) or abort(404)
    if board not in _boards_to_change():
        abort(404)
    return board


def _boards_to_change() -> list[Board]:
    """Return the boards on which the person asking may change a ladder."""
    return [board for board in all_boards(db.session) if any(_may_change(board, key) for key in registry.workflows())]


def _may_change(board: Board, workflow_key: str) -> bool:
    """Return whether the ladders of a kind of review are theirs to change: the office's that keeps such cases."""
    person, today = current_person(), clock.today()
    if ADMINISTRATOR in roles_held(db.session, person.id, today):
        return True
    office = CDOP_COORDINATOR if workflow_key == CHILD_DEATH_REVIEW else BUSINESS_MANAGER
    return office in roles_on_board(db.session, person.id, board.id, today)


def _place(board: Board, workflow_key: str, clock_key: str) -> Place:
    workflow = registry.workflows().get(workflow_key) or abort(404)
    if clock_key not in _titles(workflow) or not _movable(ladder_for(workflow_key, clock_key)):
        abort(404)
    if not _may_change(board, workflow_key):
        abort(403)
    return Place(board, workflow_key, clock_key)
