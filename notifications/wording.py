"""What messages say: letters made from typed facts, and the same sentences for the pages of the site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from notifications.facts import Item, Kind, Site
from workflows.dates import day_in_words, working_days

WORDING = Path(__file__).parent / "wording"
SERVICE = "Safeguarding reviews"

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


def letter(items: Sequence[Item], site: Site, *, more_late: int = 0) -> Words:
    """Return a letter that tells these things, the most pressing first. `more_late` counts what else is late."""
    # Somebody who holds two roles is told the same thing twice, and reads it once.
    ordered = sorted(set(items), key=_pressing)
    groups = [
        (heading, [item for item in ordered if item.kind == kind])
        for kind, heading in HEADINGS.items()
        if any(item.kind == kind for item in ordered)
    ]
    text = _template().render(
        groups=groups,
        sentence=sentence,
        more_late=more_late,
        worklist=site.link("/worklist/?only=late"),
        choices=site.link("/account/messages"),
    )
    return Words(subject(ordered), text)


def subject(items: Sequence[Item]) -> str:
    """Return 'BEX-2012-003: Complete the review is 3 working days late', or the counts where there are several."""
    if len(items) == 1:
        return f"{items[0].reference}: {items[0].words}{_standing(items[0])}"
    counts = [
        f"{number} {words if number == 1 else several}"
        for kind, words, several in COUNTED
        if (number := sum(item.kind == kind for item in items))
    ]
    return f"{SERVICE}: {', '.join(counts)}"


def sentence(item: Item) -> str:
    """Return what is told of one thing, in sentences."""
    parts = [_due(item), notices()[item.says].says if item.says else "", *_circumstances(item)]
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
        return f"On {day}."
    if item.on < item.today:
        verb = "It was to be looked at by" if item.kind == "hold" else "It was due on"
        return f"{verb} {day}{f' and is {_days(-item.working_days)} late' if item.working_days else ''}."
    when = "which is today" if item.on == item.today else f"in {_days(item.working_days)}" if item.working_days else ""
    return f"{'To be looked at by' if item.kind == 'hold' else 'Due on'} {day}{', ' if when else ''}{when}."


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
    if item.kind == "late" and item.working_days < 0:
        return f", {_days(-item.working_days)} late"
    if item.kind in {"due", "hold"} and item.on:
        return f", {'by' if item.kind == 'hold' else 'due'} {day_in_words(item.on)}"
    return ""


def _days(number: int) -> str:
    return working_days(number).words()


def _pressing(item: Item) -> tuple[int, date, str]:
    return list(HEADINGS).index(item.kind), item.on or date.max, str(item.reference)


@cache
def _template() -> Template:
    places = FileSystemLoader(WORDING)
    # Plain text: nothing in it is markup, and everything in it is a typed fact.
    environment = Environment(loader=places, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    return environment.get_template("letter.txt")
