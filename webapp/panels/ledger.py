"""The ledger of a panel: of which action, pack and minutes somebody was reminded, of which not and why."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from models.queries.panels import Seat
from notifications.duty_ledger import ahead, duty_ledger
from webapp import clock
from webapp.database import db
from webapp.panels.access import runs_meetings
from webapp.panels.duty_lines import ahead_in_words, ladders_in_words, reminder_in_words

panel_ledger = Blueprint("panel_ledger", __name__, url_prefix="/panels/<prefix>/reminders")


@panel_ledger.route("")
@runs_meetings
def show(seat: Seat) -> ResponseReturnValue:
    panel_id = seat.panel.board_id
    return render_template(
        "panels/ledger.html",
        seat=seat,
        prefix=seat.panel.board.reference_prefix,
        lines=[reminder_in_words(each) for each in duty_ledger(db.session, panel_id, seat.person_id)],
        ahead=[ahead_in_words(each) for each in ahead(db.session, panel_id, clock.today(), db.calendar)],
        ladders=ladders_in_words(),
    )
