"""One case on the day of the meeting: summary at the left, form at the right; kept on each send, recorded in two steps.

Several people may write on the same form: the coordinator before the meeting, the chair at it. What was kept last is
what everybody goes on from.
"""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.casework import take_step
from models.drafts import discard_everybodys
from models.errors import CaseMovedOn
from models.panels.actions import actions_of
from models.panels.packs import page_of
from models.panels.panel import Meeting, MeetingCase
from models.people import Person
from models.queries.access import roles_on
from models.queries.panels import Seat
from webapp import clock
from webapp.cases.factors import ANOTHER
from webapp.cases.told import answered
from webapp.database import db
from webapp.keeping import offered_again
from webapp.mistakes import Mistake
from webapp.panels.access import of_meeting, refuse_who_does_not_act, sits_at_panel
from webapp.panels.day_form import CATEGORY_HINTS, PREVENTABILITY_HINTS, DayForm
from webapp.panels.lines import OUTCOME_WORDS, known_as
from webapp.panels.sitting import CATEGORISE, Sitting
from workflows.answers import Asked, read_answers
from workflows.dates import PartialDate
from workflows.errors import NotYourRole, StepRefused
from workflows.referral import REFERS
from workflows.standing import Told

day = Blueprint("day", __name__, url_prefix="/panels/<prefix>/meetings/<held_on>")

REVIEW = "review_at_panel"
ON_AGENDA, REVIEWED = "on_agenda", "reviewed"


@day.route("/cases/<reference>", methods=["GET", "POST"])
@sits_at_panel
def show(seat: Seat, meeting: Meeting, listed: MeetingCase) -> ResponseReturnValue:
    sitting = Sitting(seat, meeting, listed, refuse_who_does_not_act(seat, listed))
    if sitting.listed.case.state not in (ON_AGENDA, REVIEWED) or sitting.outcome in ("deferred", "categorised"):
        return _over(sitting)
    if request.method == "GET":
        return _page(sitting, sitting.form(sitting.draft()))
    form = sitting.form()
    if offered_again():
        return _page(sitting, form)
    if other := sitting.overtaken_by(form):
        form.kept_at.data = other.updated_at.isoformat()
        return _page(sitting, form, overtaken=db.session.get(Person, other.person_id), status=409)
    sitting.keep()
    return _go_on(sitting, form, request.form.get("do", "keep"))


def _go_on(sitting: Sitting, form: DayForm, do: str) -> ResponseReturnValue:
    """Return where the button that was pressed leads; what was typed is kept by then."""
    earlier, later = sitting.neighbours()
    if do == ANOTHER:
        return _page(sitting, form)
    if do == "action":
        address = of_meeting(sitting.meeting, case=sitting.listed.case.reference)
        return redirect(url_for("panel_actions.add", **address), 303)
    if do in ("record", "review"):
        return _record(sitting, form, only_review=do == "review")
    if do in ("earlier", "later"):
        return redirect(sitting.address(earlier if do == "earlier" else later), 303)
    flash("What is entered is kept. It is not recorded yet.", "note")
    return redirect(sitting.address(), 303)


# --- Recording --------------------------------------------------------------


def _record(sitting: Sitting, form: DayForm, *, only_review: bool) -> ResponseReturnValue:
    """Record the panel's review and then its conclusions. If the second is refused, the first stays."""
    if not sitting.may_record:
        raise NotYourRole("This can be recorded by the chair of the panel, and you do not act as that here")
    if not _is_complete(sitting, form, only_review):
        return _page(sitting, form, status=422)
    reviewed_before = sitting.listed.case.state == REVIEWED
    try:
        if not reviewed_before:
            _take(sitting, form, REVIEW, form.answers_for_review(sitting.meeting.held_on, sitting.meeting.theme))
    except (StepRefused, CaseMovedOn) as refused:
        return _refused(sitting, form, refused)
    db.session.commit()
    if only_review:
        flash("The panel’s review is recorded. Its conclusions can be recorded later.", "done")
        return redirect(sitting.address(), 303)
    try:
        _take(sitting, form, CATEGORISE, form.answers(), after_review=not reviewed_before)
    except (StepRefused, CaseMovedOn) as refused:
        if not reviewed_before:
            flash("The panel’s review is recorded. Its conclusions are not, for the reasons given.", "note")
        return _refused(sitting, form, refused)
    discard_everybodys(db.session, case_id=sitting.listed.case_id, form_key=sitting.draft_key)
    db.session.commit()
    return _recorded(sitting)


def _is_complete(sitting: Sitting, form: DayForm, only_review: bool) -> bool:
    """Return whether everything needed is there, before anything is recorded; the form says what is not."""
    readable = form.read()
    if sitting.listed.case.state != REVIEWED and (problem := form.problem_of_the_chair()):
        form.chair.errors = [problem]
        return False
    if only_review:
        return readable
    step, on = sitting.standing.procedure.step(CATEGORISE), PartialDate.on(sitting.meeting.held_on)
    try:
        read_answers(step, form.answers(), Asked(on, clock.today()))
    except StepRefused as refused:
        form.refuse(refused, {})
        return False
    return _is_thought_over(sitting, form) and readable


def _is_thought_over(sitting: Sitting, form: DayForm) -> bool:
    """Return whether all there is to think of was said once before; the form says what was not."""
    thoughts = sitting.think_of(form)
    seen, form.cautions_seen.data = form.cautions_seen.data or "", "; ".join(thoughts)
    if not thoughts or form.cautions_seen.data == seen:
        return True
    form.form_errors += [
        Mistake(f"{words}. Change it, or record it again as it stands", "#think-of") for words in thoughts
    ]
    return False


def _take(
    sitting: Sitting, form: DayForm, step: str, answers: dict[str, object], *, after_review: bool = False
) -> None:
    told = Told(PartialDate.on(sitting.meeting.held_on), answers)
    take_step(
        db.session, sitting.listed.case, step, actor=sitting.actor, told=told, now=clock.now(),
        expected_length=form.length + (1 if after_review else 0), idempotency_key=uuid.uuid5(form.key, step),
    )  # fmt: skip


def _refused(sitting: Sitting, form: DayForm, refused: StepRefused | CaseMovedOn) -> ResponseReturnValue:
    db.session.rollback()
    db.session.refresh(sitting.listed.case)
    if isinstance(refused, NotYourRole):
        raise refused
    again = Sitting(sitting.seat, sitting.meeting, sitting.listed, sitting.actor)
    form.opened_at.data = str(again.length)
    if isinstance(refused, CaseMovedOn):
        return _page(again, form, since=refused.since, status=409)
    mended_at = "#conclusion-part" if sitting.listed.case.state == REVIEWED else "#present"
    form.refuse(refused, dict.fromkeys(refused.reasons, mended_at))
    return _page(again, form, status=422)


def _recorded(sitting: Sitting) -> ResponseReturnValue:
    """Lead to the next case, or back to the meeting after the last."""
    _, later = sitting.neighbours()
    flash(f"The review of {known_as(sitting.listed.case)} and its conclusions are recorded.", "done")
    if later is not None:
        return redirect(sitting.address(later), 303)
    return redirect(url_for("meetings.show", **of_meeting(sitting.meeting)), 303)


# --- The page ---------------------------------------------------------------


def _page(sitting: Sitting, form: DayForm, *, status: int = 200, **more: object) -> ResponseReturnValue:
    earlier, later = sitting.neighbours()
    kept = sitting.draft()
    told = {
        "form": form,
        "missing": sitting.missing(form.roles_present),
        "thoughts": sitting.think_of(form),
        "reviewed": sitting.listed.case.state == REVIEWED,
        "category_hints": CATEGORY_HINTS,
        "preventability_hints": PREVENTABILITY_HINTS,
        "kept": kept,
        "kept_by": db.session.get(Person, kept.person_id) if kept else None,
        "overtaken": None,
        "since": (),
        **more,
    }
    page = render_template("panels/day.html", **_common(sitting), earlier=earlier, later=later, **told)
    return page, status


def _common(sitting: Sitting) -> dict[str, object]:
    panel_id, case = sitting.seat.panel.board_id, sitting.listed.case
    actions = actions_of(db.session, panel_id, sitting.seat.person_id, meeting=sitting.meeting)
    own = roles_on(db.session, sitting.seat.person_id, case, clock.today())
    return {
        "sitting": sitting,
        "meeting": sitting.meeting,
        "listed": sitting.listed,
        "known_as": known_as(case),
        "summary": page_of(db.session, case, summary=sitting.listed.summary),
        "address": of_meeting(sitting.meeting),
        "sees_case": bool(own),
        "may_refer": not own.isdisjoint(sitting.standing.procedure.step(REFERS).by),
        "actions": [action for action in actions if action.case_id == case.id],
    }


def _over(sitting: Sitting) -> ResponseReturnValue:
    """Return the page of a case that the panel has dealt with: what was recorded, and how to go on."""
    earlier, later = sitting.neighbours()
    steps = sitting.standing.procedure.steps_by_key
    recorded = [
        (steps[event.step], answered(steps[event.step], event.answers))
        for event in sitting.events
        if event.step in (REVIEW, CATEGORISE, "defer_review")
    ]
    told = {"recorded": recorded, "earlier": earlier, "later": later, "outcome": OUTCOME_WORDS[sitting.outcome]}
    return render_template("panels/day_over.html", **_common(sitting), **told)
