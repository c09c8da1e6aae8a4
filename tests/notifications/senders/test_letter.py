"""A letter cannot be made into something else by what is put into it."""

import pytest

from notifications.senders.letter import Letter

KEY = "delivery.1.1"


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "chair@example.org\nBcc: everyone@example.org"},
        {"subject": "Late\r\nX-Child: Baby F"},
        {"to": ""},
        {"subject": ""},
        {"key": "short"},
        {"key": "<delivery.1.1>"},
        {"key": "delivery 1 1"},
    ],
)
def test_a_letter_that_could_be_taken_for_another_is_refused(wrong):
    told = {"to": "chair@example.org", "subject": "BEX-2012-003: late", "text": "Words", "key": KEY}

    with pytest.raises(ValueError, match=r"line each|A key is"):
        Letter(**(told | wrong))
