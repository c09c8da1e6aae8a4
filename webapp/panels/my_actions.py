"""The actions of panels that somebody is reminded of: their own, their agency's, and of whom they stand in for."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models import audit
from models.panels.actions import finish_action
from models.panels.panel import PanelAction
from models.queries.duties import actions_for
from webapp import clock
from webapp.access import current_capacities, current_person, signed_in
from webapp.database import db
from webapp.panels.actions import was_done_already
from webapp.panels.forms import DoneForm

my_actions = Blueprint("my_actions", __name__, url_prefix="/account/actions")


@my_actions.route("")
@signed_in
def show() -> ResponseReturnValue:
    actions = _actions()
    return render_template(
        "panels/my_actions.html",
        open_actions=[each for each in actions if each.done_on is None],
        done_actions=[each for each in actions if each.done_on is not None],
        person_id=current_person().id,
        today=clock.today(),
    )


@my_actions.route("/<int:action_id>/done", methods=["GET", "POST"])
@signed_in
def done(action_id: int) -> ResponseReturnValue:
    """Let whoever is reminded of an action say that it is done, and what came of it."""
    action = next((each for each in _actions() if each.id == action_id), None) or abort(404)
    form, person = DoneForm(), current_person()
    if action.done_on is not None:
        return was_done_already(url_for(".show"))
    if form.sent() and form.has_been(clock.today()):
        audit.say_for_whom(db.session, action.owner_person_id if action.owner_person_id != person.id else None)
        finish_action(
            db.session, action, done_on=form.done_on.day, outcome=form.outcome.data, person_id=person.id,
            now=clock.now(),
        )  # fmt: skip
        db.session.commit()
        flash("The action is done. The panel sees what came of it.", "done")
        return redirect(url_for(".show"), 303)
    page = render_template(
        "panels/action_done.html", form=form, action=action,
        back_to=url_for(".show"), sent_to=url_for(".done", action_id=action.id),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _actions() -> list[PanelAction]:
    return actions_for(db.session, current_capacities(), clock.today())
