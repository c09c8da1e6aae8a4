"""Every date of every case, in spans in which it was open and the same, as its history knew it at each moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.asking import standing_of
from models.bank_holidays import Restanding, calendar_in_force
from models.case import Case, CaseEvent
from tests.notifications.a_year.casebook import Casebook
from tests.notifications.a_year.ladders import Saying, counted, sayings
from tests.notifications.a_year.register import AGENCIES, About, AtPanel
from workflows.calendar import Calendar, england
from workflows.dates import london_day

AT_THE_SAME_TIME = timedelta(seconds=30)
"""What is recorded while something is being sent may be seen by it or not."""

ALWAYS = datetime.max.replace(tzinfo=UTC)

Dated = tuple[int | str, str, str, date]
"""A case or what stands for a duty of a panel, a clock, what tells its deadlines apart, and the day it is due."""

Key = tuple[int | str, str, str, date, str, str]
"""The same, with what is said and to which role."""


@dataclass(frozen=True)
class Owed:
    """A date of a case, or of what a panel owes, as it was known for some time, open all of it."""

    about: About | AtPanel
    clock: str
    subject: str
    agency: str | None
    due_on: date
    starts_on: date | None
    since: datetime
    until: datetime
    calendar: Calendar
    ended: str = ""
    """How it went at the end: met, void, moved; empty while it is open at the end of the year."""
    ended_on: date | None = None
    """For what is void, the day in the world from which it was."""
    chosen: tuple[Saying, ...] = ()
    """What is said because a panel chose who hears."""

    @property
    def deadline(self) -> tuple[int | str, str, str]:
        return self.about.owes, self.clock, self.subject

    def key(self, saying: Saying) -> Key:
        return (*self.deadline, self.due_on, saying.key, saying.role)

    @property
    def day(self) -> Dated:
        return (*self.deadline, self.due_on)

    @cached_property
    def fell(self) -> Sequence[tuple[Saying, date]]:
        """What is said about it and when, before anything is answered."""
        return tuple(self._falls())

    def _falls(self) -> Iterator[tuple[Saying, date]]:
        """Yield what is said about it and the day it falls; nothing ahead of a limit before it has started."""
        for saying in (*sayings(self.about.workflow, self.clock), *self.chosen):
            day = counted(self.due_on, saying.days, self.calendar)
            if day < saying.since:
                continue
            if saying.days >= 0 or self.starts_on is None or self.starts_on >= self.due_on or day > self.starts_on:
                yield saying, day


def soon_after(moment: datetime) -> datetime:
    return moment + AT_THE_SAME_TIME


def holds(
    owed: Owed, at: datetime, read_by: datetime, accepted_at: datetime | None, restood_at: datetime | None
) -> bool:
    """Return whether a date was owed at a moment, or may have been by what was stored and read soon after it.

    Until the schedulers have stood every case again after a new bank holiday, what is stored is as it was before.
    """
    until = restood_at if restood_at is not None and owed.until == accepted_at else owed.until
    return owed.since <= read_by and (until == ALWAYS or at <= soon_after(until))


# --- From the histories -------------------------------------------------------


def owed_in(session: Session, cases: Casebook) -> Iterator[Owed]:
    """Yield every date of every case, in spans in which it was open and the same."""
    restood_at = session.scalar(select(func.max(Restanding.finished_at)))
    after = calendar_in_force(session)
    for case in session.scalars(select(Case).where(Case.id.in_(cases.about)).order_by(Case.id)):
        recorded = select(CaseEvent.recorded_at).where(CaseEvent.case_id == case.id)
        moments = sorted(set(session.scalars(recorded)))
        if restood_at is not None and cases.accepted_at is not None and moments[0] < cases.accepted_at:
            moments = sorted({*moments, restood_at})
        yield from _spans(session, case, cases, moments, after, restood_at)


@dataclass(frozen=True)
class _State:
    """A date as it is known at a moment."""

    agency: str | None
    due_on: date
    starts_on: date
    calendar: Calendar


def _spans(
    session: Session, case: Case, cases: Casebook, moments: list[datetime], after: Calendar, restood_at: datetime | None
) -> Iterator[Owed]:
    about, running = cases.about[case.id], dict[tuple[str, str], tuple[_State, datetime]]()

    def owed(key: tuple[str, str], state: _State, since: datetime, until: datetime, how: str, on: date | None) -> Owed:
        return Owed(
            about, *key, state.agency, state.due_on, state.starts_on, since, until, state.calendar, how, on
        )  # fmt: skip

    for moment in moments:
        until = cases.accepted_at if moment == restood_at and cases.accepted_at else moment
        calendar = after if cases.accepted_at is not None and moment >= cases.accepted_at else england()
        found, ended = _known_at(session, case, moment, calendar)
        for key, (state, since) in list(running.items()):
            if found.get(key) != state:
                _, how, on = ended.get(key, (state, "moved", None))
                yield owed(key, state, since, until, how, on)
                del running[key]
        # What was over before anything of it was known was owed at that moment alone.
        yield from (owed(key, state, moment, moment, how, on) for key, (state, how, on) in ended.items())
        for key, state in found.items():
            running.setdefault(key, (state, moment))
    for key, (state, since) in running.items():
        yield owed(key, state, since, ALWAYS, "", None)


Open = dict[tuple[str, str], _State]
Over = dict[tuple[str, str], tuple[_State, str, date | None]]


def _known_at(session: Session, case: Case, moment: datetime, calendar: Calendar) -> tuple[Open, Over]:
    """Return the dates that were open by what was known at a moment, and those that were over, with how."""
    found, ended = Open(), Over()
    standing = standing_of(session, case, today=london_day(moment), known_at=moment, calendar=calendar)
    for each in standing.deadlines:
        key = each.key, each.about
        if each.due_last is None or each.start is None:
            continue
        agency = next((name for name in each.subject if name in AGENCIES), None)
        state = _State(agency, each.due_last, each.start.first, calendar)
        if each.met_on is not None:
            ended[key] = state, "met", None
        elif each.voided_on is not None:
            ended[key] = state, "void", each.voided_on.first
        else:
            found[key] = state
    return found, ended
