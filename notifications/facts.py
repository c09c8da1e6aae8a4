"""What a message may say: the only values a template is ever given.

A case reference, words that a declaration has, a day, a link into the site, a count. There is no type here for a
name, a date of birth, an address or anything somebody typed, so none can reach a message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from models.panels.duties import NOT_READ, TITLES
from workflows.dates import day_in_words
from workflows.definition import Clock
from workflows.registry import workflows
from workflows.roles import ROLES

AN_AGENCY_WAS_NOT_REACHED = "An agency was not reached"
"""What is told of a message that reached nobody at the agency it was for."""

REFERENCE = re.compile(r"[A-Z][A-Z0-9]{1,7}-\d{4}-\d{3,}")
SITE = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?")
PREFIX = re.compile(r"[A-Z][A-Z0-9]{1,7}")
PATHS = re.compile(
    r"/cases/[A-Z][A-Z0-9]{1,7}-\d{4}-\d{3,}(#date-[a-z_]+|#event-\d+)?|/worklist/(\?only=(late|due|held))?|/messages/"
    r"|/messages/failed|/account/messages|/account/asked/action/\d{1,12}"
    r"|/panels/[A-Z][A-Z0-9]{1,7}/meetings/\d{4}-\d\d-\d\d(/(interests|minutes))?"
)

Kind = Literal["late", "due", "hold", "asked", "told"]


class NotForAMessage(ValueError):
    """The value is not one a message may hold. It is not repeated: it may identify somebody."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The reference of a case."""

    text: str

    def __post_init__(self) -> None:
        if not REFERENCE.fullmatch(self.text):
            raise NotForAMessage("This is not a case reference")

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class OfPanel:
    """A panel, by what its references begin with, and which of its meetings is meant, if one is."""

    prefix: str
    held_on: date | None = None

    def __post_init__(self) -> None:
        if not PREFIX.fullmatch(self.prefix):
            raise NotForAMessage("This is not what the references of a panel begin with")

    def __str__(self) -> str:
        return (
            f"{self.prefix} panel, meeting of {day_in_words(self.held_on)}" if self.held_on else f"{self.prefix} panel"
        )


@dataclass(frozen=True, slots=True)
class Declared:
    """Words of a declaration: a step, a clock or a role, whatever was recorded about it."""

    text: str

    def __post_init__(self) -> None:
        if self.text not in _declared():
            raise NotForAMessage("These words are not declared")

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Site:
    """The address of the site, and the links into it that a message may have."""

    address: str

    def __post_init__(self) -> None:
        if not SITE.fullmatch(self.address):
            raise NotForAMessage("The address of the site is https://, a host and nothing after it")

    def case(self, reference: Reference) -> Link:
        return self.link(f"/cases/{reference}")

    def date(self, reference: Reference, clock: Clock) -> Link:
        """Return the link to where the page of a case says what is due by this clock."""
        return self.link(f"/cases/{reference}#date-{clock.key}")

    def event(self, reference: Reference, sequence: int) -> Link:
        """Return the link to where the page of a case tells what happened."""
        return self.link(f"/cases/{reference}#event-{sequence}")

    def link(self, path: str) -> Link:
        return Link(self, path)


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the site that shows nothing to whoever may not see it."""

    site: Site
    path: str

    def __post_init__(self) -> None:
        if not PATHS.fullmatch(self.path):
            raise NotForAMessage("A message does not link there")

    def __str__(self) -> str:
        return f"{self.site.address}{self.path}"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be told: about which case or panel, what, by or on which day, and where it is looked at.

    `says` is the key of a sentence in `wording/notices.yaml`. `working_days` are those between `today` and `on`, or 0
    where the time between is not said in working days. `should_have_come` is the day a message that comes late was
    meant for.
    """

    kind: Kind
    reference: Reference | OfPanel
    words: Declared
    link: Link
    today: date
    on: date | None = None
    says: str = ""
    working_days: int = 0
    should_have_come: date | None = None
    for_somebody_else: bool = False
    escalated: bool = False


@cache
def _declared() -> frozenset[str]:
    """Return all the words that declarations have for what is done, what is due and who does it."""
    procedures = [each for workflow in workflows().values() for each in workflow.procedures.values()]
    steps = {words for each in procedures for step in each.steps for words in (step.title, step.done)}
    return frozenset(
        {
            *steps,
            *(clock.title for each in procedures for clock in each.clocks),
            *ROLES.values(),
            *TITLES.values(),
            NOT_READ,
            AN_AGENCY_WAS_NOT_REACHED,
        }
    )
