"""What was told page by page, as a notification is recorded; and what is recorded, as the pages would have been filled.

One place for both directions: which answer goes into the history, which into a column beside it, and which among
`other`, so that what one writes the other reads.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from models.child_deaths.child import AgencyContact, Carer, ChildDeath, Sibling
from models.child_deaths.notifying import Details
from webapp.child_deaths.asking import AsTold, typed_of
from workflows.dates import PartialDate
from workflows.definition import Kind
from workflows.notification_pages import NOT_KNOWN, PAGES, Page, is_of_the_step
from workflows.standing import Told

COLUMNS = ("surname", "forenames", "also_known_as", "no_nhs_number_because", "address", "postcode")


def step_told(told: AsTold, before: Mapping[str, Any] | None = None) -> Told:
    """Return what the step `notify_death` is told. Of answers `before`, those that no page asks for stay."""
    asked = {question.key for page in PAGES for question in page.asks if not page.each}
    kept = {key: answer for key, answer in (before or {}).items() if key not in asked}
    answers = kept | {key: answer for key, answer in told.answers.items() if is_of_the_step(key)}
    return Told(PartialDate.parse(answers["notified_on"]), answers)


def details_told(told: AsTold, before: ChildDeath | None = None) -> Details:
    """Return whose death it is, to be stored beside the history. What no page asks for stays as it was `before`."""
    answers = told.answers
    columns = {key: str(answers.get(key) or "") for key in COLUMNS}
    lists = {key: [_row(page, one.answers) for one in told.several(page)] for key, page in _LISTS.items()}
    return Details(
        **columns,
        other={**_kept(before), **_other(answers), **_not_known(told)},
        carers=lists["carers"],
        siblings=lists["siblings"],
        contacts=lists["agencies"],
    )


def filled_pages(answers: Mapping[str, Any], death: ChildDeath) -> dict[str, Any]:
    """Return what is recorded as an unfinished notification keeps it: the boxes of each page, as if typed."""
    columns = {key: getattr(death, key) for key in COLUMNS}
    known = {**death.details, **columns, **answers}
    why = death.details.get(NOT_KNOWN, {})
    pages = {page.key: _typed(page, known, why.get(page.key, {})) for page in PAGES if not page.each}
    of_family: Mapping[str, Sequence[Carer | Sibling | AgencyContact]] = {
        "carers": death.carers,
        "siblings": death.siblings,
        "agencies": death.contacts,
    }
    lists = {
        key: [
            {"key": f"00000000-0000-4000-8000-{row.id:012x}", "typed": typed_of(page.asks, _answers(page, row))}
            for row in of_family[key]
        ]
        for key, page in _LISTS.items()
    }
    return {"pages": pages, "lists": lists, "none": [key for key, rows in lists.items() if not rows]}


_LISTS: Mapping[str, Page] = {page.key: page for page in PAGES if page.each}
_IN_OTHER = {
    question.key
    for page in PAGES
    for question in page.asks
    if not page.each and question.key not in COLUMNS and not is_of_the_step(question.key)
}


def _other(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {key: answer for key, answer in answers.items() if key in _IN_OTHER}


def _kept(before: ChildDeath | None) -> dict[str, Any]:
    stored = before.details if before else {}
    return {key: value for key, value in stored.items() if key not in _IN_OTHER and key != NOT_KNOWN}


def _not_known(told: AsTold) -> dict[str, Any]:
    """Return for each page with something that is not known: which questions, and why in the words given."""
    found = {
        page.key: {"questions": [each.key for each in told.missing_on(page)], "why": told.why_not_known(page)}
        for page in told.asked()
        if told.missing_on(page) or told.why_not_known(page)
    }
    return {NOT_KNOWN: found} if found else {}


def _row(page: Page, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of one person or agency, days as days."""
    days = {question.key for question in page.asks if question.kind is Kind.DATE}
    return {key: date.fromisoformat(answer) if key in days else answer for key, answer in answers.items()}


def _typed(page: Page, known: Mapping[str, Any], not_known: Mapping[str, Any]) -> dict[str, list[str]]:
    why = str(not_known.get("why") or "")
    return {**typed_of(page.asks, known), **({NOT_KNOWN: [why]} if why else {})}


def _answers(page: Page, row: Carer | Sibling | AgencyContact) -> dict[str, Any]:
    found = {question.key: getattr(row, question.key) for question in page.asks}
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in found.items()}
