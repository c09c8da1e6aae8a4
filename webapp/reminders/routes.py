"""The ledger of a case and of a person, and the answers to reminders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from models import audit
from models.case import Case, Deadline
from models.panels.panel import Panel
from models.people import Person
from models.queries.duties import has_to_do_with
from notifications import ledger
from notifications.answering import Answering, DateOfCase, role_to_answer_in
from notifications.chosen import ladder_of
from notifications.ledger import Line
from notifications.person_ledger import Asking, Told, delivered_to, not_said_to
from webapp import clock
from webapp.access import (
    READ_REMINDERS,
    current_actor,
    current_capacities,
    current_person,
    may_see_case,
    may_see_part_of_case,
    needs_role,
    signed_in,
)
from webapp.cases.view import page_of, view_of
from webapp.database import db
from webapp.panels.duty_lines import ladders_of_lines, reminder_in_words
from webapp.reminders.answers import ask_until_when, record_seen
from webapp.reminders.asked import deadlines_to_answer, leads_who_is_asked
from webapp.reminders.forms import SeenForm
from webapp.reminders.words import LineInWords, ledger_in_words, line_in_words
from workflows.roles import AGENCY_LEAD

reminders = Blueprint("reminders", __name__)


@reminders.route("/cases/<reference>/reminders")
@may_see_case
def show(case: Case) -> ResponseReturnValue:
    view = view_of(case)
    kept = ledger.ledger_of(db.session, case, db.calendar, clock.today())
    roles = {each.deadline.id: _role_in(case, each.deadline) for each in kept.entries}
    told = {"ledger": ledger_in_words(kept, view.standing, roles), "seen_form": SeenForm()}
    return page_of(view, "reminders/case.html", told)


@reminders.route("/cases/<reference>/reminders/<int:deadline_id>/seen", methods=["POST"])
@may_see_case
def seen(case: Case, deadline_id: int) -> ResponseReturnValue:
    return record_seen(_answering(case, _deadline(case, deadline_id)), url_for(".show", reference=case.reference))


@reminders.route("/cases/<reference>/reminders/<int:deadline_id>/put-off", methods=["GET", "POST"])
@may_see_case
def put_off(case: Case, deadline_id: int) -> ResponseReturnValue:
    back = url_for(".show", reference=case.reference)
    return ask_until_when(_answering(case, _deadline(case, deadline_id)), back, case.reference)


@reminders.route("/cases/<reference>/asked/<int:deadline_id>/seen", methods=["POST"])
@may_see_part_of_case
def seen_by_agency(case: Case, deadline_id: int) -> ResponseReturnValue:
    return record_seen(_answering_as_lead(case, deadline_id), url_for("cases.asked", reference=case.reference))


@reminders.route("/cases/<reference>/asked/<int:deadline_id>/put-off", methods=["GET", "POST"])
@may_see_part_of_case
def put_off_by_agency(case: Case, deadline_id: int) -> ResponseReturnValue:
    back = url_for("cases.asked", reference=case.reference)
    return ask_until_when(_answering_as_lead(case, deadline_id), back, case.reference)


@reminders.route("/account/reminders")
@signed_in
def mine() -> ResponseReturnValue:
    return _of_person(current_person(), "My reminders")


@reminders.route("/reminders/people/<uuid:public_id>")
@needs_role(*READ_REMINDERS)
def of_person(public_id: UUID) -> ResponseReturnValue:
    person = db.session.scalar(select(Person).where(Person.public_id == public_id)) or abort(404)
    return _of_person(person, f"Reminders for {person.name}")


def _of_person(person: Person, title: str) -> ResponseReturnValue:
    """Show what was for a person, in the cases and of the panels that whoever asks may see."""
    asks, today = current_person(), clock.today()
    asking = Asking(db.session, person.id, seen_by=asks.id, on=today)
    return render_template(
        "reminders/person.html",
        title=title,
        theirs=person.id == asks.id,
        addressed=_in_words(delivered_to(asking)),
        not_said=_in_words(not_said_to(asking)),
    )


def _in_words(told: Sequence[Told]) -> list[LineInWords]:
    """Return the lines of a person’s ledger, of cases and of panels."""
    of_panels = [each for each in told if not isinstance(each, Line)]
    ladders, hrefs = ladders_of_lines(of_panels), _hrefs({each.reminder.panel for each in of_panels})
    return [
        line_in_words(each)
        if isinstance(each, Line)
        else reminder_in_words(each, ladders, hrefs[each.reminder.panel_id])
        for each in told
    ]


def _hrefs(panels: Iterable[Panel]) -> dict[int, str]:
    """Return by the id of each panel where its own page is, for those that whoever asks has to do with."""
    capacities, today = current_capacities(), clock.today()
    return {
        each.board_id: url_for("panels.show", prefix=each.board.reference_prefix)
        if has_to_do_with(db.session, capacities, each.board_id, today)
        else ""
        for each in panels
    }


def _deadline(case: Case, deadline_id: int) -> Deadline:
    deadline = db.session.scalar(select(Deadline).where(Deadline.id == deadline_id, Deadline.case_id == case.id))
    return deadline or abort(404)


def _role_in(case: Case, deadline: Deadline) -> str | None:
    roles = current_actor(case).roles
    if AGENCY_LEAD in roles and not leads_who_is_asked(deadline):
        roles -= {AGENCY_LEAD}
    return role_to_answer_in(ladder_of(db.session, case, deadline.clock_key), roles)


def _answering(case: Case, deadline: Deadline) -> Answering:
    """Return the answer of whoever asks; refuse somebody who is never told of this deadline."""
    role = _role_in(case, deadline) or abort(403)
    audit.say_for_whom(db.session, current_actor(case).acts_for(role))
    return Answering(DateOfCase(db.session, case, deadline), current_person().id, role, clock.now())


def _answering_as_lead(case: Case, deadline_id: int) -> Answering:
    """Return the answer of an agency's lead; what is not asked of their agency is not there."""
    deadline = next((each for each in deadlines_to_answer(case) if each.id == deadline_id), None) or abort(404)
    audit.say_for_whom(db.session, current_actor(case).acts_for(AGENCY_LEAD))
    return Answering(DateOfCase(db.session, case, deadline), current_person().id, AGENCY_LEAD, clock.now())
