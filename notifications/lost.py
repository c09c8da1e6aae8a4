"""Letters whose fate nobody knows, and those that failed after they were taken: found, and asked about if possible."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import and_, select, update

from models.delivery import Delivery
from notifications.office import Office
from notifications.senders.letter import CanBeAsked, DeliveryFailed, TellsFailures
from notifications.settling import settle_letter, settle_messages

LOST = "The process or the server was lost while it was being handed over"

# Local defaults. GOV.UK Notify tries for three days to deliver a letter, and keeps it for seven.
ASKED_FOR = timedelta(days=4)
MOST_ASKED = 100


def record_lost(office: Office) -> int:
    """Say of every delivery whose lease ran out while it was being handed over that its fate is unknown."""
    now = office.clock()
    lost = and_(Delivery.outcome.is_(None), Delivery.handed_over_at.is_not(None), Delivery.lease_until < now)
    with office.sessions.begin() as session:
        ids = session.scalars(
            update(Delivery).where(lost).values(outcome="unknown", settled_at=now, because=LOST).returning(Delivery.id)
        ).all()
        settle_messages(session, ids, now)
    return len(ids)


def ask_about_lost(office: Office) -> int:
    """Ask the server about letters whose fate is unknown, and return of how many it could say what became of them.

    One that the server does not know may still be on its way to it, so it stays unknown and is not sent again.
    """
    if not isinstance(office.sender, CanBeAsked):
        return 0
    found = 0
    for key, ids in _letters_asked_about(office).items():
        try:
            receipt = office.sender.fate_of(key)
        except DeliveryFailed as failed:
            settle_letter(office, ids, key, "failed", str(failed))
            found += 1
        else:
            if receipt is not None:
                settle_letter(office, ids, key, "sent", receipt.words)
                found += 1
    return found


def record_failed_later(office: Office) -> int:
    """Ask the server which letters it took and could not deliver, and return how many of ours were given as sent.

    Each is given up where a person decides about it. One that was sent again since is another letter.
    """
    if not isinstance(office.sender, TellsFailures):
        return 0
    failed = office.sender.failed_later()
    taken: dict[str, list[int]] = {}
    with office.sessions() as session:
        sent = select(Delivery.letter_key, Delivery.id).where(Delivery.outcome == "sent")
        for key, delivery_id in session.execute(sent.where(Delivery.letter_key.in_(failed)).order_by(Delivery.id)):
            taken.setdefault(str(key), []).append(delivery_id)
    for key, ids in taken.items():
        settle_letter(office, ids, key, "failed", failed[key])
    return len(taken)


def _letters_asked_about(office: Office) -> dict[str, list[int]]:
    """Return the deliveries of each letter lost not long ago about which nobody has decided, by its key."""
    since = office.clock() - ASKED_FOR
    unknown = and_(Delivery.outcome == "unknown", Delivery.decided_at.is_(None), Delivery.settled_at > since)
    letters: dict[str, list[int]] = {}
    with office.sessions() as session:
        found = select(Delivery.letter_key, Delivery.id).where(unknown, Delivery.letter_key.is_not(None))
        for key, delivery_id in session.execute(found.order_by(Delivery.settled_at, Delivery.id).limit(MOST_ASKED)):
            letters.setdefault(str(key), []).append(delivery_id)
    return letters
