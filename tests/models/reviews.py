"""A serious case review taken from step to step through casework, with the usual answers; everyone is invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from models.agency import Board
from models.case import Case, CaseEvent
from models.casework import Actor, correct_event, open_case, take_step
from workflows.calendar import Calendar
from workflows.dates import PartialDate
from workflows.roles import ROLES
from workflows.standing import Told

REFERRAL = {
    "received_on": "2014-03-03", "incident_on": "2014-03-01", "pseudonym": "Child A", "died": "no",
    "seriously_harmed": "yes", "abuse_or_neglect": "suspected", "concern_about_joint_working": "yes",
    "normally_resident_in": "Anytown", "referred_by": "Police",
}  # fmt: skip
SCOPING = {"agencies": ["Police", "Health visiting"], "due_on": "2014-04-01"}
BECAUSE = {"reasons": "The criteria are met"}
TO_COMMISSIONING: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("refer_to_subgroup", {}),
    ("recommend", {"recommendation": "review", **BECAUSE}),
    ("decide_to_review", BECAUSE),
)
MANAGER = frozenset({"business_manager"})
EVERY_ROLE = frozenset({"business_manager", "subgroup_chair", "board_chair", "lead_reviewer", "agency_lead"})


def on(day: date | str) -> PartialDate:
    return PartialDate.parse(day)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def a_board(session: Session, name: str = "Anytown", **other: Any) -> Board:
    board = Board(name=name, short_name=name, reference_prefix=name[:3].upper(), kind="lscb", **other)
    session.add(board)
    session.flush()
    return board


@dataclass
class Review:
    """A review, the session it is told in, and the day it is."""

    session: Session
    board: Board
    today: date = date(2014, 3, 3)
    actor: Actor = field(default_factory=lambda: Actor(None, EVERY_ROLE))
    case: Case = field(init=False)

    def opened(self, day: date | str | None = None, **other: Any) -> Review:
        """Open it on a day, with the referral as usual but for these answers."""
        self.case = open_case(
            self.session, workflow_key="serious_case_review", board=self.board, step="refer_case", actor=self.actor,
            told=Told(on(day or self.today), REFERRAL | other.pop("answers", {})), now=noon(self.today), **other,
        )  # fmt: skip
        return self

    def take(self, step: str, day: date | str | None = None, /, **more: Any) -> CaseEvent:
        """Take a step today, as having happened today or on another day."""
        answers = more.pop("answers", {})
        actor = more.pop("actor", self.actor)
        told = Told(on(day or self.today), answers)
        return take_step(self.session, self.case, step, actor=actor, told=told, now=noon(self.today), **more)

    def correct(self, sequence: int, day: date | str | None = None, /, **more: Any) -> CaseEvent:
        """Correct an event today; without a day, strike it out."""
        told = Told(on(day), more.pop("answers", {})) if day else None
        return correct_event(
            self.session, self.case, sequence, actor=more.pop("actor", self.actor), told=told,
            reason=more.pop("reason", "It was misread"), now=noon(self.today), **more,
        )  # fmt: skip

    def taken_to_commissioning(self) -> Review:
        for step, answers in TO_COMMISSIONING:
            self.take(step, answers=answers)
        return self


def an_incident(session: Session, on_day: date, calendar: Calendar | None = None) -> Case:
    """Return a practice review of a board of its own, of an incident that the authority became aware of on this day."""
    days = dict.fromkeys(("received_on", "incident_on", "aware_on"), on_day.isoformat())
    told = {key: answer for key, answer in REFERRAL.items() if key != "concern_about_joint_working"}
    return open_case(
        session, workflow_key="practice_review", board=a_board(session, new_arrangements_start=date(2019, 9, 29)),
        step="record_incident", actor=Actor(None, frozenset(ROLES)),
        told=Told(PartialDate.on(on_day), told | {"looked_after": "yes"} | days), now=noon(on_day),
        calendar=calendar,
    )  # fmt: skip
