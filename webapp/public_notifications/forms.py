"""What the public pages ask, the code that confirms it, and how what was typed is told to the panel (DOMAIN 3.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from wtforms import EmailField, Field, StringField, TextAreaField
from wtforms.validators import Length, StopValidation

from models.child_deaths.public_draft import Typed
from models.child_deaths.public_notifications import Area
from webapp.cases.boxes import LongListField, box_of, plain
from webapp.cases.known import Known
from webapp.fields import LinesField, needed, offered, stripped
from webapp.forms import PageForm
from webapp.keeping import as_sent
from workflows.definition import Question
from workflows.errors import AnswersRefused, Problem
from workflows.notification_pages import may_be_newborn
from workflows.reviews.child_death_review import NOTIFICATION_QUESTIONS

LONGEST, LONGEST_TEXT, MOST_LINES = 200, 5_000, 30
# One sign before an @ and a domain with a stop: more is for the code to prove.
ADDRESS = re.compile(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\".]{2,}")

_QUESTIONS = {question.key: question for question in NOTIFICATION_QUESTIONS}


def _asked(key: str, label: str, hint: str = "", **more: Any) -> Field:
    question: Question = replace(_QUESTIONS[key], label=label, hint=hint, **more)
    return box_of(question, Known())


def _words(label: str, hint: str = "", *, needs: str = "") -> StringField:
    return StringField(**_told(label, hint, needs, LONGEST))


def _long(label: str, hint: str = "") -> TextAreaField:
    return TextAreaField(**_told(label, hint, "", LONGEST_TEXT))


def _told(label: str, hint: str, needs: str, longest: int) -> dict[str, Any]:
    """Return what a box is made with: it may be left empty unless something `needs` it."""
    not_longer = Length(max=longest, message=f"“{label}” must be {longest:,} characters or fewer")
    return {
        "label": label if needs else f"{label} (optional)",
        "description": hint,
        "filters": [stripped],
        "validators": [needed(needs), not_longer] if needs else [not_longer],
    }


def _email(hint: str = "") -> EmailField:
    return EmailField(
        "E-mail address", description=hint, filters=[stripped],
        validators=[needed("Enter your e-mail address"), _is_an_address],
    )  # fmt: skip


def _is_an_address(_form: Any, field: Field) -> None:
    typed = field.data or ""
    if len(typed) > LONGEST or not ADDRESS.fullmatch(typed) or not typed.isprintable():
        raise StopValidation("Enter an e-mail address like name@example.org")


def _few_lines(_form: Any, field: Field) -> None:
    lines = field.data or ()
    if len(lines) > MOST_LINES or any(len(line) > LONGEST for line in lines):
        raise StopValidation(f"“{field.label.text}”: write at most {MOST_LINES} lines of {LONGEST} characters")


def _lines(label: str, hint: str) -> LinesField:
    return LinesField(f"{label} (optional)", description=hint, validators=[_few_lines])


class NotificationForm(PageForm):
    """Everything a notification tells. A page of it has some of the boxes."""

    surname = _words("Surname", needs="Enter the child’s surname, or “not known”")
    forenames = _words("Forenames", "For a baby without a name yet, write “baby”", needs="Enter the child’s forenames")
    also_known_as = _words("Other names the child was known by")
    born_on = _asked("born_on", "Date of birth")
    sex = _asked("sex", "Sex")
    ethnic_group = _asked("ethnic_group", "Ethnic group")
    nhs_number = _asked("nhs_number", "NHS number", "Ten digits. Leave it empty if it is not at hand")
    area = LongListField("Area where the child normally lived")
    lived_in = _words(
        "If somewhere else, where",
        "If the area is not in the list, choose the one where the child died, and write here where the child lived",
    )
    address = _long("Home address")
    postcode = _words("Postcode")

    died_on = _asked("died_on", "Date of death")
    died_at = _words("Time of death", "For example, 17:30")
    place_of_death = _asked(
        "place_of_death", "Where the child died", "Or where what led directly to the death happened"
    )
    place_name = _words("Name of the hospital or place")
    expected = _asked(
        "expected", "Was the death expected?",
        "Unexpected: not a significant possibility 24 hours before. If in doubt, treat it as unexpected",
    )  # fmt: skip
    live_birth = _asked(
        "live_birth", "For a newborn: was the baby born alive?",
        "With any sign of life, whatever the length of the pregnancy",
    )  # fmt: skip
    circumstances = _long("What happened", "In a few sentences, as far as is known")

    carers = _lines(
        "Parents and others who cared for the child", "One on each line: name, and who they are to the child"
    )
    siblings = _lines("Other children of the home or family", "One on each line: name, and age if known")
    agencies = _lines(
        "Agencies that knew the child", "One on each line: the agency only, for example a general practice or a school"
    )

    notifier = _words("Your name", needs="Enter your name")
    notifier_role = _words("Your role", "For example, consultant paediatrician", needs="Enter your role")
    notifier_agency = _words("Your agency", needs="Enter your agency")
    notifier_telephone = _words("Telephone", "So that the panel’s office can ask", needs="Enter a telephone number")
    email = _email("At work. A code is sent there once you have checked what you entered")

    def validate_area(self, field: Field) -> None:
        if not field.data:
            raise StopValidation("Choose the area where the child normally lived")

    def answers(self) -> dict[str, Any]:
        """Return what is told, as the step that opens a case takes it."""
        told = {key: plain(self[key].data) for key in _QUESTIONS if key in self and self[key].data}
        told = {key: answer for key, answer in told.items() if not self[key].errors}
        lived_in = [self[key].data for key in ("lived_in", "area") if key in self and self[key].data]
        return told | ({"normally_resident_in": lived_in[0]} if lived_in else {})

    def details(self) -> dict[str, Any]:
        """Return what identifies somebody, or is neither searched nor sorted, as it is kept beside a history."""
        columns = ("surname", "forenames", "also_known_as", "address", "postcode")
        others = ("died_at", "place_name", "notifier_role", "notifier_agency", "notifier_telephone")
        return {
            **{key: self[key].data or "" for key in columns},
            "other": {
                **{key: self[key].data for key in others if self[key].data},
                "notifier_email": self.email.data,
            },
            "carers": [{"name": line} for line in self.carers.data or ()],
            "siblings": [{"name": line} for line in self.siblings.data or ()],
        }

    def refuse(self, refused: AnswersRefused) -> None:
        """Say beside each answer that is asked here why no case could be opened with it."""
        for problem in refused.problems:
            key = "area" if problem.question == "normally_resident_in" else problem.question
            if key in self and not self[key].errors:
                self[key].errors = [self._by_its_label(key, problem)]

    def _by_its_label(self, key: str, problem: Problem) -> str:
        """Return what is wrong under the words of the box: to whoever opens a case the question is put differently."""
        asked = _QUESTIONS.get(problem.question)
        label = str(self[key].label.text).removesuffix(" (optional)")
        return problem.words.replace(asked.label, label, 1) if asked else problem.words


@dataclass(frozen=True, slots=True)
class PublicPage:
    """One short page: its key, its title, and the boxes on it. `applies` says whether it is asked, by what was told."""

    key: str
    title: str
    boxes: tuple[str, ...]
    applies: Callable[[Mapping[str, Any]], bool] = lambda _: True


PAGES = (
    PublicPage(
        "child", "The child",
        ("surname", "forenames", "also_known_as", "born_on", "sex", "ethnic_group", "nhs_number"),
    ),
    PublicPage("home", "Where the child lived", ("area", "lived_in", "address", "postcode")),
    PublicPage("death", "The death", ("died_on", "died_at", "place_of_death", "place_name", "expected")),
    PublicPage("birth", "The birth", ("live_birth",), may_be_newborn),
    PublicPage("circumstances", "What happened", ("circumstances",)),
    PublicPage("family", "Family and agencies", ("carers", "siblings", "agencies")),
    PublicPage(
        "notifier", "About you",
        ("notifier", "notifier_role", "notifier_agency", "notifier_telephone", "email"),
    ),
)  # fmt: skip


def page_form(page: PublicPage, areas: Sequence[Area], typed: Typed) -> NotificationForm:
    """Return the form of one page: as it was sent or, where it was not, as it was typed before."""
    form = NotificationForm() if request.method == "POST" else NotificationForm(as_sent(typed))
    return _with_areas(_with_boxes(form, page.boxes), areas)


def whole_form(areas: Sequence[Area], typed: Typed) -> NotificationForm:
    """Return the form of everything that was typed, without the boxes of pages that are not asked."""
    form = NotificationForm(as_sent(typed), meta={"csrf": False})
    asked = {box for page in PAGES if page.applies(form.answers()) for box in page.boxes}
    return _with_areas(_with_boxes(form, asked), areas)


def typed_on(page: PublicPage, sent: Typed) -> Typed:
    """Return of what was sent the boxes that the page has; a day has several."""
    return {
        name: values for name, values in sent.items() if name in page.boxes or name.rpartition("-")[0] in page.boxes
    }


def _with_boxes(form: NotificationForm, boxes: Collection[str]) -> NotificationForm:
    for name in [field.name for field in form if field.name not in boxes and field.type != "CSRFTokenField"]:
        del form[name]
    return form


def _with_areas(form: NotificationForm, areas: Sequence[Area]) -> NotificationForm:
    if "area" in form:
        form.area.choices = offered([("", "Choose from the list"), *((area.name, area.name) for area in areas)])
    return form


class CodeForm(PageForm):
    """The six digits."""

    code = StringField("Code", validators=[needed("Enter the code from the e-mail")], description="Six digits")

    def validate_code(self, field: Field) -> None:
        digits = "".join((field.data or "").split())
        if not (digits.isascii() and digits.isdecimal() and len(digits) == 6):
            raise StopValidation("The code has six digits, such as 123 456")


class NewCodeForm(PageForm):
    """Where to send another code."""

    email = EmailField(
        "E-mail address", filters=[stripped], validators=[needed("Enter your e-mail address"), Length(max=LONGEST)]
    )


def new_code_form(email: str) -> NewCodeForm:
    """Return the form, as sent or with the address the code before went to."""
    return NewCodeForm(data={"email": email})
