"""The front door, and what is said about the site itself."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.queries.panels import sits_anywhere
from webapp import clock
from webapp.access import current_capacities, current_person, public, signed_in
from webapp.database import db
from workflows.roles import ADMINISTRATOR

home = Blueprint("home", __name__)


@home.route("/")
@signed_in
def show() -> ResponseReturnValue:
    person_id, today = current_person().id, clock.today()
    roles = current_capacities().held
    if not roles and sits_anywhere(db.session, person_id, today):
        return redirect(url_for("panels.show_all"))
    return redirect(url_for("people.show_all" if roles == {ADMINISTRATOR} else "worklist.show"))


@home.route("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    return render_template("home/accessibility.html")
