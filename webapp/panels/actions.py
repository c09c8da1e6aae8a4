"""What a panel decided that somebody does: across its meetings, until it is done."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.panels.actions import action_of, actions_of, add_action, finish_action
from models.panels.hearers import possible_hearers
from models.panels.meetings import cases_listed
from models.panels.panel import Meeting
from models.queries.panels import Seat
from webapp import clock
from webapp.database import db
from webapp.panels.access import of_meeting, runs_meetings, sits_at_panel
from webapp.panels.forms import ActionForm, DoneForm
from webapp.panels.lines import known_as

actions = Blueprint("panel_actions", __name__, url_prefix="/panels/<prefix>")


@actions.route("/actions")
@sits_at_panel
def show_all(seat: Seat) -> ResponseReturnValue:
    panel_id = seat.panel.board_id
    return render_template(
        "panels/actions.html", seat=seat, prefix=seat.panel.board.reference_prefix, today=clock.today(),
        open_actions=actions_of(db.session, panel_id, seat.person_id, done=False),
        done_actions=actions_of(db.session, panel_id, seat.person_id, done=True),
    )  # fmt: skip


@actions.route("/meetings/<held_on>/actions/new", methods=["GET", "POST"])
@runs_meetings
def add(seat: Seat, meeting: Meeting) -> ResponseReturnValue:
    listed = cases_listed(db.session, meeting, seat.person_id)
    form = ActionForm(case=request.args.get("case", ""))
    hearers = possible_hearers(db.session, seat.panel, clock.today())
    form.offer(((each.case.reference, known_as(each.case)) for each in listed), hearers.offered())
    if form.sent():
        case_id = next((each.case_id for each in listed if each.case.reference == form.case.data), None)
        add_action(
            db.session, meeting, case_id=case_id, action=form.action.data, owner=form.owner.data,
            due_on=form.due_on.day, person_id=seat.person_id, now=clock.now(), hears=hearers.chosen(form.hears.data),
        )  # fmt: skip
        db.session.commit()
        flash("The action is noted.", "done")
        return redirect(_after(meeting, form.case.data if request.args.get("case") else ""), 303)
    page = render_template(
        "panels/new_action.html",
        form=form,
        case=request.args.get("case", ""),
        address=of_meeting(meeting),
        meeting=meeting,
    )
    return page, 422 if form.errors else 200


def was_done_already(back: str) -> ResponseReturnValue:
    """Lead back from an action that is done, by a colleague or by the same button a moment before."""
    flash("The action was done already. What was said of it stays.", "note")
    return redirect(back, 303)


def _after(meeting: Meeting, reference: str) -> str:
    """Return the address to go on from: the case on the day, or the meeting."""
    if reference:
        return url_for("day.show", **of_meeting(meeting, reference=reference))
    return url_for("meetings.show", **of_meeting(meeting), _anchor="actions")


@actions.route("/actions/<int:action_id>/done", methods=["GET", "POST"])
@runs_meetings
def done(seat: Seat, action_id: int) -> ResponseReturnValue:
    action = action_of(db.session, seat.panel.board_id, action_id, seat.person_id) or abort(404)
    form = DoneForm()
    prefix = seat.panel.board.reference_prefix
    if action.done_on is not None:
        return was_done_already(url_for(".show_all", prefix=prefix))
    if form.sent() and form.has_been(clock.today()):
        finish_action(
            db.session, action, done_on=form.done_on.day, outcome=form.outcome.data, person_id=seat.person_id,
            now=clock.now(),
        )  # fmt: skip
        db.session.commit()
        flash("The action is done.", "done")
        return redirect(url_for(".show_all", prefix=prefix), 303)
    page = render_template(
        "panels/action_done.html", form=form, action=action, back_to=url_for(".show_all", prefix=prefix),
        sent_to=url_for(".done", prefix=prefix, action_id=action.id),
    )  # fmt: skip
    return page, 422 if form.errors else 200
