"""What a test of messages starts from: a case, people who hold roles, and a sender that is told what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from models.agency import Board
from models.database import make_sessions
from models.delivery import Delivery
from models.outbox import OutboxMessage
from notifications.addressing import address_waiting
from notifications.dispatch import send_waiting
from notifications.facts import Site
from notifications.office import Office
from notifications.senders.letter import Letter, Receipt
from tests.models.situations import Given
from tests.notifications.mail_servers import certificates, mail_server  # noqa: F401 - fixtures for this whole folder
from workflows.calendar import england
from workflows.roles import SUBGROUP_CHAIR

MON_3_MAR_2014_AT_HALF_PAST_NINE = datetime(2014, 3, 3, 9, 30, tzinfo=UTC)
SITE = Site("https://reviews.example.org")


@dataclass
class Hands:
    """A sender that remembers what it was given and does as it is told."""

    name: str = "test"
    letters: list[Letter] = field(default_factory=list)
    do: Callable[[Letter], None] = lambda _letter: None

    def send(self, letter: Letter) -> Receipt:
        self.do(letter)
        self.letters.append(letter)
        return Receipt("Taken")

    def close(self) -> None:
        """Nothing is held open."""


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    moment: datetime = MON_3_MAR_2014_AT_HALF_PAST_NINE

    def __call__(self) -> datetime:
        return self.moment


class Post:
    """A database of its own with one case and whoever is appointed to it, and an office that sends."""

    def __init__(self, engine: Engine) -> None:
        self.calendar = england()
        self.engine = engine
        self.sessions: sessionmaker[Session] = make_sessions(engine)
        self.clock = Clock()
        self.hands = Hands()
        with self.sessions.begin() as session:
            given = Given(session)
            board = given.a_board()
            case = given.a_case(board, state="awaiting_approval", stage="review")
            given.an_event(case, step="approve_report")
            self.board_id, self.case_id, self.reference = board.id, case.id, case.reference

    def office(self, name: str = "one", **other: object) -> Office:
        told = {"sender": self.hands, "clock": self.clock, "site": SITE, "calendar": england, "name": name}
        return Office(sessions=self.sessions, **(told | other))  # type: ignore[arg-type]

    def appoint(self, *roles: str, email: str = "") -> int:
        """Return the id of a new person who holds the roles on the board."""
        with self.sessions.begin() as session:
            given = Given(session)
            person = given.a_person(email or f"{'.'.join(roles)}@example.org")
            board = session.get_one(Board, self.board_id)
            for role in roles:
                given.appointed(person, role, board)
            return person.id

    def address(self) -> int:
        return address_waiting(self.sessions, self.clock(), self.calendar)

    def send(self, name: str = "one", **other: object) -> int:
        return send_waiting(self.office(name, **other))

    def deliveries(self) -> list[Delivery]:
        with self.sessions(expire_on_commit=False) as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.id)))

    def outcomes(self) -> list[str | None]:
        return [each.outcome for each in self.deliveries()]

    def outcome_of(self, message_id: int) -> str | None:
        with self.sessions() as session:
            return session.get_one(OutboxMessage, message_id).outcome

    def message(self, role: str | None = SUBGROUP_CHAIR, **other: object) -> int:
        """Return the id of a message that a report was approved, written at this moment."""
        now = self.clock()
        told = {
            "case_id": self.case_id,
            "event_sequence": 1,
            "notice_key": "report_approved",
            "recipient_role": role,
            "payload": {"reference": self.reference, "step": "approve_report"},
            "created_at": now,
            "not_before": now,
        }
        with self.sessions.begin() as session:
            message = OutboxMessage(**(told | other))
            session.add(message)
            session.flush()
            return message.id


@pytest.fixture
def post(committed_database) -> Post:
    return Post(committed_database.engine)
