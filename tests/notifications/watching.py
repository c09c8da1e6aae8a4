"""A review, people appointed to its board, and sweeps over it from one day to another; everyone is invented."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models.agency import Agency
from models.case import Deadline
from models.next_rung import NextRung
from models.outbox import OutboxMessage
from models.people import Appointment, Person
from models.reminder import Reminder
from notifications.recording import Swept
from notifications.reminders import sweep
from tests.models.reviews import Review, a_board
from workflows.calendar import Calendar, england


def morning(day: date) -> datetime:
    return datetime.combine(day, time(7, 5), UTC)


@dataclass
class Watch:
    """A review in a database of its own, and what the sweeps over it recorded."""

    engine: Engine
    session: Session
    calendar: Calendar = field(default_factory=england)
    review: Review = field(init=False)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.review = Review(self.session, a_board(self.session))

    def swept(self, day: date) -> Swept:
        self.session.commit()
        return sweep(self.engine, morning(day), self.calendar)

    def swept_daily(self, first: date, last: date, *, but: Callable[[date], bool] = lambda _: False) -> Watch:
        day = first
        while day <= last:
            if not but(day):
                self.swept(day)
            day += timedelta(1)
        return self

    def appoint(self, role: str, *, agency: Agency | None = None, active: bool = True) -> Person:
        person = Person(name="A. Person", email=f"{role}.{next(self.numbers)}@example.org", active=active)
        held = Appointment(person=person, role=role, board=self.review.board, from_on=date(2010, 1, 1))
        held.agency_id = agency.id if agency else None
        self.session.add_all([person, held])
        self.session.flush()
        return person

    def agency(self, name: str) -> Agency:
        agency = Agency(board=self.review.board, name=name)
        self.session.add(agency)
        self.session.flush()
        return agency

    def reminders(self, clock: str = "", outcome: str = "") -> list[Reminder]:
        found = select(Reminder).order_by(Reminder.id).execution_options(populate_existing=True)
        if clock:
            found = found.where(Reminder.clock_key == clock)
        if outcome:
            found = found.where(Reminder.outcome == outcome)
        return list(self.session.scalars(found))

    def next_rung(self, clock: str, subject: str = "") -> NextRung:
        """Return what is next to be said of a deadline, of the first of its clock unless one is named."""
        found = select(NextRung).join(Deadline, Deadline.id == NextRung.deadline_id).where(Deadline.clock_key == clock)
        found = found.where(Deadline.subject.startswith(subject)).order_by(Deadline.ordinal)
        return self.session.scalars(found.limit(1).execution_options(populate_existing=True)).one()

    def messages(self) -> list[OutboxMessage]:
        found = select(OutboxMessage).where(OutboxMessage.dedupe_key.like("reminder:%")).order_by(OutboxMessage.id)
        return list(self.session.scalars(found.execution_options(populate_existing=True)))

    def told(self, clock: str) -> list[tuple[date, str, str]]:
        """Return the day, the rung and the role of each reminder told about a clock."""
        return sorted((each.recorded_at.date(), each.rung, each.role) for each in self.reminders(clock, "told"))
