"""What the pages about requests show: each report asked for, and the form that asks for more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.case import Case
from models.child_deaths.child import AgencyContact, ChildDeath
from models.child_deaths.notifying import agencies_to_ask
from models.child_deaths.reporting_forms import REQUESTS, Request, Wanted
from models.reminder import Reminder
from webapp.cases.boxes import SuggestedField
from webapp.cases.due_dates import DueDate, due_date
from webapp.fields import ChoicesField, DayField, offered, stripped
from webapp.forms import PageForm
from webapp.wording import counted, sentence_case
from workflows.calendar import Calendar
from workflows.child_death_codes import EVENTS
from workflows.child_deaths import NEONATAL_DAYS, age_in_days
from workflows.dates import PartialDate, london_day
from workflows.reporting_forms import KINDS_OF_DEATH, RETURNED_WITHIN, Form, forms_for, kinds_proposed
from workflows.standing import Standing

MOST_AGENCIES = 40
KINDS = tuple(option for option in KINDS_OF_DEATH if option.key != "none")
HOSPITAL = "hospital"
"""The kind of contact that supplementary forms are proposed to."""


# --- What was asked -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chased:
    """How often an agency was reminded of one report, and when last."""

    times: int
    last_on: date


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One report asked for, as the overview shows it."""

    request: Request
    date: DueDate
    chased: str
    standing: str

    @property
    def in_browser(self) -> bool:
        """Whether there is a form of it to fill in or to read."""
        return self.request.form is not None


def lines_of(standing: Standing, requests: Sequence[Request], chased: Mapping[str, Chased]) -> list[RequestLine]:
    """Return the reports asked for, those of one agency together."""
    return [
        RequestLine(
            each, due_date(each.deadline, standing), _chased(each, chased.get(each.deadline.about)), _stands(each)
        )
        for each in requests
    ]


def chased_in(session: Session, case: Case) -> dict[str, Chased]:
    """Return what reminders have said of each report asked for, by agency and form."""
    told = (
        select(Reminder.subject, func.count(Reminder.rung.distinct()), func.max(Reminder.recorded_at))
        .where(Reminder.case_id == case.id, Reminder.clock_key == REQUESTS, Reminder.outcome == "told")
        .group_by(Reminder.subject)
    )
    return {subject: Chased(times, london_day(last)) for subject, times, last in session.execute(told)}


def _chased(asked: Request, chased: Chased | None) -> str:
    again = f"Asked {counted(asked.times_asked, 'time')}. " if asked.times_asked > 1 else ""
    if chased is None:
        return again + "Not reminded yet"
    return f"{again}Reminded {counted(chased.times, 'time')}, last on {PartialDate.on(chased.last_on).words()}"


def _stands(asked: Request) -> str:
    kept = asked.kept
    if not asked.is_open:
        came = asked.deadline.met_on.words() if asked.deadline.met_on else ""
        return f"Came on {came}{', on paper' if kept and kept.on_paper else ''}"
    if asked.not_coming_because:
        return f"Will not come: {asked.not_coming_because}"
    return "Begun, not returned" if kept and (kept.answers or kept.unknown) else "Not begun"


# --- Asking for more ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """An agency to ask: which forms there are for it, and by when."""

    agency: str
    forms: ChoicesField
    due: DayField


class AskForm(PageForm):
    """What kind of death it is, and for each agency which forms it is asked for, by when."""

    kinds = ChoicesField("Kinds of death", choices=offered((each.key, sentence_case(each.words)) for each in KINDS))
    other = SuggestedField("Another agency (optional)", filters=[stripped])
    agencies: tuple[str, ...]

    @property
    def rows(self) -> list[Row]:
        return [self._row(number, agency) for number, agency in enumerate(self.agencies)]

    @property
    def other_row(self) -> Row:
        return self._row(len(self.agencies), self.other.data or "")

    def _row(self, number: int, agency: str) -> Row:
        return Row(agency, self[f"forms_{number}"], self[f"due_{number}"])

    def wanted(self, forms: Mapping[str, Form]) -> list[Wanted]:
        """Return what is asked of whom, and say what is missing beside it."""
        rows = [*self.rows, *([self.other_row] if self.other.data else [])]
        found = []
        for row in rows:
            if row.forms.data and row.due.on is None and not row.due.errors:
                row.due.errors = [f"Say by when {row.agency} is to answer"]
            # One that is not offered is told beside its box, and asked of nobody.
            chosen = [forms[key] for key in row.forms.data or () if key in forms]
            found += [Wanted(row.agency, form, row.due.on) for form in chosen if row.due.on]
        if self.other.data and not self.other_row.forms.data:
            self.other_row.forms.errors = [f"Choose what {self.other.data} is asked for"]
        if not found and not any(row.due.errors for row in rows) and not self.other.data:
            self.form_errors.append("Choose at least one form of one agency")
        return found

    def read(self) -> bool:
        """Return whether everything typed can be read."""
        # Every box is looked at, not only as far as the first that is wrong.
        readable = [field.validate(self) for field in self if field.type != "CSRFTokenField"]
        return all(readable)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for a death: its kinds, whom to ask, and whom not to ask again for what."""

    kinds: tuple[str, ...]
    newborn: bool
    agencies: tuple[str, ...]
    hospitals: frozenset[str]
    asked: frozenset[tuple[str, str]]

    def forms(self, kinds: Sequence[str], on: date) -> tuple[Form, ...]:
        """Return the forms in use today for these kinds of death."""
        return forms_for(on, kinds, newborn=self.newborn)

    def left(self, agency: str, forms: Sequence[Form]) -> list[Form]:
        """Return the forms that an agency is not asked for already."""
        return [form for form in forms if not self.is_asked(agency, form)]

    def is_asked(self, agency: str, form: Form) -> bool:
        return (agency.casefold(), form.key) in self.asked


def proposal(session: Session, case: Case, standing: Standing, requests: Sequence[Request]) -> Proposal:
    """Return what the notification, the contacts and the requests so far propose."""
    facts, death = standing.facts, session.get(ChildDeath, case.id)
    told = {key: facts.answer(key, "notify_death") for key in ("place_of_death", "expected")}
    newborn = _newborn(facts.answer("born_on", "notify_death"), facts.answer("died_on", "notify_death"))
    event = str((death.details if death else {}).get("event", ""))
    kinds = dict.fromkeys([*kinds_proposed(told, newborn=newborn), *_known_event(event)])
    hospitals = session.scalars(
        select(AgencyContact.agency).where(AgencyContact.case_id == case.id, AgencyContact.kind == HOSPITAL)
    )
    named = [str(name) for name in facts.answer("agencies", "notify_death") or ()]
    return Proposal(
        tuple(kinds),
        newborn,
        tuple(agencies_to_ask(session, case, [*(each.agency for each in requests), *named])),
        frozenset(name.casefold() for name in hospitals),
        frozenset((each.agency.casefold(), each.form.key) for each in requests if each.form and each.is_open),
    )


def ask_form(proposed: Proposal, today: date, calendar: Calendar, likely: Sequence[str]) -> AskForm:
    """Return the form: as it was sent, or with the main form ticked for each agency that was asked for nothing yet."""
    kinds = request.form.getlist("kinds") if request.method == "POST" else list(proposed.kinds)
    forms = proposed.forms(kinds, today)
    # A page that was sent keeps its rows and their forms, whatever was asked for meanwhile.
    sent = request.form.getlist("agency")
    agencies = (sent or [name for name in proposed.agencies if proposed.left(name, forms)])[:MOST_AGENCIES]
    boxes: dict[str, Any] = {"agencies": tuple(agencies)}
    data: dict[str, Any] = {"kinds": list(proposed.kinds)}
    due = calendar.due(today, RETURNED_WITHIN)
    for number, agency in enumerate([*agencies, ""]):
        left = proposed.left(agency, forms) if agency and not sent else list(forms)
        named = agency or "the other agency"
        boxes[f"forms_{number}"] = ChoicesField(f"What {named} is asked for", choices=_choices(left))
        boxes[f"due_{number}"] = DayField(f"By when {named} is to answer")
        data |= {f"forms_{number}": list(_ticked(proposed, agency, left)), f"due_{number}": due}
    form: AskForm = type("AskTheseAgencies", (AskForm,), boxes)(data=data)
    form.other.suggestions = tuple(likely)
    return form


def _choices(forms: Sequence[Form]) -> list[Any]:
    return offered((form.key, form.name) for form in forms)


def _ticked(proposed: Proposal, agency: str, left: Sequence[Form]) -> Iterator[str]:
    """Yield the forms proposed for an agency: the main one, and to a hospital those of the kind of death."""
    if any(name == agency.casefold() for name, _ in proposed.asked):
        return
    for form in left:
        if not form.is_supplementary or agency.casefold() in proposed.hospitals:
            yield form.key


def _known_event(event: str) -> list[str]:
    return [event] if event != "none" and event in {option.key for option in EVENTS} else []


def _newborn(born_on: Any, died_on: Any) -> bool:
    if not born_on or not died_on:
        return False
    return age_in_days(PartialDate.parse(born_on).last, PartialDate.parse(died_on).first) < NEONATAL_DAYS
