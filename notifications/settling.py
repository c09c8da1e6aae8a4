"""Writing down what became of a letter, and what a message came to from what its deliveries came to."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models.delivery import Delivery
from models.outbox import OutboxMessage, Outcome
from notifications.office import Office
from notifications.unreached import tell_who_depends

PATIENCE_SECONDS = (0.2, 1, 5, 15)
"""How long to wait each time for a database that is away when something is to be written down."""

# What is said of a message some of whose deliveries came to different things: the first of these.
TELLING: tuple[Outcome, ...] = ("unknown", "failed", "sent", "suppressed")
NOT_RECEIVED: frozenset[Outcome | None] = frozenset({"failed", "suppressed"})


def settle_messages(session: Session, delivery_ids: Sequence[int], now: datetime) -> None:
    """Give the messages of these deliveries their outcome where every delivery has one, and take it away elsewhere.

    A message that is to be addressed again has none, whatever its deliveries so far have come to.
    The messages are locked first, so that of two processes that settle the last two deliveries one sees both.
    """
    if not delivery_ids:
        return
    concerned = select(Delivery.message_id).where(Delivery.id.in_(delivery_ids))
    messages = select(OutboxMessage.id, OutboxMessage.addressed_at).where(OutboxMessage.id.in_(concerned))
    addressed = session.execute(messages.order_by(OutboxMessage.id).with_for_update()).all()
    outcomes: dict[int, set[Outcome | None]] = {message_id: set() if at else {None} for message_id, at in addressed}
    for message_id, outcome in session.execute(
        select(Delivery.message_id, Delivery.outcome).where(Delivery.message_id.in_(outcomes)).distinct()
    ):
        outcomes[message_id].add(outcome)
    for outcome in (*TELLING, None):
        told = [message_id for message_id, found in outcomes.items() if _telling(found) == outcome]
        if told:
            values = {
                "outcome": outcome,
                "settled_at": None if outcome is None else func.coalesce(OutboxMessage.settled_at, now),
            }
            session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(told)).values(**values))
    tell_who_depends(session, [each for each, found in outcomes.items() if found & NOT_RECEIVED], now)


def _telling(outcomes: set[Outcome | None]) -> Outcome | None:
    return None if None in outcomes else next(each for each in TELLING if each in outcomes)


def settle_letter(office: Office, ids: Sequence[int], key: str, outcome: Outcome, because: str) -> None:
    """Record what became of these deliveries in the letter of this key, unless somebody has decided meanwhile.

    Also where it took so long that its fate was given as unknown, or where the server took it and could not deliver
    it: what the server says later is better known.
    """
    undecided = and_(Delivery.outcome == "unknown", Delivery.decided_at.is_(None))
    still = or_(Delivery.outcome.is_(None), undecided)
    if outcome == "failed":
        still = or_(still, Delivery.outcome == "sent")
    ours = and_(Delivery.id.in_(ids), Delivery.letter_key == key, still)

    def write(session: Session) -> None:
        now = office.clock()
        values = {"outcome": outcome, "settled_at": now, "because": because, "claimed_by": None, "lease_until": None}
        session.execute(update(Delivery).where(ours).values(**values))
        settle_messages(session, ids, now)

    written(office, write)


def written(office: Office, write: Callable[[Session], None]) -> None:
    """Carry out `write` in a transaction of its own, waiting for a database that is away for a moment (P18)."""
    for wait_seconds in PATIENCE_SECONDS:
        try:
            with office.sessions.begin() as session:
                write(session)
        except OperationalError:
            time.sleep(wait_seconds)
        else:
            return
    with office.sessions.begin() as session:
        write(session)
