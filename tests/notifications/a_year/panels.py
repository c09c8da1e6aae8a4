"""The panel of the year: its meetings, packs, minutes and actions, who sits on it, and what it chooses of its ladders.

Everything it does it remembers; what was owed when follows from that (`owed_at_panels`) and from no table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from sqlalchemy.orm import Session, sessionmaker

from models.agency import Agency, Board
from models.panels.actions import add_action, finish_action
from models.panels.meetings import invite_members, list_case
from models.panels.minutes import approve_minutes, begin_minutes
from models.panels.packs import has_considered_now, release_pack
from models.panels.panel import Meeting, Panel, PanelAction, PanelMember
from models.people import Person
from notifications.adjusting import Place, Wanted, adjust, as_looked_at
from notifications.duty_ladders import PANEL_DUTIES
from tests.notifications.a_year.casebook import ANYBODY, Casebook
from tests.notifications.a_year.ladders import COORDINATOR, ONE_DAY, PANEL, Saying
from tests.notifications.a_year.register import AGENCIES, CHILD, PLACE, POLICE, SURNAME, Register

AT = "ANY"
"""The board that is a panel as well."""

SEATS = ("social_care", "police", "education", "public_health")


@dataclass
class MeetingHeld:
    """A meeting, and the moments at which something was done for it; none where it was not."""

    id: int
    held_on: date
    case_id: int
    members: tuple[int, ...]
    listed_at: datetime
    released_at: datetime | None = None
    considered: dict[int, datetime] = field(default_factory=dict)
    approved_at: datetime | None = None


@dataclass
class ActionNoted:
    """An action, given to a person by id, to an agency by name or to nobody, about a case or about none."""

    id: int
    given_to: int | str | None
    case_id: int | None
    due_on: date
    noted_at: datetime
    done_at: datetime | None = None


Act = Callable[[Session, date, datetime], None]
"""Something that is done on a day, at a moment."""


@dataclass
class Panels:
    """Does what a panel does, on days drawn by chance."""

    sessions: sessionmaker[Session]
    register: Register
    cases: Casebook
    chance: Random
    befell: Counter[str]
    meetings: list[MeetingHeld] = field(default_factory=list)
    actions: list[ActionNoted] = field(default_factory=list)
    chosen: dict[str, list[Saying]] = field(default_factory=dict)
    """What is said because the panel chose who hears, by kind of duty."""
    diary: dict[date, list[Act]] = field(default_factory=dict)

    @property
    def first(self) -> date:
        return self.cases.plan.first

    def found(self, session: Session) -> None:
        """Make the board a panel, with members of whom one is its designated doctor, and plan its meetings."""
        board = session.get_one(Board, self.register.boards[AT])
        session.add(Panel(board=board, board_id=board.id, quorum_minimum=2))
        session.flush()
        doctor = next(each for each in self.register.held if (each.role, each.board) == ("designated_doctor", AT))
        for role, person in (("designated_doctor", doctor.person), *((seat, self._hired(session)) for seat in SEATS)):
            session.add(PanelMember(panel_id=board.id, person_id=person, role=role, from_on=date(2010, 1, 1)))
            self.register.members.append(person)
        day = self.first + ONE_DAY * 2
        while day < self.cases.plan.last - ONE_DAY * 14:
            self._on(day, self._plan_a_meeting)
            day += ONE_DAY * self.chance.randrange(8, 16)
        half = self.first + (self.cases.plan.last - self.first) / 2
        # A Sunday, on which nothing falls of itself, so that nobody need ask what came first that day.
        self._on(half + ONE_DAY * (6 - half.weekday()), self._choose_who_hears)

    def _hired(self, session: Session) -> int:
        drawn = self.chance.random()
        return self.register.hire(session, timing="digest" if drawn < 0.7 else "at_once")

    def keep(self, day: date, now: Callable[[], datetime]) -> None:
        """Do what is to be done on a day."""
        for act in self.diary.pop(day, ()):
            with self.sessions.begin() as session:
                act(session, day, now())

    def _on(self, day: date, act: Act) -> None:
        self.diary.setdefault(day, []).append(act)

    # --- A meeting

    def _plan_a_meeting(self, session: Session, day: date, now: datetime) -> None:
        """Announce a meeting, list a death for it, and plan what is done for it; some of that late or never."""
        held_on = self._free_working_day(day + ONE_DAY * self.chance.randrange(12, 22))
        panel = session.get_one(Panel, self.register.boards[AT])
        meeting = Meeting(panel=panel, panel_id=panel.board_id, held_on=held_on, created_at=now)
        session.add(meeting)
        session.flush()
        case = self.cases.open_a_death_to_review(session, AT, day, held_on, now)
        list_case(session, meeting, case, actor=ANYBODY, on=day, now=now)
        invite_members(session, meeting)
        kept = MeetingHeld(meeting.id, held_on, case.id, tuple(self.register.members), now)
        self.meetings.append(kept)
        self.befell["meetings"] += 1
        self._plan_what_is_done_for(kept)

    def _plan_what_is_done_for(self, meeting: MeetingHeld) -> None:
        held_on, draw = meeting.held_on, self.chance.randrange
        if self.chance.random() < 0.85:
            released_on = held_on - ONE_DAY * draw(1, 12)
            self._on(released_on, lambda *at: self._release(meeting, *at))
            for person in meeting.members:
                if self.chance.random() < 0.6:
                    read_on = released_on + ONE_DAY * draw((held_on - released_on).days + 1)
                    self._on(read_on, lambda *at, who=person: self._consider(meeting, who, *at))
        for _ in range(draw(1, 4)):
            self._on(held_on, lambda *at: self._note_an_action(meeting, *at))
        if self.chance.random() < 0.85:
            self._on(held_on + ONE_DAY * draw(3, 30), lambda *at: self._approve(meeting, *at))

    def _release(self, meeting: MeetingHeld, session: Session, _day: date, now: datetime) -> None:
        release_pack(session, session.get_one(Meeting, meeting.id), person_id=self._somebody(), now=now)
        meeting.released_at = now

    def _consider(self, meeting: MeetingHeld, person: int, session: Session, _day: date, now: datetime) -> None:
        has_considered_now(session, session.get_one(Meeting, meeting.id), person, now)
        meeting.considered[person] = now

    def _approve(self, meeting: MeetingHeld, session: Session, _day: date, now: datetime) -> None:
        held = session.get_one(Meeting, meeting.id)
        minutes = begin_minutes(session, held, person_id=self._somebody(), now=now)
        approve_minutes(session, held, minutes, person_id=self._somebody(), now=now)
        meeting.approved_at = now

    # --- An action

    def _note_an_action(self, meeting: MeetingHeld, session: Session, day: date, now: datetime) -> None:
        owner = self.chance.choice((None, *AGENCIES, *meeting.members))
        hears = session.get_one(Person, owner) if isinstance(owner, int) else None
        agency = session.get_one(Agency, self.register.agencies[AT, owner]) if isinstance(owner, str) else None
        due_on = day + ONE_DAY * self.chance.randrange(6, 35)
        case_id = meeting.case_id if self.chance.random() < 0.5 else None
        action = add_action(
            session, session.get_one(Meeting, meeting.id), case_id=case_id, due_on=due_on, now=now,
            action=f"Write to {SURNAME} of {CHILD}, number {len(self.actions)}", owner=f"Head of {POLICE} at {PLACE}",
            person_id=self._somebody(), hears=hears or agency,
        )  # fmt: skip
        noted = ActionNoted(action.id, owner, case_id, due_on, now)
        self.actions.append(noted)
        self.befell["actions of the panel"] += 1
        if self.chance.random() < 0.8:
            done_on = max(day + ONE_DAY, due_on + ONE_DAY * self.chance.randrange(-8, 16))
            self._on(done_on, lambda *at: self._finish(noted, *at))

    def _finish(self, noted: ActionNoted, session: Session, day: date, now: datetime) -> None:
        action = session.get_one(PanelAction, noted.id)
        finish_action(session, action, done_on=day, outcome=f"As {CHILD} wished", person_id=self._somebody(), now=now)
        noted.done_at = now

    # --- Its ladders

    def _choose_who_hears(self, session: Session, day: date, now: datetime) -> None:
        """Have the chair hear of minutes before and after they are due, and of the pack, beside the coordinator."""
        board = session.get_one(Board, self.register.boards[AT])
        both = (COORDINATOR, PANEL)
        for kind, hears in (("minutes", {"ahead": both, "overdue": both}), ("pack", {"due": both})):
            place = Place(board, PANEL_DUTIES, kind)
            looked_at = as_looked_at(place.ladder)
            adjust(session, place, Wanted(hears=hears), looked_at=looked_at, person_id=self._somebody(), now=now)
        self.chosen = {
            "minutes": [Saying("ahead", -5, PANEL, since=day), Saying("overdue", 1, PANEL, since=day)],
            "pack": [Saying("due", 0, PANEL, since=day)],
        }
        self.befell["choices of who hears"] += 1

    def _somebody(self) -> int:
        return self.register.members[0]

    def _free_working_day(self, day: date) -> date:
        """Return a day or the next that is no weekend and on which no other meeting is held."""
        taken = {each.held_on for each in self.meetings}
        while day.weekday() > 4 or day in taken:
            day += ONE_DAY
        return day
