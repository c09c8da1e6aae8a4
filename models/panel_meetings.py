"""A panel's meetings: what is ready for one, the pack for each member, who has an interest, and the minutes drafted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, nulls_last, select
from sqlalchemy.orm import Session

from models.anonymity import withheld
from models.case import Case, CaseEvent
from models.casework import Actor, history_of, take_step
from models.child_death import ChildDeath
from models.panel import DeclaredInterest, Meeting, MeetingCase, Panel, PanelAction, boards_served
from workflows.child_death_codes import ETHNICITIES, PLACES_OF_DEATH, SEX
from workflows.child_deaths import age_in_words, ethnicity
from workflows.codes import YES_NO_NOT_KNOWN, words_of
from workflows.dates import PartialDate
from workflows.history import Event
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.standing import Told

READY = "ready_for_panel"


def cases_ready(session: Session, panel: Panel, *, limit: int = 50) -> Sequence[Case]:
    """Return the cases ready for this panel, those whose clock bites first at the top."""
    boards = boards_served(session, [panel.board_id])
    ready = select(Case).where(
        Case.board_id.in_(boards), Case.workflow_key == CHILD_DEATH_REVIEW, Case.state == READY
    )  # fmt: skip
    return session.scalars(ready.order_by(nulls_last(Case.bites_on), Case.opened_on, Case.id).limit(limit)).all()


def list_case(session: Session, meeting: Meeting, case: Case, *, actor: Actor, on: date, now: datetime) -> CaseEvent:
    """Return the event that lists a case for a meeting, with the panel's rule of quorum as it is that day.

    Raises StepRefused.
    """
    rule: dict[str, Any] = {"quorum_roles": list(meeting.panel.quorum_roles)} if meeting.panel.quorum_roles else {}
    answers = {"meeting_on": meeting.held_on.isoformat(), "quorum_minimum": str(meeting.panel.quorum_minimum), **rule}
    told = Told(PartialDate.on(on), answers)
    event = take_step(session, case, "list_for_panel", actor=actor, told=told, now=now)
    place = max((each.place for each in meeting.cases), default=0) + 1
    meeting.cases.append(MeetingCase(case_id=case.id, place=place))
    session.flush()
    return event


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
    session.flush()
    return event


def withheld_from(person_id: int) -> Select[int]:
    """Return the query of the cases that are withheld from a person because of an interest."""
    return select(DeclaredInterest.case_id).where(DeclaredInterest.person_id == person_id)


# --- The pack ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """One case as a panel reads it: no name, no place but its kind, no exact date."""

    case_id: int
    known_as: str
    age: str
    sex: str
    ethnicity: str
    expected: str
    place: str
    month: str
    summary: str
    reports: tuple[str, ...]
    outstanding: tuple[str, ...]
    proceedings: tuple[str, ...]


def pack(session: Session, meeting: Meeting, person_id: int) -> list[Page]:
    """Return the pages of a meeting for one member, without the cases in which they declared an interest."""
    withheld_ids = set(session.scalars(withheld_from(person_id)))
    return [page_of(session, each.case) for each in meeting.cases if each.case_id not in withheld_ids]


def page_of(session: Session, case: Case) -> Page:
    """Return one case as a panel reads it. What in its summary could identify somebody is replaced by what it was."""
    events = history_of(session, case).effective()
    told = next(event.answers for event in events if event.step == "notify_death")
    born_on, died_on = PartialDate.parse(told["born_on"]), PartialDate.parse(told["died_on"])
    return Page(
        case_id=case.id,
        known_as=case.pseudonym or case.reference,
        age=age_in_words(min(born_on.last, died_on.last), died_on.last),
        sex=words_of(SEX, told["sex"]),
        ethnicity=words_of(ETHNICITIES, ethnicity(told.get("ethnic_group"))),
        expected=words_of(YES_NO_NOT_KNOWN, told["expected"]),
        place=words_of(PLACES_OF_DEATH, told.get("place_of_death", "not_known")),
        month=PartialDate.month(died_on.first.year, died_on.first.month).words(),
        summary=withheld(_last(events, "summary"), session.get(ChildDeath, case.id)),
        reports=tuple(str(event.answers["agency"]) for event in events if event.step == "record_report"),
        outstanding=tuple(_last(events, "outstanding") or ()),
        proceedings=tuple(_proceeding(event) for event in events if event.step == "record_proceedings"),
    )


def _last(events: Sequence[Event], question: str) -> Any:
    answers = (event.answers[question] for event in reversed(events) if question in event.answers)
    return next(answers, "")


def _proceeding(event: Event) -> str:
    process, happened = str(event.answers["process"]), str(event.answers["event"])
    return f"{process.replace('_', ' ').capitalize()}: {happened.replace('_', ' ')}"


# --- Minutes ----------------------------------------------------------------


def draft_minutes(session: Session, meeting: Meeting, roles_words: Mapping[str, str]) -> str:
    """Return minutes drafted from what was recorded, without names: who was there by role, and each case in turn."""
    lines = [f"{meeting.panel.board.name}: meeting of {PartialDate.on(meeting.held_on).words()}", ""]
    if meeting.theme:
        lines += [f"Theme: {meeting.theme}", ""]
    for number, each in enumerate(meeting.cases, start=1):
        lines += _minute(session, number, each.case, meeting.held_on, roles_words)
    actions = session.scalars(
        select(PanelAction).where(PanelAction.meeting_id == meeting.id).order_by(PanelAction.due_on, PanelAction.id)
    ).all()
    if actions:
        lines += ["Actions", *(f"- {each.action} ({each.owner}, by {_words(each.due_on)})" for each in actions)]
    return "\n".join(lines).rstrip() + "\n"


def _minute(
    session: Session, number: int, case: Case, held_on: date, roles_words: Mapping[str, str]
) -> list[str]:  # fmt: skip
    events = [event for event in history_of(session, case).effective() if event.happened_on.last == held_on]
    lines = [f"{number}. {case.pseudonym or case.reference}"]
    for event in events:
        lines += _told_in_minutes(event, roles_words)
    return [*lines, ""]


def _told_in_minutes(event: Event, roles_words: Mapping[str, str]) -> list[str]:
    answers = event.answers
    if event.step == "declare_interest":
        return [f"   Interest declared: {roles_words.get(answers['role'], answers['role'])}."]
    if event.step == "defer_review":
        return [f"   Deferred: {answers['reasons']}"]
    if event.step == "review_at_panel":
        return [f"   Present: {', '.join(answers['roles_present'])}."]
    if event.step == "categorise":
        found = [f"   Category {answers['category']}; {answers['preventability'].replace('_', ' ')}."]
        for key, title in (("issues", "Issues"), ("learning", "Learning"), ("recommendations", "Recommendations")):
            found += [f"   {title}: {'; '.join(answers[key])}"] if answers.get(key) else []
        return found
    return []


def _words(day: date) -> str:
    return PartialDate.on(day).words()
