"""A sheet of questions somebody fills in: what it asks, what would follow from the answers, and recording them.

One kind for each way of adding to a history: a step of a case, the correction of one (`corrections`), and the opening
of a case (`opening`). `webapp.cases.filling` takes each through the same pages.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from flask import abort, request, url_for
from jinja2 import Template

from models.case import Case
from models.casework import Actor, preview_step, take_step
from models.child_deaths.return_gaps import FINALISE_RETURN, GAPS_LEFT_BECAUSE, Gap, gaps
from models.consequences import Preview
from models.drafts import Draft, discard_draft, draft_of, keep_draft
from models.errors import Since
from models.people import Person
from models.queries.case_page import CaseAsSeen, agencies_led
from models.role_words import role_words
from webapp import clock
from webapp.access import current_actor, current_person, sees_whole_case
from webapp.cases.consequences import in_general, who_is_told
from webapp.cases.forms import SheetForm, StepForm, step_form
from webapp.cases.grounds import Grounds, grounds
from webapp.cases.known import Known, is_asked_of_agencies, known_of
from webapp.cases.looking import seen, today_only
from webapp.cases.recordable import STEP, draft_key
from webapp.cases.where import next_words
from webapp.database import db
from webapp.keeping import Typed, typed_in
from workflows.child_deaths import preventability_since
from workflows.definition import Step
from workflows.errors import AnswersRefused, GuardsNotMet, NotYourRole, Problem, StepRefused
from workflows.history import Event
from workflows.roles import AGENCY_LEAD, in_words
from workflows.standing import Standing, available, cautions

Form = TypeVar("Form", bound=SheetForm)


@dataclass(frozen=True, slots=True)
class Following:
    """What would be recorded, and what follows from it: what changes, who is told, and what to think of first."""

    event: Event
    changes: Sequence[str]
    told: Sequence[str] = ()
    cautions: Sequence[str] = ()
    late: bool = False


class Sheet(ABC, Generic[Form]):
    """The questions of one step, being put to somebody."""

    step: Step
    heading: str
    caption: str
    submit: str
    confirm: str
    case_id: int | None
    draft_key: str

    @abstractmethod
    def form(self, typed: Typed | None = None) -> Form:
        """Return the form as it was sent, or as it was typed before, or as it is to begin with."""

    @abstractmethod
    def following(self, form: Form) -> Following:
        """Return what would follow if what the form tells were recorded now. Raises StepRefused."""

    @abstractmethod
    def record(self, form: Form) -> str:
        """Record what the form tells, and return the words for it. Raises StepRefused, and CaseMovedOn."""

    @abstractmethod
    def address(self, part: str = "") -> str:
        """Return the address of the sheet, or of its `check` or `forget` page."""

    @abstractmethod
    def back(self) -> str:
        """Return the address of the page that the sheet was opened from, and leads back to."""

    def templates(self) -> list[str | Template]:
        """Return the templates of the sheet's page; the first that there is is used."""
        return ["cases/step.html"]

    def needs_check(self, _following: Following) -> bool:
        """Return whether the answers are to be checked on a page of their own before they are recorded."""
        return True

    def was_recorded(self, _form: Form) -> bool:
        """Return whether this very form was recorded before."""
        return False

    def since(self, _form: Form) -> Sequence[Since]:
        """Return what was recorded since the form was opened."""
        return ()

    def for_whom(self) -> str:
        """Return, as a sentence, for whom this is recorded where it is for somebody who is away."""
        return ""

    def in_general(self) -> Sequence[str]:
        """Return what is known to follow before anything is answered."""
        return ()

    def rests_on(self) -> Grounds | None:
        """Return what is read before it is decided; none where nothing is."""
        return None

    def refused_today(self) -> StepRefused | None:
        """Return why this could not be recorded as having happened today; none where it could."""
        return None

    def mended_at(self, _form: Form, _refused: StepRefused) -> Mapping[str, str]:
        """Return for each reason of a refusal the address at which it can be mended."""
        return {}

    # --- What is typed and not recorded yet ---------------------------------

    def draft(self) -> Draft | None:
        return draft_of(db.session, person_id=current_person().id, case_id=self.case_id, form_key=self.draft_key)

    def keep(self, form: Form) -> None:
        """Keep what was typed, to go on with."""
        keep_draft(
            db.session,
            person_id=current_person().id,
            case_id=self.case_id,
            form_key=self.draft_key,
            answers=typed_in(request.form),
            opened_at_length=form.length,
            now=clock.now(),
        )

    def forget(self) -> None:
        """Forget what was typed, because it is recorded or given up."""
        discard_draft(db.session, person_id=current_person().id, case_id=self.case_id, form_key=self.draft_key)


class CaseSheet(Sheet[Form]):
    """A sheet about a case that there is. `led` are the agencies of somebody who sees only what is asked of them."""

    submit = "Continue"

    def __init__(
        self, seen: CaseAsSeen, step: Step, actor: Actor, draft_key: str, led: Sequence[str] | None = None
    ) -> None:
        self.seen, self.case, self.step, self.actor, self.led = seen, seen.case, step, actor, led
        self.case_id, self.caption, self.draft_key = self.case.id, self.case.reference, draft_key

    @property
    def standing(self) -> Standing:
        return self.seen.standing

    def was_recorded(self, form: Form) -> bool:
        return any(each.idempotency_key == form.key for each in self.seen.recorded)

    def since(self, form: Form) -> Sequence[Since]:
        return self.seen.since(form.length)

    def back(self) -> str:
        return url_for("cases.show" if self.led is None else "cases.asked", reference=self.case.reference)

    def known(self) -> Known:
        """Return what is known of the case that the questions offer as answers."""
        agencies = [agency.name for agency in self.case.board.agencies]
        return known_of(self.standing, agencies, led=self.led, step_key=self.step.key)

    def with_next(self, words: str) -> str:
        """Return what was recorded with what comes next after it, for somebody who sees the case."""
        if self.led is not None:
            return words
        following = next_words(seen(self.case, today_only()).standing, self.actor.roles)
        return f"{words} {following}." if following else words


class StepSheet(CaseSheet[StepForm]):
    """The questions of a step that is recorded for the first time."""

    confirm = "Record this"

    def __init__(self, seen: CaseAsSeen, step: Step, actor: Actor, led: Sequence[str] | None) -> None:
        super().__init__(seen, step, actor, draft_key(STEP, step.key), led)
        self.heading = step.title
        self.submit = "Continue" if step.final else "Record"

    def form(self, typed: Typed | None = None) -> StepForm:
        return step_form(self.step, self.known(), clock.today(), length=self.seen.length, typed=typed)

    def following(self, form: StepForm) -> Following:
        told, now = form.told(), clock.now()
        preview = preview_step(db.session, self.case, self.step.key, actor=self.actor, told=told, now=now)
        event = preview.event
        return Following(
            event,
            [change.words for change in preview.changes],
            who_is_told(self.step),
            cautions(preview.before, self.step, event.happened_on, event.answers),
            late=_comes_late(preview),
        )

    def record(self, form: StepForm) -> str:
        take_step(
            db.session, self.case, self.step.key, actor=self.actor, told=form.told(), now=clock.now(),
            expected_length=form.length, idempotency_key=form.key,
        )  # fmt: skip
        return self.with_next(f"“{self.step.done}” is recorded.")

    def address(self, part: str = "") -> str:
        return url_for(f"steps.{part or 'take'}", reference=self.case.reference, key=self.step.key)

    def templates(self) -> list[str | Template]:
        return [f"cases/steps/{self.case.workflow_key}/{self.step.key}.html", *super().templates()]

    def needs_check(self, following: Following) -> bool:
        return self.led is None and bool(self.step.final or following.late or following.cautions)

    def for_whom(self) -> str:
        roles = self.actor.roles_for(self.step.by)
        role = next(role for role in self.step.by if role in roles)
        absent = db.session.get(Person, self.actor.acts_for(role) or 0)
        return f"You record this for {absent.name}, as the {role_words(role)}." if absent else ""

    def in_general(self) -> Sequence[str]:
        return [] if self.led is not None else in_general(self.step, self.standing, clock.today())

    def rests_on(self) -> Grounds | None:
        return None if self.led is not None else grounds(self.step, self.standing, self.actor.roles)

    def refused_today(self) -> StepRefused | None:
        found = next(each for each in available(self.standing) if each.step.key == self.step.key)
        return found.refusal if not found.possible and self.led is None else None

    def mended_at(self, form: StepForm, refused: StepRefused) -> Mapping[str, str]:
        if not isinstance(refused, GuardsNotMet):
            return {}
        told = form.told()
        facts = replace(self.standing.facts, on=told.on, answers=told.answers)
        lifted = {guard.refusal(facts): guard.unless_answered for guard in self.step.guards if guard.unless_answered}
        elsewhere = url_for("steps.choose", reference=self.case.reference)
        return {words: f"#answer_{lifted[words]}" if words in lifted else elsewhere for words in refused.reasons}


class ReturnSheet(StepSheet):
    """Entering a case in the national return: why anything the return needs is left empty is asked while it is."""

    def __init__(self, seen: CaseAsSeen, step: Step, actor: Actor, led: Sequence[str] | None) -> None:
        self.gaps: Sequence[Gap] = gaps(db.session, seen.case)
        asks = tuple(
            replace(question, required=True, hint="") if question.key == GAPS_LEFT_BECAUSE else question
            for question in step.asks
            if question.key != GAPS_LEFT_BECAUSE or self.gaps
        )
        super().__init__(seen, replace(step, asks=asks), actor, led)

    def following(self, form: StepForm) -> Following:
        if self.gaps and not form.answers().get(GAPS_LEFT_BECAUSE):
            raise AnswersRefused((Problem(GAPS_LEFT_BECAUSE, "Say why what is missing is left empty"),))
        return super().following(form)


class ConclusionSheet(StepSheet):
    """What the panel concluded: preventability is offered in no wording given up before the case was opened."""

    def __init__(self, seen: CaseAsSeen, step: Step, actor: Actor, led: Sequence[str] | None) -> None:
        offered = preventability_since(seen.case.opened_on)
        asks = tuple(
            replace(question, options=offered) if question.key == "preventability" else question
            for question in step.asks
        )
        super().__init__(seen, replace(step, asks=asks), actor, led)


# Steps whose page asks something else than their declaration alone would.
SHEETS: Mapping[str, type[StepSheet]] = {FINALISE_RETURN: ReturnSheet, "categorise": ConclusionSheet}


def step_sheet(case: Case, key: str) -> StepSheet:
    """Return the sheet of the step with this key, for the person asking. Raises NotYourRole."""
    now = seen(case, today_only())
    step = now.standing.procedure.steps_by_key.get(key)
    if step is None or step.opens:
        abort(404)
    actor = current_actor(case)
    of_agencies = is_asked_of_agencies(step)
    # Whoever may record it only as an agency's lead does so for that agency, whatever else of the case they see.
    for_an_agency = not sees_whole_case(case) or (of_agencies and actor.roles & set(step.by) == {AGENCY_LEAD})
    led = agencies_led(db.session, current_person().id, case, clock.today()) if for_an_agency else None
    if not actor.roles & set(step.by) or (led is not None and not of_agencies):
        who = f"This can be recorded by the {in_words(step.by)}" if step.by else "Nobody can record this"
        raise NotYourRole(f"{who}, and you do not act as that here")
    return SHEETS.get(step.key, StepSheet)(now, step, actor, led)


def _comes_late(preview: Preview) -> bool:
    """Return whether something that was recorded already certainly happened after this."""
    return any(event.happened_on.first > preview.event.happened_on.last for event in preview.before.events)
