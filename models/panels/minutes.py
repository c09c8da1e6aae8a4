"""The minutes of a meeting: drafted from what was recorded, edited, approved, and never changed after that.

Minutes are kept in parts, one for each case, so that whoever has an interest in a case reads them without its part.
A mistake in approved minutes is put right by another version, which says why.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import audit
from models.base import Base, Identifier
from models.case import Case
from models.panels.meetings import events_at, roles_of, seat_words, withheld_from
from models.panels.packs import destroy_pack
from models.panels.panel import Attendance, Meeting, PanelAction
from models.people import Person
from workflows.child_death_codes import CATEGORIES_BY_KEY, PREVENTABILITY
from workflows.codes import words_of
from workflows.dates import PartialDate, london_day
from workflows.history import Answers, Event
from workflows.quorum import quorum_rule


class MinutesApproved(ValueError):
    """The minutes are approved, and so are not changed. The words say what to do instead."""


class MinutesChanged(ValueError):
    """The draft was changed after it was read, so that it would be approved unread."""


class PanelMinutes(Base):
    """One version of the minutes of a meeting. The database refuses to change one that is approved."""

    __tablename__ = "panel_minutes"
    __table_args__ = (UniqueConstraint("meeting_id", "version"),)

    id: Mapped[Identifier]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("panel_meeting.id"))
    version: Mapped[int]
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    because: Mapped[str | None]
    """Why there is another version than the first."""
    written_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    written_at: Mapped[datetime]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    approved_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the minutes: about one case, or about the meeting. `key` stays the same through every version."""

    key: str
    case_id: int | None
    heading: str
    text: str

    def as_stored(self) -> dict[str, Any]:
        return {"key": self.key, "case_id": self.case_id, "heading": self.heading, "text": self.text}


def latest_minutes(session: Session, meeting: Meeting) -> PanelMinutes | None:
    """Return the newest version, approved or not."""
    return next(iter(versions_of(session, meeting)), None)


def versions_of(session: Session, meeting: Meeting) -> Sequence[PanelMinutes]:
    """Return every version, the newest first."""
    versions = select(PanelMinutes).where(PanelMinutes.meeting_id == meeting.id)
    return session.scalars(versions.order_by(PanelMinutes.version.desc())).all()


def parts_seen_by(session: Session, minutes: PanelMinutes, person_id: int) -> list[Part]:
    """Return the parts of the minutes without those about cases that are withheld from the person."""
    withheld = set(session.scalars(withheld_from(person_id)))
    return [Part(**part) for part in minutes.parts if part["case_id"] not in withheld]


def begin_minutes(session: Session, meeting: Meeting, *, person_id: int, now: datetime) -> PanelMinutes:
    """Return the minutes drafted from what was recorded: a first version, or what stands in place of the draft.

    Raises MinutesApproved.
    """
    minutes = _draft_of(session, meeting, person_id, now)
    minutes.parts = [part.as_stored() for part in draft_parts(session, meeting)]
    minutes.written_by, minutes.written_at = person_id, now
    session.flush()
    return minutes


def _draft_of(session: Session, meeting: Meeting, person_id: int, now: datetime) -> PanelMinutes:
    latest = latest_minutes(session, meeting)
    if latest is not None:
        _refuse_if_approved(latest)
        return latest
    first = PanelMinutes(meeting_id=meeting.id, version=1, parts=[], written_by=person_id, written_at=now)
    session.add(first)
    return first


def change_minutes(
    session: Session, minutes: PanelMinutes, texts: Mapping[str, str], *, person_id: int, now: datetime
) -> None:
    """Write these texts into the parts of these keys, as far as the person sees them. Raises MinutesApproved."""
    _refuse_if_approved(minutes)
    seen = {part.key for part in parts_seen_by(session, minutes, person_id)}
    minutes.parts = [
        {**part, "text": texts[part["key"]]} if part["key"] in seen & set(texts) else part for part in minutes.parts
    ]
    minutes.written_by, minutes.written_at = person_id, now
    session.flush()


def approve_minutes(
    session: Session,
    meeting: Meeting,
    minutes: PanelMinutes,
    *,
    person_id: int,
    now: datetime,
    as_written_at: datetime | None = None,
) -> None:
    """Approve the minutes, which are locked from then on; the packs for the meeting are destroyed with it.

    `as_written_at` is when what was read had been written: nobody approves what they have not read. Raises
    MinutesApproved, and MinutesChanged.
    """
    session.refresh(minutes, with_for_update=True)
    _refuse_if_approved(minutes)
    if as_written_at not in (None, minutes.written_at):
        raise MinutesChanged
    minutes.approved_by, minutes.approved_at = person_id, now
    session.flush()
    if meeting.packs_destroyed_at is None and meeting.held_on <= london_day(now):
        destroy_pack(session, meeting, person_id=person_id, now=now)
    _record(session, "minutes_approved", minutes, person_id, now)


def correct_minutes(
    session: Session, minutes: PanelMinutes, because: str, *, person_id: int, now: datetime
) -> PanelMinutes:
    """Return another version of approved minutes, to be changed and approved in its turn."""
    another = PanelMinutes(
        meeting_id=minutes.meeting_id, version=minutes.version + 1, parts=list(minutes.parts), because=because,
        written_by=person_id, written_at=now,
    )  # fmt: skip
    session.add(another)
    session.flush()
    _record(session, "minutes_to_be_corrected", another, person_id, now)
    return another


def _refuse_if_approved(minutes: PanelMinutes) -> None:
    if minutes.approved_at is not None:
        raise MinutesApproved("These minutes are approved. To put something right, begin another version")


def _record(session: Session, action: str, minutes: PanelMinutes, person_id: int, now: datetime) -> None:
    detail = {"meeting": minutes.meeting_id, "version": minutes.version}
    audit.record(session, action, at=now, person_id=person_id, detail=detail)


# --- Drafting (DOMAIN 11: what minutes need) --------------------------------


def draft_parts(session: Session, meeting: Meeting) -> list[Part]:
    """Return the minutes drafted from what was recorded, without names: who was there by role, each case in turn."""
    actions = session.scalars(
        select(PanelAction).where(PanelAction.meeting_id == meeting.id).order_by(PanelAction.due_on, PanelAction.id)
    ).all()
    parts = [_part(None, "Attendance and quorum", _attendance(meeting))]
    for each in sorted(meeting.cases, key=lambda listed: (listed.place, listed.case_id)):
        its_actions = [action for action in actions if action.case_id == each.case_id]
        parts.append(_part(each.case_id, _known_as(each.case), _about(session, meeting, each.case, its_actions)))
    general = [_action(action) for action in actions if action.case_id is None]
    return [*parts, _part(None, "Actions not about one case", general or ["No action."])]


def _part(case_id: int | None, heading: str, lines: Sequence[str]) -> Part:
    return Part(str(uuid.uuid4()), case_id, heading, "\n".join(lines))


def _known_as(case: Case) -> str:
    return case.pseudonym or case.reference


def _attendance(meeting: Meeting) -> list[str]:
    if all(each.attended is None for each in meeting.attendances):
        return ["Who came to the meeting was not noted. Who was present for a case is said with the case."]
    came = [each for each in meeting.attendances if each.attended]
    sent_apologies = [each for each in meeting.attendances if each.attended is False]
    panel = meeting.panel
    roles = roles_of([each.member for each in came])
    missing = quorum_rule(panel.quorum_roles, panel.quorum_minimum).missing(roles)
    return [
        f"Present: {_seats(came)}.",
        f"Apologies: {_seats(sent_apologies)}.",
        f"The meeting was not quorate: {', and '.join(missing)}." if missing else "The meeting was quorate.",
    ]


def _seats(attendances: Sequence[Attendance]) -> str:
    """Return who they are by what they stand for, never by name."""
    seats = [
        f"{seat_words(each.member.role)} ({each.member.agency})" if each.member.agency else seat_words(each.member.role)
        for each in attendances
    ]
    return ", ".join(seats) or "nobody recorded"


def _about(session: Session, meeting: Meeting, case: Case, actions: Sequence[PanelAction]) -> list[str]:
    lines = [line for event in events_at(session, case, meeting.held_on) for line in _told(event)]
    lines += [_action(each) for each in actions]
    return lines or ["Not taken at this meeting."]


def _told(event: Event) -> list[str]:
    return _TOLD[event.step](event.answers) if event.step in _TOLD else []


def _interest(answers: Answers) -> list[str]:
    return [f"Interest declared: {seat_words(answers['role'])}. They took no part in this case."]


def _deferral(answers: Answers) -> list[str]:
    until = f" Until {_day_or_words(str(answers['until']))}." if answers.get("until") else ""
    return [f"Deferred: {str(answers['reasons']).rstrip('.')}.{until}"]


def _day_or_words(told: str) -> str:
    """Return a day or month in words, and whatever else was said as it was said."""
    try:
        return PartialDate.parse(told).words()
    except ValueError:
        return told.rstrip(".")


def _review(answers: Answers) -> list[str]:
    present = ", ".join(seat_words(role) for role in answers["roles_present"])
    chaired_by = answers.get("chaired_by")
    return [f"Present: {present}.", *([f"In the chair: {seat_words(chaired_by)}."] if chaired_by else [])]


def _conclusion(answers: Answers) -> list[str]:
    category = CATEGORIES_BY_KEY[answers["category"]]
    found = [
        f"Category {category.number}: {category.name}. {words_of(PREVENTABILITY, answers['preventability'])}.",
    ]
    for key, title in _TITLES:
        told = answers.get(key)
        found += [f"{title}: {'; '.join(told) if isinstance(told, list) else told}"] if told else []
    return found


_TITLES = (
    ("reasons", "Reasons"), ("dissent", "Dissent"), ("issues", "Issues"), ("learning", "Learning"),
    ("recommendations", "Recommendations"), ("family_follow_up", "Follow-up for the family"),
)  # fmt: skip

_TOLD: Mapping[str, Callable[[Answers], list[str]]] = {
    "declare_interest": _interest,
    "defer_review": _deferral,
    "review_at_panel": _review,
    "categorise": _conclusion,
}


def _action(action: PanelAction) -> str:
    return f"Action: {action.action} ({action.owner}, by {PartialDate.on(action.due_on).words()})"
