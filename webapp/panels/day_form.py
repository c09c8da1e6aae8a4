"""The form of one case on the day: who is present, who chairs, and everything the panel concludes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from wtforms import Field, HiddenField

from models.panels.meetings import CHAIR, roles_of
from models.panels.panel import PanelMember
from webapp.cases.boxes import LongListField, box_of
from webapp.cases.forms import QuestionsForm, unseen
from webapp.cases.known import Known
from webapp.fields import ChoicesField, OneOfField, offered
from webapp.keeping import Typed, as_sent
from webapp.panels.forms import seat_choice
from workflows.child_death_codes import CATEGORIES
from workflows.child_deaths import preventability_period
from workflows.definition import Question, Step

CATEGORY_HINTS: Mapping[str, str] = {category.key: category.guidance for category in CATEGORIES}

# DOMAIN 3.5, retold in our own words.
PREVENTABILITY_HINTS: Mapping[str, str] = {
    "modifiable": "One factor or more, in any domain, may have contributed to the death and could be modified, by what "
    "can be done locally or nationally, to reduce the risk of future deaths",
    "no_modifiable": "The panel found nothing in relation to this death that could be modified",
    "inadequate_information": "To be used very rarely",
}


class DayForm(QuestionsForm):
    """One case at a meeting. `present` are members, by id; the day it happened is that of the meeting."""

    kept_at = HiddenField()
    """When what the form began with was kept, so that two people who write at once hear of each other."""
    cautions_seen = HiddenField()
    present = ChoicesField("Who is present for this case")
    chair = LongListField("Who is in the chair for this case")
    members: Mapping[str, PanelMember]

    @property
    def those_present(self) -> list[PanelMember]:
        return [self.members[key] for key in self.present.data or () if key in self.members]

    @property
    def roles_present(self) -> list[str]:
        """What those present stand for, in the words in which a history keeps it."""
        return roles_of(self.those_present)

    @property
    def in_the_chair(self) -> PanelMember | None:
        return self.members.get(self.chair.data or "")

    @property
    def chaired_by(self) -> str:
        """What whoever took the chair instead stands for; empty where the chair did."""
        member = self.in_the_chair
        return member.role if member and member.role != CHAIR else ""

    def problem_of_the_chair(self) -> str:
        """Return what is wrong with who chairs; empty when nothing is."""
        if self.in_the_chair is None:
            return "Say who is in the chair for this case"
        if self.in_the_chair not in self.those_present:
            return "Whoever is in the chair must be among those present"
        return ""

    def answers_for_review(self, held_on: date, theme: str | None) -> dict[str, object]:
        """Return what is answered when the panel's review is recorded."""
        told = {"themed": theme, "chaired_by": self.chaired_by}
        return {
            "meeting_on": held_on.isoformat(), "roles_present": self.roles_present,
            **{key: answer for key, answer in told.items() if answer},
        }  # fmt: skip

    def fields_of(self, group: str) -> list[Field]:
        """Return the boxes of the questions that belong together under this heading."""
        return dict(self.groups).get(group, [])


def day_form(
    step: Step,
    held_on: date,
    members: Sequence[PanelMember],
    begun: Mapping[str, object],
    *,
    length: int,
    typed: Typed | None = None,
) -> DayForm:
    """Return the form as sent, or as it was `typed` before, or begun with who came and who is named to chair."""
    boxes = {f"answer_{each.key}": _box(each, held_on) for each in step.asks}
    known = {str(each.id): each for each in members}
    form_class = type("FormOfTheDay", (DayForm,), {**boxes, "step": step, "members": known})
    sent = [as_sent(typed)] if typed else []
    form: DayForm = form_class(*sent, data={**begun, **unseen(length)})
    seats = [(key, seat_choice(each.role, each.agency, each.person.name)) for key, each in known.items()]
    form.present.choices = offered(seats)
    form.chair.choices = offered([("", "Choose"), *seats])
    return form


def _box(question: Question, held_on: date) -> Field:
    if question.key == "category":
        answers = [(option.key, option.words) for option in question.options]
        return OneOfField(question.label, choices=offered(answers), description=question.hint)
    if question.key == "preventability":
        question = replace(question, options=preventability_period(held_on).options)
    return box_of(question, Known(), held_on)
