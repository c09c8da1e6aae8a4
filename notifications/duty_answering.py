"""What people answer to the reminders of what a panel owes: the same two answers as for the dates of cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from models.panels.duties import TITLES, Duty, DutyAnswer
from notifications.answering import Given, record_answer
from notifications.duties import duty_ladders
from notifications.rungs import Ladder


@dataclass(frozen=True, slots=True)
class OwedByPanel:
    """Something a panel owes, about which somebody answers. It is reckoned again at every sweep."""

    session: Session
    duty: Duty

    @property
    def title(self) -> str:
        return TITLES[self.duty.kind]

    @property
    def due_days(self) -> tuple[date, date] | None:
        return (self.duty.due_on, self.duty.due_on) if self.duty.over.on is None else None

    @property
    def ladder(self) -> Ladder:
        return duty_ladders(self.session, [self.duty.panel_id])(self.duty.panel_id, self.duty.kind)

    def keep(self, answer: Given) -> None:
        """Store the answer, and record that it was given."""
        duty = self.duty
        self.session.add(
            DutyAnswer(
                duty=duty.kind, action_id=duty.action.id if duty.action else None,
                meeting_id=duty.meeting.id if duty.meeting else None, **answer,
            )
        )  # fmt: skip
        record_answer(self.session, answer, duty.action.case_id if duty.action else None, duty=duty.kind)
