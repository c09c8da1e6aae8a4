"""A bank holiday announced late: which open dates it moves, accepting it, taking it back, standing every case again.

Accepting is one audited step. From its commit on every reckoning includes the day; what is stored beside the histories
follows in batches, as far as `Restanding` says, so that thousands of cases are not locked at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import audit, projection
from models.bank_holidays import AnnouncedHoliday, Restanding, calendar_in_force, calendar_with, standing_holidays
from models.batches import BATCH
from models.case import Case
from models.casework import restand_cases
from models.errors import EntryRefused, HistoryDamaged
from models.histories import CaseAsRead, read_what_can_be
from models.people import Person
from workflows.calendar import Calendar, NamedDay
from workflows.clocks import Deadline
from workflows.dates import day_in_words

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('bank holidays', 0))"

ALARM_BEFORE = timedelta(days=365)
"""How long before the last published bank holiday it is said that the list must be renewed: a local default."""

WRITTEN_MEANWHILE = timedelta(minutes=5)
"""No transaction is open longer than this, so none that began before a change ends later after it."""


class HolidayRefused(EntryRefused):
    """A day cannot be a bank holiday so."""


@dataclass(frozen=True, slots=True)
class MovedDate:
    """An open date that a change of the calendar moves. Nothing of the case but its reference."""

    reference: str
    clock: str
    before: date
    after: date


def renewal_is_due(calendar: Calendar, today: date) -> bool:
    """Return whether the published bank holidays end so soon that the next ones must be brought in (P23)."""
    return calendar.coverage_ends - today < ALARM_BEFORE


def with_day(session: Session, day: date, name: str) -> Calendar:
    """Return the working days as they would be with this bank holiday. Raises HolidayRefused."""
    calendar = calendar_in_force(session)
    if not calendar.first <= day <= calendar.last:
        raise HolidayRefused(
            "day", f"The day must be between {day_in_words(calendar.first)} and {day_in_words(calendar.last)}"
        )
    if (already := calendar.name_of(day)) is not None:
        raise HolidayRefused("day", f"{day_in_words(day)} is no working day already: {already}")
    return calendar.with_holiday(day, name)


def without(session: Session, announced: AnnouncedHoliday) -> Calendar:
    """Return the working days as they would be if an announcement were taken back. Raises HolidayRefused."""
    left = tuple(each for each in standing_holidays(session) if each != NamedDay(announced.day, announced.name))
    if left == standing_holidays(session):
        raise HolidayRefused("reason", "This has been taken back already")
    return calendar_with(left)


def dates_moved(session: Session, day: date, changed: Calendar, in_force: Calendar | None = None) -> list[MovedDate]:
    """Return every open date that would be another if the calendar were changed so on `day`, by case and date."""
    connection, in_force = session.connection(), in_force or calendar_in_force(session)
    ids = list(connection.exec_driver_sql(_SPANNING, {"day": day}).scalars())
    moved: list[MovedDate] = []
    for start in range(0, len(ids), BATCH):
        for read in read_what_can_be(connection, ids[start : start + BATCH]):
            if isinstance(read, CaseAsRead):
                moved += _moved(read, in_force, changed)
    return sorted(moved, key=lambda each: (each.reference, each.before, each.clock))


def accept(session: Session, *, day: date, name: str, source: str, person: Person, now: datetime) -> AnnouncedHoliday:
    """Return the bank holiday, in force from the commit on. Raises HolidayRefused."""
    session.connection().exec_driver_sql(ONE_AT_A_TIME)
    with_day(session, day, name)
    announced = AnnouncedHoliday(day=day, name=name, source=source, recorded_at=now, recorded_by=person.id)
    return _changed(session, announced, "bank_holiday_accepted")


def take_back(session: Session, announced: AnnouncedHoliday, *, reason: str, person: Person, now: datetime) -> None:
    """Let the bank holiday count no more, from the commit on; that it did stays. Raises HolidayRefused."""
    session.connection().exec_driver_sql(ONE_AT_A_TIME)
    without(session, announced)
    back = AnnouncedHoliday(
        day=announced.day, name=announced.name, source=announced.source, recorded_at=now, recorded_by=person.id,
        takes_back=announced.id, reason=reason,
    )  # fmt: skip
    _changed(session, back, "bank_holiday_taken_back")


def restand_next(session: Session, now: datetime) -> bool:
    """Stand the next batch of cases again after a change of the calendar; return whether there was anything to do.

    To be committed and called again until there is not. Any number of processes may do it: one at a time works.
    """
    unfinished = select(Restanding).where(Restanding.finished_at.is_(None)).order_by(Restanding.change_id).limit(1)
    work = session.scalars(unfinished.with_for_update(skip_locked=True)).one_or_none()
    if work is None:
        return False
    connection, last = session.connection(), work.last_case_id
    next_ids = "SELECT id FROM review_case WHERE id > %s ORDER BY id LIMIT %s"
    if ids := list(connection.exec_driver_sql(next_ids, (last, BATCH)).scalars()):
        changed = _restand(session, ids, now)
        work.last_case_id, work.gone_through, work.changed = (
            ids[-1],
            work.gone_through + len(ids),
            work.changed + changed,
        )
    else:
        # What was written by somebody who had read the calendar before it was changed.
        meanwhile = "SELECT DISTINCT case_id FROM case_event WHERE recorded_at >= %s"
        since = work.change.recorded_at - WRITTEN_MEANWHILE
        changed = _restand(session, list(connection.exec_driver_sql(meanwhile, (since,)).scalars()), now)
        work.changed += changed
        work.finished_at = now
        detail = {"change": work.change_id, "cases": work.gone_through, "changed": work.changed}
        audit.record(session, "cases_stood_again", at=now, detail=detail)
    session.flush()
    return True


def unfinished(session: Session) -> Restanding | None:
    """Return how far the cases have been stood again, while some have still to be."""
    open_ = select(Restanding).where(Restanding.finished_at.is_(None)).order_by(Restanding.change_id).limit(1)
    return session.scalars(open_).one_or_none()


def number_of_cases(session: Session) -> int:
    """Return how many cases there are, whoever may see them."""
    return session.scalar(select(func.count()).select_from(Case)) or 0


# A date reckoned over a day has the day between what it is reckoned from and itself, in either direction.
_SPANNING = """
SELECT DISTINCT case_id FROM deadline JOIN review_case ON review_case.id = case_id
WHERE met_first IS NULL AND voided_on IS NULL AND ended_on IS NULL
AND least(starts_on, due_first) <= %(day)s AND greatest(starts_last, due_last) >= %(day)s
ORDER BY case_id"""


def _moved(read: CaseAsRead, in_force: Calendar, changed: Calendar) -> Iterator[MovedDate]:
    was, will_be = _open_dates(read, in_force), _open_dates(read, changed)
    for key, deadline in was.items():
        after = will_be.get(key)
        if after is None or deadline.due_last is None or after.due_last is None:
            continue
        if (deadline.due_first, deadline.due_last) != (after.due_first, after.due_last):
            yield MovedDate(read.reference, deadline.clock.title, deadline.due_last, after.due_last)


def _open_dates(read: CaseAsRead, calendar: Calendar) -> Mapping[tuple[str, str], Deadline]:
    standing = projection.stand_as_recorded(read.procedure, read.history, calendar)
    return {
        (each.key, each.about): each for each in standing.deadlines if each.met_on is None and each.voided_on is None
    }  # fmt: skip


def _changed(session: Session, change: AnnouncedHoliday, action: str) -> AnnouncedHoliday:
    session.add(change)
    session.flush()
    session.add(Restanding(change_id=change.id))
    detail: audit.Detail = {"change": change.id, "day": change.day.isoformat(), "taken_back": change.takes_back}
    audit.record(
        session, action, at=change.recorded_at, person_id=change.recorded_by, role="administrator", detail=detail
    )  # fmt: skip
    session.flush()
    return change


def _restand(session: Session, case_ids: Collection[int], now: datetime) -> int:
    """Stand these cases again; one whose history cannot be read is left, as `reviews rebuild` leaves it."""
    ids: Sequence[int] = list(case_ids)
    try:
        with session.begin_nested():
            return restand_cases(session, ids, now=now)
    except HistoryDamaged:
        return sum(_restand(session, [case_id], now) for case_id in ids) if len(ids) > 1 else 0
