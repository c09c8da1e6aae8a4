"""A scheduler killed again and again with `kill -9`, and what the mail server and the database say afterwards."""

from __future__ import annotations

import email
import email.policy
import multiprocessing
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Event

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.agency import Board
from models.database import make_engine, make_sessions
from models.delivery import Delivery, MessageChoice
from models.outbox import OutboxMessage
from notifications.facts import Site
from notifications.office import Office
from notifications.schedule import work
from notifications.senders.smtp import Server, SmtpSender
from notifications.ticks import Works
from tests.models.situations import Given
from tests.notifications.mail_servers import MailServer
from workflows.calendar import england
from workflows.roles import SUBGROUP_CHAIR

LEASE = timedelta(seconds=0.5)
MESSAGES_A_LIFE = 10
LONGEST_LIFE_SECONDS = 0.3
BORN_WITHIN_SECONDS = 20
REFERENCE = re.compile(r"ANY\d+-2014-\d+")


@dataclass(frozen=True)
class Told:
    """How a scheduler reaches the database and the mail server."""

    database_url: str
    port: int
    trusted: str


def real_clock() -> datetime:
    return datetime.now(UTC)


def scheduler(told: Told, name: str, born: Connection) -> None:
    """Be the scheduler until killed: the real one, with a lease short enough to be waited for."""
    engine = make_engine(told.database_url)
    server = Server("localhost", told.port, "starttls", "reviews@example.org", trust=told.trusted, timeout_seconds=5)
    office = Office(
        sessions=make_sessions(engine),
        sender=SmtpSender(server, real_clock),
        clock=real_clock,
        site=Site("https://reviews.example.org"),
        calendar=england,
        name=name,
        lease=LEASE,
    )
    with engine.connect():
        born.send(name)
    work(Works(engine, office, b"secret", Event()), look_every_seconds=0.02)


class Killings:
    """Runs schedulers one after another, ends each at a random moment, and gives it something to do before that."""

    def __init__(self, database_url: str, server: MailServer, chance: random.Random) -> None:
        self.engine = make_engine(database_url)
        self.server = server
        self.told = Told(database_url, server.port, str(server.trusted))
        self.chance = chance
        self.processes = multiprocessing.get_context("forkserver")
        self.processes.set_forkserver_preload([__name__])
        self.kills = 0
        england()
        with Session(self.engine) as session:
            self._appoint_a_chair(session)
            session.commit()

    def kill(self, times: int) -> None:
        for _ in range(times):
            self.add_messages(MESSAGES_A_LIFE)
            process = self._start()
            # Three in four are let to begin sending, so that they end in the middle of it and not before.
            if self.chance.random() < 0.75:
                self._wait(partial(self._more_taken_than, len(self.server.box.taken)), BORN_WITHIN_SECONDS)
            time.sleep(self.chance.uniform(0, LONGEST_LIFE_SECONDS))
            process.kill()
            process.join()
            assert process.exitcode == -signal.SIGKILL
            self.kills += 1

    def finish(self, within_seconds: float = 120) -> None:
        """Let one scheduler live until nothing is left to be done."""
        process = self._start()
        self._wait(lambda: self.left() == 0, within_seconds)
        process.kill()
        process.join()

    def _more_taken_than(self, number: int) -> bool:
        return len(self.server.box.taken) > number

    def _wait(self, done: Callable[[], bool], within_seconds: float) -> None:
        until = time.monotonic() + within_seconds
        while not done() and time.monotonic() < until:
            time.sleep(0.01)

    def left(self) -> int:
        with Session(self.engine) as session:
            open_still = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.outcome.is_(None))
            return session.scalar(open_still) or 0

    def outcomes(self) -> Counter[str | None]:
        with Session(self.engine) as session:
            return Counter(session.scalars(select(Delivery.outcome)))

    def keys(self, outcome: str) -> set[str | None]:
        with Session(self.engine) as session:
            return set(session.scalars(select(Delivery.letter_key).where(Delivery.outcome == outcome)))

    def keys_taken(self) -> Counter[str]:
        """How often the mail server took each letter, by its key."""
        return Counter(str(each["Message-ID"]).strip("<>").rpartition("@")[0] for each in self._taken())

    def cases_told(self) -> Counter[str]:
        """How often the mail server took a letter about each case; there is one message about each."""
        return Counter(REFERENCE.findall(str(each["Subject"]))[0] for each in self._taken())

    def add_messages(self, number: int) -> None:
        now = real_clock()
        with Session(self.engine) as session:
            given = Given(session)
            board = session.scalars(select(Board)).one()
            for _ in range(number):
                case = given.a_case(board, reference=f"ANY1-2014-{self._next_number():05d}")
                session.add(
                    OutboxMessage(
                        case_id=case.id,
                        notice_key="report_approved",
                        recipient_role=SUBGROUP_CHAIR,
                        payload={"reference": case.reference, "step": "approve_report"},
                        created_at=now,
                        not_before=now,
                    )
                )
            session.commit()

    def _taken(self) -> list[email.message.EmailMessage]:
        policy = email.policy.default
        return [email.message_from_bytes(each.content or b"", policy=policy) for each in self.server.box.taken]  # type: ignore[arg-type]

    def _start(self) -> BaseProcess:
        """Return a scheduler that has reached the database and begins."""
        here, there = self.processes.Pipe(duplex=False)
        args = (self.told, f"process {self.kills}", there)
        process = self.processes.Process(target=scheduler, args=args, daemon=True)
        process.start()
        there.close()
        here.recv()
        here.close()
        return process

    def _next_number(self) -> int:
        self._number = getattr(self, "_number", 0) + 1
        return self._number

    def _appoint_a_chair(self, session: Session) -> None:
        given = Given(session)
        person = given.a_person("chair@example.org")
        given.appointed(person, SUBGROUP_CHAIR, given.a_board())
        session.add(
            MessageChoice(
                person_id=person.id,
                channel="mail",
                timing="at_once",
                quiet_from=0,
                quiet_until=0,
                on_days_off=True,
                changed_at=real_clock(),
            )
        )


def assert_sent_once_or_unknown(killings: Killings) -> None:
    """Every message was sent once, or is shown as unknown; nothing was lost and nothing came twice."""
    taken, unknown = killings.keys_taken(), killings.keys("unknown")

    assert killings.left() == 0
    assert set(killings.outcomes()) <= {"sent", "unknown"}
    assert max(taken.values()) == 1, "a letter came twice"
    assert max(killings.cases_told().values()) == 1, "a message went in two letters"
    assert killings.keys("sent") <= taken.keys(), "something is said to be sent that nobody took"
    assert taken.keys() <= killings.keys("sent") | unknown, "a letter was taken that nobody knows of"
    assert len(unknown) <= killings.kills, "one kill leaves at most one fate unknown"
