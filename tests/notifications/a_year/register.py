"""Who held which role when, as the simulation itself remembers it: nothing here is read back from the database.

Everybody is invented. What they are called, and what is typed about cases, has words in it that no letter may have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from models.agency import Agency, Board
from models.delivery import Channel, MessageChoice, Timing
from models.deputyship import Deputyship
from models.panels.panel import DeclaredInterest
from models.people import Appointment, Person
from tests.notifications.a_year.ladders import COORDINATOR, LEAD, OWNER, PANEL, PANEL_OWES, READER

POLICE, HEALTH = "Quarrelton Police", "Quarrelton Health visiting"
AGENCIES = (POLICE, HEALTH)
CHILD, PLACE, SURNAME = "Quillon", "Quenby-on-Sea", "Quigley"
NOT_IN_A_LETTER = ("Quarrelton", CHILD, "Quenby", SURNAME)
"""Of every agency, child, place and person a word that only they have."""

REVIEWS, DEATHS = ("serious_case_review", "practice_review"), ("child_death_review", PANEL_OWES)
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

    @property
    def owes(self) -> int:
        """What stands for it among all that is owed."""
        return self.case_id


@dataclass(frozen=True)
class AtPanel:
    """Something a panel owes as far as it decides who may hear of it: an action, or something for a meeting."""

    kind: str
    thing: int
    """The action or the meeting, by its id."""
    board: str
    member: int | None = None
    """Whose pack is to be read."""
    given_to: int | str | None = None
    """Whose action it is: a person by id, an agency by name, or nobody’s."""
    case_id: int | None = None
    """The case an action is about, if it is about one."""
    workflow = PANEL_OWES

    @property
    def owes(self) -> str:
        """What stands for it among all that is owed."""
        return f"{self.kind} {self.thing} {self.member or ''}"


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
    members: list[int] = field(default_factory=list)
    """Who sits on the panel."""

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
                return {self._or_deputy(each, role, about, agency, at, day) for each in holders}
        return set()

    def hear_at_panel(self, about: AtPanel, role: str, at: datetime, day: date) -> set[int]:
        """Return who is told at a moment of something a panel owes.

        ADR 59: "Nobody hears of an action about a case in which they have an interest; it goes to the coordinator, or
        to the chair." So does what nobody is there to hear. A place on a panel is not lent (ADR 55).
        """
        falls_to = [] if role == READER else [COORDINATOR, PANEL]
        for each in (role, *falls_to):
            told = {person for person in self._asked(about, each, at, day) if not self._has_interest(person, about, at)}
            if told:
                return told
        return set()

    def _asked(self, about: AtPanel, role: str, at: datetime, day: date) -> Iterator[int]:
        """Yield who is asked in a role, or who stands in for them."""
        if role == READER:
            yield from (each for each in [about.member] if each and not self._is_closed(each, at))
        elif role != OWNER:
            theirs = (each for each in self._on(day) if (each.role, each.board) == (role, about.board))
            yield from self._or_deputies(theirs, lambda who: self._is_shown(who, about, day), at, day)
        elif isinstance(about.given_to, str):
            agency, theirs = about.given_to, (each for each in self._on(day) if each.role == LEAD)
            leads = (each for each in theirs if (each.board, each.agency) == (about.board, agency))
            yield from self._or_deputies(leads, lambda who: self._is_of(who, about, agency, day), at, day)
        elif about.given_to is not None and not self._is_closed(about.given_to, at):
            yield self._or_whoever_may(about.given_to, lambda who: self._is_at_panel(who, about, day), at, day)

    def _or_deputies(self, held: Iterable[Held], may: Callable[[int], bool], at: datetime, day: date) -> Iterator[int]:
        for person in {each.person for each in held if not self._is_closed(each.person, at)}:
            yield self._or_whoever_may(person, may, at, day)

    def _or_whoever_may(self, person: int, may: Callable[[int], bool], at: datetime, day: date) -> int:
        """Return who stands in for somebody, where they may, and else the person."""
        deputy = self._deputy_of(person, day)
        return person if deputy is None or self._is_closed(deputy, at) or not may(deputy) else deputy

    def _is_at_panel(self, person: int, about: AtPanel, day: date) -> bool:
        """Return whether a panel is somebody’s business in their own right."""
        return person in self.members or self._is_shown(person, about, day)

    def may_know(self, person: int, about: About, agency: str | None, at: datetime, day: date) -> bool:
        """Return whether a person may be told anything of a case at a moment."""
        if self._is_kept_out(person, about, at):
            return False
        return self._is_shown(person, about, day) or self._speaks_for(person, about, agency, at, day)

    def _is_shown(self, person: int, about: About | AtPanel, day: date) -> bool:
        """Return whether a role of one's own shows the case itself; that of an agency's lead does not."""
        return any(about.workflow in SHOWN_TO.get(each.role, ()) for each in self._theirs(person, about, day))

    def _leads(self, person: int, about: About, agency: str | None, day: date) -> bool:
        theirs = self._theirs(person, about, day)
        return any((each.role, each.agency) == ("agency_lead", agency) for each in theirs)

    def _is_of(self, person: int, about: About | AtPanel, agency: str | None, day: date) -> bool:
        """Return whether somebody is appointed for an agency, in whichever role."""
        return any(each.agency == agency for each in self._theirs(person, about, day))

    def _speaks_for(self, person: int, about: About, agency: str | None, at: datetime, day: date) -> bool:
        """Return whether somebody leads an agency, or stands in for whoever does.

        ADR 55: "An agency speaks through its own people." The deputy of a lead is appointed for the agency as well.
        """
        absent = [who for who in self._away(day) if self._deputy_of(who, day) == person]
        led = [who for who in absent if self._leads(who, about, agency, day) and not self._is_kept_out(who, about, at)]
        stands_in = bool(led) and self._is_of(person, about, agency, day)
        return stands_in or self._leads(person, about, agency, day)

    def _theirs(self, person: int, about: About | AtPanel, day: date) -> list[Held]:
        return [each for each in self._on(day) if (each.person, each.board) == (person, about.board)]

    def _on(self, day: date) -> Iterator[Held]:
        return (each for each in self.held if each.from_on <= day <= each.until_on)

    def _may_hear(self, held: Held, about: About, at: datetime) -> bool:
        return not self._is_kept_out(held.person, about, at)

    def _is_kept_out(self, person: int, about: About, at: datetime) -> bool:
        return self._has_interest(person, about, at) or self._is_closed(person, at)

    def _has_interest(self, person: int, about: About | AtPanel, at: datetime) -> bool:
        declared = self.interests.get((person, about.case_id)) if about.case_id is not None else None
        return declared is not None and declared <= at

    def _is_closed(self, person: int, at: datetime) -> bool:
        closed = self.closed.get(person)
        return closed is not None and closed <= at

    def _away(self, day: date) -> dict[int, int]:
        """Return whoever is away on a day, each with the deputy they named."""
        return {each.person: each.deputy for each in self.away if each.from_on <= day <= each.until_on}

    def _deputy_of(self, person: int, day: date) -> int | None:
        """Return who was named to stand in for somebody; nobody while that one is away: chains are not followed."""
        away = self._away(day)
        deputy = away.get(person)
        return None if deputy in away else deputy

    def _or_deputy(self, person: int, role: str, about: About, agency: str | None, at: datetime, day: date) -> int:
        """Return who is told instead of somebody who is away, and else the person.

        ADR 48: a deputy stands in only on cases that their own appointments show them, and of a lead (ADR 55) only
        somebody appointed for the same agency, who then is told of what is asked of it and of nothing else.
        """
        deputy = self._deputy_of(person, day)
        if deputy is None or self._is_kept_out(deputy, about, at):
            return person
        of_a_lead = role == "agency_lead"
        can = self._is_of(deputy, about, agency, day) if of_a_lead else self._is_shown(deputy, about, day)
        return deputy if can else person

    def changed_within(self, at: datetime, margin: timedelta) -> bool:
        """Return whether what somebody may be told changed about a moment."""
        return any(abs(at - each) < margin for each in [*self.interests.values(), *self.closed.values()])
