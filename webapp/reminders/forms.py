"""The forms of reminders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wtforms import IntegerField, TextAreaField

from notifications.rungs import Ladder
from webapp.fields import DayField, needed, stripped
from webapp.forms import PageForm
from webapp.reminders.words import rung_words


class SeenForm(PageForm):
    """That somebody has seen what is due. It asks nothing."""


class PutOffForm(PageForm):
    """Until which day reminders are put off, and why."""

    until_on = DayField("Remind us again after", validators=[needed("Enter a day")])
    reason = TextAreaField("Why it can wait", filters=[stripped], validators=[needed("Say why it can wait")])


class WorkingDaysField(IntegerField):
    """A number of working days, which is a whole one."""

    def process_formdata(self, values: Sequence[str]) -> None:
        try:
            super().process_formdata(values)
        except ValueError:
            raise ValueError("Enter a whole number of working days, such as 5") from None


class LadderForm(PageForm):
    """How many working days before or after each rung of a ladder falls."""


def ladder_form(ladder: Ladder, days: Mapping[str, int]) -> PageForm:
    """Return the form of a ladder, with a box for each rung that a board may move."""

    class FormOfLadder(LadderForm):
        """The boxes of one ladder."""

    for rung in ladder.rungs:
        if rung.can_be_moved:
            setattr(FormOfLadder, rung.key, _box(ladder, rung.key))
    return FormOfLadder(data={rung.key: days.get(rung.key, rung.at.amount) for rung in ladder.rungs})


def _box(ladder: Ladder, key: str) -> WorkingDaysField:
    rung = ladder.rung(key)
    side = "before" if rung.at.side == "before" else "after"
    what = "It goes up" if rung.escalates else "A reminder"
    return WorkingDaysField(
        f"{what}, in working days {side} the day it is due",
        description=f"From {rung.least} to {rung.most}. Ours: {rung_words(ladder, rung)[:1].lower()}"
        f"{rung_words(ladder, rung)[1:]}",
        validators=[needed("Enter a number of working days")],
    )
