"""A panel with a coordinator and a chair who have accounts, its duties, and sweeps on whatever days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from models.deputyship import Deputyship
from models.outbox import OutboxMessage
from models.panels.actions import add_action
from models.panels.duties import DutyReminder
from models.panels.panel import DeclaredInterest
from models.queries.capacities import capacities_of
from models.queries.duties import duties_for, duty_of
from models.reminder import ReminderBasis
from notifications.addressing import address_waiting
from notifications.answering import Answering, role_to_answer_in
from notifications.duties import sweep_duties
from notifications.duty_answering import OwedByPanel
from notifications.recipients import recipients_of
from tests.models.panel_stories import THU_13_FEB_2014, THU_30_JAN_2014, PanelStory
from workflows.calendar import england

FRI_31_JAN, TUE_4_FEB, THU_6_FEB, WED_12_FEB, FRI_14_FEB, THU_20_FEB, THU_27_FEB = (
    date(2014, 1, 31), date(2014, 2, 4), date(2014, 2, 6), date(2014, 2, 12), date(2014, 2, 14), date(2014, 2, 20),
    date(2014, 2, 27),
)  # fmt: skip
SECRET = "Ask the school of the child in Nowhere Street"


def noon(day):
    return datetime.combine(day, time(12), UTC)


class Secretariat(PanelStory):
    """A panel with a coordinator and a chair who have accounts, and sweeps on whatever days."""

    def __post_init__(self):
        super().__post_init__()
        self.session.add(ReminderBasis(id=1, basis="as it was", began_on=date(2014, 1, 2)))
        self.coordinator = self.a_person("coordinator", "cdop_coordinator")
        self.chair = self.members["chair"].person
        self.appointed(self.chair, "cdop_chair")
        self.police = self.members["police"].person

    def action(self, due_on=THU_13_FEB_2014, hears=None, case=None):
        self.meeting = getattr(self, "meeting", None) or self.a_meeting(THU_30_JAN_2014 - timedelta(days=30))
        return add_action(
            self.session, self.meeting, case_id=case.id if case else None, action=SECRET, owner="Head of safeguarding",
            due_on=due_on, person_id=self.coordinator.id, now=noon(THU_30_JAN_2014), hears=hears,
        )  # fmt: skip

    def sweep(self, day):
        self.session.flush()
        sessions = sessionmaker(self.session.connection(), join_transaction_mode="create_savepoint")
        found = sweep_duties(sessions, noon(day), england())
        self.session.expire_all()
        return found

    def address(self, day):
        sessions = sessionmaker(self.session.connection(), join_transaction_mode="create_savepoint")
        address_waiting(sessions, noon(day), england())
        self.session.expire_all()

    def said(self, **only):
        found = select(DutyReminder).filter_by(**only).order_by(DutyReminder.id)
        return [(each.rung, each.role, each.outcome) for each in self.session.scalars(found)]

    def messages(self):
        of_duties = select(OutboxMessage).where(OutboxMessage.payload.has_key("duty")).order_by(OutboxMessage.id)
        return self.session.scalars(of_duties).all()

    def heard_by(self, day):
        return [[each.person_id for each in recipients_of(self.session, one, noon(day))] for one in self.messages()]

    def waits_for(self, person, day):
        capacities = capacities_of(self.session, person.id, day)
        return [(each.kind, each.due_on) for each in duties_for(self.session, capacities, day, england())]

    def stands_in(self, deputy, absent, days=60):
        self.session.add(
            Deputyship(
                absent_id=absent.id, deputy_id=deputy.id, named_by=absent.id, named_at=noon(THU_30_JAN_2014),
                from_on=THU_30_JAN_2014, until_on=THU_30_JAN_2014 + timedelta(days=days),
            )
        )  # fmt: skip
        self.session.flush()

    def interested(self, person, case):
        self.session.add(DeclaredInterest(person_id=person.id, case_id=case.id, declared_at=noon(THU_30_JAN_2014)))
        self.session.flush()

    def answers(self, person, day, kind, thing):
        """Return the answer of somebody about a duty, on a day, in the role in which they give it; none without one."""
        capacities = capacities_of(self.session, person.id, day)
        found = duty_of(self.session, capacities, kind, thing.id, day, england())
        if found is None:
            return None
        about = OwedByPanel(self.session, found[0])
        role = role_to_answer_in(about.ladder, found[1])
        return Answering(about, person.id, role, noon(day)) if role else None
