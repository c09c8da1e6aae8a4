"""A calendar feed as programs read it (RFC 5545): whole days with stable identities, and what is gone as cancelled."""

from collections.abc import Iterable
from datetime import timedelta

from icalendar import Calendar, Event

from models.calendar_feed import PublishedEntry

WHO_WROTE_IT = "-//Safeguarding reviews//Calendar feed//EN"
ASK_AGAIN = timedelta(hours=6)
ONE_DAY = timedelta(days=1)


def written(entries: Iterable[PublishedEntry], name: str, address: str) -> bytes:
    """Return the feed. `address` is what the path of each entry's page is added to."""
    calendar = Calendar()
    for key, value in (
        ("prodid", WHO_WROTE_IT), ("version", "2.0"), ("calscale", "GREGORIAN"), ("method", "PUBLISH"),
        ("x-wr-calname", name),
    ):  # fmt: skip
        calendar.add(key, value)
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, address))
    lines: bytes = calendar.to_ical()
    return lines


def _event(entry: PublishedEntry, address: str) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    event.add("summary", entry.title)
    # A day, not midnight to midnight, which would shift with the clocks and from place to place (P53).
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + ONE_DAY)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    event.add("url", address + entry.path)
    return event
