"""What a message came to, from what its deliveries came to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.delivery import Delivery
from models.outbox import OutboxMessage, Outcome

# What is said of a message some of whose deliveries came to different things: the first of these.
TELLING: tuple[Outcome, ...] = ("unknown", "failed", "sent", "suppressed")


def settle_messages(session: Session, delivery_ids: Sequence[int], now: datetime) -> None:
    """Give the messages of these deliveries their outcome where every delivery has one, and take it away elsewhere.

    The messages are locked first, so that of two processes that settle the last two deliveries one sees both.
    """
    if not delivery_ids:
        return
    concerned = select(Delivery.message_id).where(Delivery.id.in_(delivery_ids))
    messages = select(OutboxMessage.id).where(OutboxMessage.id.in_(concerned)).order_by(OutboxMessage.id)
    ids = session.scalars(messages.with_for_update()).all()
    outcomes: dict[int, set[Outcome | None]] = {message_id: set() for message_id in ids}
    for message_id, outcome in session.execute(
        select(Delivery.message_id, Delivery.outcome).where(Delivery.message_id.in_(ids)).distinct()
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


def _telling(outcomes: set[Outcome | None]) -> Outcome | None:
    return None if None in outcomes else next(each for each in TELLING if each in outcomes)
