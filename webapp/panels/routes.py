"""The panels a person has to do with, and the page of one: its meetings, who sits on it, what is still to be done."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.panels.actions import actions_of
from models.panels.meetings import members_on, seat_words
from models.panels.settings import boards_of
from models.queries.panels import Seat, meetings_of, seats_of
from webapp import clock
from webapp.access import current_capacities, current_person, signed_in
from webapp.database import db
from webapp.panels.access import sits_at_panel
from webapp.panels.lines import stood_in_for
from workflows.roles import ADMINISTRATOR

panels = Blueprint("panels", __name__, url_prefix="/panels")


@panels.route("/")
@signed_in
def show_all() -> ResponseReturnValue:
    person, today = current_person(), clock.today()
    seats = seats_of(db.session, person.id, today)
    administers = ADMINISTRATOR in current_capacities().held
    if len(seats) == 1 and seats[0].is_concerned:
        return redirect(url_for(".show", prefix=seats[0].panel.board.reference_prefix))
    return render_template("panels/all.html", seats=seats, administers=administers)


@panels.route("/<prefix>")
@sits_at_panel
def show(seat: Seat) -> ResponseReturnValue:
    panel, today = seat.panel, clock.today()
    meetings = meetings_of(db.session, panel)
    return render_template(
        "panels/show.html",
        seat=seat,
        prefix=panel.board.reference_prefix,
        to_come=[each for each in reversed(meetings) if each.held_on >= today],
        held=[each for each in meetings if each.held_on < today],
        members=members_on(db.session, panel, today),
        boards=boards_of(db.session, panel),
        open_actions=actions_of(db.session, panel.board_id, current_person().id, done=False),
        seat_words=seat_words,
        stood_in_for=stood_in_for(seat.lent),
        today=today,
    )
