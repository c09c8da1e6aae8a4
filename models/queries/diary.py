"""What stands in a person's diary: the dates of cases that are theirs to meet, and the meetings of their panels.

Everything starts from what the person may see on the day. Nothing in it names or describes a child: an entry is the
reference of a case and the limit, or that a panel meets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.bank_holidays import calendar_in_force
from models.case import LIVE_CASE, UNMET_DEADLINE, Case, Deadline
from models.panels.duties import TITLES
from models.panels.panel import Meeting, PanelMember
from models.people import Appointment, Person
from models.queries.access import OF_CHILD_DEATHS
from models.queries.capacities import capacities_of
from models.queries.duties import duties_for
from models.queries.worklist import Reader, asked_of_their_agency, reader, roles_of
from workflows import registry

AHEAD = timedelta(days=550)
"""How far ahead entries are given: a year and a half, which is more than any programme shows. A local default."""

BEHIND = timedelta(days=366)
"""How long what is late stays in the diary, on its day. The worklist keeps it for as long as it is owed."""

MOST = 1000
"""The most dates of cases that one diary holds, the earliest first. A local default."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One whole day: its stable identity, what it says, and the page it leads to."""

    uid: str
    day: date
    title: str
    path: str


def diary(session: Session, person: Person, today: date) -> list[Entry]:
    """Return the entries of a person's diary on a day, in order of date."""
    who = reader(session, person.id, today)
    entries = {each.uid: each for each in (*_deadlines(session, person, who), *_asked(session, person, today))}
    entries |= {each.uid: each for each in (*_meetings(session, person, today), *_of_panels(session, person, today))}
    return sorted(entries.values(), key=lambda each: (each.day, each.uid))


def _deadlines(session: Session, person: Person, who: Reader) -> Iterator[Entry]:
    """Yield the open dates of the cases seen that one of the person's roles, own or lent, can meet."""
    owed = (
        select(Deadline, Case)
        .join(Case, Case.id == Deadline.case_id)
        .where(
            UNMET_DEADLINE,
            LIVE_CASE,
            who.sight.covers(),
            Deadline.due_last.between(who.today - BEHIND, who.today + AHEAD),
        )
        .order_by(Deadline.due_last, Deadline.id)
    )
    roles: dict[int, frozenset[str]] = {}
    given = 0
    for deadline, case in session.execute(owed):
        if case.id not in roles:
            roles[case.id] = roles_of(session, who, case)
        if roles[case.id] & _who_meets(case.workflow_key, case.regime_key).get(deadline.clock_key, frozenset()):
            yield _entry(person, case.reference, deadline)
            given += 1
        if given == MOST:
            return


def _asked(session: Session, person: Person, today: date) -> Iterator[Entry]:
    for each in asked_of_their_agency(session, person.id, today):
        if each.deadline.due_last and abs(each.deadline.due_last - today) <= BEHIND:
            yield _entry(person, each.reference, each.deadline)


def _entry(person: Person, reference: str, deadline: Deadline) -> Entry:
    assert deadline.due_last is not None
    what = ("deadline", deadline.case_id, deadline.clock_key, deadline.subject)
    return Entry(_uid(person, *what), deadline.due_last, f"{reference}: {deadline.title}", f"/cases/{reference}")


def _meetings(session: Session, person: Person, today: date) -> Iterator[Entry]:
    """Yield the meetings of the panels a person sits on, or works for."""
    sits = select(PanelMember.panel_id).where(
        PanelMember.person_id == person.id,
        PanelMember.from_on <= today,
        or_(PanelMember.until_on.is_(None), PanelMember.until_on >= today),
    )
    works = select(Appointment.board_id).where(
        Appointment.person_id == person.id, Appointment.role.in_(OF_CHILD_DEATHS), Appointment.held_on(today)
    )
    meetings = select(Meeting).where(
        or_(Meeting.panel_id.in_(sits), Meeting.panel_id.in_(works)),
        Meeting.held_on.between(today - BEHIND, today + AHEAD),
    )
    for meeting in session.scalars(meetings.order_by(Meeting.held_on, Meeting.id)):
        yield Entry(_uid(person, "meeting", meeting.id), meeting.held_on, "Panel meeting", "/panels/")


def _of_panels(session: Session, person: Person, today: date) -> Iterator[Entry]:
    """Yield what panels wait for from a person, their own and that of whom they stand in for."""
    capacities = capacities_of(session, person.id, today)
    for duty in duties_for(session, capacities, today, calendar_in_force(session)):
        if today - BEHIND <= duty.due_on <= today + AHEAD:
            thing = duty.action or duty.meeting
            what = (duty.kind, thing.id if thing else 0)
            yield Entry(_uid(person, "duty", *what), duty.due_on, f"Panel: {TITLES[duty.kind]}", "/worklist/")


@cache
def _who_meets(workflow_key: str, regime_key: str) -> Mapping[str, frozenset[str]]:
    """Return by clock the roles that can record what meets it."""
    procedure = registry.procedure(workflow_key, regime_key)
    return {
        clock.key: frozenset(role for on in clock.met_by for role in procedure.step(on.step).by)
        for clock in procedure.clocks
    }


def _uid(person: Person, *what: str | int) -> str:
    """Return an identity that stays, and from which nothing can be read."""
    written = "\n".join(map(str, (person.public_id, *what)))
    return f"{hashlib.sha256(written.encode()).hexdigest()[:32]}@safeguarding-reviews"
