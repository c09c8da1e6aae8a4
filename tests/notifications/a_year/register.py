"""Who held which role when, as the simulation itself remembers it: nothing here is read back from the database.

Everybody is invented. What they are called, and what is typed about cases, has words in it that no letter may have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from models.agency import Agency, Board
from models.delivery import Channel, MessageChoice, Timing
from models.deputyship import Deputyship
from models.panels.panel import DeclaredInterest
from models.people import Appointment, Person

POLICE, HEALTH = "Quarrelton Police", "Quarrelton Health visiting"
AGENCIES = (POLICE, HEALTH)
CHILD, PLACE, SURNAME = "Quillon", "Quenby-on-Sea", "Quigley"
NOT_IN_A_LETTER = ("Quarrelton", CHILD, "Quenby", SURNAME)
"""Of every agency, child, place and person a word that only they have."""

REVIEWS, DEATHS = ("serious_case_review", "practice_review"), ("child_death_review",)
SHOWN_TO = {
    "business_manager": REVIEWS, "subgroup_chair": REVIEWS, "board_chair": REVIEWS, "board_member": REVIEWS,
    "safeguarding_partner": REVIEWS,
    "cdop_coordinator": DEATHS, "cdop_chair": DEATHS, "designated_doctor": DEATHS,
}  # fmt: skip
"""The kinds of review a role of a board is shown. A lead of an agency is shown what is asked of it instead."""


@dataclass(frozen=True)
class About:
    """A case as far as it decides who may hear of it."""

    case_id: int
    board: str
    workflow: str


@dataclass
class Held:
    """A role somebody holds on a board, from a day to a day, both included."""

    appointment: int
    person: int
    role: str
    board: str
    agency: str | None
    from_on: date
    until_on: date = date.max


@dataclass(frozen=True)
class Away:
    """That somebody stands in for somebody else in everything, on days known before they came."""

    person: int
    deputy: int
    from_on: date
    until_on: date


@dataclass
class Register:
    """The people, and what became of their roles."""

    held: list[Held] = field(default_factory=list)
    away: list[Away] = field(default_factory=list)
    interests: dict[tuple[int, int], datetime] = field(default_factory=dict)
    closed: dict[int, datetime] = field(default_factory=dict)
    emails: dict[str, int] = field(default_factory=dict)
    boards: dict[str, int] = field(default_factory=dict)
    agencies: dict[tuple[str, str], int] = field(default_factory=dict)

    # --- What happens, in the database and here

    def found_board(self, session: Session, prefix: str, **told: object) -> None:
        board = Board(name=f"{PLACE} {prefix}", short_name=f"{PLACE} {prefix}", reference_prefix=prefix, **told)
        agencies = [Agency(board=board, name=name) for name in AGENCIES]
        session.add_all([board, *agencies])
        session.flush()
        self.boards[prefix] = board.id
        self.agencies |= {(prefix, each.name): each.id for each in agencies}

    def hire(self, session: Session, *, channel: Channel = "mail", timing: Timing = "digest") -> int:
        number = len(self.emails) + 1
        person = Person(name=f"{SURNAME} {number}", email=f"p{number}@example.org")
        session.add(person)
        session.flush()
        self.emails[person.email] = person.id
        if (channel, timing) != ("mail", "digest"):
            hours = {"quiet_from": 0, "quiet_until": 0, "on_days_off": True}
            choice = {"channel": channel, "timing": timing, "changed_at": datetime(2018, 1, 1, tzinfo=UTC)}
            session.add(MessageChoice(person_id=person.id, **hours, **choice))
        return person.id

    def appoint(
        self, session: Session, person: int, role: str, board: str, on: date, agency: str | None = None
    ) -> None:
        row = Appointment(person_id=person, role=role, board_id=self.boards[board], from_on=on)
        row.agency_id = self.agencies[board, agency] if agency else None
        session.add(row)
        session.flush()
        self.held.append(Held(row.id, person, role, board, agency, on))

    def dismiss(self, session: Session, held: Held, until_on: date) -> None:
        """Let a role end on a day that is still to come."""
        session.get_one(Appointment, held.appointment).until_on = held.until_on = until_on

    def send_away(self, session: Session, away: Away, now: datetime) -> None:
        span = Deputyship(
            absent_id=away.person, deputy_id=away.deputy, from_on=away.from_on, until_on=away.until_on,
            named_by=away.person, named_at=now,
        )  # fmt: skip
        session.add(span)
        self.away.append(away)

    def declare(self, session: Session, person: int, case_id: int, now: datetime) -> None:
        session.add(DeclaredInterest(person_id=person, case_id=case_id, declared_at=now))
        self.interests[person, case_id] = now

    def close(self, session: Session, person: int, now: datetime) -> None:
        session.get_one(Person, person).active = False
        self.closed[person] = now

    # --- What follows

    def holders(self, about: About, role: str, agency: str | None, at: datetime, day: date) -> list[int]:
        """Return who holds a role on a case at a moment and may hear of it."""
        theirs = [each for each in self._on(day) if (each.role, each.board) == (role, about.board)]
        if role == "agency_lead":
            theirs = [each for each in theirs if each.agency == agency]
        elif about.workflow not in SHOWN_TO[role]:
            theirs = []
        if role == "board_member" and agency:
            of_the_agency = [each for each in theirs if each.agency == agency and self._may_hear(each, about, at)]
            theirs = of_the_agency or [each for each in theirs if each.agency is None]
        return sorted({each.person for each in theirs if self._may_hear(each, about, at)})

    def hearers(self, about: About, roles: Iterable[str], agency: str | None, at: datetime, day: date) -> set[int]:
        """Return who is told at a moment: those of the first role that anybody holds, or whoever stands in for them."""
        for role in roles:
            if holders := self.holders(about, role, agency, at, day):
                return {self._or_deputy(each, about, agency, at, day) for each in holders}
        return set()

    def may_know(self, person: int, about: About, agency: str | None, at: datetime, day: date) -> bool:
        """Return whether a person may be told anything of a case at a moment."""
        if self._is_kept_out(person, about, at):
            return False
        theirs = [each for each in self._on(day) if (each.person, each.board) == (person, about.board)]
        shown = any(about.workflow in SHOWN_TO.get(each.role, ()) for each in theirs)
        return shown or any(each.role == "agency_lead" and each.agency == agency for each in theirs)

    def _on(self, day: date) -> Iterator[Held]:
        return (each for each in self.held if each.from_on <= day <= each.until_on)

    def _may_hear(self, held: Held, about: About, at: datetime) -> bool:
        return not self._is_kept_out(held.person, about, at)

    def _is_kept_out(self, person: int, about: About, at: datetime) -> bool:
        declared, closed = self.interests.get((person, about.case_id)), self.closed.get(person)
        return (declared is not None and declared <= at) or (closed is not None and closed <= at)

    def _or_deputy(self, person: int, about: About, agency: str | None, at: datetime, day: date) -> int:
        away = {each.person: each.deputy for each in self.away if each.from_on <= day <= each.until_on}
        deputy = away.get(person)
        if deputy is None or deputy in away or not self.may_know(deputy, about, agency, at, day):
            return person
        return deputy

    def changed_within(self, at: datetime, margin: timedelta) -> bool:
        """Return whether what somebody may be told changed about a moment."""
        return any(abs(at - each) < margin for each in [*self.interests.values(), *self.closed.values()])
