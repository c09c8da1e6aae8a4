"""What messages say: letters made from typed facts, and the same sentences for the pages of the site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from notifications.facts import Item, Kind, Site
from notifications.rungs import REMINDER_MINIMUM_OVER
from workflows.dates import day_in_words
from workflows.distance import distance

WORDING = Path(__file__).parent / "wording"
SERVICE = "Safeguarding reviews"

MOST_UNDER_A_HEADING = 10
"""How much a mail lists under one heading, so that it is still read: a local default. The rest is on the site."""

HEADINGS: dict[Kind, str] = {
    "late": "Late",
    "due": "Due",
    "hold": "Held, and to be looked at",
    "asked": "Waiting for you",
    "told": "What has happened",
}


@dataclass(frozen=True, slots=True)
class Words:
    """The subject and the text of a letter."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """What a notice says, and whether somebody is waited for."""

    kind: Kind
    says: str


@cache
def notices() -> dict[str, NoticeWords]:
    """Return what each notice says, by its key."""
    written = yaml.safe_load((WORDING / "notices.yaml").read_text(encoding="utf-8"))
    return {key: NoticeWords(each["kind"], each["says"]) for key, each in written.items()}


@dataclass(frozen=True, slots=True)
class Group:
    """What a letter tells under one heading, and how much more of it there is on the worklist."""

    heading: str
    items: Sequence[Item]
    more: int


def letter(items: Sequence[Item], site: Site, *, morning: bool = False) -> Words:
    """Return a letter that tells these things, the most pressing first; `morning` for the one mail of a morning."""
    # Somebody who holds two roles is told the same thing twice, and reads it once.
    ordered = sorted(set(items), key=_pressing)
    text = _template().render(
        groups=list(_groups(ordered)),
        morning=morning,
        title=title,
        sentence=sentence,
        worklist=site.link("/worklist/"),
        messages=site.link("/messages/"),
        choices=site.link("/account/messages"),
    )
    return Words(subject(ordered), text)


def _groups(ordered: Sequence[Item]) -> Iterator[Group]:
    for kind, heading in HEADINGS.items():
        if items := [item for item in ordered if item.kind == kind]:
            yield Group(heading, items[:MOST_UNDER_A_HEADING], max(0, len(items) - MOST_UNDER_A_HEADING))


def subject(items: Sequence[Item]) -> str:
    """Return 'BEX-2012-003: Complete the review, 3 working days late', or the counts where there are several."""
    if len(items) == 1:
        return f"{items[0].reference}: {items[0].words}{_standing(items[0])}"
    counts = [
        f"{number} {words if number == 1 else several}"
        for kind, words, several in COUNTED
        if (number := sum(item.kind == kind for item in items))
    ]
    return f"{SERVICE}: {', '.join(counts)}"


def title(item: Item) -> str:
    """Return what is told of: what is due, or what was done and on which day, 'Report published on 7 February 2014'."""
    done = item.kind in {"asked", "told"} and item.says != REMINDER_MINIMUM_OVER
    return f"{item.words} on {day_in_words(item.on)}" if done and item.on else str(item.words)


def sentence(item: Item) -> str:
    """Return what is told of one thing besides its title, in sentences."""
    parts = [notices()[item.says].says if item.says else "", _due(item), *_circumstances(item)]
    return " ".join(part for part in parts if part)


COUNTED: tuple[tuple[Kind, str, str], ...] = (
    ("late", "late", "late"),
    ("due", "due", "due"),
    ("hold", "hold to look at", "holds to look at"),
    ("asked", "waiting for you", "waiting for you"),
    ("told", "thing to know", "things to know"),
)


def _due(item: Item) -> str:
    if item.on is None:
        return ""
    day = day_in_words(item.on)
    if item.kind in {"asked", "told"}:
        return f"Its last day was {day}." if item.says == REMINDER_MINIMUM_OVER else ""
    if item.on < item.today:
        verb = "It was to be looked at by" if item.kind == "hold" else "It was due on"
        return f"{verb} {day} and is {_distance(item)} late."
    when = "which is today" if item.on == item.today else f"in {_distance(item)}"
    return f"{'To be looked at by' if item.kind == 'hold' else 'Due on'} {day}, {when}."


def _circumstances(item: Item) -> list[str]:
    parts = []
    if item.escalated:
        parts.append("You are told because it has not been seen to by those who were told before.")
    if item.for_somebody_else:
        parts.append("You are told in place of somebody who is away.")
    if item.should_have_come:
        parts.append(f"This message is late: it should have come on {day_in_words(item.should_have_come)}.")
    return parts


def _standing(item: Item) -> str:
    if item.kind == "late" and item.on:
        return f", {_distance(item)} late"
    if item.kind in {"due", "hold"} and item.on:
        return f", {'by' if item.kind == 'hold' else 'due'} {day_in_words(item.on)}"
    return ", waiting for you" if item.kind == "asked" else ""


def _distance(item: Item) -> str:
    """Return how far off the day is, as the pages of the site say it."""
    first, last = sorted((item.on or item.today, item.today))
    return distance(first, last, item.working_days)


def _pressing(item: Item) -> tuple[int, int, str]:
    """Return what sorts the most pressing first: what is newly late before what has long been."""
    days = abs((item.on - item.today).days) if item.on else 0
    return list(HEADINGS).index(item.kind), days, str(item.reference)


@cache
def _template() -> Template:
    places = FileSystemLoader(WORDING)
    # Plain text: nothing in it is markup, and everything in it is a typed fact.
    environment = Environment(loader=places, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    return environment.get_template("letter.txt")
