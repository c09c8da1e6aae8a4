"""Publishing figures: once and guarded, or by a recorded decision; and entering how many children there are."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from hashlib import sha256
from json import dumps
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.figures.book import Book, Children, book
from models.figures.decision import (
    FiguresRelease,
    decision_in_force,
    decision_of,
    decisions_of,
    record_decision,
    release,
    release_of,
    releases_of,
    withdraw_decision,
)
from models.figures.disclosure import SCHEMES, NotDecided
from models.figures.population import children_of, enter_children
from models.queries.child_death_figures import Year
from models.queries.figures_access import MAY_DECIDE, MAY_PUBLISH, READERS, Scope
from models.role_words import role_words
from webapp import clock
from webapp.access import act_on_board, current_person, needs_role
from webapp.database import db
from webapp.figures.asked import Asked, asked_for
from webapp.figures.files import MIMETYPES, About, as_file, data_of, download
from webapp.figures.forms import ChildrenForm, DecisionForm, PublishForm
from workflows.dates import day_in_words

publishing = Blueprint("publishing", __name__, url_prefix="/figures/child-deaths")


def _asked(may: Callable[[Scope], bool], roles: Collection[str]) -> Asked:
    """Return the board and year asked about, for somebody who may do this for them; 403 for others."""
    asked, _ = asked_for()
    if not may(asked.scope):
        abort(403)
    act_on_board(asked.scope.board.id, *roles)
    return replace(asked, known_on=None)


@publishing.route("/publish", methods=["GET", "POST"])
@needs_role(*MAY_PUBLISH)
def publish() -> ResponseReturnValue:
    asked, form = _asked(lambda scope: scope.may_publish, MAY_PUBLISH), PublishForm()
    if form.sent():
        try:
            _publish(asked, form.scheme.data)
        except NotDecided as refused:
            db.session.rollback()
            form.scheme.errors = [str(refused)]
        else:
            db.session.commit()
            flash("The figures are published. Take the files from the list below.", "done")
            return redirect(_to("publish", asked), 303)
    board_id, year = asked.scope.board.id, asked.year.begins
    page = render_template(
        "figures/publish.html", asked=asked, form=form, schemes=SCHEMES, to=_to,
        releases=releases_of(db.session, board_id, year), decisions=decisions_of(db.session, board_id, year),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _publish(asked: Asked, scheme_key: str) -> None:
    """Record that figures are published. Raises NotDecided."""
    board_id, year, now = asked.scope.board.id, asked.year.begins, clock.now()
    asked = replace(asked, scheme=SCHEMES[scheme_key])
    decided = decision_in_force(db.session, board_id, year, asked.scheme) is not None
    made = _published(asked, decided=decided)
    release(db.session, board_id, year, asked.scheme, _digest(made, asked), by=current_person(), now=now)


def _published(asked: Asked, *, decided: bool, of: FiguresRelease | None = None) -> Book:
    """Return the figures as they are published, or as they were. Raises NotDecided."""
    known_at = of.known_at if of else None
    wanted = replace(asked.wanted(), published=True, decided=decided, known_at=known_at, leaving_out=frozenset())
    wanted = replace(wanted, without=frozenset(), years_together=5)
    return book(db.session, wanted, children_of(db.session, asked.scope.board.id, known_at))


def _digest(made: Book, asked: Asked) -> bytes:
    """Return what tells two publications apart: every number and word in them."""
    about = About(asked.scope.board.name, asked.year, asked.scheme, None, clock.now())
    return sha256((dumps(data_of(made, about)) + repr(made.tables)).encode()).digest()


@publishing.route("/releases/<int:release_id>.<form>")
@needs_role(*READERS)
def take(release_id: int, form: str) -> ResponseReturnValue:
    """Return a publication as a file, made again as it was known then."""
    asked, _ = asked_for()
    found = release_of(db.session, release_id)
    if form not in MIMETYPES or found is None or found.board_id != asked.scope.board.id:
        abort(404)
    asked = replace(asked, year=Year(found.year), scheme=SCHEMES[found.scheme], known_on=None)
    made = _published(asked, decided=found.decision is not None, of=found)
    if _digest(made, asked) != found.digest:
        flash("These figures can no longer be made as they were published. Ask for the copy that was kept.", "note")
        return redirect(_to("show", asked, "figures"), 303)
    return download(as_file(form, made, _about_release(asked, found)), form, asked.scope.board, asked.year)


def _about_release(asked: Asked, found: FiguresRelease) -> About:
    about = About(asked.scope.board.name, asked.year, asked.scheme, None, found.made_at)
    if found.decision is None:
        return about
    decision = found.decision
    words = (
        f"Published by decision of the {role_words(decision.role)} of {day_in_words(decision.decided_on)}: "
        f"{decision.reasons}"
    )
    return replace(about, decision=words)


@publishing.route("/decide", methods=["GET", "POST"])
@needs_role(*MAY_DECIDE)
def decide() -> ResponseReturnValue:
    asked, form = _asked(lambda scope: scope.may_decide, MAY_DECIDE), DecisionForm()
    if form.sent():
        role = next(each for each in MAY_DECIDE if each in asked.scope.acting)
        record_decision(
            db.session, asked.scope.board.id, asked.year.begins, SCHEMES[form.scheme.data], by=current_person(),
            role=role, reasons=form.reasons.data, on=form.decided_on.day, now=clock.now(),
        )  # fmt: skip
        db.session.commit()
        flash("The decision is recorded. It is for one publication.", "done")
        return redirect(_to("publish", asked), 303)
    return render_template("figures/decide.html", asked=asked, form=form, to=_to), 422 if form.errors else 200


@publishing.route("/decisions/<int:decision_id>/withdraw", methods=["POST"])
@needs_role(*MAY_DECIDE)
def withdraw(decision_id: int) -> ResponseReturnValue:
    asked = _asked(lambda scope: scope.may_decide, MAY_DECIDE)
    decision = decision_of(db.session, asked.scope.board.id, decision_id) or abort(404)
    withdraw_decision(db.session, decision, by=current_person(), now=clock.now())
    db.session.commit()
    flash("The decision is withdrawn. What was published stays published.", "done")
    return redirect(_to("publish", asked), 303)


@publishing.route("/children", methods=["GET", "POST"])
@needs_role(*MAY_PUBLISH)
def children() -> ResponseReturnValue:
    asked, form = _asked(lambda scope: scope.may_publish, MAY_PUBLISH), ChildrenForm()
    known = children_of(db.session, asked.scope.board.id)
    if form.sent():
        enter_children(
            db.session, asked.scope.board.id, asked.year, form.children.data, form.source.data,
            person_id=current_person().id, now=clock.now(),
        )  # fmt: skip
        db.session.commit()
        flash(f"The number of children in {asked.year.name} is recorded.", "done")
        return redirect(_to("children", asked), 303)
    page = render_template(
        "figures/children.html", asked=asked, form=form, to=_to, known=_by_year(asked, known)
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _by_year(asked: Asked, known: dict[str, Children]) -> list[tuple[Year, Children | None]]:
    return [(year, known.get(year.name)) for year in reversed(asked.year.with_earlier(4))]


def _to(endpoint: str, asked: Asked, blueprint: str = "publishing", **more: Any) -> str:
    """Return the address of a page about the same board and year."""
    told: dict[str, Any] = {"board": asked.scope.board.reference_prefix, "year": asked.year.name, **more}
    return url_for(f"{blueprint}.{endpoint}", **told)
