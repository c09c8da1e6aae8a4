"""The anonymised pack for a meeting: read over by the coordinator, released, read, and destroyed afterwards.

A pack is released as it was read over: each page is stored as members will see it, so that nothing recorded later comes
to them unread. It can be read up to the day of the meeting (DOMAIN 8.1) and is deleted with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models import audit
from models.anonymity import pieces, withheld
from models.audit import AuditEntry
from models.case import Case
from models.casework import history_of
from models.child_deaths.child import ChildDeath
from models.panels.meetings import cases_listed, withheld_from
from models.panels.panel import Attendance, Meeting, MeetingCase, PanelMember
from workflows.child_death_codes import ETHNICITIES, PLACES_OF_DEATH, SEX
from workflows.child_deaths import AGE_BAND_WORDS, age_band, age_in_words, ethnicity
from workflows.codes import YES_NO_NOT_KNOWN, words_of
from workflows.dates import PartialDate
from workflows.history import Answers, Event


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


@dataclass(frozen=True, slots=True)
class Notion:
    """As much of a case as a member needs to say whether they have an interest: nothing clinical, no one day."""

    reference: str
    known_as: str
    age_band: str
    period: str
    agencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a page as it was written, cut where something in it could identify somebody."""

    title: str
    pieces: Sequence[tuple[str, str | None]]

    @property
    def found(self) -> list[tuple[str, str]]:
        """What was found, with what it is."""
        return [(piece, what) for piece, what in self.pieces if what]


def page_of(session: Session, case: Case, *, summary: str | None = None) -> Page:
    """Return one case as a panel reads it. What in its texts could identify somebody is replaced by what it was."""
    events = history_of(session, case).effective()
    told, details = _notification(events), session.get(ChildDeath, case.id)
    places = _places(case, told)
    born_on, died_on = PartialDate.parse(told["born_on"]), PartialDate.parse(told["died_on"])

    def safe(texts: Iterable[Any]) -> tuple[str, ...]:
        return tuple(withheld(str(each), details, places) for each in texts)

    return Page(
        case_id=case.id,
        known_as=case.pseudonym or case.reference,
        age=age_in_words(min(born_on.last, died_on.last), died_on.last),
        sex=words_of(SEX, told["sex"]),
        ethnicity=words_of(ETHNICITIES, ethnicity(told.get("ethnic_group"))),
        expected=words_of(YES_NO_NOT_KNOWN, told["expected"]),
        place=words_of(PLACES_OF_DEATH, told.get("place_of_death", "not_known")),
        month=PartialDate.month(died_on.first.year, died_on.first.month).words(),
        summary=withheld(_last(events, "summary") if summary is None else summary, details, places),
        reports=safe(dict.fromkeys(event.answers["agency"] for event in events if event.step == "record_report")),
        outstanding=safe(_last(events, "outstanding") or ()),
        proceedings=tuple(_proceeding(event) for event in events if event.step == "record_proceedings"),
    )


def notion_of(session: Session, case: Case) -> Notion:
    """Return what a member is told before they say whether they have an interest: which agencies, which quarter."""
    events = history_of(session, case).effective()
    told = _notification(events)
    born_on, died_on = PartialDate.parse(told["born_on"]), PartialDate.parse(told["died_on"])
    asked = [str(event.answers["agency"]) for event in events if event.step in ("request_report", "record_report")]
    return Notion(
        reference=case.reference,
        known_as=case.pseudonym or case.reference,
        age_band=AGE_BAND_WORDS[age_band(min(born_on.last, died_on.last), died_on.last)],
        period=_quarter(died_on.first),
        agencies=tuple(dict.fromkeys([*told.get("agencies", ()), *asked])),
    )


def _quarter(day: date) -> str:
    first = (day.month - 1) // 3 * 3 + 1
    begins, ends = (PartialDate.month(day.year, month).words() for month in (first, first + 2))
    return f"{begins.removesuffix(f' {day.year}')} to {ends}"


def _notification(events: Sequence[Event]) -> Answers:
    return next(event.answers for event in events if event.step == "notify_death")


def _places(case: Case, told: Answers) -> list[str]:
    return [str(told.get("normally_resident_in", "")), case.board.short_name]


def _last(events: Sequence[Event], question: str) -> Any:
    answers = (event.answers[question] for event in reversed(events) if question in event.answers)
    return next(answers, "")


def _proceeding(event: Event) -> str:
    process, happened = str(event.answers["process"]), str(event.answers["event"])
    return f"{process.replace('_', ' ').capitalize()}: {happened.replace('_', ' ')}"


# --- Reading over, releasing ------------------------------------------------


def passages_of(session: Session, listed: MeetingCase) -> list[Passage]:
    """Return the texts of a page as they stand before release, with what in each could identify somebody."""
    case = listed.case
    events, details = history_of(session, case).effective(), session.get(ChildDeath, case.id)
    places = _places(case, _notification(events))
    texts = {
        "How the case is known": case.pseudonym,
        "Summary": _last(events, "summary") if listed.summary is None else listed.summary,
        "Reports received": "\n".join(
            dict.fromkeys(str(event.answers["agency"]) for event in events if event.step == "record_report")
        ),
        "Still outstanding": "\n".join(_last(events, "outstanding") or ()),
    }
    return [Passage(title, pieces(text, details, places)) for title, text in texts.items() if text]


def written_summary(session: Session, listed: MeetingCase) -> str:
    """Return the summary to be read over: as it last was, or as the case has it; identifiers are replaced."""
    return page_of(session, listed.case, summary=listed.summary).summary


def read_over(listed: MeetingCase, summary: str) -> None:
    """Keep the summary as the coordinator wants members to read it."""
    listed.summary = summary


def release_pack(session: Session, meeting: Meeting, *, person_id: int, now: datetime) -> int:
    """Release the pack as it is read over now, and return of how many cases; what has ended at the meeting is not.

    A case that is withheld from whoever releases stays as it was: somebody else has to release it.
    """
    listed = cases_listed(session, meeting, person_id)
    for each in listed:
        each.page = asdict(page_of(session, each.case, summary=each.summary))
    meeting.pack_released_at, meeting.pack_released_by = now, person_id
    meeting.packs_destroyed_at = None
    session.flush()
    for each in listed:
        audit.record(
            session, "pack_released", at=now, person_id=person_id, case_id=each.case_id,
            detail={"meeting": meeting.id},
        )  # fmt: skip
    return len(listed)


def may_be_read(meeting: Meeting, today: date) -> bool:
    """Return whether the pack of a meeting can be read: from its release until the day of the meeting has passed."""
    return meeting.pack_released_at is not None and meeting.packs_destroyed_at is None and today <= meeting.held_on


def pack(session: Session, meeting: Meeting, person_id: int) -> list[Page]:
    """Return the pages that were released for a meeting, without the cases in which the person has an interest."""
    listed = cases_listed(session, meeting, person_id)
    return [_stored(each.page) for each in listed if each.page is not None]


def _stored(page: Mapping[str, Any]) -> Page:
    lists = {key: tuple(page[key]) for key in ("reports", "outstanding", "proceedings")}
    return Page(**{**page, **lists})


def pages_read(session: Session, meeting: Meeting, pages: Sequence[Page], *, person_id: int, now: datetime) -> None:
    """Record that somebody read these pages of a pack."""
    for page in pages:
        audit.record(
            session, "pack_read", at=now, person_id=person_id, case_id=page.case_id, detail={"meeting": meeting.id}
        )  # fmt: skip


def readers_of(session: Session, meeting: Meeting, person_id: int) -> dict[int, datetime]:
    """Return who has read the pack, by their id, and when they last did; of what is not withheld from the person."""
    read = select(AuditEntry.person_id, func.max(AuditEntry.at)).where(
        AuditEntry.action == "pack_read", AuditEntry.detail["meeting"].as_integer() == meeting.id,
        AuditEntry.case_id.in_(select(MeetingCase.case_id).where(MeetingCase.meeting_id == meeting.id)),
        AuditEntry.case_id.not_in(withheld_from(person_id)),
    )  # fmt: skip
    found = session.execute(read.group_by(AuditEntry.person_id))
    return {person_id: at for person_id, at in found if person_id is not None}


# --- Before it is read: interests -------------------------------------------


def has_considered(session: Session, meeting: Meeting, person_id: int) -> bool:
    """Return whether the member has said in which cases of the meeting they have an interest, of all listed by now."""
    latest = max((each.listed_at for each in cases_listed(session, meeting, person_id)), default=None)
    considered = session.scalar(
        select(func.max(Attendance.interests_considered_at))
        .join(PanelMember, PanelMember.id == Attendance.member_id)
        .where(Attendance.meeting_id == meeting.id, PanelMember.person_id == person_id)
    )
    return considered is not None and (latest is None or latest <= considered)


def has_considered_now(session: Session, meeting: Meeting, person_id: int, now: datetime) -> None:
    """Note that the member has gone through the cases listed, and said in which they have an interest."""
    theirs = select(PanelMember.id).where(
        PanelMember.person_id == person_id, PanelMember.panel_id == meeting.panel_id
    )  # fmt: skip
    session.execute(
        update(Attendance)
        .where(Attendance.meeting_id == meeting.id, Attendance.member_id.in_(theirs))
        .values(interests_considered_at=now)
    )


# --- Afterwards -------------------------------------------------------------


def destroy_packs(session: Session, today: date, *, now: datetime) -> int:
    """Delete every page of the packs for meetings whose day has passed, and return for how many meetings."""
    past = select(Meeting).where(
        Meeting.held_on < today, Meeting.pack_released_at.is_not(None), Meeting.packs_destroyed_at.is_(None)
    )
    meetings = session.scalars(past.order_by(Meeting.id)).all()
    for meeting in meetings:
        destroy_pack(session, meeting, person_id=None, now=now)
    return len(meetings)


def destroy_pack(session: Session, meeting: Meeting, *, person_id: int | None, now: datetime) -> None:
    """Delete the pages of a meeting's pack, and record for each case that they are gone."""
    meeting.packs_destroyed_at = now
    session.refresh(meeting, ["cases"])
    gone = [each for each in meeting.cases if each.page is not None or each.summary is not None]
    for each in gone:
        each.page = each.summary = None
    session.flush()
    for each in gone:
        audit.record(
            session, "pack_destroyed", at=now, person_id=person_id, case_id=each.case_id, detail={"meeting": meeting.id}
        )  # fmt: skip
