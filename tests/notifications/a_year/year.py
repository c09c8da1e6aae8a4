"""A year of some cases and people, with two schedulers, outages, kills and the clock of the whole system moved along.

What happens is drawn by a seed. How fast processes run is not, so a seed gives the same year and not the same race.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from time import monotonic
from typing import Protocol

from sqlalchemy import Engine, func, or_, select, text

from models.database import make_engine, make_sessions
from models.delivery import Delivery
from models.moved_clock import move_clock
from models.outbox import OutboxMessage
from models.pulse import TickPulse
from tests.notifications.a_year.answering import Answers
from tests.notifications.a_year.casebook import Casebook
from tests.notifications.a_year.ladders import ONE_DAY
from tests.notifications.a_year.mail import MoodyBox
from tests.notifications.a_year.panels import Panels
from tests.notifications.a_year.people import People
from tests.notifications.a_year.plan import Plan
from tests.notifications.a_year.process import PHASES, Told
from tests.notifications.a_year.register import About
from tests.notifications.a_year.schedulers import (
    AIMED_AT,
    AIMED_AT_WITHOUT_MAIL,
    Schedulers,
    Workers,
    wait_until,
)
from tests.notifications.mail_servers import MailServer
from workflows.dates import LONDON

SCHEDULED_WITHIN_SECONDS = 300
SWEEPS = ("sweep", "duties")
"""The ticks that find what is to be said: of the dates of cases, and of what panels owe."""


class Reached(Protocol):
    """A database, and how it is reached as the application and as the owner of the tables."""

    @property
    def url(self) -> str: ...
    @property
    def owner_url(self) -> str: ...


@dataclass(frozen=True)
class Look:
    """A moment by which a sweep was known to have gone through, and when nothing was left to be done."""

    at: datetime
    done_by: datetime


LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass
class Year:
    """Lives a plan, and remembers what it did."""

    plan: Plan
    database: Reached
    server: MailServer
    folder: str
    seed: int
    workers: Callable[[Told, Random], Workers] = Schedulers
    restart_database: Callable[[], None] = lambda: None
    looks: list[Look] = field(default_factory=list)
    reached: datetime = LONG_AGO
    """How late it had been when the clock was last set back."""
    befell: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.engine: Engine = make_engine(self.database.url)
        self.sessions = make_sessions(self.engine)
        self.ahead = timedelta()
        assert isinstance(self.server.box, MoodyBox)
        self.box = self.server.box
        self.box.chance, self.box.clock = Random(self.seed + 1), self.now
        told = Told(
            self.database.url, self.database.owner_url, self.server.port, str(self.server.trusted), self.folder
        )  # fmt: skip
        self.schedulers = self.workers(told, Random(self.seed + 2))
        self.accidents = Random(self.seed + 3)
        about: dict[int, About] = {}
        self.people = People(about, self.chance, self.befell)
        self.register = self.people.register
        self.cases = Casebook(self.plan, self.sessions, self.register.boards, self.chance, self.befell, about)
        self.panels = Panels(self.sessions, self.register, self.cases, Random(self.seed + 5), self.befell)
        self.answers = Answers(
            self.sessions, about, self.register, self.panels, Random(self.seed + 4), self.befell
        )  # fmt: skip
        self.today, self._out, self.spent, self.has_just_suffered = self.plan.first, 0, 0.0, False

    def now(self) -> datetime:
        """Return the moment by the moved clock, as every process has it."""
        return datetime.now(UTC) + self.ahead

    def begin(self) -> None:
        """Found the boards, hire the people and start two schedulers, before there is any case."""
        self._move_to(self.plan.first, 6, 0)
        with self.sessions.begin() as session:
            self.people.found(session)
            self.panels.found(session)
        self.schedulers.start()
        self._look()

    def live_until(self, last: date, *, within_seconds: float | None = None) -> None:
        """Live the days up to and including one, as far as there is time; the rest of them another time."""
        began, enough = monotonic(), self.spent + (within_seconds or self.plan.seconds)
        while self.today <= min(last, self.plan.last) and self.spent < min(enough, self.plan.seconds):
            self._live_a_day(self.today)
            self.today += ONE_DAY
            self.spent, began = self.spent + monotonic() - began, monotonic()

    @property
    def gone_by(self) -> float:
        """How much of the year is over, by its days or by its time."""
        days = (self.today - self.plan.first).days / (self.plan.last - self.plan.first).days
        return min(1.0, max(days, self.spent / self.plan.seconds))

    def finish(self) -> None:
        """Suffer what there was no time for, let what still waits be sent over quiet days, and end the schedulers."""
        self._go_on()
        for days in range(6):
            self._move_to(self.today + ONE_DAY * days, 9, 0)
            while days == 0 and self.befell["kills"] < self.plan.kills:
                self.befell["kills"] += 1
                self.has_just_suffered = True
                self._kill_one()
            if days > 0:
                self.box.chance = _AllIsWell()
            self._look()
        self._move_to(self.today + ONE_DAY * 5, 21, 0)
        self._look()
        self.schedulers.stop()

    def close(self) -> None:
        """End whatever still runs."""
        self.schedulers.stop()
        self.engine.dispose()

    # --- A day

    def _live_a_day(self, day: date) -> None:
        self._go_in_or_out_of_an_outage()
        up = not self._out
        if up and self._changes_the_clocks(day):
            for hour in (0, 1, 2):
                self._move_to(day, hour, 30, UTC)
                self._look()
            self.befell["nights the clocks changed"] += 1
        if up and self.chance.random() < self.plan.mornings:
            self._move_to(day, 7, self.chance.randrange(1, 50))
            self._suffer()
            if self.chance.random() < 0.8:
                self._look()
        self._move_to(day, 12, self.chance.randrange(60))
        with self.sessions.begin() as session:
            self.people.change(session, day, self.now())
        self.cases.write(day, self.now)
        self.panels.keep(day, self.now)
        self.answers.answer(day, self.plan.answers_a_day / 2, self.now())
        if up and self.chance.random() < self.plan.afternoons:
            self._move_to(day, 16, self.chance.randrange(60))
            self._suffer()
            self._look()
            if self.chance.random() < self.plan.clocks_set_back:
                self.befell["clocks set back"] += 1
                self.reached = self.now()
                self._set_to(self.reached - timedelta(hours=1))
                self._look()
        self._move_to(day, 18, 30)
        self.answers.answer(day, self.plan.answers_a_day / 2, self.now())

    def _changes_the_clocks(self, day: date) -> bool:
        noons = [datetime.combine(each, time(12), LONDON).utcoffset() for each in (day - ONE_DAY, day)]
        return noons[0] != noons[1]

    def _go_in_or_out_of_an_outage(self) -> None:
        if self._out:
            self._out -= 1
            self.befell["days of outage"] += 1
            if not self._out:
                self._go_on()
        elif self.chance.random() < self.plan.outages:
            self._out = self.chance.randrange(1, self.plan.longest_outage_days + 1)
            self.befell["outages"] += 1
            self.has_just_suffered = True
            self.schedulers.wake()
            self.schedulers.kill_all() if self.chance.random() < 0.7 else self.schedulers.stop()

    def _go_on(self) -> None:
        self._out = 0
        self.schedulers.wake()
        self.schedulers.start()

    # --- What befalls the schedulers

    def _suffer(self) -> None:
        """End, freeze or cut off a scheduler, or restart the database, as often as it is time for."""
        while self._is_time_for("kills", self.plan.kills):
            self._kill_one()
        if self.schedulers.is_any_frozen() and self.accidents.random() < 0.5:
            self.schedulers.wake()
        elif self._is_time_for("freezes", self.plan.freezes):
            self.schedulers.freeze()
            self.schedulers.start()
        if self._is_time_for("connections cut", self.plan.connections_cut):
            with self.engine.connect() as connection:
                every = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                connection.execute(text(f"{every} AND pid <> pg_backend_pid()"))
        if self._is_time_for("restarts of the database", self.plan.database_restarts):
            self.restart_database()

    def _kill_one(self) -> None:
        """End the scheduler that works, most often where the fewest were ended so far, and start another."""
        aimed_at = AIMED_AT if self._is_mail_due() else AIMED_AT_WITHOUT_MAIL
        struck = self.schedulers.struck
        fewest = min(aimed_at, key=lambda phase: (struck[PHASES[phase]], self.accidents.random()))
        self.schedulers.kill_in(fewest if self.accidents.random() < 0.85 else None)
        self.schedulers.start()

    def _is_time_for(self, what: str, times: int) -> bool:
        """Return whether something that is to happen so often in the year is due once more, and count it."""
        is_due = self.befell[what] < times * self.gone_by - self.accidents.random()
        self.befell[what] += is_due
        self.has_just_suffered |= is_due
        return is_due

    def _look(self) -> None:
        """Wait until a sweep has gone through that began after this moment, and nothing is left to be sent."""
        at = self.now()
        assert wait_until(lambda: self._is_swept_since(at), SCHEDULED_WITHIN_SECONDS), (
            f"nobody swept: {self._how_it_stands()}"
        )
        if self.has_just_suffered:
            # What an ended process still held in the database was passed over, and is found by the next sweep.
            again, self.has_just_suffered = self.now(), False
            assert wait_until(lambda: self._is_swept_since(again), SCHEDULED_WITHIN_SECONDS), (
                f"nobody swept again: {self._how_it_stands()}"
            )
        assert wait_until(self._is_nothing_left, SCHEDULED_WITHIN_SECONDS), (
            f"something is not sent: {self._how_it_stands()}"
        )
        # A clock that was set back has been later already, and so may what was recorded then.
        self.looks.append(Look(at, max(self.now(), self.reached)))

    def _how_it_stands(self) -> str:
        """Return what the pulses and the connections say, for whoever has to find out why nothing goes on."""
        ticks = select(TickPulse.name, TickPulse.process, TickPulse.started_at, TickPulse.finished_at, TickPulse.error)
        connections = text(
            "SELECT pid, state, wait_event_type, wait_event, now() - state_change, left(query, 80)"
            " FROM pg_stat_activity WHERE datname = current_database() ORDER BY pid"
        )
        with self.sessions() as session:
            found = [*session.execute(ticks.order_by(TickPulse.name)), *session.execute(connections)]
        return "\n".join([f"seed {self.seed}, at {self.now()}, {self.schedulers}", *map(str, found)])

    def _is_swept_since(self, at: datetime) -> bool:
        self.schedulers.work()
        with self.sessions() as session:
            pulses = [session.get(TickPulse, name) for name in SWEEPS]
        return all(_began_and_ended_soon_after(at, pulse) for pulse in pulses)

    def _is_mail_due(self) -> bool:
        due = select(Delivery.id).where(Delivery.outcome.is_(None), Delivery.send_after <= self.now())
        with self.sessions() as session:
            return session.scalar(due.where(Delivery.channel == "mail").limit(1)) is not None

    def _is_nothing_left(self) -> bool:
        """Return whether nothing is to be addressed or sent, and let it be done otherwise."""
        if is_left := self._is_anything_left():
            self.schedulers.work()
        return not is_left

    def _is_anything_left(self) -> bool:
        now = self.now()
        unaddressed = select(func.count()).where(
            OutboxMessage.outcome.is_(None), OutboxMessage.addressed_at.is_(None), OutboxMessage.not_before <= now
        )
        unsent = select(func.count()).where(
            Delivery.outcome.is_(None), Delivery.send_after <= now, Delivery.handed_over_at.is_(None),
            or_(Delivery.lease_until.is_(None), Delivery.lease_until < now),
        )  # fmt: skip
        with self.sessions() as session:
            return bool(session.scalar(unaddressed) or session.scalar(unsent))

    # --- The clock

    def _move_to(self, day: date, hour: int, minute: int, zone: object = LONDON) -> None:
        self._set_to(datetime.combine(day, time(hour, minute), zone))  # type: ignore[arg-type]

    def _set_to(self, moment: datetime) -> None:
        real = datetime.now(UTC)
        ahead = moment.astimezone(UTC) - real
        with self.sessions.begin() as session:
            move_clock(session, ahead, now=real)
        self.ahead = ahead


def _began_and_ended_soon_after(at: datetime, pulse: TickPulse | None) -> bool:
    if pulse is None or pulse.finished_at is None:
        return False
    return at <= pulse.started_at <= pulse.finished_at < at + timedelta(minutes=30)


class _AllIsWell(Random):
    """A chance by which nothing goes wrong."""

    def random(self) -> float:
        return 1.0
