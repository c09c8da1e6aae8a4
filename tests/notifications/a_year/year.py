"""A year of some cases and people, with two schedulers, outages, kills and the clock of the whole system moved along.

What happens is drawn by a seed. How fast processes run is not, so a seed gives the same year and not the same race.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from time import monotonic
from typing import Protocol

from sqlalchemy import Engine, func, or_, select, text
from sqlalchemy.orm import Session

from models.actor import Actor
from models.agency import Board
from models.bank_holidays import calendar_in_force
from models.calendar_changes import accept
from models.case import Case, CaseEvent, Deadline
from models.casework import correct_event, open_case, take_step
from models.database import make_engine, make_sessions
from models.delivery import Delivery
from models.moved_clock import move_clock
from models.outbox import OutboxMessage
from models.people import Person
from models.pulse import TickPulse
from notifications.answering import Answering, NotAnswered
from tests.notifications.a_year.answers import Given
from tests.notifications.a_year.ladders import counted, sayings
from tests.notifications.a_year.lives import Entry, life, opening
from tests.notifications.a_year.mail import MoodyBox
from tests.notifications.a_year.process import PHASES, Told
from tests.notifications.a_year.register import AGENCIES, CHILD, POLICE, About, Away, Held, Register
from tests.notifications.a_year.schedulers import AIMED_AT, AIMED_AT_WITHOUT_MAIL, Schedulers, wait_until
from tests.notifications.mail_servers import MailServer
from tests.scenarios.stories import usual_answers
from workflows import registry
from workflows.calendar import england
from workflows.dates import LONDON, PartialDate
from workflows.errors import StepRefused
from workflows.roles import ROLES
from workflows.standing import Told as Answered

ONE_DAY = timedelta(days=1)
ANYBODY = Actor(None, frozenset(ROLES))
SCHEDULED_WITHIN_SECONDS = 90
OPENS = {
    "serious_case_review": "refer_case", "practice_review": "record_incident", "child_death_review": "notify_death",
}  # fmt: skip
OPENED_AT = {
    "serious_case_review": ("ANY",), "practice_review": ("NEW",), "child_death_review": ("ANY", "NEW"),
}  # fmt: skip
"""By kind, the boards at which it is opened: the one still under the guidance of 2015, and the one past it."""


@dataclass(frozen=True)
class Plan:
    """What the year is like: how long, how many cases, and how often what befalls it on a day."""

    first: date
    last: date
    cases: int
    opened_by: date
    """The last day on which one of the cases is opened."""

    holiday_announced_on: date
    holiday: date
    kills: int
    seconds: float
    """For how long the year is lived at most; a slow machine lives fewer days of it, and suffers as many kills."""

    outages: float = 0.02
    longest_outage_days: int = 12
    freezes: int = 1
    connections_cut: int = 1
    database_restarts: int = 0
    clocks_set_back: float = 0.05
    answers_a_day: float = 3.0
    """How often somebody says on a day that they have seen what is due, or puts it off."""


class Workers(Protocol):
    """The schedulers of a year, and the means to end, freeze and wake them."""

    struck: Counter[str]
    frozen: int

    @property
    def kills(self) -> int: ...
    def start(self) -> None: ...
    def work(self) -> None: ...
    def stop(self) -> None: ...
    def kill_all(self) -> None: ...
    def kill_in(self, phase: int | None) -> None: ...
    def freeze(self) -> None: ...
    def wake(self) -> None: ...
    def is_any_frozen(self) -> bool: ...


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
    register: Register = field(default_factory=Register)
    looks: list[Look] = field(default_factory=list)
    reached: datetime = LONG_AGO
    """How late it had been when the clock was last set back."""
    befell: Counter[str] = field(default_factory=Counter)
    diary: dict[date, list[tuple[int, Entry]]] = field(default_factory=dict)
    about: dict[int, About] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    recorded: int = 0
    accepted_at: datetime | None = None
    answered: dict[tuple[int, str, str, date], list[Given]] = field(default_factory=dict)
    """What was answered about each date: by case, clock, what tells its deadlines apart, and day."""

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
        self.opening = self._days_of_opening()
        self.accidents = Random(self.seed + 3)
        self.answers = Random(self.seed + 4)
        self.today, self._out, self.spent, self.has_just_suffered = self.plan.first, 0, 0.0, False

    def now(self) -> datetime:
        """Return the moment by the moved clock, as every process has it."""
        return datetime.now(UTC) + self.ahead

    def begin(self) -> None:
        """Found the boards, hire the people and start two schedulers, before there is any case."""
        self._move_to(self.plan.first, 6, 0)
        with self.sessions.begin() as session:
            self._found(session)
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
        if up and self.chance.random() < 0.9:
            self._move_to(day, 7, self.chance.randrange(1, 50))
            self._suffer()
            if self.chance.random() < 0.8:
                self._look()
        self._move_to(day, 12, self.chance.randrange(60))
        self._change_people(day)
        self._write_the_diary(day)
        self._answer(day, self.plan.answers_a_day / 2)
        if up and self.chance.random() < 0.4:
            self._move_to(day, 16, self.chance.randrange(60))
            self._suffer()
            self._look()
            if self.chance.random() < self.plan.clocks_set_back:
                self.befell["clocks set back"] += 1
                self.reached = self.now()
                self._set_to(self.reached - timedelta(hours=1))
                self._look()
        self._move_to(day, 18, self.answers.randrange(60))
        self._answer(day, self.plan.answers_a_day / 2)

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
        self.schedulers.work()
        assert wait_until(lambda: self._is_swept_since(at), SCHEDULED_WITHIN_SECONDS), "nobody swept"
        if self.has_just_suffered:
            # What an ended process still held in the database was passed over, and is found by the next sweep.
            again, self.has_just_suffered = self.now(), False
            self.schedulers.work()
            assert wait_until(lambda: self._is_swept_since(again), SCHEDULED_WITHIN_SECONDS), "nobody swept again"
        assert wait_until(self._is_nothing_left, SCHEDULED_WITHIN_SECONDS), "something is not sent"
        # A clock that was set back has been later already, and so may what was recorded then.
        self.looks.append(Look(at, max(self.now(), self.reached)))

    def _is_swept_since(self, at: datetime) -> bool:
        with self.sessions() as session:
            pulse = session.get(TickPulse, "sweep")
        if pulse is None or pulse.finished_at is None:
            return False
        return at <= pulse.started_at <= pulse.finished_at < at + timedelta(minutes=30)

    def _is_mail_due(self) -> bool:
        due = select(Delivery.id).where(Delivery.outcome.is_(None), Delivery.send_after <= self.now())
        with self.sessions() as session:
            return session.scalar(due.where(Delivery.channel == "mail").limit(1)) is not None

    def _is_nothing_left(self) -> bool:
        now = self.now()
        unaddressed = select(func.count()).where(
            OutboxMessage.outcome.is_(None), OutboxMessage.addressed_at.is_(None), OutboxMessage.not_before <= now
        )
        unsent = select(func.count()).where(
            Delivery.outcome.is_(None), Delivery.send_after <= now, Delivery.handed_over_at.is_(None),
            or_(Delivery.lease_until.is_(None), Delivery.lease_until < now),
        )  # fmt: skip
        with self.sessions() as session:
            return session.scalar(unaddressed) == session.scalar(unsent) == 0

    # --- The clock

    def _move_to(self, day: date, hour: int, minute: int, zone: object = LONDON) -> None:
        self._set_to(datetime.combine(day, time(hour, minute), zone))  # type: ignore[arg-type]

    def _set_to(self, moment: datetime) -> None:
        real = datetime.now(UTC)
        ahead = moment.astimezone(UTC) - real
        with self.sessions.begin() as session:
            move_clock(session, ahead, now=real)
        self.ahead = ahead

    # --- Boards and people

    def _found(self, session: Session) -> None:
        self.register.found_board(session, "ANY", kind="lscb", new_arrangements_start=date(2019, 9, 29))
        self.register.found_board(session, "NEW", kind="partnership", new_arrangements_start=date(2018, 9, 3))
        long_ago = date(2010, 1, 1)
        for board in self.register.boards:
            top = "board_chair" if board == "ANY" else "safeguarding_partner"
            for role in ("business_manager", "business_manager", "subgroup_chair", top, "cdop_coordinator"):
                self._hire_for(session, role, board, long_ago)
            for role in ("cdop_coordinator", "cdop_chair", "designated_doctor", "board_member"):
                self._hire_for(session, role, board, long_ago)
            for agency in AGENCIES:
                self._hire_for(session, "agency_lead", board, long_ago, agency)
            self._hire_for(session, "board_member", board, long_ago, POLICE)

    def _hire_for(self, session: Session, role: str, board: str, on: date, agency: str | None = None) -> None:
        drawn = self.chance.random()
        if drawn < 0.6:
            person = self.register.hire(session)
        else:
            person = self.register.hire(session, channel="mail" if drawn < 0.9 else "application", timing="at_once")
        self.register.appoint(session, person, role, board, on, agency)

    def _change_people(self, day: date) -> None:
        """Let somebody leave, with or without a successor, go away, declare an interest or have an account closed."""
        with self.sessions.begin() as session:
            if self.chance.random() < 0.03:
                self._replace_somebody(session, day)
            if self.chance.random() < 0.05:
                self._send_somebody_away(session, day)
            if self.about and self.chance.random() < 0.05:
                person, about = self._somebody(day).person, self.chance.choice(list(self.about.values()))
                if (person, about.case_id) not in self.register.interests:
                    self.register.declare(session, person, about.case_id, self.now())
                    self.befell["interests declared"] += 1
            if self.chance.random() < 0.01:
                self._close_an_account(session, day)

    def _somebody(self, day: date) -> Held:
        return self.chance.choice([each for each in self.register.held if each.from_on <= day <= each.until_on])

    def _replace_somebody(self, session: Session, day: date) -> None:
        held = self._somebody(day)
        if held.until_on == date.max:
            last = day + ONE_DAY * self.chance.randrange(10)
            vacant = self.chance.choice((0, 0, 0, 20))
            self.register.dismiss(session, held, last)
            self._hire_for(session, held.role, held.board, last + ONE_DAY * (1 + vacant), held.agency)
            self.befell["roles changed hands"] += 1

    def _send_somebody_away(self, session: Session, day: date) -> None:
        held, deputy = self._somebody(day), self._somebody(day)
        first = day + ONE_DAY * self.chance.randrange(1, 5)
        away = Away(held.person, deputy.person, first, first + ONE_DAY * self.chance.randrange(3, 20))
        others = [each for each in self.register.away if each.person == held.person and each.until_on >= first]
        if held.person != deputy.person and held.board == deputy.board and not others:
            self.register.send_away(session, away, self.now())
            self.befell["absences with a deputy"] += 1

    def _close_an_account(self, session: Session, day: date) -> None:
        held = self._somebody(day)
        deputies = {each.deputy for each in self.register.away}
        if held.person in deputies or held.person in self.register.closed:
            return
        self.register.close(session, held.person, self.now())
        self._hire_for(session, held.role, held.board, day + ONE_DAY, held.agency)
        self.befell["accounts closed"] += 1

    # --- Cases

    def _days_of_opening(self) -> Counter[date]:
        span = (self.plan.opened_by - self.plan.first).days
        return Counter(self.plan.first + ONE_DAY * (1 + self.chance.randrange(span)) for _ in range(self.plan.cases))

    def _write_the_diary(self, day: date) -> None:
        if day == self.plan.holiday_announced_on:
            self._announce()
        for _ in range(self.opening[day]):
            self._open(day)
        for case_id, entry in self.diary.pop(day, ()):
            with suppress(StepRefused), self.sessions.begin() as session:
                self._record(session, case_id, entry, day)

    def _announce(self) -> None:
        """A bank holiday is announced; schedulers stand the cases again when they come to it."""
        self.accepted_at = self.now()
        with self.sessions.begin() as session:
            person = session.scalars(select(Person).order_by(Person.id).limit(1)).one()
            accept(
                session, day=self.plan.holiday, name="Invented holiday", source="Invented", person=person,
                now=self.accepted_at,
            )  # fmt: skip

    def _open(self, day: date) -> None:
        workflow = self.chance.choice(list(OPENS))
        prefix = self.chance.choice(OPENED_AT[workflow])
        step, told = OPENS[workflow], opening(workflow, day)
        with self.sessions.begin() as session:
            case = open_case(
                session, workflow_key=workflow, board=session.get_one(Board, self.register.boards[prefix]),
                step=step, actor=ANYBODY, told=Answered(PartialDate.on(day), told), now=self.now(),
            )  # fmt: skip
            self.about[case.id] = About(case.id, prefix, workflow)
            case_id = case.id
        self.recorded += 1
        for days, entry in life(workflow, day, self.chance):
            self.diary.setdefault(day + ONE_DAY * max(days, 0), []).append((case_id, entry))

    def _record(self, session: Session, case_id: int, entry: Entry, day: date) -> None:
        case = session.get_one(Case, case_id)
        happened_on = PartialDate.on(max(day - ONE_DAY * entry.ago, case.opened_on))
        procedure = registry.procedure(case.workflow_key, case.regime_key)
        if entry.step not in procedure.steps_by_key:
            return
        step = procedure.step(entry.step)
        asked = {each.key for each in step.asks}
        usual = usual_answers(step, happened_on)
        answers = usual | {key: answer for key, answer in entry.answers.items() if key in asked}
        told = Answered(happened_on, answers)
        try:
            if entry.corrects or entry.strikes_out:
                self._correct(session, case, entry, told)
            else:
                take_step(session, case, entry.step, actor=ANYBODY, told=told, now=self.now())
        except StepRefused as refused:
            self.refused[f"{entry.step}: {type(refused).__name__}"] += 1
            raise
        self.recorded += 1

    def _correct(self, session: Session, case: Case, entry: Entry, told: Answered) -> None:
        theirs = select(CaseEvent).where(
            CaseEvent.case_id == case.id, CaseEvent.step == entry.step, CaseEvent.supersedes.is_(None)
        )
        found = list(session.scalars(theirs.order_by(CaseEvent.sequence)))
        superseded = set(session.scalars(select(CaseEvent.supersedes).where(CaseEvent.case_id == case.id)))
        if entry.corrects:
            found = [each for each in found if _is_of_the_same(each, told)]
        found = [each for each in found if each.sequence not in superseded]
        if not found:
            return
        told = Answered(PartialDate.on(found[-1].happened_first), told.answers)
        correct_event(
            session, case, found[-1].sequence, actor=ANYBODY, told=None if entry.strikes_out else told,
            reason="It was misread", now=self.now(),
        )  # fmt: skip
        self.befell["struck out" if entry.strikes_out else "corrected"] += 1

    # --- Answers

    def _answer(self, day: date, times: float) -> None:
        """Let people who were told of something that is open say that they have seen it, or put it off."""
        for _ in range(self.answers.randrange(round(2 * times) + 1)):
            with suppress(NotAnswered), self.sessions.begin() as session:
                self._answer_once(session, day)

    def _answer_once(self, session: Session, day: date) -> None:
        deadline = self._something_open(session, day)
        if deadline is None or deadline.due_last is None:
            return
        about, due_on, now = self.about[deadline.case_id], deadline.due_last, self.now()
        fell = [
            each for each in sayings(about.workflow, deadline.clock_key)
            if counted(due_on, each.days, england()) <= day
        ]  # fmt: skip
        role = self.answers.choice([each.role for each in fell]) if fell else ""
        people = self.register.holders(about, role, deadline.agency, now, day) if fell else []
        if not people:
            return
        case = session.get_one(Case, deadline.case_id)
        answering = Answering(session, case, deadline, self.answers.choice(people), role, now)
        if day > due_on and self.answers.random() < 0.5:
            answering.seen()
            given = Given("seen", role, now, day)
        else:
            until_on = day + ONE_DAY * self.answers.randrange(1, 20)
            answering.put_off(until_on, f"As {CHILD} is away", calendar_in_force(session))
            given = Given("put off", role, now, day, until_on)
        key = deadline.case_id, deadline.clock_key, deadline.subject, due_on
        self.answered.setdefault(key, []).append(given)
        self.befell[given.kind] += 1

    def _something_open(self, session: Session, day: date) -> Deadline | None:
        """Return a date that is late or soon due, most often one about which something was answered before."""
        lately = Deadline.due_last.between(day - ONE_DAY * 40, day + ONE_DAY * 8)
        is_open = Deadline.met_first.is_(None) & Deadline.voided_on.is_(None)
        found = select(Deadline).where(lately, is_open).order_by(Deadline.case_id, Deadline.ordinal)
        every = list(session.scalars(found))
        again = [each for each in every if (each.case_id, each.clock_key, each.subject, each.due_last) in self.answered]
        among = again if again and self.answers.random() < 0.3 else every
        return self.answers.choice(among) if among else None


class _AllIsWell(Random):
    """A chance by which nothing goes wrong."""

    def random(self) -> float:
        return 1.0


def _is_of_the_same(recorded: CaseEvent, told: Answered) -> bool:
    return recorded.answers.get("agency") == told.answers.get("agency")
