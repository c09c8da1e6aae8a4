"""Correcting what was recorded, or striking it out: with a reason, and with what it changes said first."""

from collections.abc import Mapping

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from jinja2 import Template

from models import audit
from models.case import Case
from models.casework import Actor, correct_event, preview_correction
from models.child_deaths.notifying import NOTIFY
from models.corrections import may_correct
from models.kept_apart import MARK, answers_kept_apart
from models.queries.case_page import CaseAsSeen
from webapp import clock
from webapp.access import current_actor, current_person, may_see_case
from webapp.cases import filling
from webapp.cases.forms import CorrectionForm, StrikeOutForm, correction_form, strike_out_form
from webapp.cases.looking import seen, today_only
from webapp.cases.recordable import CORRECTION, STRIKE_OUT, draft_key
from webapp.cases.sheets import CaseSheet, Following, Form
from webapp.database import db
from webapp.keeping import Typed
from workflows.errors import NotYourRole
from workflows.history import Event
from workflows.roles import in_words
from workflows.standing import Told

corrections = Blueprint("corrections", __name__, url_prefix="/cases")


class AgainSheet(CaseSheet[Form]):
    """A sheet about a step that was recorded. `event` is how it stands."""

    kind: str

    def __init__(self, seen: CaseAsSeen, event: Event, actor: Actor) -> None:
        step = seen.standing.procedure.step(event.step)
        super().__init__(seen, step, actor, draft_key(self.kind, event.sequence))
        self.event = event

    def address(self, part: str = "") -> str:
        endpoint = f"corrections.{part}_{self.kind}" if part else f"corrections.{self.kind}"
        return url_for(endpoint, reference=self.case.reference, sequence=self.event.sequence)

    def would_follow(self, told: Told | None, reason: str) -> Following:
        """Return what would follow if the step were corrected so or, told nothing, struck out. Raises StepRefused."""
        preview = preview_correction(
            db.session, self.case, self.event.sequence, actor=self.actor, told=told, reason=reason, now=clock.now()
        )
        return Following(preview.event, [change.words for change in preview.changes])

    def write(self, told: Told | None, reason: str, form: Form) -> None:
        """Add the correction to the history. Raises StepRefused, and CaseMovedOn."""
        correct_event(
            db.session, self.case, self.event.sequence, actor=self.actor, told=told, reason=reason, now=clock.now(),
            expected_length=form.length, idempotency_key=form.key,
        )  # fmt: skip


class CorrectionSheet(AgainSheet[CorrectionForm]):
    """The questions of a step that was recorded, asked again."""

    kind = CORRECTION
    confirm = "Correct it"

    def __init__(self, seen: CaseAsSeen, event: Event, actor: Actor) -> None:
        super().__init__(seen, event, actor)
        self.heading = f"Correct “{self.step.done}”"

    @property
    def can_be_struck_out(self) -> bool:
        """Whether it can be that this did not happen: the step that opened the case did."""
        return not self.step.opens

    def templates(self) -> list[str | Template]:
        return ["cases/correct.html"]

    def form(self, typed: Typed | None = None) -> CorrectionForm:
        told = Told(self.event.happened_on, told_before(self.seen, self.event))
        return correction_form(self.step, self.known(), clock.today(), told, length=self.seen.length, typed=typed)

    def following(self, form: CorrectionForm) -> Following:
        return self.would_follow(form.told(), form.reason.data or "")

    def record(self, form: CorrectionForm) -> str:
        self.write(form.told(), form.reason.data or "", form)
        return self.with_next(f"“{self.step.done}” is corrected.")


class StrikeOutSheet(AgainSheet[StrikeOutForm]):
    """The one question asked before something that did not happen is struck out."""

    kind = STRIKE_OUT
    confirm = "Strike it out"

    def __init__(self, seen: CaseAsSeen, event: Event, actor: Actor) -> None:
        super().__init__(seen, event, actor)
        self.heading = f"Strike out “{self.step.done}”"

    def form(self, typed: Typed | None = None) -> StrikeOutForm:
        return strike_out_form(length=self.seen.length, typed=typed)

    def following(self, form: StrikeOutForm) -> Following:
        return self.would_follow(None, form.reason.data or "")

    def record(self, form: StrikeOutForm) -> str:
        self.write(None, form.reason.data or "", form)
        return self.with_next(f"“{self.step.done}” is struck out.")


@corrections.route("/<reference>/events/<int:sequence>/correct", methods=["GET", "POST"])
@may_see_case
def correct(case: Case, sequence: int) -> ResponseReturnValue:
    about = _about(case, sequence)
    if about[1].step == NOTIFY:
        # Who the child is is corrected where it is shown, so that what stands beside the history follows.
        return redirect(url_for("the_child.show", reference=case.reference), 303)
    return filling.fill_in(CorrectionSheet(*about))


@corrections.route("/<reference>/events/<int:sequence>/correct/check", methods=["GET", "POST"])
@may_see_case
def check_correct(case: Case, sequence: int) -> ResponseReturnValue:
    return filling.check(CorrectionSheet(*_about(case, sequence)))


@corrections.route("/<reference>/events/<int:sequence>/correct/forget", methods=["POST"])
@may_see_case
def forget_correct(case: Case, sequence: int) -> ResponseReturnValue:
    return filling.forget(CorrectionSheet(*_about(case, sequence)))


@corrections.route("/<reference>/events/<int:sequence>/strike-out", methods=["GET", "POST"])
@may_see_case
def strike_out(case: Case, sequence: int) -> ResponseReturnValue:
    return filling.fill_in(StrikeOutSheet(*_about(case, sequence)))


@corrections.route("/<reference>/events/<int:sequence>/strike-out/check", methods=["GET", "POST"])
@may_see_case
def check_strike_out(case: Case, sequence: int) -> ResponseReturnValue:
    return filling.check(StrikeOutSheet(*_about(case, sequence)))


@corrections.route("/<reference>/events/<int:sequence>/strike-out/forget", methods=["POST"])
@may_see_case
def forget_strike_out(case: Case, sequence: int) -> ResponseReturnValue:
    return filling.forget(StrikeOutSheet(*_about(case, sequence)))


def _about(case: Case, sequence: int) -> tuple[CaseAsSeen, Event, Actor]:
    """Return the case, the event as it stands, and who is asking. Raises NotYourRole where they may not correct it."""
    now, actor = seen(case, today_only()), current_actor(case)
    event = now.history.standing_version(sequence) or abort(404)
    may = may_correct(case.workflow_key, now.standing.procedure, event.step)
    if not actor.roles & set(may):
        who = f"This can be corrected by the {in_words(may)}" if may else "Nobody can correct this"
        raise NotYourRole(f"{who}, and you do not act as that here")
    return now, event, actor


def told_before(now: CaseAsSeen, event: Event) -> Mapping[str, object]:
    """Return the answers given with an event, with those of which the history keeps only a mark.

    That those were read is recorded, for good.
    """
    if not any(isinstance(answer, Mapping) and MARK in answer for answer in event.answers.values()):
        return event.answers
    versions = (each.event for each in now.recorded)
    last = max(each.sequence for each in versions if event.sequence in (each.sequence, each.supersedes))
    person, detail = current_person(), {"page": request.endpoint}
    audit.record(
        db.session, "identifying_answers_read", at=clock.now(), person_id=person.id, case_id=now.case.id,
        event_sequence=last, detail=detail,
    )  # fmt: skip
    db.session.commit()
    return {**event.answers, **answers_kept_apart(db.session, now.case.id).get(last, {})}
