"""What the table of messages refuses."""

import pytest
from sqlalchemy.exc import IntegrityError

from models.outbox import OutboxMessage


@pytest.fixture
def a_message(some_time):
    def make(**other):
        told = {"notice_key": "report_published", "recipient_role": "board_chair"}
        return OutboxMessage(created_at=some_time, not_before=some_time, **(told | other))

    return make


@pytest.mark.parametrize(
    "wrong",
    [{"recipient_role": None}, {"outcome": "perhaps"}, {"outcome": "sent"}],
)
def test_a_message_that_cannot_be_is_refused(session, a_message, wrong):
    session.add(a_message(**wrong))

    with pytest.raises(IntegrityError):
        session.flush()


def test_the_same_message_is_written_once(session, a_message):
    session.add(a_message(dedupe_key="BEX-2012-003 published"))
    session.flush()
    session.add(a_message(dedupe_key="BEX-2012-003 published"))

    with pytest.raises(IntegrityError, match="uq_outbox_message_dedupe_key"):
        session.flush()
