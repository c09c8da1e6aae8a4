"""Sending the codes that confirm notifications from the public page, and forgetting those nobody confirmed."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from models.public_notification import PublicNotification
from models.public_notifications import CODE_GOOD_FOR, code_of, codes_to_send
from notifications.senders.letter import DeliveryFailed, FateUnknown, Letter, Sender

SUBJECT = "Your code for Safeguarding reviews"
TEXT = """Your code is {code}

Enter it on the page you have open. It is good for {minutes} minutes, and you can ask there for a new one.

If you did not ask for a code, do nothing. Nobody can use it without you.
"""


def send_codes(session: Session, sender: Sender, secret: bytes, now: datetime) -> int:
    """Send every code that is still to be sent, and return how many a server has taken.

    What is told to the address is the code alone. A code the server did not take is tried again until it is no longer
    good; one refused for good, or whose fate is unknown, is not, and the page offers a new one.
    """
    taken = 0
    for notification in codes_to_send(session, now):
        try:
            sender.send(letter_with_code(notification, secret))
            taken += 1
        except DeliveryFailed as failed:
            if failed.everyone:
                break
            if not failed.permanent:
                continue
        except FateUnknown:
            pass
        notification.code_sent_at = now
    session.flush()
    return taken


def letter_with_code(notification: PublicNotification, secret: bytes) -> Letter:
    """Return the letter that carries the code, and nothing of what was notified."""
    code = code_of(notification.token, secret, notification.codes_asked)
    minutes = int(CODE_GOOD_FOR.total_seconds()) // 60
    stands_for = hashlib.sha256(notification.token.bytes).hexdigest()[:24]
    return Letter(
        to=notification.email,
        subject=SUBJECT,
        text=TEXT.format(code=f"{code[:3]} {code[3:]}", minutes=minutes),
        key=f"code-{stands_for}-{notification.codes_asked}",
    )
