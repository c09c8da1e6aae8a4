"""The minutes of a meeting: drafted, changed part by part, approved and locked, printed; corrected by a new version."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.panels.minutes import (
    MinutesApproved,
    MinutesChanged,
    PanelMinutes,
    Part,
    approve_minutes,
    begin_minutes,
    change_minutes,
    correct_minutes,
    latest_minutes,
    parts_seen_by,
    versions_of,
)
from models.panels.panel import Meeting
from models.queries.panels import Seat
from webapp import clock
from webapp.database import db
from webapp.panels.access import chairs_panel, of_meeting, runs_meetings, sits_at_panel
from webapp.panels.forms import ApproveForm, CorrectMinutesForm, JustSend

minutes = Blueprint("minutes", __name__, url_prefix="/panels/<prefix>/meetings/<held_on>/minutes")


@minutes.route("")
@sits_at_panel
def show(seat: Seat, meeting: Meeting) -> ResponseReturnValue:
    """Show the newest version that the person may read: members read what is approved, those who run it the draft."""
    versions = [each for each in versions_of(db.session, meeting) if each.approved_at or seat.runs_meetings]
    wanted = request.args.get("version", type=int)
    shown = next((each for each in versions if wanted in (None, each.version)), None)
    if shown is None and (wanted is not None or not seat.runs_meetings):
        abort(404)
    return render_template(
        "panels/minutes.html", seat=seat, meeting=meeting, address=of_meeting(meeting), shown=shown,
        versions=versions, parts=parts_seen_by(db.session, shown, seat.person_id) if shown else (),
        may_approve=seat.chairs, form=JustSend(),
    )  # fmt: skip


@minutes.route("/draft", methods=["POST"])
@runs_meetings
def draft(seat: Seat, meeting: Meeting) -> ResponseReturnValue:
    """Draft the minutes from what was recorded, in place of a draft that there is."""
    latest = latest_minutes(db.session, meeting)
    if not JustSend().sent() or (latest and latest.approved_at):
        abort(400)
    begin_minutes(db.session, meeting, person_id=seat.person_id, now=clock.now())
    db.session.commit()
    flash("The minutes are drafted from what was recorded. Read them, and change what needs changing.", "done")
    return redirect(url_for(".change", **of_meeting(meeting)), 303)


@minutes.route("/change", methods=["GET", "POST"])
@runs_meetings
def change(seat: Seat, meeting: Meeting) -> ResponseReturnValue:
    latest, form = _draft_of(meeting), JustSend()
    parts = parts_seen_by(db.session, latest, seat.person_id)
    written_at = latest.written_at.isoformat()
    overtaken = form.is_submitted() and request.form.get("written_at") != written_at
    if form.sent() and not overtaken:
        change_minutes(db.session, latest, _texts(parts), person_id=seat.person_id, now=clock.now())
        db.session.commit()
        flash("The draft is kept.", "done")
        return redirect(url_for(".show", **of_meeting(meeting)), 303)
    page = render_template(
        "panels/change_minutes.html", form=form, meeting=meeting, address=of_meeting(meeting), parts=parts,
        texts={part.key: part.text for part in parts} | _texts(parts), written_at=written_at, overtaken=overtaken,
    )  # fmt: skip
    return page, 409 if overtaken else 200


@minutes.route("/approve", methods=["GET", "POST"])
@chairs_panel
def approve(seat: Seat, meeting: Meeting) -> ResponseReturnValue:
    """Approve the draft as it was read, which is locked from then on. That is the chair's to do."""
    latest = latest_minutes(db.session, meeting) or abort(404)
    if latest.approved_at is not None:
        return redirect(url_for(".show", **of_meeting(meeting)), 303)
    form = ApproveForm(read=request.args.get("read") or latest.written_at.isoformat())
    if form.sent() and form.has_read(latest.written_at):
        try:
            approve_minutes(
                db.session, meeting, latest, person_id=seat.person_id, now=clock.now(), as_written_at=latest.written_at
            )
        except (MinutesApproved, MinutesChanged):
            # Somebody was quicker by a moment. The page says how it stands.
            db.session.rollback()
            return redirect(url_for(".approve", read=form.read.data, **of_meeting(meeting)), 303)
        db.session.commit()
        flash("The minutes are approved and locked.", "done")
        return redirect(url_for(".show", **of_meeting(meeting)), 303)
    changed_at = None if form.has_read(latest.written_at) else latest.written_at
    page = render_template(
        "panels/approve_minutes.html", form=form, meeting=meeting, address=of_meeting(meeting), changed_at=changed_at
    )
    return page, 409 if changed_at else 200


@minutes.route("/correct", methods=["GET", "POST"])
@runs_meetings
def correct(seat: Seat, meeting: Meeting) -> ResponseReturnValue:
    """Begin another version of approved minutes, or go on with the one that is begun."""
    latest, form = latest_minutes(db.session, meeting) or abort(404), CorrectMinutesForm()
    if latest.approved_at is None:
        return redirect(url_for(".change", **of_meeting(meeting)), 303)
    if form.sent():
        correct_minutes(db.session, latest, form.because.data, person_id=seat.person_id, now=clock.now())
        db.session.commit()
        flash("A new version is begun. Change it, and let the chair approve it.", "done")
        return redirect(url_for(".change", **of_meeting(meeting)), 303)
    page = render_template("panels/correct_minutes.html", form=form, meeting=meeting, address=of_meeting(meeting))
    return page, 422 if form.errors else 200


def _draft_of(meeting: Meeting) -> PanelMinutes:
    """Return the draft of the minutes. Answers 404 where there is none."""
    latest = latest_minutes(db.session, meeting)
    return latest if latest and latest.approved_at is None else abort(404)


def _texts(parts: Sequence[Part]) -> dict[str, str]:
    """Return what was typed into each part. A browser ends its lines in two characters; a text is kept with one."""
    sent = {part.key: request.form.get(f"part-{part.key}") for part in parts}
    return {key: text.replace("\r\n", "\n").strip() for key, text in sent.items() if text is not None}
