"""Setting a panel up: its boards, for an administrator; its rule of quorum, areas and members, for its coordinator."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from models.panels import settings as setting
from models.panels.meetings import members_on, seat_words
from models.queries.accounts import all_boards, board_with_prefix
from models.queries.panels import Seat, person_with_account
from webapp import clock
from webapp.access import administrator_only, current_person
from webapp.database import db
from webapp.panels.access import sets_panel_up
from webapp.panels.forms import EndForm, MemberForm, NewPanelForm, PanelForm, ServedForm

settings = Blueprint("panel_settings", __name__, url_prefix="/panels")


@settings.route("/new", methods=["GET", "POST"])
@administrator_only
def add() -> ResponseReturnValue:
    form = NewPanelForm()
    form.offer(setting.boards_without_panel(db.session))
    if form.sent():
        board = board_with_prefix(db.session, form.board.data) or abort(404)
        setting.add_panel(db.session, board, person_id=current_person().id, now=clock.now())
        db.session.commit()
        flash("The panel is set up. Now say which boards it serves, and who sits on it.", "done")
        return redirect(url_for(".show", prefix=board.reference_prefix), 303)
    return render_template("panels/new.html", form=form), 422 if form.errors else 200


@settings.route("/<prefix>/settings", methods=["GET", "POST"])
@sets_panel_up
def show(seat: Seat) -> ResponseReturnValue:
    form = PanelForm.about(seat.panel)
    if form.sent():
        setting.change_panel(
            db.session, seat.panel, areas=form.areas.data or [], quorum_roles=form.quorum_roles.data or [],
            quorum_minimum=int(form.quorum_minimum.data), person_id=current_person().id, now=clock.now(),
        )  # fmt: skip
        db.session.commit()
        flash("The panel’s settings are changed. Cases listed before keep the rule they were listed with.", "done")
        return _back(seat)
    return _page(seat, form)


@settings.route("/<prefix>/boards", methods=["GET", "POST"])
@sets_panel_up
def boards(seat: Seat) -> ResponseReturnValue:
    if not seat.administers:
        abort(403)
    others = [board for board in all_boards(db.session) if board.id != seat.panel.board_id]
    form = ServedForm(boards=[board.reference_prefix for board in setting.boards_of(db.session, seat.panel)])
    form.offer(others)
    if form.sent():
        chosen = [board.id for board in others if board.reference_prefix in (form.boards.data or [])]
        setting.serve(db.session, seat.panel, chosen, person_id=current_person().id, now=clock.now())
        db.session.commit()
        flash("The boards that the panel serves are changed.", "done")
        return _back(seat)
    page = render_template("panels/boards.html", form=form, seat=seat, prefix=_prefix(seat))
    return page, 422 if form.errors else 200


@settings.route("/<prefix>/members/new", methods=["GET", "POST"])
@sets_panel_up
def add_member(seat: Seat) -> ResponseReturnValue:
    form = MemberForm()
    if form.sent() and _added(seat, form):
        db.session.commit()
        flash("They sit on the panel now.", "done")
        return _back(seat)
    page = render_template("panels/member.html", form=form, seat=seat, prefix=_prefix(seat))
    return page, 422 if form.errors else 200


@settings.route("/<prefix>/members/<int:member_id>/end", methods=["GET", "POST"])
@sets_panel_up
def end_member(seat: Seat, member_id: int) -> ResponseReturnValue:
    member, form = setting.member_of(db.session, seat.panel, member_id) or abort(404), EndForm()
    if form.sent():
        if form.until_on.day >= member.from_on:
            setting.end_membership(
                db.session, member, form.until_on.day, person_id=current_person().id, now=clock.now()
            )  # fmt: skip
            db.session.commit()
            flash("The last day of their place on the panel is set.", "done")
            return _back(seat)
        form.until_on.errors = ["The last day must be on or after the first"]
    page = render_template(
        "panels/end_member.html", form=form, member=member, seat_words=seat_words, prefix=_prefix(seat)
    )
    return page, 422 if form.errors else 200


def _added(seat: Seat, form: MemberForm) -> bool:
    """Return whether the member was added; where not, the form says why."""
    person = person_with_account(db.session, form.email.data or "")
    if person is None:
        form.email.errors = ["Nobody with this address has an open account. Check it, or ask an administrator"]
        return False
    try:
        setting.add_member(
            db.session, seat.panel, person, role=form.role.data, agency=form.agency.data or None,
            from_on=form.from_on.day, until_on=form.until_on.on, person_id=current_person().id, now=clock.now(),
        )  # fmt: skip
    except IntegrityError:
        db.session.rollback()
        form.from_on.errors = ["They sit on the panel from this day already"]
        return False
    return True


def _page(seat: Seat, form: PanelForm) -> ResponseReturnValue:
    page = render_template(
        "panels/settings.html",
        form=form,
        seat=seat,
        prefix=_prefix(seat),
        boards=setting.boards_of(db.session, seat.panel),
        members=members_on(db.session, seat.panel, clock.today()),
        seat_words=seat_words,
    )
    return page, 422 if form.errors else 200


def _prefix(seat: Seat) -> str:
    return seat.panel.board.reference_prefix


def _back(seat: Seat) -> ResponseReturnValue:
    return redirect(url_for(".show", prefix=_prefix(seat)), 303)
