"""What the table of deliveries refuses."""

import pytest
from sqlalchemy.exc import IntegrityError

from models.delivery import Delivery
from models.outbox import OutboxMessage


@pytest.fixture
def a_delivery(session, given, some_time):
    message = OutboxMessage(
        notice_key="report_published", recipient_role="board_chair", created_at=some_time, not_before=some_time
    )
    person = given.a_person()
    session.add(message)
    session.flush()

    def make(**other):
        told = {"message_id": message.id, "person_id": person.id, "channel": "mail", "timing": "digest"}
        return Delivery(created_at=some_time, meant_for=some_time, send_after=some_time, **(told | other))

    return make


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "pigeon"},
        {"timing": "perhaps"},
        {"outcome": "perhaps"},
        {"outcome": "sent"},
        {"claimed_by": "a scheduler without a lease"},
        {"message_id": None},
    ],
)
def test_a_delivery_that_cannot_be_is_refused(session, a_delivery, wrong):
    session.add(a_delivery(**wrong))

    with pytest.raises(IntegrityError):
        session.flush()


def test_a_message_is_delivered_to_a_person_once(session, a_delivery):
    session.add(a_delivery())
    session.flush()
    session.add(a_delivery())

    with pytest.raises(IntegrityError, match="uq_delivery_message_id"):
        session.flush()
