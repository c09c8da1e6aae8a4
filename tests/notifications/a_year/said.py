"""A line of either ledger, of cases or of what panels owe, in one shape: the same is asked of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.panels.duties import DutyReminder
from models.reminder import Reminder
from tests.notifications.a_year.owed import Dated, Key, Owed
from tests.notifications.a_year.register import About, AtPanel


@dataclass(frozen=True)
class Said:
    """Something that was to be said, and what the ledger has of it."""

    message_key: str
    about: About | AtPanel
    clock_key: str
    subject: str
    due_on: date
    rung: str
    role: str
    goes_up: bool
    falls_on: date
    recorded_at: datetime
    outcome: str
    because: str | None
    late: bool

    @property
    def deadline(self) -> tuple[int | str, str, str]:
        return self.about.owes, self.clock_key, self.subject

    @property
    def day(self) -> Dated:
        return (*self.deadline, self.due_on)

    @property
    def key(self) -> Key:
        return (*self.day, self.rung, self.role)


def all_said(session: Session, cases: Mapping[int, About], owed: Mapping[str, AtPanel]) -> Iterator[Said]:
    """Yield every line of both ledgers, in order; `owed` are the duties of the panel, by what stands for each."""
    for each in session.scalars(select(Reminder).order_by(Reminder.id)):
        about = cases[each.case_id]
        yield Said(
            f"reminder:{each.id}", about, each.clock_key, each.subject, each.due_on, each.rung, each.role,
            each.notice_key == "reminder_escalated", each.falls_on, each.recorded_at, each.outcome, each.because,
            each.late,
        )  # fmt: skip
    for duty in session.scalars(select(DutyReminder).order_by(DutyReminder.id)):
        thing = duty.action_id or duty.meeting_id or 0
        at_panel = owed[AtPanel(duty.kind, thing, "", member=duty.person_id).owes]
        yield Said(
            f"duty:{duty.id}", at_panel, duty.kind, "", duty.due_on, duty.rung, duty.role, duty.escalated,
            duty.falls_on, duty.recorded_at, duty.outcome, duty.because, duty.late,
        )  # fmt: skip


def panels_of(owed: list[Owed]) -> dict[str, AtPanel]:
    """Return the duties of the panel among what was owed, by what stands for each."""
    return {each.about.owes: each.about for each in owed if isinstance(each.about, AtPanel)}
