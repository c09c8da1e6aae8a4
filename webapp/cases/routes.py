"""The case: where it stands and what happened, and the parts of it that have a page of their own."""

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from models.case import Case
from models.child_deaths.reporting_forms import requests_of
from models.queries.case_page import agencies_led, drafts_on, letters_to_be, linked_cases, people_on
from webapp import clock
from webapp.access import (
    READ_REMINDERS,
    current_actor,
    current_person,
    may_see_case,
    may_see_part_of_case,
    sees_whole_case,
)
from webapp.cases import parts, stretches
from webapp.cases.due_dates import dates_that_matter
from webapp.cases.known import is_asked_of_agencies
from webapp.cases.looking import seen, today_only
from webapp.cases.picture import NARROW, picture
from webapp.cases.recordable import drafts_in_words, recordable_by
from webapp.cases.timeline import letters, timeline
from webapp.cases.view import page_of, view_of
from webapp.child_deaths.on_the_case import death_on_the_case
from webapp.database import db
from webapp.reminders.asked import asked_dates
from webapp.reminders.forms import SeenForm
from workflows.diagram import diagram_svg, from_anywhere, in_words
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.roles import AGENCY_LEAD, AUDITOR

cases = Blueprint("cases", __name__, url_prefix="/cases")


@cases.route("/<reference>")
@may_see_part_of_case
def show(case: Case) -> ResponseReturnValue:
    if not sees_whole_case(case):
        return redirect(url_for(".asked", reference=case.reference))
    view = view_of(case)
    theirs = [] if view.look.at_the_past else drafts_on(db.session, current_person().id, case)
    told = {
        "dates": dates_that_matter(view.standing),
        "figures": stretches.figures(view.standing),
        "picture": picture(view.standing),
        "narrow_picture": picture(view.standing, NARROW),
        "table": stretches.table(view.standing),
        "entries": timeline(view.seen, view.roles),
        "letters": [] if view.look.at_the_past else letters(letters_to_be(db.session, case), view.seen),
        "drafts": drafts_in_words(theirs, view.standing.procedure),
        "linked": linked_cases(db.session, case, current_person().id, clock.today()),
        "death": death_on_the_case(view) if case.workflow_key == CHILD_DEATH_REVIEW else None,
    }
    return page_of(view, "cases/show.html", told)


@cases.route("/<reference>/agencies")
@may_see_case
def agencies(case: Case) -> ResponseReturnValue:
    view = view_of(case)
    return page_of(view, "cases/agencies.html", {"asked": parts.asked_of(view.standing)})


@cases.route("/<reference>/report")
@may_see_case
def report(case: Case) -> ResponseReturnValue:
    view = view_of(case)
    groups = parts.groups_of_the_report(view.standing)
    return page_of(view, "cases/report.html", {"groups": parts.done_in(view.standing, groups)})


@cases.route("/<reference>/learning")
@may_see_case
def learning(case: Case) -> ResponseReturnValue:
    view = view_of(case)
    groups = parts.done_in(view.standing, ["Learning"], without=parts.OF_ACTIONS)
    return page_of(view, "cases/learning.html", {"actions": parts.actions(view.standing), "groups": groups})


@cases.route("/<reference>/people")
@may_see_case
def people(case: Case) -> ResponseReturnValue:
    view = view_of(case)
    told = {
        "roles": parts.who_may_see(people_on(db.session, case, clock.today())),
        "may_read_reminders": not view.roles.isdisjoint(READ_REMINDERS),
        "audits": AUDITOR in view.actor.own,
    }
    return page_of(view, "cases/people.html", told)


@cases.route("/<reference>/about")
@may_see_case
def about(case: Case) -> ResponseReturnValue:
    view = view_of(case)
    procedure = view.standing.procedure
    told = {
        "diagram": Markup(diagram_svg(procedure, view.standing.state)),  # noqa: S704 - it escapes its own words
        "ways": in_words(procedure),
        "from_anywhere": from_anywhere(procedure),
        "linked": linked_cases(db.session, case, current_person().id, clock.today()),
        "beginning": parts.done_in(view.standing, parts.groups_of_the_beginning(view.standing)),
    }
    return page_of(view, "cases/about.html", told)


@cases.route("/<reference>/asked")
@may_see_part_of_case
def asked(case: Case) -> ResponseReturnValue:
    led = agencies_led(db.session, current_person().id, case, clock.today())
    if not led or AGENCY_LEAD not in current_actor(case).roles:
        abort(404)
    standing = seen(case, today_only()).standing
    return render_template(
        "cases/asked.html",
        case=case,
        agencies=led,
        asked=parts.asked_of(standing, led),
        dates=asked_dates(case),
        seen_form=SeenForm(),
        in_browser={each.sequence for each in requests_of(db.session, case, standing) if each.form},
        steps=[step for step in recordable_by(standing, {AGENCY_LEAD}).possible if is_asked_of_agencies(step)],
    )
