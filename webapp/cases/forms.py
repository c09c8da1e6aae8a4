"""The form of a step, made from its questions. Nothing typed is lost."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, TextAreaField
from wtforms.validators import StopValidation

from webapp.cases.boxes import LongListField, box_of, filled, plain
from webapp.cases.factors import FactorsField
from webapp.cases.known import Known
from webapp.fields import DayField, OneOfField, offered
from webapp.forms import PageForm
from webapp.keeping import Typed, as_sent
from webapp.mistakes import Mistake
from workflows.dates import PartialDate, day_in_words
from workflows.definition import Question, Step
from workflows.errors import AnswersRefused, StepRefused
from workflows.standing import Told

OTHER_DAY = "other"
REASON_STAYS = "The reason stays in the history, beside what was said before. Do not name the child or the family"


class WhenField(OneOfField):
    """Today, or another day. `data` is the day that was today when the form was opened, or `OTHER_DAY`."""

    def pre_validate(self, _form: Any) -> None:
        if self.data and self.data != OTHER_DAY and not _is_a_day(self.data):
            raise StopValidation("Say whether it happened today or on another day")


class SheetForm(PageForm):
    """Unseen, how long the history was when the form was opened, and a key by which it is recorded only once."""

    opened_at = HiddenField()
    once = HiddenField()

    @property
    def length(self) -> int:
        """How long the history was when the form was opened; a number that was tampered with counts as none."""
        written = self.opened_at.data or ""
        return int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else 0

    @property
    def key(self) -> uuid.UUID:
        try:
            return uuid.UUID(self.once.data or "")
        except ValueError:
            return uuid.uuid4()

    def read(self) -> bool:
        """Return whether everything typed can be read. What is missing is for the step to say."""
        readable = [field.validate(self) for field in self if field.type != "CSRFTokenField"]
        return all(readable)

    def field_of(self, question: str) -> Field | None:
        """Return the box of a question."""
        return self._fields.get(question)

    def refuse(self, refused: StepRefused, mended_at: Mapping[str, str]) -> None:
        """Say on the form why it is refused: beside each answer, or above, with a link to where it is mended."""
        if not isinstance(refused, AnswersRefused):
            self.form_errors += [Mistake(words, mended_at.get(words, "")) for words in refused.reasons]
            return
        for problem in refused.problems:
            field = self.field_of(problem.question)
            if field is None:
                self.form_errors.append(problem.words)
            elif not field.errors:
                field.errors = [problem.words]


class StrikeOutForm(SheetForm):
    """Why something that was recorded is struck out."""

    reason = TextAreaField("Why is this struck out?", description=REASON_STAYS)


class QuestionsForm(SheetForm):
    """What is answered to the questions of a step. Fields are named after them, with `answer_`."""

    step: Step

    def answers(self) -> dict[str, Any]:
        """Return what was answered, as far as it can be read."""
        return {
            question.key: plain(field.data)
            for question in self.step.asks
            if (field := self.field_of(question.key)) is not None and field.data and not field.errors
        }

    def field_of(self, question: str) -> Field | None:
        return self._fields.get(f"answer_{question}")

    @property
    def groups(self) -> list[tuple[str, list[Field]]]:
        """The boxes of the questions, under the headings they belong to, in the order asked."""
        found: dict[str, list[Field]] = {}
        for question in self.step.asks:
            found.setdefault(question.group, []).append(self._fields[f"answer_{question.key}"])
        return list(found.items())


class StepForm(QuestionsForm):
    """The day a step happened, and what is answered."""

    when = WhenField("When did it happen?")
    on = DayField("The day it happened", month_allowed=True)
    today: date

    @property
    def is_today(self) -> bool:
        """Whether today was chosen, rather than another day, or nothing."""
        return bool(self.when.data) and self.when.data != OTHER_DAY

    @property
    def happened_on(self) -> PartialDate | None:
        """The day told, if one can be read."""
        if self.is_today:
            return PartialDate.parse(self.when.data) if _is_a_day(self.when.data) else None
        return PartialDate.parse(self.on.data) if self.on.data else None

    def read(self) -> bool:
        readable = super().read()
        if problem := self._problem_of_the_day():
            where = self.on if self.when.data == OTHER_DAY else self.when
            where.errors = [problem]
            return False
        return readable

    def _problem_of_the_day(self) -> str:
        if self.on.errors or self.when.errors:
            return ""
        if self.is_today and self.on.data is not None:
            return "You chose today and gave another day as well. Say which of them it was"
        unsaid = f"Say on which day {'the case was opened' if self.step.opens else 'it happened'}"
        return "" if self.happened_on else unsaid

    def told(self) -> Told:
        """Return what was told, as far as it can be read. Without a day that can be, it is taken to be today."""
        return Told(self.happened_on or PartialDate.on(self.today), self.answers())

    def field_of(self, question: str) -> Field | None:
        if question == "on":
            return self.when if self.is_today else self.on
        return self._fields.get("reason") if question == "reason" else super().field_of(question)


class CorrectionForm(StepForm):
    """What a step should have said, and why it is corrected."""

    reason = TextAreaField("Why is this corrected?", description=REASON_STAYS)


class SupposingForm(SheetForm):
    """A day on which something is supposed to happen, and what its dates rest on."""

    step = LongListField("What if this happened?")
    on = DayField("On which day?", description="A day that has been or is to come. For example, 7 2 2014")

    @property
    def boxes(self) -> list[Field]:
        """The boxes of the questions, in the order asked."""
        return [field for name, field in self._fields.items() if name.startswith("answer_")]

    def told(self) -> Told | None:
        """Return what is supposed, as far as it can be read; nothing without a day."""
        if self.on.on is None:
            return None
        answered = {box.name.removeprefix("answer_"): plain(box.data) for box in self.boxes if box.data}
        return Told(PartialDate.on(self.on.on), answered)

    def field_of(self, question: str) -> Field | None:
        return self.on if question == "on" else self._fields.get(f"answer_{question}")


def supposing_form(questions: Iterable[Question], known: Known, typed: Typed) -> SupposingForm:
    """Return the form of what is supposed, as the address has it."""
    boxes = {f"answer_{each.key}": box_of(replace(each, required=False), known) for each in questions}
    form_class: type[SupposingForm] = type("FormOfASupposition", (SupposingForm,), boxes)
    return form_class(as_sent(typed))


OfAStep = TypeVar("OfAStep", bound=StepForm)


def step_form(step: Step, known: Known, today: date, *, length: int, typed: Typed | None = None) -> StepForm:
    """Return the form of a step: as sent, or as `typed` before, or empty."""
    form_class = _class_of(StepForm, step, known, today)
    return _with_days_offered(form_class(*_sent(typed), data=unseen(length)))


def correction_form(
    step: Step, known: Known, today: date, told: Told, *, length: int, typed: Typed | None = None
) -> CorrectionForm:
    """Return the form that corrects a step: as sent, or as `typed` before, or filled with what was `told`."""
    form_class = _class_of(CorrectionForm, step, known, today)
    answers = {f"answer_{each.key}": filled(each, told.answers.get(each.key)) for each in step.asks}
    before = {"when": OTHER_DAY, "on": told.on, **answers}
    return _with_days_offered(form_class(*_sent(typed), data=before | unseen(length)))


def strike_out_form(*, length: int, typed: Typed | None = None) -> StrikeOutForm:
    """Return the form that asks why something is struck out: as sent, or as `typed` before, or empty."""
    return StrikeOutForm(*_sent(typed), data=unseen(length))


def _class_of(base: type[OfAStep], step: Step, known: Known, today: date) -> type[OfAStep]:
    boxes = {f"answer_{question.key}": box_of(question, known, today) for question in _in_groups(step.asks)}
    return type("FormOfAStep", (base,), {**boxes, "step": step, "today": today})


def _in_groups(questions: Sequence[Question]) -> list[Question]:
    """Return the questions as a page has them, group by group, so that its problems are told in that order."""
    groups = list(dict.fromkeys(question.group for question in questions))
    return sorted(questions, key=lambda question: groups.index(question.group))


def _with_days_offered(form: OfAStep) -> OfAStep:
    """Return the form with today offered. A form opened on an earlier day keeps the day that was today then."""
    today = form.today.isoformat()
    if form.step.opens:
        form.when.label.text, form.on.label.text = "When was the case opened?", "The day it was opened"
    form.when.choices = offered([(today, f"Today, {day_in_words(form.today)}"), (OTHER_DAY, "Another day")])
    if form.when.data not in (today, OTHER_DAY) and _is_a_day(form.when.data or ""):
        form.on.data, form.when.data = PartialDate.parse(form.when.data), OTHER_DAY
    for field in form:
        if isinstance(field, FactorsField) and form.happened_on:
            field.graded_on = form.happened_on.last
    return form


def unseen(length: int) -> dict[str, str]:
    """Return what goes along unseen with a form opened at this length of the history."""
    return {"opened_at": str(length), "once": str(uuid.uuid4())}


def _sent(typed: Typed | None) -> list[MultiDict[str, str]]:
    """Return what was typed before as the form takes it; nothing, so that it takes what was just sent."""
    return [as_sent(typed)] if typed else []


def _is_a_day(written: str) -> bool:
    try:
        return date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False
