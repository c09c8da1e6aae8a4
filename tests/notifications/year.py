"""A year of cases, sweeps and accidents: what happens is drawn by a seed, and everybody is invented.

The oracle is its own reckoning: from what had been recorded by each day, and days counted one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from models.asking import standing_of
from models.casework import restand_cases
from models.outbox import OutboxMessage
from models.reminder import Reminder
from notifications.ladders import ladder_for
from notifications.reminders import sweep
from notifications.rungs import Offset
from notifications.truth import why_not_true
from tests.models.reviews import Review, a_board
from workflows.calendar import Calendar, england
from workflows.dates import london_day
from workflows.errors import StepRefused

FIRST, LAST = date(2014, 1, 6), date(2015, 1, 9)
ANNOUNCED_ON, NEW_HOLIDAY = date(2014, 6, 2), date(2014, 8, 13)
SPRING_FORWARD, FALL_BACK = date(2014, 3, 30), date(2014, 10, 26)
BECAUSE = {"reasons": "The criteria are met"}
AGENCIES = ["Police", "Health visiting"]
ONE_DAY = timedelta(days=1)

Key = tuple[int, str, str, date, str, str]


class Killed(Exception):
    """The process was ended in the middle of a sweep."""


@dataclass
class DyingEngine:
    """An engine whose process is killed before the commit of one of its first transactions."""

    engine: Engine
    lives: int

    @contextmanager
    def begin(self) -> Iterator[object]:
        with self.engine.begin() as connection:
            yield connection
            self.lives -= 1
            if self.lives <= 0:
                raise Killed


@dataclass
class Year:
    """A board’s year. `swept_at` are the moments of the sweeps that went through."""

    engine: Engine
    session: Session
    chance: Random
    calendar: Calendar = field(default_factory=england)
    reviews: dict[int, Review] = field(default_factory=dict)
    diary: dict[date, list[tuple[Review, str, dict[str, object]]]] = field(default_factory=dict)
    swept_at: list[datetime] = field(default_factory=list)
    killed: int = 0
    days_out: int = 0

    def lived(self, cases: int) -> Year:
        """Live it: open the cases, take their steps, sweep when it happens to be swept."""
        self.board = a_board(self.session)
        self.session.commit()
        opening = sorted(FIRST + ONE_DAY * self.chance.randrange(280) for _ in range(cases))
        day, out = FIRST, 0
        while day <= LAST:
            out = out - 1 if out > 0 else (self.chance.randrange(2, 19) if self.chance.random() < 0.03 else 0)
            self.days_out += bool(out)
            if not out:
                self._swept_on(day, night=day in (SPRING_FORWARD, FALL_BACK))
            if day == ANNOUNCED_ON:
                self._announce(day)
            for _ in range(opening.count(day)):
                self._open(day)
            self._write_the_diary(day)
            if not out and self.chance.random() < 0.3:
                self._sweep(datetime.combine(day, time(16, 40), UTC))
            day += ONE_DAY
        self._sweep(datetime.combine(LAST, time(20), UTC))
        return self

    # --- Sweeping and sending

    def _swept_on(self, day: date, *, night: bool) -> None:
        if night:
            for hour in (0, 1, 2):
                self._sweep(datetime.combine(day, time(hour, 30), UTC))
        if self.chance.random() < 0.08:
            self._die_at(datetime.combine(day, time(6, 50), UTC))
        if self.chance.random() < 0.85:
            self._sweep(datetime.combine(day, time(7, 5), UTC))

    def _die_at(self, now: datetime) -> None:
        try:
            sweep(DyingEngine(self.engine, self.chance.randrange(2, 4)), now, self.calendar)  # type: ignore[arg-type]
        except Killed:
            self.killed += 1
        else:
            self.swept_at.append(now)
        self._send(now)

    def _sweep(self, now: datetime) -> None:
        sweep(self.engine, now, self.calendar)
        self.swept_at.append(now)
        if self.chance.random() < 0.8:
            self._send(now)

    def _send(self, now: datetime) -> None:
        """Send what waits, as the scheduler does: what is no longer true is not sent, and says why."""
        waiting = select(OutboxMessage).where(OutboxMessage.outcome.is_(None), OutboxMessage.not_before <= now)
        for message in self.session.scalars(waiting.order_by(OutboxMessage.id)).all():
            because = why_not_true(self.session, message, now)
            outcome = "suppressed" if because else "sent"
            settled = {"outcome": outcome, "settled_at": now, "last_error": because}
            self.session.execute(update(OutboxMessage).where(OutboxMessage.id == message.id).values(**settled))
        self.session.commit()
        self.session.expire_all()

    # --- What happens to the cases

    def _announce(self, day: date) -> None:
        """A bank holiday is announced, and every case stands again by it."""
        self.calendar = self.calendar.with_holiday(NEW_HOLIDAY, "Invented holiday")
        now = datetime.combine(day, time(11), UTC)
        restand_cases(self.session, list(self.reviews), now=now, calendar=self.calendar)
        self.session.commit()

    def _open(self, day: date) -> None:
        review = Review(self.session, self.board, day).opened(
            day, answers={"received_on": day.isoformat(), "incident_on": (day - ONE_DAY).isoformat()},
            calendar=self.calendar,
        )  # fmt: skip
        self.reviews[review.case.id] = review
        self.session.commit()
        due = day + ONE_DAY * self.chance.randrange(14, 35)
        self._later(day, review, "request_scoping", self.chance.randrange(4), agencies=AGENCIES, due_on=due.isoformat())
        if self.chance.random() < 0.3:
            moved = due + ONE_DAY * self.chance.randrange(-6, 20)
            self._later(day, review, "correct", self.chance.randrange(5, 40), due_on=moved.isoformat())
        for agency in AGENCIES:
            self._later(
                day, review, "record_scoping_return", self.chance.randrange(8, 80), agency=agency, involved="no"
            )
        decided = self.chance.randrange(15, 90)
        self._later(day, review, "refer_to_subgroup", decided - 9)
        self._later(day, review, "recommend", decided - 4, recommendation="review", **BECAUSE)
        self._later(day, review, "decide_to_review", decided, **BECAUSE)

    def _later(self, day: date, review: Review, step: str, days: int, **answers: object) -> None:
        self.diary.setdefault(day + ONE_DAY * days, []).append((review, step, answers))

    def _write_the_diary(self, day: date) -> None:
        """Record what is in the diary of a day, as far as it can be recorded where the case stands."""
        for review, step, answers in self.diary.get(day, ()):
            review.today = day
            try:
                self._record(review, step, answers)
            except StepRefused:
                self.session.rollback()
            else:
                self.session.commit()

    def _record(self, review: Review, step: str, answers: dict[str, object]) -> None:
        if step != "correct":
            review.take(step, answers=answers, calendar=self.calendar)
            return
        asked = next((each for each in review.case.events if each.step == "request_scoping"), None)
        if asked is not None:
            told = {"agencies": AGENCIES} | answers
            review.correct(asked.sequence, asked.happened_first, answers=told, calendar=self.calendar)

    # --- The oracle

    def owed(self) -> dict[Key, tuple[date, date]]:
        """Return everything that had to be said, with the day it fell and the last day it could have been said.

        Between one recording and the next nothing of a case changes but the day: what fell from the day of the one
        to that of the next, in a deadline then open, had to be said, or the ledger has why it was not.
        """
        found: dict[Key, tuple[date, date]] = {}
        for case_id, review in self.reviews.items():
            recorded = sorted({event.recorded_at for event in review.case.events})
            changes = [*recorded, datetime.combine(ANNOUNCED_ON, time(11), UTC)]
            moments = sorted(each for each in changes if each >= recorded[0])
            for moment, following in zip(moments, [*moments[1:], None], strict=True):
                end = london_day(following) if following else LAST
                for key, falls_on in self._between(case_id, review, moment, end):
                    found[key] = (falls_on, end)
        return found

    def _between(self, case_id: int, review: Review, moment: datetime, end: date) -> Iterator[tuple[Key, date]]:
        calendar = self.calendar if london_day(moment) >= ANNOUNCED_ON else england()
        start = london_day(moment)
        standing = standing_of(self.session, review.case, today=start, known_at=moment, calendar=calendar)
        for deadline in standing.deadlines:
            if not deadline.is_live or deadline.due_last is None or deadline.start is None:
                continue
            for rung in ladder_for("serious_case_review", deadline.key).rungs:
                falls_on = counted_day_by_day(deadline.due_last, rung.at, calendar)
                begins = deadline.start.last if deadline.start.last < deadline.due_last else date.min
                if start <= falls_on <= end and (rung.at.side != "before" or falls_on > begins):
                    for role in rung.to:
                        yield (case_id, deadline.key, deadline.about, deadline.due_last, rung.key, role), falls_on


def counted_day_by_day(due_on: date, at: Offset, calendar: Calendar) -> date:
    """Return the day of a rung, found by walking to it one day at a time."""
    free = {day for day, _ in calendar.holidays}
    step = -ONE_DAY if at.side == "before" else ONE_DAY
    day, left = due_on, at.working_days
    while left:
        day += step
        left -= day.weekday() < 5 and day not in free
    return day


def key_of(reminder: Reminder) -> Key:
    return (
        reminder.case_id, reminder.clock_key, reminder.subject, reminder.due_on, reminder.rung, reminder.role,
    )  # fmt: skip
