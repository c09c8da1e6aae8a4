"""The ledger of a panel: of which action, pack and minutes somebody was reminded, of which not and why."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from models.panels.duties import Duty, duties
from models.panels.meetings import withheld_from
from models.queries.panels import Seat
from notifications.duty_ledger import ahead, duty_ledger
from webapp import clock
from webapp.database import db
from webapp.panels.access import runs_meetings
from webapp.panels.duty_lines import (
    ahead_in_words,
    duty_in_words,
    ladders_in_words,
    ladders_of_lines,
    reminder_in_words,
)

panel_ledger = Blueprint("panel_ledger", __name__, url_prefix="/panels/<prefix>/reminders")


@panel_ledger.route("")
@runs_meetings
def show(seat: Seat) -> ResponseReturnValue:
    panel_id, today = seat.panel.board_id, clock.today()
    lines = duty_ledger(db.session, panel_id, seat.person_id)
    ladders = ladders_of_lines(lines)
    return render_template(
        "panels/ledger.html",
        seat=seat,
        prefix=seat.panel.board.reference_prefix,
        lines=[reminder_in_words(each, ladders) for each in lines],
        ahead=[ahead_in_words(each) for each in ahead(db.session, panel_id, today, db.calendar)],
        owed=[duty_in_words(each, today, db.calendar) for each in _owed(panel_id, seat.person_id)],
        ladders=ladders_in_words(panel_id),
    )


def _owed(panel_id: int, person_id: int) -> list[Duty]:
    """Return what the panel owes now and whoever runs it answers for, the earliest due first, without what is withheld.

    A pack is read by each member, who answers for it alone.
    """
    withheld = set(db.session.scalars(withheld_from(person_id)))
    found = duties(db.session, clock.today(), db.calendar, panel_id=panel_id)
    owed = [each for each in found if each.over.on is None and each.kind != "reading"]
    free = [each for each in owed if not (each.action and each.action.case_id in withheld)]
    return sorted(free, key=lambda each: (each.due_on, each.kind))
