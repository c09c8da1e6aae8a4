"""Sending the codes that confirm notifications from the public page, and forgetting those nobody confirmed."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import and_, update
from sqlalchemy.orm import Session, sessionmaker

from models.child_deaths.public_notification import PublicNotification
from models.child_deaths.public_notifications import CODE_GOOD_FOR, code_of, codes_to_send
from notifications.senders.letter import DeliveryFailed, FateUnknown, Letter, Sender

SUBJECT = "Your code for Safeguarding reviews"
TEXT = """Your code is {code}

Enter it on the page you have open. It is good for {minutes} minutes, and you can ask there for a new one.

If you did not ask for a code, do nothing. Nobody can use it without you.
"""


def send_codes(sessions: sessionmaker[Session], sender: Sender, secret: bytes, now: datetime) -> int:
    """Send every code that is still to be sent, and return how many a server has taken.

    What is told to the address is the code alone. A code the server did not take is tried again until it is no longer
    good; one refused for good, or whose fate is unknown, is not, and the page offers a new one. Each is marked as sent
    before the server is spoken to, so that no transaction waits for it and none is sent twice.
    """
    with sessions() as session:
        waiting = [(each.id, each.codes_asked, letter_with_code(each, secret)) for each in codes_to_send(session, now)]
    taken = 0
    for notification_id, number, letter in waiting:
        if not _mark(sessions, notification_id, number, None, now):
            continue
        try:
            sender.send(letter)
            taken += 1
        except DeliveryFailed as failed:
            if not failed.permanent:
                _mark(sessions, notification_id, number, now, None)
            if failed.everyone:
                break
        except FateUnknown:
            continue
    return taken


def _mark(
    sessions: sessionmaker[Session], notification_id: int, number: int, was: datetime | None, becomes: datetime | None
) -> bool:
    """Record when the code of this number was sent, if that is as it was; return whether it was."""
    same = and_(
        PublicNotification.id == notification_id,
        PublicNotification.codes_asked == number,
        PublicNotification.code_sent_at.is_not_distinct_from(was),
    )
    marked = update(PublicNotification).where(same).values(code_sent_at=becomes).returning(PublicNotification.id)
    with sessions.begin() as session:
        return session.scalar(marked) is not None


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
