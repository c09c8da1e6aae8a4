"""The demonstration’s chairs are away and somebody stands in; the business manager has a calendar feed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calendar_feed import feed_of, open_feed
from models.deputyship import Deputyship
from models.naming_deputies import Naming, name_deputy
from models.people import Person
from workflows import roles
from workflows.dates import london_day

AWAY_FOR = timedelta(days=13)


def add_deputy(session: Session, ids: Mapping[str, int], now: datetime) -> None:
    """Name the safeguarding partner for the board chair from today on, and the designated doctor for the panel's chair.

    The second from tomorrow on, so that the chair can be signed in as today. Whoever named somebody before is left so.
    """
    today = london_day(now)
    for away, here, from_on in (
        (roles.BOARD_CHAIR, roles.SAFEGUARDING_PARTNER, today),
        (roles.CDOP_CHAIR, roles.DESIGNATED_DOCTOR, today + timedelta(days=1)),
    ):
        absent, deputy = session.get_one(Person, ids[away]), session.get_one(Person, ids[here])
        if session.scalar(select(Deputyship.id).where(Deputyship.absent_id == absent.id).limit(1)) is None:
            naming = Naming(absent, deputy, from_on, from_on + AWAY_FOR)
            name_deputy(session, naming, named_by=absent, now=now, today=today)


def open_a_feed(session: Session, ids: Mapping[str, int], now: datetime) -> str | None:
    """Return the path of a calendar feed of the business manager; nothing where there is one already."""
    manager = session.get_one(Person, ids[roles.BUSINESS_MANAGER])
    if feed_of(session, manager.id) is not None:
        return None
    return f"/calendar/{open_feed(session, manager, now)}.ics"
