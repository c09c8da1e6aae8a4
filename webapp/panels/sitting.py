"""One case at a meeting, as somebody deals with it: where it stands, what was kept for it, and who may be present."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import request, url_for

from models.actor import Actor
from models.casework import standing_of
from models.deputies import standing_in
from models.drafts import Draft, keep_draft, newest_draft
from models.panels.meetings import (
    CHAIR,
    Outcome,
    cases_listed,
    events_at,
    outcome_of,
    present_for,
    rule_answers,
    who_may_be_present,
)
from models.panels.panel import Meeting, MeetingCase, PanelMember
from models.people import Person
from models.queries.panels import Seat
from webapp import clock
from webapp.database import db
from webapp.keeping import typed_in
from webapp.panels.access import of_meeting
from webapp.panels.day_form import DayForm, day_form
from workflows.dates import PartialDate
from workflows.history import Event
from workflows.quorum import quorum_rule
from workflows.roles import CDOP_CHAIR
from workflows.standing import Standing, cautions

CATEGORISE = "categorise"


@dataclass
class Sitting:
    """One case at a meeting, as the person asking deals with it."""

    seat: Seat
    meeting: Meeting
    listed: MeetingCase
    actor: Actor
    standing: Standing = field(init=False)
    events: Sequence[Event] = field(init=False)
    length: int = field(init=False)

    def __post_init__(self) -> None:
        self.standing = standing_of(db.session, self.listed.case, today=clock.today())
        self.events = events_at(db.session, self.listed.case, self.meeting.held_on)
        self.length = self.listed.case.history_length

    @property
    def may_record(self) -> bool:
        return CDOP_CHAIR in self.actor.roles

    @property
    def recorded_for(self) -> str:
        """The name of the chair whom the person stands in for here; empty for the chair."""
        chair = self.actor.lent.get(CDOP_CHAIR)
        return db.session.get_one(Person, chair).name if chair else ""

    @property
    def is_to_come(self) -> bool:
        """Whether the meeting has still to be held, so that nothing of it can be recorded yet."""
        return self.meeting.held_on > clock.today()

    @property
    def outcome(self) -> Outcome:
        return outcome_of(self.events)

    @property
    def draft_key(self) -> str:
        return f"panel:{self.meeting.id}"

    def missing(self, roles: Sequence[str]) -> tuple[str, ...]:
        """Return in words what is missing for a quorum by the rule with which the case was listed."""
        answers = rule_answers(self.events)
        rule = quorum_rule(answers.get("quorum_roles", ()), int(answers.get("quorum_minimum", 0)))
        return rule.missing(roles)

    def think_of(self, form: DayForm) -> tuple[str, ...]:
        """Return what to think of before these conclusions are recorded (DOMAIN 3.6)."""
        if not form.answers().get("category"):
            return ()
        step = self.standing.procedure.step(CATEGORISE)
        return cautions(self.standing, step, PartialDate.on(self.meeting.held_on), form.answers())

    def draft(self) -> Draft | None:
        """Return what anybody kept last for this case."""
        return newest_draft(db.session, case_id=self.listed.case_id, form_key=self.draft_key)

    def form(self, draft: Draft | None = None) -> DayForm:
        members = who_may_be_present(db.session, self.listed)
        begun = self._begun(members)
        step = self.standing.procedure.step(CATEGORISE)
        typed = draft.answers if draft else None
        form = day_form(step, self.meeting.held_on, members, begun, length=self.length, typed=typed)
        if draft is not None:
            form.kept_at.data, form.opened_at.data = draft.updated_at.isoformat(), str(self.length)
        return form

    def _begun(self, members: Sequence[PanelMember]) -> dict[str, object]:
        came = present_for(db.session, self.listed)
        chair = next((each for each in members if each.id == self.listed.chaired_by_id), None)
        chair = chair or self._deputy_of_the_chair(members)
        chair = chair or next((each for each in members if each.role == CHAIR), None)
        return {"present": [str(each.id) for each in came], "chair": str(chair.id) if chair else ""}

    def _deputy_of_the_chair(self, members: Sequence[PanelMember]) -> PanelMember | None:
        """Return the member who stands in for the chair: counted as what they stand for themselves."""
        absent = {each.person_id for each in members if each.role == CHAIR} | {self.actor.lent.get(CDOP_CHAIR)}
        case, today = self.listed.case, clock.today()
        named = {standing_in(db.session, each, case.id, CDOP_CHAIR, today) for each in absent if each is not None}
        return next((each for each in members if each.person_id in named), None)

    def keep(self) -> None:
        """Keep what was sent, for whoever goes on with it."""
        keep_draft(
            db.session, person_id=self.seat.person_id, case_id=self.listed.case_id, form_key=self.draft_key,
            answers=typed_in(request.form), opened_at_length=self.length, now=clock.now(),
        )  # fmt: skip
        db.session.commit()

    def overtaken_by(self, form: DayForm) -> Draft | None:
        """Return what somebody else kept since this form was opened."""
        newest = self.draft()
        if newest is None or newest.person_id == self.seat.person_id:
            return None
        return newest if newest.updated_at.isoformat() > (form.kept_at.data or "") else None

    def neighbours(self) -> tuple[MeetingCase | None, MeetingCase | None]:
        """Return the cases before and after this one, of those the person sees."""
        seen = list(cases_listed(db.session, self.meeting, self.seat.person_id))
        at = next(number for number, each in enumerate(seen) if each.case_id == self.listed.case_id)
        return (seen[at - 1] if at else None), (seen[at + 1] if at + 1 < len(seen) else None)

    def address(self, listed: MeetingCase | None = None) -> str:
        return url_for("day.show", **of_meeting(self.meeting, reference=(listed or self.listed).case.reference))
