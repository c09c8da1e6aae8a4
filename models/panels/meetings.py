"""A panel's meetings: what is ready for one, what is listed in which order, who has an interest, and who came.

What somebody has an interest in is withheld from them here as everywhere: every list is asked for by a person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, exists, nulls_last, or_, select
from sqlalchemy.orm import Session, joinedload

from models import audit
from models.case import Case, CaseEvent
from models.casework import Actor, correct_event, history_of, take_step
from models.histories import CaseAsRead, read_cases
from models.panels.panel import (
    Attendance,
    DeclaredInterest,
    Meeting,
    MeetingCase,
    Panel,
    PanelMember,
    boards_served,
    has_interest,
)
from workflows.child_death_codes import PANEL_ROLES
from workflows.codes import words_of
from workflows.dates import PartialDate
from workflows.history import Event
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.standing import Told

READY, LISTED = "ready_for_panel", "on_agenda"
CHAIR = "chair"


class NotForThisMeeting(ValueError):
    """Something cannot be done at this meeting. The words say why."""


# --- Whom a case is withheld from -------------------------------------------


def withheld_from(person_id: int) -> Select[int]:
    """Return the query of the cases that are withheld from a person because of an interest."""
    return select(DeclaredInterest.case_id).where(DeclaredInterest.person_id == person_id)


def not_withheld(person_id: int | None) -> ColumnElement[bool]:
    """Return the condition on `Case` that the person has declared no interest in it; for nobody, that it is a case."""
    interest = exists().where(DeclaredInterest.person_id == person_id, DeclaredInterest.case_id == Case.id)
    return ~interest.correlate_except(DeclaredInterest)


# --- What is ready, and what is listed --------------------------------------


def cases_ready(session: Session, panel: Panel, *, person_id: int | None = None, limit: int = 50) -> Sequence[Case]:
    """Return the cases that may be listed, those whose clock bites first at the top.

    One that was put on the agenda outside any meeting is among them until it is taken over by one.
    """
    boards = boards_served(session, [panel.board_id])
    at_a_meeting = exists().where(MeetingCase.case_id == Case.id)
    ready = select(Case).where(
        Case.board_id.in_(boards), Case.workflow_key == CHILD_DEATH_REVIEW, not_withheld(person_id),
        or_(Case.state == READY, and_(Case.state == LISTED, ~at_a_meeting)),
    )  # fmt: skip
    return session.scalars(ready.order_by(nulls_last(Case.bites_on), Case.opened_on, Case.id).limit(limit)).all()


def still_lacking(session: Session, case_ids: Collection[int]) -> Mapping[int, tuple[str, ...]]:
    """Return for each case, in words, what the panel would do without: reports, a summary, what was said to lack."""
    found = read_cases(session.connection(), sorted(case_ids)) if case_ids else ()
    return {read.id: tuple(_lacking(read)) for read in found}


def _lacking(read: CaseAsRead) -> Iterable[str]:
    owed = [each for each in read.stored.deadlines if each["clock_key"] == "report_return" and not each["met_last"]]
    yield from dict.fromkeys(f"Report from {each['agency']}" for each in owed if not each["voided_on"])
    complete = [event for event in read.history.effective() if event.step == "complete_information"]
    answers = complete[-1].answers if complete else {}
    yield from answers.get("outstanding", ())
    if not answers.get("summary"):
        yield "A summary for the panel"


def cases_listed(session: Session, meeting: Meeting, person_id: int) -> Sequence[MeetingCase]:
    """Return the cases of a meeting in their order, without those that are withheld from the person."""
    listed = select(MeetingCase).join(Case, Case.id == MeetingCase.case_id)
    listed = listed.where(MeetingCase.meeting_id == meeting.id, not_withheld(person_id))
    in_order = listed.order_by(MeetingCase.place, MeetingCase.case_id)
    return session.scalars(in_order.options(joinedload(MeetingCase.case))).all()


def case_listed(session: Session, meeting: Meeting, reference: str, person_id: int) -> MeetingCase | None:
    """Return one case of a meeting, unless it is withheld from the person or not there."""
    listed = select(MeetingCase).join(Case, Case.id == MeetingCase.case_id)
    one = listed.where(
        MeetingCase.meeting_id == meeting.id, Case.reference == reference, not_withheld(person_id)
    )  # fmt: skip
    return session.scalars(one).one_or_none()


def list_case(session: Session, meeting: Meeting, case: Case, *, actor: Actor, on: date, now: datetime) -> MeetingCase:
    """Return the case in its place at the end of a meeting, listed with the panel's rule of quorum as it is that day.

    Raises StepRefused, and NotForThisMeeting where it is listed for another.
    """
    day = listed_for(session, case)
    if day not in (None, PartialDate.on(meeting.held_on)):
        raise NotForThisMeeting(f"This case is listed for the meeting of {day.words()}. Defer it there first")
    if case.state != LISTED:
        rule = {"quorum_roles": list(meeting.panel.quorum_roles)} if meeting.panel.quorum_roles else {}
        answers = {"meeting_on": meeting.held_on.isoformat(), "quorum_minimum": str(meeting.panel.quorum_minimum)}
        told = Told(PartialDate.on(on), {**answers, **rule})
        take_step(session, case, "list_for_panel", actor=actor, told=told, now=now)
    session.refresh(meeting, ["cases"])
    listed = next((each for each in meeting.cases if each.case_id == case.id), None)
    if listed is None:
        listed = MeetingCase(case_id=case.id, listed_at=now)
        meeting.cases.append(listed)
    listed.place = max((each.place for each in meeting.cases if each is not listed), default=0) + 1
    listed.listed_at, listed.page = now, None
    session.flush()
    return listed


def listed_for(session: Session, case: Case) -> PartialDate | None:
    """Return the day of the meeting the case is listed for, and nothing where it is listed for none."""
    if case.state != LISTED:
        return None
    listed = [event for event in history_of(session, case).effective() if event.step == "list_for_panel"]
    return PartialDate.parse(listed[-1].answers["meeting_on"])


def move_case(session: Session, meeting: Meeting, case_id: int, by: Literal[-1, 1], *, person_id: int) -> None:
    """Let the case change places with the one before or after it, of those that the person sees."""
    seen = list(cases_listed(session, meeting, person_id))
    at = next(number for number, each in enumerate(seen) if each.case_id == case_id)
    if 0 <= at + by < len(seen):
        one, other = seen[at], seen[at + by]
        one.place, other.place = other.place, one.place
        session.flush()


# --- What became of a case at a meeting -------------------------------------

Outcome = Literal["to_come", "deferred", "reviewed", "categorised"]


def events_at(session: Session, case: Case, held_on: date) -> list[Event]:
    """Return what was recorded of a case since it was listed for the meeting of a day, its listing first."""
    events = list(history_of(session, case).effective())
    day = held_on.isoformat()
    listed = [at for at, each in enumerate(events) if each.step == "list_for_panel" and _is_for(each, day)]
    if not listed:
        return []
    later = [at for at, each in enumerate(events) if at > listed[-1] and each.step == "list_for_panel"]
    return events[listed[-1] : later[0] if later else None]


def _is_for(event: Event, day: str) -> bool:
    return bool(event.answers.get("meeting_on") == day)


def outcome_of(events: Sequence[Event]) -> Outcome:
    """Return what became of a case at the meeting these events belong to."""
    steps = {each.step for each in events}
    if "categorise" in steps:
        return "categorised"
    if "review_at_panel" in steps:
        return "reviewed"
    return "deferred" if "defer_review" in steps else "to_come"


# --- Interests --------------------------------------------------------------


def declare_interest(
    session: Session,
    case: Case,
    *,
    person_id: int,
    seat: str,
    interest: str,
    actor: Actor,
    on: date,
    now: datetime,
) -> CaseEvent:
    """Record a member's interest in a case, by their seat in the history, and withhold the case from them.

    `seat` is the chair, or what the member stands for. Raises StepRefused.
    """
    told = Told(PartialDate.on(on), {"role": seat, "interest": interest})
    event = take_step(session, case, "declare_interest", actor=actor, told=told, now=now)
    declared = DeclaredInterest(
        person_id=person_id, case_id=case.id, declared_at=now, event_sequence=event.sequence
    )  # fmt: skip
    session.merge(declared)
    _forget_as_chair(session, case, person_id)
    session.flush()
    return event


def _forget_as_chair(session: Session, case: Case, person_id: int) -> None:
    """Let nobody take the chair any longer for a case in which they have an interest."""
    named = select(MeetingCase).join(PanelMember, PanelMember.id == MeetingCase.chaired_by_id)
    for each in session.scalars(named.where(MeetingCase.case_id == case.id, PanelMember.person_id == person_id)):
        each.chaired_by_id = None


def lift_interest(session: Session, case: Case, *, person_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Strike out a declaration that was a mistake, with why, and show the case to the person again (P34).

    Whoever has an interest in the case acts on it in no role, and so cannot do this. Raises StepRefused.
    """
    declared = session.get_one(DeclaredInterest, (person_id, case.id))
    if declared.event_sequence is not None and _stands(session, case, declared.event_sequence):
        correct_event(session, case, declared.event_sequence, actor=actor, told=None, reason=reason, now=now)
    session.delete(declared)
    session.flush()
    audit.record(
        session, "interest_lifted", at=now, person_id=actor.person_id, case_id=case.id,
        detail={"about_person": person_id},
    )  # fmt: skip


def _stands(session: Session, case: Case, sequence: int) -> bool:
    return history_of(session, case).standing_version(sequence) is not None


def interests_in(session: Session, case: Case) -> Sequence[DeclaredInterest]:
    """Return the interests declared in a case, the first declared first."""
    declared = select(DeclaredInterest).where(DeclaredInterest.case_id == case.id)
    return session.scalars(declared.order_by(DeclaredInterest.declared_at, DeclaredInterest.person_id)).all()


def name_as_chair(
    session: Session, listed: MeetingCase, member: PanelMember | None, *, person_id: int, now: datetime
) -> None:
    """Name the member who takes the chair for this case instead of the chair; nobody, for the chair again.

    Raises NotForThisMeeting where the member has an interest in it.
    """
    if member is not None and has_interest(session, member.person_id, listed.case_id):
        raise NotForThisMeeting("This member has an interest in the case. Name another")
    listed.chaired_by_id = member.id if member else None
    audit.record(
        session, "chair_named", at=now, person_id=person_id, case_id=listed.case_id,
        detail={"member": member.id if member else None, "meeting": listed.meeting_id},
    )  # fmt: skip
    session.flush()


# --- Who comes --------------------------------------------------------------


def members_on(session: Session, panel: Panel, day: date) -> Sequence[PanelMember]:
    """Return who sits on a panel on a day: the chair first, then in the order of the roles."""
    sitting = select(PanelMember).where(PanelMember.panel_id == panel.board_id, PanelMember.sits_on(day))
    members = session.scalars(sitting.options(joinedload(PanelMember.person))).all()
    return _in_order(members)


def invite_members(session: Session, meeting: Meeting) -> None:
    """Invite everybody who sits on the panel on the day of the meeting and is not invited yet."""
    invited = {each.member_id for each in meeting.attendances}
    for member in members_on(session, meeting.panel, meeting.held_on):
        if member.id not in invited:
            meeting.attendances.append(Attendance(member_id=member.id, member=member))
    session.flush()


def note_who_came(
    session: Session, meeting: Meeting, came: Collection[Attendance], *, person_id: int, now: datetime
) -> None:
    """Note who of those invited came to a meeting; whoever is not among them did not."""
    for each in meeting.attendances:
        each.attended = each in came
    session.flush()
    detail = {"meeting": meeting.id, "came": len(came)}
    audit.record(session, "attendance_noted", at=now, person_id=person_id, detail=detail)


def who_may_be_present(session: Session, listed: MeetingCase) -> list[PanelMember]:
    """Return the members invited to the meeting who may be there for this case: those with an interest may not."""
    invited = select(PanelMember).join(Attendance, Attendance.member_id == PanelMember.id).where(
        Attendance.meeting_id == listed.meeting_id,
        PanelMember.person_id.not_in(
            select(DeclaredInterest.person_id).where(DeclaredInterest.case_id == listed.case_id)
        ),
    )  # fmt: skip
    return _in_order(session.scalars(invited.options(joinedload(PanelMember.person))).all())


def present_for(session: Session, listed: MeetingCase) -> list[PanelMember]:
    """Return the members who came to the meeting and may be there for this case."""
    came = {each.member_id for each in listed.meeting.attendances if each.attended}
    return [each for each in who_may_be_present(session, listed) if each.id in came]


def _in_order(members: Iterable[PanelMember]) -> list[PanelMember]:
    order = {role: number for number, role in enumerate((CHAIR, *(option.key for option in PANEL_ROLES)))}
    return sorted(members, key=lambda each: (order.get(each.role, len(order)), each.person.name, each.id))


def seat_words(role: str) -> str:
    """Return what a member stands for in words: 'Chair', 'Police'."""
    return "Chair" if role == CHAIR else words_of(PANEL_ROLES, role)


def roles_of(members: Collection[PanelMember]) -> list[str]:
    """Return what these members stand for in words, each once, as a history records who was present."""
    return list(dict.fromkeys(seat_words(each.role) for each in members))


def rule_answers(events: Sequence[Event]) -> Mapping[str, Any]:
    """Return the answers with which the case was listed, which say the rule of quorum of that day."""
    return events[0].answers if events else {}
