"""Codes are sent once, with nothing of what was notified, and what is not taken is tried again."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import sessionmaker

from models.agency import add_board
from models.child_deaths.public_notification import PublicNotification
from models.child_deaths.public_notifications import CODE_GOOD_FOR, ask_new_code, code_of, keep_notification
from notifications.codes import send_codes
from notifications.senders.letter import DeliveryFailed, FateUnknown, Letter, Receipt

NOON = datetime(2017, 6, 1, 11, tzinfo=UTC)
SECRET = b"a secret of the application"
ANSWERS = {
    "died_on": "2017-05-31", "born_on": "2017-04-01", "sex": "female", "normally_resident_in": "Anytown",
    "expected": "no", "circumstances": "Found in the cot",
}  # fmt: skip


class Tray:
    """A sender that keeps what it is handed, or fails as it is told to."""

    name = "log"

    def __init__(self, *fates: Exception) -> None:
        self.letters: list[Letter] = []
        self.fates = list(fates)

    def send(self, letter: Letter) -> Receipt:
        if self.fates:
            raise self.fates.pop(0)
        self.letters.append(letter)
        return Receipt("kept")

    def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture
def keep(session):
    board = add_board(session, "Anytown Safeguarding Children Board")

    def run(email: str = "dr@example.org") -> PublicNotification:
        return keep_notification(
            session, board=board, answers=ANSWERS, details={"surname": "Catherwood", "postcode": "ZZ1 1ZZ"},
            email=email, sent_from=uuid.uuid4().hex, now=NOON,
        )  # fmt: skip

    return run


@pytest.fixture
def sessions(session):
    """What opens sessions on the connection of the test."""
    return sessionmaker(session.connection(), join_transaction_mode="create_savepoint")


def test_a_code_is_sent_once_and_tells_nothing_else(sessions, session, keep):
    kept, tray = keep(), Tray()

    assert send_codes(sessions, tray, SECRET, NOON) == 1
    assert send_codes(sessions, tray, SECRET, NOON) == 0

    (letter,) = tray.letters
    code = code_of(kept.token, SECRET)
    assert letter.to == "dr@example.org"
    assert f"{code[:3]} {code[3:]}" in letter.text
    whole = f"{letter.subject} {letter.text} {letter.key}"
    for told in ("Catherwood", "ZZ1", "Anytown", "cot", "child", "death", "2017", str(kept.token), kept.token.hex):
        assert told not in whole


def test_a_new_code_is_another_letter(sessions, session, keep):
    kept, tray = keep(), Tray()
    send_codes(sessions, tray, SECRET, NOON)
    session.expire_all()
    ask_new_code(session, kept.token, email="other@example.org", now=NOON)
    session.commit()

    send_codes(sessions, tray, SECRET, NOON)

    first, second = tray.letters
    assert (first.to, second.to) == ("dr@example.org", "other@example.org")
    assert first.text != second.text
    assert first.key != second.key


def test_what_is_not_taken_now_is_tried_again_until_it_is_no_longer_good(sessions, session, keep):
    keep()
    tray = Tray(DeliveryFailed("Busy", permanent=False))

    assert send_codes(sessions, tray, SECRET, NOON) == 0
    assert send_codes(sessions, tray, SECRET, NOON + timedelta(minutes=1)) == 1

    keep("late@example.org")
    assert send_codes(sessions, Tray(), SECRET, NOON + CODE_GOOD_FOR) == 0


@pytest.mark.parametrize("fate", [DeliveryFailed("No such box", permanent=True), FateUnknown("Lost")])
def test_one_that_is_refused_or_lost_delays_no_other_and_is_not_tried_again(sessions, keep, fate):
    keep("first@example.org")
    keep("second@example.org")
    tray = Tray(fate)

    assert send_codes(sessions, tray, SECRET, NOON) == 1
    assert send_codes(sessions, tray, SECRET, NOON) == 0

    assert [letter.to for letter in tray.letters] == ["second@example.org"]


def test_when_the_server_takes_nothing_none_is_lost(sessions, session, keep):
    keep("first@example.org")
    keep("second@example.org")

    assert send_codes(sessions, Tray(DeliveryFailed("Down", permanent=False, everyone=True)), SECRET, NOON) == 0
    assert send_codes(sessions, Tray(), SECRET, NOON) == 2
