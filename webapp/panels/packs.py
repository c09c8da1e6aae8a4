"""The pack for a meeting: read over and released by the coordinator, read by members until the meeting is over."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.panels.meetings import cases_listed
from models.panels.packs import (
    has_considered,
    may_be_read,
    pack,
    page_of,
    pages_read,
    passages_of,
    read_over,
    release_pack,
    written_summary,
)
from models.panels.panel import Meeting, MeetingCase
from models.queries.panels import Seat
from webapp import clock
from webapp.access import current_person
from webapp.database import db
from webapp.panels.access import coordinates_panel, of_meeting, sits_at_panel
from webapp.panels.forms import ReleaseForm, SummaryForm
from webapp.panels.lines import known_as

packs = Blueprint("packs", __name__, url_prefix="/panels/<prefix>/meetings/<held_on>")


@packs.route("/pack")
@sits_at_panel
def read(seat: Seat, meeting: Meeting) -> ResponseReturnValue:
    """Show the pack to read or print. That it was read is recorded, page by page."""
    if not may_be_read(meeting, clock.today()):
        page = render_template("panels/no_pack.html", meeting=meeting, address=of_meeting(meeting), today=clock.today())
        return page, 404 if meeting.pack_released_at is None else 410
    if seat.members and not has_considered(db.session, meeting, seat.person_id):
        flash("Before you read the pack, say in which of these cases you have an interest.", "note")
        return redirect(url_for("interests.consider", **of_meeting(meeting)), 303)
    pages = pack(db.session, meeting, seat.person_id)
    pages_read(db.session, meeting, pages, person_id=seat.person_id, now=clock.now())
    db.session.commit()
    references = {each.case_id: each.case.reference for each in cases_listed(db.session, meeting, seat.person_id)}
    return render_template(
        "panels/pack.html", meeting=meeting, address=of_meeting(meeting), pages=pages, references=references
    )


@packs.route("/pack/review", methods=["GET", "POST"])
@coordinates_panel
def review(seat: Seat, meeting: Meeting) -> ResponseReturnValue:
    """Show what could identify somebody on each page, and release the pack once all of it is read."""
    form = ReleaseForm()
    if form.sent():
        release_pack(db.session, meeting, person_id=current_person().id, now=clock.now())
        db.session.commit()
        flash("The pack is released. Each member can read it until the day of the meeting is over.", "done")
        return redirect(url_for("meetings.show", **of_meeting(meeting)), 303)
    listed = cases_listed(db.session, meeting, seat.person_id)
    pages = [
        (each, known_as(each.case), page_of(db.session, each.case, summary=each.summary),
         passages_of(db.session, each))
        for each in listed
    ]  # fmt: skip
    page = render_template(
        "panels/pack_review.html", form=form, meeting=meeting, address=of_meeting(meeting), pages=pages
    )
    return page, 422 if form.errors else 200


@packs.route("/cases/<reference>/summary", methods=["GET", "POST"])
@coordinates_panel
def summary(seat: Seat, meeting: Meeting, listed: MeetingCase) -> ResponseReturnValue:
    """Let the coordinator word the summary of a case as members will read it."""
    form = SummaryForm(summary=written_summary(db.session, listed))
    if form.sent():
        read_over(listed, form.summary.data or "")
        db.session.commit()
        flash("The summary is kept. Members will read it once the pack is released.", "done")
        return redirect(url_for(".review", **of_meeting(meeting), _anchor=f"case-{listed.case.reference}"), 303)
    return render_template(
        "panels/summary.html", form=form, seat=seat, meeting=meeting, address=of_meeting(meeting), listed=listed,
        known_as=known_as(listed.case), passages=passages_of(db.session, listed),
    )  # fmt: skip
