"""The ladders: who hears of each limit when, to whom it goes up, and what a board has changed of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.agency import Board
from models.panels.duties import TITLES
from models.panels.panel import Panel
from models.queries.accounts import all_boards, board_with_prefix
from notifications.adjusting import HEARS, LadderChanged, NotWithinBounds, Place, adjust, as_looked_at, changes_to
from notifications.chosen import Key, changes_of
from notifications.duty_ladders import PANEL_DUTIES
from notifications.ladders import ladder_for
from notifications.rungs import Changes, Ladder
from webapp import clock
from webapp.access import act_on_board, current_capacities, current_person, needs_role, signed_in
from webapp.database import db
from webapp.reminders.forms import ladder_form, wanted_in
from webapp.reminders.words import roles_in_words, rung_words
from webapp.wording import sentence_case
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
    gist: str
    rungs: tuple[tuple[str, str], ...]
    source: str
    by_law: bool
    changed: bool = False
    can_be_changed: bool = False


@ladders.route("/")
@signed_in
def show_all() -> ResponseReturnValue:
    return render_template("reminders/ladders.html", kinds=_kinds(), boards=_boards_to_change())


@ladders.route("/<prefix>")
@signed_in
def of_board(prefix: str) -> ResponseReturnValue:
    board = _board(prefix)
    return render_template("reminders/ladders_of_board.html", board=board, kinds=_kinds(board))


@ladders.route("/<prefix>/<workflow_key>/<clock_key>", methods=["GET", "POST"])
@needs_role(ADMINISTRATOR, BUSINESS_MANAGER, CDOP_COORDINATOR)
def change(prefix: str, workflow_key: str, clock_key: str) -> ResponseReturnValue:
    place = _place(_board(prefix), workflow_key, clock_key)
    had = place.ladder.changed(changes_to(db.session, place))
    form = ladder_form(place.ladder, had)
    if form.sent():
        try:
            wanted, looked_at = wanted_in(form, place.ladder), form.looked_at.data or ""
            adjust(db.session, place, wanted, looked_at=looked_at, person_id=current_person().id, now=clock.now())
        except LadderChanged as refused:
            form.form_errors.append(str(refused))
            form.looked_at.data = as_looked_at(had)
        except NotWithinBounds as refused:
            for box, words in refused.wrong.items():
                form[box].errors = [words]
        else:
            db.session.commit()
            flash("The ladder has been changed. What is still to be said follows it.", "done")
            return redirect(url_for(".of_board", prefix=prefix), 303)
    title = _kind(place.board, workflow_key).titles[clock_key]
    steps = [(rung_words(had, rung), rung) for rung in had.rungs if rung.can_be_moved or rung.has_a_choice]
    page = render_template(
        "reminders/change_ladder.html", form=form, place=place, title=title, steps=steps, hears=HEARS
    )
    return page, 422 if form.errors else 200


def _kinds(board: Board | None = None) -> list[tuple[str, list[LadderInWords]]]:
    """Return every kind of review, and what a panel owes, with its ladders, as ours or as a board has them."""
    changes = changes_of(db.session.connection(), [board.id]) if board else {}
    return [(kind.title, list(_ladders(kind, changes, board))) for kind in _every_kind(board)]


@dataclass(frozen=True, slots=True)
class Kind:
    """What has ladders: a kind of review, or what panels owe; with the words for each of its clocks."""

    key: str
    title: str
    titles: Mapping[str, str]


def _every_kind(board: Board | None = None) -> list[Kind]:
    """Return what has ladders, on a board alone if one is given: a board that is no panel owes nothing as one."""
    kinds = [Kind(each.key, each.title, _titles(each)) for each in registry.workflows().values()]
    if board is None or db.session.get(Panel, board.id) is not None:
        kinds.append(Kind(PANEL_DUTIES, "What a panel owes", {str(key): words for key, words in TITLES.items()}))
    return kinds


def _ladders(kind: Kind, changes: Mapping[Key, Changes], board: Board | None) -> Iterator[LadderInWords]:
    for key, title in kind.titles.items():
        ours = ladder_for(kind.key, key)
        ladder = ours.changed(changes.get((board.id, kind.key, key), Changes())) if board else ours
        yield LadderInWords(
            kind.key,
            key,
            title,
            _gist(ladder),
            tuple((rung_words(ladder, rung), sentence_case(roles_in_words(rung.to))) for rung in ladder.rungs),
            ladder.source,
            ladder.statutory,
            changed=_said(ladder) != _said(ours),
            can_be_changed=board is not None and _may_change(board, kind.key) and _changeable(ladder),
        )


def _gist(ladder: Ladder) -> str:
    """Return who hears first and to whom it goes up at last: 'Business manager, goes up to board chair'."""
    first, up = ladder.rungs[0], [rung for rung in ladder.rungs if rung.escalates]
    words = sentence_case(roles_in_words(first.to))
    return f"{words}; goes up to {roles_in_words(up[-1].to)}" if up else words


def _said(ladder: Ladder) -> list[tuple[int, frozenset[str]]]:
    return [(rung.at.working_days, frozenset(rung.to)) for rung in ladder.rungs]


def _titles(workflow: Workflow) -> Mapping[str, str]:
    """Return the words of each clock of a kind of review, as its newest edition has them."""
    return {clock.key: clock.title for procedure in workflow.procedures.values() for clock in procedure.clocks}


def _changeable(ladder: Ladder) -> bool:
    return any(rung.can_be_moved or rung.has_a_choice for rung in ladder.rungs)


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
    capacities = current_capacities()
    return ADMINISTRATOR in capacities.held or _office(workflow_key) in capacities.roles(board.id)


def _office(workflow_key: str) -> str:
    return CDOP_COORDINATOR if workflow_key in (CHILD_DEATH_REVIEW, PANEL_DUTIES) else BUSINESS_MANAGER


def _kind(board: Board, key: str) -> Kind:
    return next((each for each in _every_kind(board) if each.key == key), None) or abort(404)


def _place(board: Board, workflow_key: str, clock_key: str) -> Place:
    if clock_key not in _kind(board, workflow_key).titles or not _changeable(ladder_for(workflow_key, clock_key)):
        abort(404)
    if not _may_change(board, workflow_key):
        abort(403)
    if ADMINISTRATOR not in current_capacities().held:
        act_on_board(board.id, _office(workflow_key))
    return Place(board, workflow_key, clock_key)
