"""A panel with its members and meetings, and deaths that are ready for it; everybody is invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from models.agency import Board
from models.case import Case, CaseEvent
from models.casework import Actor, take_step
from models.child_deaths.importing import ACTS_AS
from models.child_deaths.notifying import Details, notify_death
from models.panels.meetings import invite_members, list_case
from models.panels.panel import Meeting, MeetingCase, Panel, PanelBoard, PanelMember
from models.people import Appointment, Person
from workflows.dates import PartialDate
from workflows.standing import Told

MON_6_JAN_2014, THU_30_JAN_2014 = date(2014, 1, 6), date(2014, 1, 30)
THU_13_FEB_2014 = date(2014, 2, 13)
OFFICE = Actor(None, ACTS_AS)

DETAILS = Details(
    surname="Invented", forenames="Ada Mary", address="1 Nowhere Street", postcode="ZZ1 1ZZ",
    carers=({"name": "Bea Invented", "relationship_to_child": "mother", "parental_responsibility": "yes"},),
)  # fmt: skip

MEMBERS = (
    ("chair", "Public health department"), ("designated_doctor", "Children’s hospital"),
    ("social_care", "Council"), ("police", "Police"), ("education", "Council"),
)  # fmt: skip


Thing = TypeVar("Thing")


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


@dataclass
class PanelStory:
    """A panel of a board of its own that serves another, with whoever sits on it."""

    session: Session
    today: date = THU_30_JAN_2014
    board: Board = field(init=False)
    panel: Panel = field(init=False)
    members: dict[str, PanelMember] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.board = self.a_board("Anytown", "ANY")
        self.panel = Panel(board=self.a_board("Anytown Panel", "PAN", kind="panel"))
        self.session.add(self.panel)
        self.session.flush()
        self.serves(self.board)
        for role, agency in MEMBERS:
            self.members[role] = self.sits(self.a_person(role), role, agency)

    def a_board(self, name: str, prefix: str, kind: str = "lscb") -> Board:
        return self._added(Board(name=name, short_name=name, reference_prefix=prefix, kind=kind))

    def serves(self, board: Board) -> None:
        self._added(PanelBoard(panel_id=self.panel.board_id, board_id=board.id))

    def a_person(self, name: str, *roles: str, on: Board | None = None) -> Person:
        person = self._added(Person(name=f"{name.capitalize()} Invented-Person", email=f"{name}@example.org"))
        for role in roles:
            self.appointed(person, role, on)
        return person

    def appointed(self, person: Person, role: str, on: Board | None = None) -> None:
        self._added(Appointment(person=person, role=role, board=on or self.panel.board, from_on=date(2010, 1, 1)))

    def sits(self, person: Person, role: str, agency: str = "") -> PanelMember:
        member = PanelMember(
            panel_id=self.panel.board_id, person_id=person.id, person=person, role=role, agency=agency or None,
            from_on=date(2010, 1, 1),
        )  # fmt: skip
        return self._added(member)

    def a_death(self, pseudonym: str = "", died_on: date = MON_6_JAN_2014, **more: Any) -> Case:
        """Return a death notified the day after and confirmed, for which reports are asked of two agencies."""
        told = {
            "notified_on": died_on.isoformat(), "died_on": died_on.isoformat(), "born_on": "2009-05-04",
            "sex": "female", "normally_resident_in": "Anytown", "expected": "no", "pseudonym": pseudonym,
            "agencies": ["Police", "Health visiting"],
        } | more.pop("answers", {})  # fmt: skip
        case = notify_death(
            self.session, board=more.pop("board", self.board), actor=OFFICE, details=DETAILS, now=noon(self.today),
            told=Told(PartialDate.on(died_on), told),
        )  # fmt: skip
        self.take(case, "confirm_in_scope", died_on)
        return case

    def a_death_ready(self, pseudonym: str = "", summary: str = "A child who had been well", **more: Any) -> Case:
        case = self.a_death(pseudonym, **more)
        self.take(case, "complete_information", self.today, summary=summary)
        return case

    def a_meeting(self, held_on: date = THU_13_FEB_2014, *cases: Case) -> Meeting:
        """Return a meeting with these cases listed and every member invited."""
        meeting = Meeting(
            panel=self.panel, panel_id=self.panel.board_id, held_on=held_on, created_at=noon(self.today)
        )  # fmt: skip
        self._added(meeting)
        for case in cases:
            self.listed(meeting, case)
        invite_members(self.session, meeting)
        return meeting

    def listed(self, meeting: Meeting, case: Case) -> MeetingCase:
        return list_case(self.session, meeting, case, actor=OFFICE, on=self.today, now=noon(self.today))

    def take(self, case: Case, step: str, on: date, **answers: Any) -> CaseEvent:
        now = noon(max(on, self.today))
        return take_step(self.session, case, step, actor=OFFICE, told=Told(PartialDate.on(on), answers), now=now)

    def came(self, meeting: Meeting, *roles: str) -> None:
        """Say that members of these roles came, and nobody else."""
        for each in meeting.attendances:
            each.attended = each.member.role in roles
        self.session.flush()

    def _added(self, thing: Thing) -> Thing:
        self.session.add(thing)
        self.session.flush()
        return thing
