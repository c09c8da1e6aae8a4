"""All that is known at the end of a year: what was owed, what the ledger has of it, and what was received."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import func, select

from models.bank_holidays import Restanding, calendar_in_force
from models.case import Case
from models.delivery import Delivery
from models.outbox import OutboxMessage
from tests.notifications.a_year.answers import Fall, with_answers
from tests.notifications.a_year.ladders import Saying, falls_to
from tests.notifications.a_year.owed import AT_THE_SAME_TIME, Owed, holds, owed_in, soon_after
from tests.notifications.a_year.owed_at_panels import owed_at_panels
from tests.notifications.a_year.register import AtPanel
from tests.notifications.a_year.said import Said, all_said, panels_of
from tests.notifications.a_year.year import Year
from workflows.calendar import england
from workflows.dates import london_day


class Books:
    """What the year should have come to, what the ledger says it came to, and what was received."""

    def __init__(self, year: Year) -> None:
        self.year = year
        with year.sessions() as session:
            self.messages = {each.id: each for each in session.scalars(select(OutboxMessage))}
            self.deliveries = list(session.scalars(select(Delivery).order_by(Delivery.id)))
            self.calendar = calendar_in_force(session)
            self.owed = [*owed_in(session, year.cases), *owed_at_panels(year.panels, self.calendar)]
            self.reminders = list(all_said(session, year.cases.about, panels_of(self.owed)))
            self.restood_at = session.scalar(select(func.max(Restanding.finished_at)))
            self.references = {each.id: each.reference for each in session.scalars(select(Case))}
        self.received = year.box.received()
        self.ledger = {each.key: each for each in self.reminders}
        self.said_in = {each.message_key: each for each in self.reminders}
        self.message_of = {each.dedupe_key: each for each in self.messages.values() if each.dedupe_key}
        self.to_whom: dict[int, list[Delivery]] = defaultdict(list)
        for delivery in self.deliveries:
            self.to_whom[delivery.message_id].append(delivery)
        self.states: dict[tuple[int | str, str, str], list[Owed]] = defaultdict(list)
        for owed in self.owed:
            self.states[owed.deadline].append(owed)

    # --- What follows from it

    def falls(self, owed: Owed, at: datetime) -> Sequence[Fall]:
        """Return what is said about a date and when, by what had been answered by a moment."""

        def was_said(saying: Saying, before: datetime) -> bool:
            said = self.ledger.get(owed.key(saying))
            return said is not None and said.outcome != "no_longer_true" and said.recorded_at < before

        given = [each for each in self.year.answers.answered.get(owed.day, ()) if each.at <= at]
        return with_answers(owed.fell, given, owed.calendar, was_said)

    def hearers_now(self, said: Said) -> set[int]:
        return self.hearers(said, self.year.now())

    def hearers(self, said: Said, at: datetime) -> set[int]:
        about = said.about
        if isinstance(about, AtPanel):
            return self.year.register.hear_at_panel(about, said.role, at, london_day(at))
        roles = falls_to(about.workflow, said.clock_key, said.role)
        agency = next((each.agency for each in self.states[said.deadline]), None)
        return self.year.register.hearers(about, roles, agency, at, london_day(at))

    # --- Small questions

    def seen_between(self, said: Said, first: datetime, last: datetime) -> bool:
        given = self.year.answers.answered.get(said.day, ())
        return any(each.kind == "seen" and first <= each.at <= last for each in given)

    def is_quiet(self, said: Said, at: datetime) -> bool:
        """Return whether at a moment nothing was to be heard of it: seen where it goes up, else put off by its role.

        The newest answer counts.
        """
        kind = "seen" if said.goes_up else "put off"
        given = [
            each for each in self.year.answers.answered.get(said.day, ())
            if each.kind == kind and each.at < at - AT_THE_SAME_TIME and (kind == "seen" or each.role == said.role)
        ]  # fmt: skip
        return bool(given) and all(
            london_day(at) <= given[-1].lasts_until(calendar) for calendar in (england(), self.calendar)
        )

    def held(self, owed: Owed, at: datetime) -> bool:
        return holds(owed, at, self.read_by(at), self.year.cases.accepted_at, self.restood_at)

    def read_by(self, at: datetime) -> datetime:
        """Return until when a sweep that began at a moment may have read what was stored.

        It has ended by the next look, which waits for a later one. The clock may have been moved by hours meanwhile:
        what was recorded at seven may know of what was done at noon.
        """
        return max(soon_after(at), next((each.at for each in self.year.looks if each.at > at), at))

    def by_either_calendar(self, states: Iterable[Owed]) -> list[Owed]:
        return [replace(each, calendar=calendar) for each in states for calendar in (england(), self.calendar)]

    def stored_until(self, moment: datetime) -> datetime:
        """Return a moment, or when the cases were stood again for the moment at which a new bank holiday counted."""
        return self.restood_at if self.restood_at is not None and moment == self.year.cases.accepted_at else moment

    def is_being_restood(self, at: datetime) -> bool:
        """Return whether a new bank holiday counts already, and the stored dates do not follow it yet."""
        accepted_at = self.year.cases.accepted_at
        return None not in {accepted_at, self.restood_at} and accepted_at <= at <= soon_after(self.restood_at)  # type: ignore[operator,arg-type]

    def told(self) -> Iterator[Said]:
        return (each for each in self.reminders if each.outcome == "told")

    def said_by(self, delivery: Delivery) -> Said | None:
        """Return the line of a ledger that a delivery tells; nothing where it tells of a step."""
        return self.said_in.get(self.messages[delivery.message_id].dedupe_key or "")

    def of_case(self, case_id: int) -> Iterator[list[Owed]]:
        return (states for (of, _, _), states in self.states.items() if of == case_id)

    def last_day(self) -> date:
        return london_day(self.year.looks[-1].at)
