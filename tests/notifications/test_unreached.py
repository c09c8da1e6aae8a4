"""What reached nobody at the agency it was for is told once to the office that depends on the answer."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.database import make_sessions
from models.delivery import Delivery
from models.outbox import OutboxMessage
from models.people import Person
from notifications.addressing import address_waiting
from notifications.composing import Desk, item_of
from notifications.dispatch import send_waiting
from notifications.given_up import Seen, leave, send_again, undecided
from notifications.office import Office
from notifications.senders.letter import DeliveryFailed, Letter
from notifications.unreached import AGENCY_NOT_REACHED
from notifications.wording import letter
from tests.models.reviews import SCOPING
from tests.notifications.conftest import SITE, Clock, Hands
from tests.notifications.watching import Watch, morning
from workflows.calendar import england
from workflows.roles import AGENCY_LEAD, BUSINESS_MANAGER

MON_3_MAR, TUE_4_MAR = date(2014, 3, 3), date(2014, 3, 4)


class Asking(Watch):
    """A review in which two agencies are asked what they know, a manager, and letters that some addresses refuse."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.review.opened()
        self.manager = self.appoint(BUSINESS_MANAGER)
        self.police, self.visitors = self.agency("Police"), self.agency("Health visiting")
        self.clock, self.hands, self.refused = Clock(morning(MON_3_MAR) + timedelta(hours=4)), Hands(), set[str]()
        self.hands.do = self._refuse

    def _refuse(self, letter: Letter) -> None:
        if letter.to in self.refused:
            raise DeliveryFailed("The mail server answered 550", permanent=True)

    def lead(self, agency, *, refused: bool = False) -> Person:
        lead = self.appoint(AGENCY_LEAD, agency=agency)
        if refused:
            self.refused.add(lead.email)
        return lead

    def asked(self) -> OutboxMessage:
        """Return the request, after both agencies were asked, and everything was addressed and sent that morning."""
        event = self.review.take("request_scoping", answers=SCOPING)
        self.session.execute(update(OutboxMessage).values(not_before=self.clock()))
        self.session.commit()
        self.work()
        return self.session.scalars(select(OutboxMessage).where(OutboxMessage.event_sequence == event.sequence)).one()

    def refused_today(self) -> None:
        """Ask both agencies, and send it at once: who is refused is known the same day, before any morning mail."""
        self.review.take("request_scoping", answers=SCOPING)
        self.session.execute(update(OutboxMessage).values(not_before=self.clock()))
        self.session.commit()
        office = Office(make_sessions(self.engine), self.hands, self.clock, SITE, england, "one")
        address_waiting(office.sessions, self.clock(), england())
        self.session.execute(update(Delivery).values(timing="at_once", send_after=self.clock()))
        self.session.commit()
        send_waiting(office)
        self.session.expire_all()
        assert len(self.said_to_the_office()) == 1

    def work(self, at: datetime | None = None) -> None:
        """Address and send what there is, now and at a later moment."""
        self.session.commit()
        for moment in (self.clock(), at or morning(TUE_4_MAR)):
            self.clock.moment = moment
            office = Office(make_sessions(self.engine), self.hands, self.clock, SITE, england, "one")
            address_waiting(office.sessions, self.clock(), england())
            send_waiting(office)
            address_waiting(office.sessions, self.clock(), england())
        self.session.expire_all()

    def said_to_the_office(self) -> list[OutboxMessage]:
        """Return what was written to the office."""
        found = select(OutboxMessage).where(OutboxMessage.notice_key == AGENCY_NOT_REACHED).order_by(OutboxMessage.id)
        return list(self.session.scalars(found.execution_options(populate_existing=True)))

    def heard(self) -> list[tuple[int, str | None]]:
        """Return to whom at the office that was said, and what became of it."""
        found = select(Delivery.person_id, Delivery.outcome).join(
            OutboxMessage, OutboxMessage.id == Delivery.message_id
        )
        found = found.where(OutboxMessage.notice_key == AGENCY_NOT_REACHED).order_by(Delivery.id)
        return [(person_id, outcome) for person_id, outcome in self.session.execute(found)]


@pytest.fixture
def asking(committed_database):
    with Session(committed_database.engine, expire_on_commit=False) as session:
        yield Asking(committed_database.engine, session)


def test_where_a_request_is_refused_the_manager_hears_once_in_the_morning_mail(asking):
    asking.lead(asking.police, refused=True)
    asking.lead(asking.visitors)

    asking.asked()
    for day in (5, 6, 7):
        asking.work(morning(date(2014, 3, day)))

    assert asking.heard() == [(asking.manager.id, "sent")]
    (mail,) = [each for each in asking.hands.letters if each.to == asking.manager.email]
    assert "An agency was not reached" in mail.text
    assert "https://reviews.example.org/messages/failed" in mail.text
    assert "Police" not in mail.subject + mail.text


def test_where_both_agencies_were_reached_nobody_is_told_otherwise(asking):
    asking.lead(asking.police)
    asking.lead(asking.visitors)

    asking.asked()

    assert asking.said_to_the_office() == []


def test_an_agency_is_reached_where_one_of_two_who_lead_it_is(asking):
    asking.lead(asking.police, refused=True)
    asking.lead(asking.police)
    asking.lead(asking.visitors)

    asking.asked()

    assert asking.said_to_the_office() == []


def test_where_an_agency_has_nobody_to_receive_a_request_the_manager_hears_of_it(asking):
    asking.lead(asking.visitors)

    asking.asked()

    assert asking.heard() == [(asking.manager.id, "sent")]


def test_where_no_agency_has_anybody_the_manager_hears_once_however_often_somebody_is_looked_for(asking):
    asking.asked()
    for hour in range(3):
        asking.work(morning(TUE_4_MAR) + timedelta(hours=2 * hour))

    assert asking.heard() == [(asking.manager.id, "sent")]


def test_nothing_is_said_of_what_came_before_the_morning(asking):
    asking.lead(asking.police, refused=True)
    asking.lead(asking.visitors)
    asking.refused_today()

    for agency in SCOPING["agencies"]:
        asking.review.take("record_scoping_return", answers={"agency": agency, "involved": "yes"})
    asking.work()

    assert [each.outcome for each in asking.said_to_the_office()] == ["suppressed"]
    assert asking.heard() == []


def test_what_is_sent_again_and_fails_again_is_told_again(asking):
    asking.lead(asking.police, refused=True)
    asking.lead(asking.visitors)
    asking.asked()

    (given_up,) = undecided(asking.session, Seen.everything())
    send_again(asking.session, given_up, person_id=asking.manager.id, now=asking.clock())
    asking.work(morning(date(2014, 3, 5)))
    asking.work(morning(date(2014, 3, 6)))

    assert asking.heard() == [(asking.manager.id, "sent"), (asking.manager.id, "sent")]


def test_of_what_somebody_has_decided_to_leave_before_the_morning_nothing_is_said(asking):
    asking.lead(asking.police, refused=True)
    asking.lead(asking.visitors)
    asking.refused_today()

    (given_up,) = undecided(asking.session, Seen.everything())
    leave(asking.session, given_up, person_id=asking.manager.id, now=asking.clock())
    asking.work()

    assert asking.said_to_the_office()[0].last_error == "It was decided not to send it again"
    assert asking.heard() == []


def test_a_reminder_of_what_an_agency_owes_that_is_refused_is_told_as_a_request_is(asking):
    asking.lead(asking.police)
    lead = asking.lead(asking.visitors)
    asking.asked()
    asking.refused.add(lead.email)

    asking.swept(date(2014, 3, 25))
    asking.work(morning(date(2014, 3, 25)))
    asking.work(morning(date(2014, 3, 26)))

    assert asking.heard() == [(asking.manager.id, "sent")]
    (message,) = asking.said_to_the_office()
    delivery = asking.session.scalars(select(Delivery).where(Delivery.message_id == message.id)).one()
    words = letter([item_of(asking.session, delivery, message, Desk(SITE, england(), asking.clock()))], SITE)
    assert words.subject == f"{asking.review.case.reference}: An agency was not reached, waiting for you"
