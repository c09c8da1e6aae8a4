"""What a queued notification tells, as it is read before somebody decides: in words, and beside a case there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from models.child_deaths.child import ChildDeath
from models.child_deaths.notification_queue import details_in, told_in
from models.child_deaths.notifying import child_told
from models.child_deaths.public_notification import PublicNotification
from models.panels.panel import panel_of
from workflows.codes import words_of
from workflows.dates import PartialDate, day_in_words
from workflows.definition import Kind, Question
from workflows.reviews.child_death_review import NOTIFICATION_QUESTIONS
from workflows.whether_reviewed import Finding, findings

_QUESTIONS = {question.key: question for question in NOTIFICATION_QUESTIONS}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Alike:
    """A case that may be of the same child: how likely, of 100, and why."""

    reference: str
    state: str
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something the notification tells that the case does not say, or says otherwise."""

    what: str
    told: str
    in_case: str


@dataclass(frozen=True, slots=True)
class News:
    """What a notification adds to what a case says, and the agencies it names that the case does not."""

    differences: tuple[Difference, ...]
    agencies: tuple[str, ...]


def follows(session: Session, notification: PublicNotification) -> tuple[Finding, ...]:
    """Return what follows from what was told: whether the death is reviewed, by whom, and what to do now."""
    panel = panel_of(session, notification.board_id)
    return findings(notification.answers, panel.areas if panel else ())


def told_rows(notification: PublicNotification) -> list[tuple[str, list[Row]]]:
    """Return what was told, in groups, each answer in words."""
    answers, details = notification.answers, details_in(notification)
    other = details.other
    child = [
        ("Name", f"{details.forenames} {details.surname}".strip()),
        ("Other names", details.also_known_as),
        *_answered(answers, "born_on", "sex", "ethnic_group", "nhs_number", "normally_resident_in"),
        ("Address", _lines([details.address, details.postcode])),
    ]
    death = [
        *_answered(answers, "died_on"),
        ("Time of death", other.get("died_at", "")),
        *_answered(answers, "place_of_death"),
        ("Name of the place", other.get("place_name", "")),
        *_answered(answers, "expected", "live_birth", "circumstances"),
    ]
    around = [
        ("Parents and carers", _lines(each["name"] for each in details.carers)),
        ("Other children", _lines(each["name"] for each in details.siblings)),
        *_answered(answers, "agencies"),
    ]
    notifier = [
        *_answered(answers, "notifier"),
        ("Role", other.get("notifier_role", "")),
        ("Agency", other.get("notifier_agency", "")),
        ("Telephone", other.get("notifier_telephone", "")),
        ("E-mail address, confirmed", notification.email),
        *_answered(answers, "notified_on"),
    ]
    named = {"The child": child, "The death": death, "Family and agencies": around, "Who notified": notifier}
    return [(title, _rows(rows)) for title, rows in named.items()]


def news_for(notification: PublicNotification, death: ChildDeath | None) -> News:
    """Return what the notification tells beside what is stored of the death a case is about."""
    told = child_told(told_in(notification), details_in(notification))
    differences = tuple(_differences(told, death)) if death else ()
    known = {each.agency.casefold() for each in death.contacts} if death else set()
    agencies = [str(name) for name in notification.answers.get("agencies", ())]
    return News(differences, tuple(name for name in agencies if name.casefold() not in known))


_COMPARED = {
    "surname": "Surname",
    "forenames": "Forenames",
    "also_known_as": "Other names",
    "nhs_number": "NHS number",
    "born_on": "Date of birth",
    "died_on": "Date of death",
    "address": "Address",
    "postcode": "Postcode",
}


def _differences(told: ChildDeath, death: ChildDeath) -> Iterator[Difference]:
    for column, words in _COMPARED.items():
        new, old = _plainly(getattr(told, column)), _plainly(getattr(death, column))
        if new and new.casefold() != old.casefold():
            yield Difference(words, new, old or "Nothing")


def _plainly(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else day_in_words(value)


def _answered(answers: Mapping[str, Any], *keys: str) -> list[tuple[str, Any]]:
    return [(_QUESTIONS[key].label, _in_words(_QUESTIONS[key], answers[key])) for key in keys if answers.get(key)]


def _in_words(question: Question, answer: Any) -> Any:
    if question.kind is Kind.DATE:
        return PartialDate.parse(answer).words()
    if question.options:
        return words_of(question.options, str(answer))
    return _lines(answer if isinstance(answer, list) else str(answer).splitlines())


def _lines(lines: Any) -> Markup:
    return Markup("<br>").join(escape(line) for line in lines if line)


def _rows(told: list[tuple[str, Any]]) -> list[Row]:
    return [{"key": words, "value": value} for words, value in told if value]
