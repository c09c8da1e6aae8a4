"""Messages that were given up in words: for whom each was, of which agency, and what it told."""

from dataclasses import dataclass

from models.case import Case
from models.delivery import Delivery
from models.outbox import OutboxMessage
from models.panels.duties import TITLES, DutyReminder
from models.role_words import role_words
from notifications.facts import AN_AGENCY_WAS_NOT_REACHED
from notifications.given_up import GivenUp
from notifications.recipients import agencies_not_reached, agencies_of
from webapp.database import db
from webapp.reminders.words import message_in_words

OF_A_PANEL = "What a panel owes"


@dataclass(frozen=True, slots=True)
class About:
    """What one message tells: of which case, if of one, and what."""

    case: Case | None
    reference: str
    what: str


@dataclass(frozen=True, slots=True)
class LetterInWords:
    """One letter that was given up, or whose fate nobody knows."""

    key: int
    delivery: Delivery
    name: str
    whom: str
    agencies: tuple[str, ...]
    about: tuple[About, ...]


def letter_in_words(letter: GivenUp) -> LetterInWords:
    """Return for whom a letter was and what it told, each thing once."""
    first, told = letter.deliveries[0], zip(letter.deliveries, letter.cases, strict=True)
    agencies = dict.fromkeys(name for each in letter.deliveries for name in agencies_of(db.session, each))
    return LetterInWords(
        letter.key,
        first,
        first.person.name,
        role_words(first.role) if first.role else "one person",
        tuple(agencies),
        tuple(dict.fromkeys(about(delivery.message, case) for delivery, case in told)),
    )


def about(message: OutboxMessage, case: Case | None) -> About:
    """Return what a message tells, in a few words."""
    if case is not None:
        return About(case, case.reference, message_in_words(message, case))
    if "unreached" in message.payload:
        return About(None, OF_A_PANEL, AN_AGENCY_WAS_NOT_REACHED)
    return About(None, OF_A_PANEL, TITLES[db.session.get_one(DutyReminder, message.payload["duty"]).kind])


def without_recipient_in_words(message: OutboxMessage, case: Case | None) -> tuple[About, tuple[str, ...]]:
    """Return what a message tells that nobody is there to receive, and which agencies it should have reached."""
    return about(message, case), agencies_not_reached(db.session, message)
