"""A meeting of a panel: what is listed and ready, who is invited and came, who chairs each case, and the agenda."""

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.case import Case
from models.casework import take_step
from models.panels.actions import actions_of
from models.panels.meetings import (
    CHAIR,
    NotForThisMeeting,
    cases_listed,
    cases_ready,
    invite_members,
    list_case,
    move_case,
    name_as_chair,
    not_withheld,
    note_who_came,
    seat_words,
)
from models.panels.minutes import latest_minutes
from models.panels.packs import has_considered, may_be_read, readers_of
from models.panels.panel import Meeting, MeetingCase, PanelMember
from models.queries.access import may_see
from models.queries.panels import Seat, meeting_on
from webapp import clock
from webapp.access import current_actor, current_person
from webapp.database import db
from webapp.panels.access import (
    ACT_ON_A_CASE,
    actor_for,
    of_meeting,
    refuse_who_does_not_act,
    runs_meetings,
    sits_at_panel,
)
from webapp.panels.forms import AttendanceForm, ChairForm, DeferForm, JustSend, MeetingForm, seat_choice
from webapp.panels.lines import Line, known_as, lines_of_listed, lines_of_ready, stood_in_for
from workflows.dates import PartialDate
from workflows.errors import AnswersRefused, NotYourRole, StepRefused
from workflows.standing import Told

meetings = Blueprint("meetings", __name__, url_prefix="/panels/<prefix>/meetings")


@meetings.route("/new", methods=["GET", "POST"])
@runs_meetings
def add(seat: Seat) -> ResponseReturnValue:
    form = MeetingForm()
    if form.sent():
        meeting = _planned(seat, form)
        if meeting is not None:
            db.session.commit()
            flash("The meeting is planned, and every member of that day is invited. Now list its cases.", "done")
            return redirect(url_for(".show", **of_meeting(meeting)), 303)
        form.held_on.errors = ["The panel meets on that day already"]
    page = render_template("panels/new_meeting.html", form=form, seat=seat, prefix=seat.panel.board.reference_prefix)
    return page, 422 if form.errors else 200


def _planned(seat: Seat, form: MeetingForm) -> Meeting | None:
    """Return the new meeting, or nothing where the panel meets on that day already."""
    if meeting_on(db.session, seat.panel, form.held_on.day) is not None:
        return None
    meeting = Meeting(
        panel=seat.panel, panel_id=seat.panel.board_id, held_on=form.held_on.day, theme=form.theme.data or None,
        created_at=clock.now(),
    )  # fmt: skip
    db.session.add(meeting)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        return None
    invite_members(db.session, meeting)
    return meeting


@meetings.route("/<held_on>")
@sits_at_panel
def show(seat: Seat, meeting: Meeting) -> ResponseReturnValue:
    person, today = current_person(), clock.today()
    listed = lines_of_listed(meeting, cases_listed(db.session, meeting, person.id))
    told = {
        "lines": listed,
        "acts_on": {line.case.id for line in listed if line.listed and _acts(seat, line.listed)},
        "pack_open": may_be_read(meeting, today),
        "considered": not seat.members or has_considered(db.session, meeting, person.id),
        "readers": readers_of(db.session, meeting, person.id) if seat.runs_meetings else {},
        "minutes": latest_minutes(db.session, meeting),
        "actions": actions_of(db.session, seat.panel.board_id, person.id, meeting=meeting),
        "ready": _ready(seat, meeting) if seat.coordinates else [],
        "stood_in_for": stood_in_for(seat.lent),
        "today": today,
    }
    return _page("panels/meeting.html", seat, meeting, form=_attendance_form(meeting), **told)


def _acts(seat: Seat, listed: MeetingCase) -> bool:
    return bool(actor_for(seat, listed).roles & ACT_ON_A_CASE)


def _ready(seat: Seat, meeting: Meeting) -> list[Line]:
    return lines_of_ready(meeting, cases_ready(db.session, seat.panel, person_id=seat.person_id))


def _page(template: str, seat: Seat, meeting: Meeting, **told: object) -> ResponseReturnValue:
    form = told.get("form")
    page = render_template(
        template, seat=seat, meeting=meeting, address=of_meeting(meeting), seat_words=seat_words, **told
    )
    return page, 422 if getattr(form, "errors", None) or getattr(form, "form_errors", None) else 200


# --- What is listed ---------------------------------------------------------


@meetings.route("/<held_on>/list", methods=["POST"])
@runs_meetings
def list_one(seat: Seat, meeting: Meeting) -> ResponseReturnValue:
    """List a case that is ready. Its reference comes with the form, and must be one the person may see."""
    if not JustSend().sent():
        abort(400)
    case = _ready_case(seat, request.form.get("reference", ""))
    try:
        list_case(db.session, meeting, case, actor=current_actor(case), on=clock.today(), now=clock.now())
    except (NotForThisMeeting, StepRefused) as refused:
        db.session.rollback()
        if isinstance(refused, NotYourRole):
            raise
        flash(". ".join(getattr(refused, "reasons", (str(refused),))), "note")
    else:
        db.session.commit()
        flash("The case is listed.", "done")
    return redirect(url_for(".show", **of_meeting(meeting), _anchor="listed"), 303)


def _ready_case(seat: Seat, reference: str) -> Case:
    known = select(Case).where(
        Case.reference == reference, may_see(seat.person_id, clock.today()), not_withheld(seat.person_id)
    )
    case = db.session.scalars(known).one_or_none()
    if case is None or case not in cases_ready(db.session, seat.panel, person_id=seat.person_id):
        abort(404)
    return case


@meetings.route("/<held_on>/cases/<reference>/move", methods=["POST"])
@runs_meetings
def move(seat: Seat, meeting: Meeting, listed: MeetingCase) -> ResponseReturnValue:
    if not JustSend().sent():
        abort(400)
    earlier = request.form.get("to") == "earlier"
    move_case(db.session, meeting, listed.case_id, -1 if earlier else 1, person_id=seat.person_id)
    db.session.commit()
    return redirect(url_for(".show", **of_meeting(meeting), _anchor="listed"), 303)


@meetings.route("/<held_on>/cases/<reference>/defer", methods=["GET", "POST"])
@sits_at_panel
def defer(seat: Seat, meeting: Meeting, listed: MeetingCase) -> ResponseReturnValue:
    actor = refuse_who_does_not_act(seat, listed)
    form = DeferForm()
    if form.sent():
        until = {"until": form.until.data.iso()} if isinstance(form.until.data, PartialDate) else {}
        told = Told(PartialDate.on(clock.today()), {"reasons": form.reasons.data, **until})
        try:
            take_step(db.session, listed.case, "defer_review", actor=actor, told=told, now=clock.now())
        except StepRefused as refused:
            db.session.rollback()
            if not isinstance(refused, AnswersRefused):
                raise
            form.form_errors += refused.reasons
        else:
            db.session.commit()
            flash("The review is deferred. The case goes back to gathering information.", "done")
            return redirect(url_for(".show", **of_meeting(meeting)), 303)
    return _page("panels/defer.html", seat, meeting, form=form, listed=listed, known_as=known_as(listed.case))


@meetings.route("/<held_on>/cases/<reference>/chair", methods=["GET", "POST"])
@runs_meetings
def chair(seat: Seat, meeting: Meeting, listed: MeetingCase) -> ResponseReturnValue:
    """Name who takes the chair for one case, where the chair does not."""
    form, others = ChairForm(), _other_members(meeting)
    form.offer(_choices(others))
    if not form.is_submitted():
        form.member.data = str(listed.chaired_by_id or "none")
    if form.sent():
        member = next((each for each in others if str(each.id) == form.member.data), None)
        try:
            name_as_chair(db.session, listed, member, person_id=seat.person_id, now=clock.now())
        except NotForThisMeeting as refused:
            form.member.errors = [str(refused)]
        else:
            db.session.commit()
            flash("Who takes the chair for this case is noted.", "done")
            return redirect(url_for(".show", **of_meeting(meeting)), 303)
    return _page("panels/chair.html", seat, meeting, form=form, listed=listed, known_as=known_as(listed.case))


def _other_members(meeting: Meeting) -> list[PanelMember]:
    return [each.member for each in meeting.attendances if each.member.role != CHAIR]


# --- Who comes --------------------------------------------------------------


@meetings.route("/<held_on>/attendance", methods=["POST"])
@runs_meetings
def attendance(seat: Seat, meeting: Meeting) -> ResponseReturnValue:
    """Note who came, of all who are invited or have joined the panel since."""
    invite_members(db.session, meeting)
    form = _attendance_form(meeting)
    if not form.sent():
        abort(400)
    came = set(form.came.data or ())
    note_who_came(
        db.session,
        meeting,
        [each for each in meeting.attendances if str(each.member_id) in came],
        person_id=seat.person_id,
        now=clock.now(),
    )
    db.session.commit()
    flash("Who came is noted.", "done")
    return redirect(url_for(".show", **of_meeting(meeting), _anchor="attendance"), 303)


def _attendance_form(meeting: Meeting) -> AttendanceForm:
    form = AttendanceForm(came=[str(each.member_id) for each in meeting.attendances if each.attended])
    form.offer(_choices([each.member for each in meeting.attendances]))
    return form


def _choices(members: list[PanelMember]) -> list[tuple[str, str]]:
    return [(str(each.id), seat_choice(each.role, each.agency, each.person.name)) for each in members]


# --- The agenda (DOMAIN 11) -------------------------------------------------


@meetings.route("/<held_on>/agenda")
@sits_at_panel
def agenda(seat: Seat, meeting: Meeting) -> ResponseReturnValue:
    listed = lines_of_listed(meeting, cases_listed(db.session, meeting, seat.person_id))
    told: Mapping[str, object] = {
        "taken": [line for line in listed if line.outcome != "deferred"],
        "deferred": [line for line in listed if line.outcome == "deferred"],
        "actions": actions_of(db.session, seat.panel.board_id, seat.person_id, done=False),
    }
    return _page("panels/agenda.html", seat, meeting, **told)
