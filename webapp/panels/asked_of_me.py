"""The reminders of one thing a panel waits for, and what somebody answers to them: seen, or remind me later."""

from dataclasses import dataclass

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from models import audit
from models.panels.duties import OWNER, Duty
from models.panels.panel import Panel
from models.queries.duties import duty_of
from notifications.answering import Answering, role_to_answer_in
from notifications.duty_answering import OwedByPanel
from notifications.duty_ledger import entry_of
from webapp import clock
from webapp.access import current_capacities, current_person, signed_in
from webapp.database import db
from webapp.panels.duty_lines import about_duty, duty_href, duty_in_words, ladders_of_lines, reminder_in_words
from webapp.reminders.answers import ask_until_when, record_seen
from webapp.reminders.forms import SeenForm
from webapp.reminders.words import ahead_in_words, answer_in_words

asked_of_me = Blueprint("asked_of_me", __name__, url_prefix="/account/asked/<kind>/<int:thing_id>")

SEE_TO_IT = {"pack": "Open the meeting", "minutes": "Open the minutes", "reading": "Say whether you have an interest"}


@dataclass(frozen=True, slots=True)
class Mine:
    """Something a panel waits for, and the role in which whoever looks answers its reminders."""

    duty: Duty
    role: str

    @property
    def answering(self) -> Answering:
        return Answering(OwedByPanel(db.session, self.duty), current_person().id, self.role, clock.now())


@asked_of_me.route("")
@signed_in
def show(kind: str, thing_id: int) -> ResponseReturnValue:
    mine, today = _mine(kind, thing_id), clock.today()
    duty, entry = mine.duty, entry_of(db.session, mine.duty, today, db.calendar)
    panel, ladders = db.session.get_one(Panel, duty.panel_id), ladders_of_lines(entry.lines)
    return render_template(
        "panels/asked_of_me.html",
        duty=duty_in_words(duty, today, db.calendar),
        panel=panel.board.name,
        over=duty.over.because,
        see_to_it=_see_to_it(mine, panel),
        lines=[reminder_in_words(each, ladders) for each in entry.lines],
        answers=[answer_in_words(each) for each in entry.answers],
        ahead=ahead_in_words(entry.ahead),
        is_late=duty.due_on < today,
        kind=kind,
        thing_id=thing_id,
        seen_form=SeenForm(),
    )


@asked_of_me.route("/seen", methods=["POST"])
@signed_in
def seen(kind: str, thing_id: int) -> ResponseReturnValue:
    return record_seen(_answering(_mine(kind, thing_id)), url_for(".show", kind=kind, thing_id=thing_id))


@asked_of_me.route("/later", methods=["GET", "POST"])
@signed_in
def put_off(kind: str, thing_id: int) -> ResponseReturnValue:
    mine, back = _mine(kind, thing_id), url_for(".show", kind=kind, thing_id=thing_id)
    return ask_until_when(_answering(mine), back, about_duty(mine.duty))


def _mine(kind: str, thing_id: int) -> Mine:
    """Return what the panel waits for; what is not theirs to see to, or is withheld, is not there."""
    found = duty_of(db.session, current_capacities(), kind, thing_id, clock.today(), db.calendar) or abort(404)
    duty, roles = found
    ladder = OwedByPanel(db.session, duty).ladder
    return Mine(duty, role_to_answer_in(ladder, roles) or abort(404))


def _answering(mine: Mine) -> Answering:
    audit.say_for_whom(db.session, _for_whom(mine))
    return mine.answering


def _for_whom(mine: Mine) -> int | None:
    """Return whom the person stands in for where they answer in a role of somebody else’s."""
    action = mine.duty.action
    if mine.role == OWNER and action is not None and action.owner_person_id is not None:
        return action.owner_person_id if action.owner_person_id != current_person().id else None
    return current_capacities().whose(mine.duty.panel_id, [mine.role])


def _see_to_it(mine: Mine, panel: Panel) -> tuple[str, str]:
    """Return the address at which it is seen to, and what is done there."""
    if mine.duty.action is None:
        return duty_href(mine.duty, panel), SEE_TO_IT[mine.duty.kind]
    if mine.role == OWNER and (mine.duty.action.owner_person_id or mine.duty.action.owner_agency_id):
        return url_for("my_actions.done", action_id=mine.duty.action.id), "It is done"
    prefix = panel.board.reference_prefix
    return url_for("panel_actions.done", prefix=prefix, action_id=mine.duty.action.id), "It is done"
