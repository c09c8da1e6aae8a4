"""An invented panel that serves two boards: who sits on it, a meeting it held, one today, and Thursday’s to come.

The deaths are told for it, and named after rivers on its papers. The children, their families and the members are
invented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.agency import Board, board_named
from models.case import Case
from models.casework import take_step
from models.child_deaths.notifying import Details, notify_death
from models.panels.actions import add_action
from models.panels.meetings import declare_interest, invite_members, list_case, note_who_came, roles_of
from models.panels.minutes import approve_minutes, begin_minutes
from models.panels.packs import release_pack
from models.panels.panel import Meeting
from models.panels.settings import add_member, add_panel, change_panel, serve
from models.people import Person
from webapp.demonstration.people import SINCE
from webapp.demonstration.reviews import BOARD, PARTNERSHIP
from workflows import registry, roles
from workflows.dates import PartialDate, london_day
from workflows.standing import Told

NAME = "Wyremouth and Northmoor Child Death Overview Panel"
THURSDAY = 3
HELD_DAYS_AGO = 28

# Those who have a role of their own in the demonstration, and others who only sit on the panel.
SEATS = (
    (roles.CDOP_CHAIR, "chair", "Public health, Wyremouth Council"),
    (roles.DESIGNATED_DOCTOR, "designated_doctor", "Wyre Valley Hospitals"),
    (roles.PANEL_MEMBER, "police", "County Constabulary"),
)
OTHERS = (
    ("Nadia Rahimi", "lead_nurse", "Wyre Valley Hospitals"),
    ("Colm Brady", "social_care", "Northmoor Council"),
    ("Ruta Balciunas", "midwifery", "Coastal Maternity Service"),
    ("Harriet Oyelaran", "lay", ""),
)

WHO_RECORDS = (roles.CDOP_COORDINATOR, roles.CDOP_CHAIR, roles.DESIGNATED_DOCTOR)
"""Of those whose step it is, whoever comes first here has recorded it."""


@dataclass(frozen=True, slots=True)
class Death:
    """An invented death: how it is known on papers, when, how old the child was, and the summary for the panel."""

    known_as: str
    days_ago: int
    age_in_days: int
    summary: str
    answers: Mapping[str, Any]


CONCLUDED = Death(
    "Child Teifi", 210, 41,
    "A baby born at term, who was well at birth. Found lifeless in the morning after sleeping beside an adult. A joint "
    "agency response was held on the same day. The post-mortem gave the cause as unascertained.",
    {"expected": "no", "place_of_death": "home", "sex": "male", "ethnic_group": "B"},
)  # fmt: skip

TODAY = Death(
    "Child Ouse", 100, 2,
    "Born at 24 weeks after labour that came suddenly. Cared for on a neonatal unit, where the baby died on the third "
    "day. The mother had been told at another hospital that nothing was wrong.",
    {"expected": "no", "place_of_death": "acute_hospital_neonatal_unit", "sex": "male", "ethnic_group": "M"},
)  # fmt: skip

TO_COME = (
    Death(
        "Child Severn", 160, 1_420,
        "A child with a known heart condition, who collapsed at nursery. Staff began resuscitation at once and an "
        "ambulance came within eight minutes. Oliver’s mother says that an appointment in March had been moved twice.",
        {"expected": "no", "place_of_death": "acute_hospital_emergency_department", "sex": "male", "ethnic_group": "A"},
    ),
    Death(
        "Child Tamar", 140, 6,
        "Born at 26 weeks and cared for on a neonatal unit from birth. Care was redirected with the family’s agreement "
        "after a bleeding in the brain. The mother had asked twice for help with smoking in pregnancy.",
        {"expected": "yes", "place_of_death": "acute_hospital_neonatal_unit", "sex": "female", "ethnic_group": "J"},
    ),
    Death(
        "Child Dart", 122, 5_480,
        "A young person who had been seen by the mental health service for low mood. The last contact was a call. "
        "The school had raised a concern, which reached the service after the death.",
        {"expected": "no", "place_of_death": "public_place", "sex": "female", "ethnic_group": "not_known"},
    ),
)  # fmt: skip


def add_the_panel(session: Session, ids: Mapping[str, int], now: datetime) -> None:
    """Add the panel, with its members, deaths and meetings, unless it is there or the boards it serves are not."""
    served = [board for name in (BOARD, PARTNERSHIP) if (board := board_named(session, name))]
    if len(served) < 2 or board_named(session, NAME):
        return
    _Telling(session, ids, now, served[-1]).tell(served)


class _Telling:
    """What is needed to tell it: the session, who the people are, and the moment it is told for."""

    def __init__(self, session: Session, ids: Mapping[str, int], now: datetime, home: Board) -> None:
        self.session, self.ids, self.now, self.home = session, ids, now, home
        self.today = london_day(now)
        self.coordinator, self.chair = ids[roles.CDOP_COORDINATOR], ids[roles.CDOP_CHAIR]
        self.office = self._in_person(roles.CDOP_COORDINATOR)

    def tell(self, served: Sequence[Board]) -> None:
        board = Board(name=NAME, short_name="Wyremouth and Northmoor Panel", reference_prefix="WNP", kind="panel")
        self.session.add(board)
        self.session.flush()
        self.panel = add_panel(self.session, board, person_id=self.coordinator, now=self.now)
        serve(self.session, self.panel, [each.id for each in served], person_id=self.coordinator, now=self.now)
        change_panel(
            self.session, self.panel, areas=["Wyremouth", "Northmoor"], quorum_roles=["police"], quorum_minimum=4,
            person_id=self.coordinator, now=self.now,
        )  # fmt: skip
        self._seat_members()
        self._hold(self._death(CONCLUDED))
        self._plan([self._death(each) for each in TO_COME])
        if self._thursday() != self.today:
            self._meet_today(self._death(TODAY))

    def _seat_members(self) -> None:
        seats = [(self.session.get_one(Person, self.ids[role]), seat, agency) for role, seat, agency in SEATS]
        for name, seat, agency in OTHERS:
            email = f"{name.lower().replace(' ', '.')}@demonstration.example"
            person = self.session.scalar(select(Person).where(Person.email == email)) or Person(name=name, email=email)
            self.session.add(person)
            self.session.flush()
            seats.append((person, seat, agency))
        for person, seat, agency in seats:
            add_member(
                self.session, self.panel, person, role=seat, agency=agency or None, from_on=SINCE, until_on=None,
                person_id=self.coordinator, now=self.now,
            )  # fmt: skip

    def _death(self, death: Death) -> Case:
        """Return an invented death with its reports and its meeting, ready for the panel."""
        died_on = self.today - timedelta(days=death.days_ago)
        born_on = died_on - timedelta(days=death.age_in_days)
        told = {
            "notified_on": died_on.isoformat(), "died_on": died_on.isoformat(), "born_on": born_on.isoformat(),
            "normally_resident_in": "Wyremouth", "pseudonym": death.known_as,
            "agencies": ["General practice", "Children’s social care"], **death.answers,
        }  # fmt: skip
        told = {key: answer for key, answer in told.items() if answer != "not_known"}
        case = notify_death(
            self.session, board=self.home, actor=self.office, told=Told(PartialDate.on(died_on), told),
            details=Details(surname="Invented", forenames="Oliver", address="4 Nowhere Lane"), now=self.now,
        )  # fmt: skip
        day = died_on + timedelta(days=2)
        self._take(case, "confirm_in_scope", day)
        if told["expected"] == "no":
            next_day = died_on + timedelta(days=1)
            self._take(case, "convene_joint_response", day, held_on=next_day.isoformat())
        for agency in ("General practice", "Children’s social care"):
            due_on = (day + timedelta(days=21)).isoformat()
            self._take(case, "request_report", day, agency=agency, form="Reporting form", due_on=due_on)
        self._take(case, "record_report", day + timedelta(days=18), agency="General practice")
        if death is not TO_COME[-1]:
            self._take(case, "record_report", day + timedelta(days=20), agency="Children’s social care")
        self._take(case, "complete_information", day + timedelta(days=60), summary=death.summary)
        held_on = day + timedelta(days=80)
        self._take(case, "hold_review_meeting", held_on, report_received_on=held_on.isoformat())
        return case

    def _hold(self, case: Case) -> None:
        """Hold a meeting four weeks before the one to come, with minutes approved and one action still open."""
        held_on = self._thursday() - timedelta(days=HELD_DAYS_AGO)
        meeting = self._meeting(held_on)
        list_case(self.session, meeting, case, actor=self.office, on=held_on - timedelta(days=14), now=self.now)
        came = [each for each in meeting.attendances if each.member.role != "midwifery"]
        note_who_came(self.session, meeting, came, person_id=self.coordinator, now=self.now)
        present = roles_of([each.member for each in came])
        self._take(case, "review_at_panel", held_on, meeting_on=held_on.isoformat(), roles_present=present)
        self._take(
            case, "categorise", held_on, category="10", preventability="modifiable", cause_of_death="Unascertained",
            factors=[
                {"domain": "social", "description": "Slept beside an adult who smoked", "score": "1",
                 "modifiable": "yes"},
                {"domain": "service", "description": "Advice on safe sleep was not given again after discharge",
                 "score": "1", "modifiable": "yes"},
            ],
            reasons="Advice on safe sleep could have been given at every contact",
            dissent="Lay member: the family had been told, and circumstances left them little choice",
            learning=["Ask where the baby slept last night, and not only where it should sleep"],
            recommendations=["Health visiting: go through safe sleep again at six weeks"],
            family_follow_up="The key worker tells the family what the panel found",
        )  # fmt: skip
        add_action(
            self.session, meeting, case_id=case.id, action="Add safe sleep to the six-week visit",
            owner="Head of health visiting", due_on=self.today + timedelta(days=30), person_id=self.coordinator,
            now=self.now,
        )  # fmt: skip
        add_action(
            self.session, meeting, case_id=None, action="Ask the hospital trusts how siblings are supported",
            owner="Detective superintendent", due_on=self.today + timedelta(days=4), person_id=self.coordinator,
            now=self.now, hears=self.session.get_one(Person, self.ids[roles.PANEL_MEMBER]),
        )  # fmt: skip
        minutes = begin_minutes(self.session, meeting, person_id=self.coordinator, now=self.now)
        approve_minutes(self.session, meeting, minutes, person_id=self.chair, now=self.now)

    def _plan(self, cases: Sequence[Case]) -> None:
        """Plan Thursday's meeting with three cases, its pack released, and one interest declared."""
        meeting = self._meeting(self._thursday())
        for case in cases:
            list_case(self.session, meeting, case, actor=self.office, on=self.today, now=self.now)
        declare_interest(
            self.session, cases[-1], person_id=self.ids[roles.PANEL_MEMBER], seat="police",
            interest="Led the response on the day of the death", actor=self._in_person(roles.PANEL_MEMBER),
            on=self.today, now=self.now,
        )  # fmt: skip
        release_pack(self.session, meeting, person_id=self.coordinator, now=self.now)

    def _meet_today(self, case: Case) -> None:
        """Meet today about one case, so that it can be tried how a case is concluded."""
        meeting = self._meeting(self.today, theme="Neonatal")
        list_case(self.session, meeting, case, actor=self.office, on=self.today, now=self.now)

    def _meeting(self, held_on: date, theme: str | None = None) -> Meeting:
        meeting = Meeting(
            panel=self.panel, panel_id=self.panel.board_id, held_on=held_on, theme=theme, created_at=self.now
        )  # fmt: skip
        self.session.add(meeting)
        self.session.flush()
        invite_members(self.session, meeting)
        return meeting

    def _thursday(self) -> date:
        return self.today + timedelta(days=(THURSDAY - self.today.weekday()) % 7)

    def _take(self, case: Case, step: str, on: date, **answers: Any) -> None:
        told = Told(PartialDate.on(on), answers)
        theirs = registry.procedure(case.workflow_key, case.regime_key).step(step).by
        actor = self._in_person(next(role for role in WHO_RECORDS if role in theirs))
        take_step(self.session, case, step, actor=actor, told=told, now=self.now)

    def _in_person(self, role: str) -> Actor:
        return Actor(self.ids[role], frozenset({role}))
