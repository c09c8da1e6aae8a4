"""Interests: a member says for themself in which cases they have one, or it is recorded for them, or was a mistake.

Once declared, the case is withheld from that member everywhere. They are told enough before to know: which agencies,
an age band and a quarter of a year, and nothing clinical.
"""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models import audit
from models.actor import Actor
from models.case import Case
from models.panels.meetings import cases_listed, declare_interest, interests_in, lift_interest, members_on
from models.panels.packs import has_considered_now, notion_of
from models.panels.panel import Meeting, MeetingCase, PanelMember, has_interest, panel_of
from models.people import Person
from models.queries.accounts import person_of
from models.queries.panels import Seat
from webapp import clock
from webapp.access import current_actor, current_person, may_see_case
from webapp.database import db
from webapp.panels.access import actor_for, membership, of_meeting, sits_at_panel
from webapp.panels.forms import InterestForm, InterestOfForm, JustSend, LiftForm, seat_choice
from webapp.panels.lines import known_as
from workflows.roles import CDOP_CHAIR, CDOP_COORDINATOR, DESIGNATED_DOCTOR

interests = Blueprint("interests", __name__)

KEEPERS = (CDOP_COORDINATOR, CDOP_CHAIR)

OF_MEETING = "/panels/<prefix>/meetings/<held_on>"


@interests.route(f"{OF_MEETING}/interests", methods=["GET", "POST"])
@sits_at_panel
def consider(seat: Seat, meeting: Meeting) -> ResponseReturnValue:
    """Show a member the cases of a meeting, so that they say in which of them they have an interest."""
    membership(seat)
    form = JustSend()
    if form.sent():
        has_considered_now(db.session, meeting, seat.person_id, clock.now())
        db.session.commit()
        flash("It is noted that you have no interest in these cases.", "done")
        return redirect(url_for("packs.read", **of_meeting(meeting)), 303)
    notions = [notion_of(db.session, each.case) for each in cases_listed(db.session, meeting, seat.person_id)]
    return render_template(
        "panels/interests.html", meeting=meeting, address=of_meeting(meeting), notions=notions, form=form
    )


@interests.route(f"{OF_MEETING}/cases/<reference>/interest", methods=["GET", "POST"])
@sits_at_panel
def declare(seat: Seat, meeting: Meeting, listed: MeetingCase) -> ResponseReturnValue:
    """Let a member declare an interest of their own, knowing what follows."""
    member, form = membership(seat), InterestForm()
    if form.sent():
        declare_interest(
            db.session, listed.case, person_id=seat.person_id, seat=member.role, interest=form.interest.data,
            actor=actor_for(seat, listed), on=clock.today(), now=clock.now(),
        )  # fmt: skip
        db.session.commit()
        flash("Your interest is recorded. The case is withheld from you from now on.", "done")
        return redirect(url_for(".consider", **of_meeting(meeting)), 303)
    page = render_template(
        "panels/declare.html", form=form, meeting=meeting, address=of_meeting(meeting),
        notion=notion_of(db.session, listed.case),
    )  # fmt: skip
    return page, 422 if form.errors else 200


# --- Recorded for a member, and put right -----------------------------------


@interests.route("/cases/<reference>/interests", methods=["GET", "POST"])
@may_see_case
def of_case(case: Case) -> ResponseReturnValue:
    """Show the interests declared in a case, and record one for a member who told the coordinator or the chair."""
    actor, form = _who_keeps_them(case, (*KEEPERS, DESIGNATED_DOCTOR)), InterestOfForm()
    members = _members_for(case)
    form.offer([(str(each.id), seat_choice(each.role, each.agency, each.person.name)) for each in members])
    if form.sent():
        member = next(each for each in members if str(each.id) == form.member.data)
        declare_interest(
            db.session, case, person_id=member.person_id, seat=member.role, interest=form.interest.data, actor=actor,
            on=clock.today(), now=clock.now(),
        )  # fmt: skip
        db.session.commit()
        return _after_declaring(case, member.person_id)
    declared = [(each, db.session.get_one(Person, each.person_id)) for each in interests_in(db.session, case)]
    page = render_template(
        "panels/interests_of_case.html",
        may_lift=bool(actor.roles & set(KEEPERS)),
        form=form,
        case=case,
        known_as=known_as(case),
        declared=declared,
        members=members,
    )
    return page, 422 if form.errors else 200


@interests.route("/cases/<reference>/interests/<uuid:public_id>/mistake", methods=["GET", "POST"])
@may_see_case
def lift(case: Case, public_id: UUID) -> ResponseReturnValue:
    """Strike out a declaration that was a mistake: by the coordinator or chair, who have no interest themselves."""
    actor, form = _who_keeps_them(case, KEEPERS), LiftForm()
    person = person_of(db.session, public_id)
    if person is None or not has_interest(db.session, person.id, case.id):
        abort(404)
    if form.sent():
        lift_interest(
            db.session, case, person_id=person.id, reason=form.reason.data, actor=actor, now=clock.now()
        )  # fmt: skip
        db.session.commit()
        flash("The declaration is struck out. The case can be seen by them again.", "done")
        return redirect(url_for(".of_case", reference=case.reference), 303)
    page = render_template("panels/lift.html", form=form, case=case, known_as=known_as(case), person=person)
    return page, 422 if form.errors else 200


def _who_keeps_them(case: Case, roles: Sequence[str]) -> Actor:
    """Return who is asking, if they act on the case in one of these roles. Others who see it are answered 403."""
    actor = current_actor(case)
    if case.workflow_key != "child_death_review":
        abort(404)
    role = next((role for role in roles if role in actor.roles_for(roles)), None) or abort(403)
    audit.say_for_whom(db.session, actor.acts_for(role))
    return actor


def _members_for(case: Case) -> list[PanelMember]:
    """Return the members of the panel that reviews the case who have not declared an interest in it."""
    panel = panel_of(db.session, case.board_id)
    members = members_on(db.session, panel, clock.today()) if panel else ()
    return [each for each in members if not has_interest(db.session, each.person_id, case.id)]


def _after_declaring(case: Case, person_id: int) -> ResponseReturnValue:
    """Lead back to the case, or away from it where it was their own interest that was recorded."""
    flash("The interest is recorded, and the case is withheld from the member.", "done")
    if person_id == current_person().id:
        return redirect(url_for("panels.show_all"), 303)
    return redirect(url_for(".of_case", reference=case.reference), 303)
