"""The forms of reminders."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import HiddenField, IntegerField, TextAreaField

from models.role_words import role_words
from notifications.adjusting import HEARS, Wanted, as_looked_at
from notifications.rungs import Ladder, Rung
from webapp.fields import ChoicesField, DayField, needed, offered, stripped
from webapp.forms import PageForm
from webapp.reminders.words import whom_in_words
from webapp.wording import sentence_case


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
    """How many working days before or after each rung of a ladder falls, and who hears it.

    `looked_at` is the ladder the form was opened at.
    """

    looked_at = HiddenField()


def ladder_form(ladder: Ladder, had: Ladder) -> LadderForm:
    """Return the form of a ladder as the board has it, with a box for everything that a board may change."""

    class FormOfLadder(LadderForm):
        """The boxes of one ladder."""

    held: dict[str, int | str | list[str]] = {"looked_at": as_looked_at(had)}
    for rung in ladder.rungs:
        if rung.can_be_moved:
            setattr(FormOfLadder, rung.key, _days(rung))
            held[rung.key] = had.rung(rung.key).at.working_days
        if rung.has_a_choice:
            setattr(FormOfLadder, rung.key + HEARS, _hearers(ladder, rung))
            held[rung.key + HEARS] = list(had.rung(rung.key).to)
    return FormOfLadder(data=held)


def wanted_in(form: LadderForm, ladder: Ladder) -> Wanted:
    """Return what was chosen in the form of a ladder."""
    return Wanted(
        {rung.key: form[rung.key].data for rung in ladder.rungs if rung.can_be_moved},
        {rung.key: tuple(form[rung.key + HEARS].data or ()) for rung in ladder.rungs if rung.has_a_choice},
    )


def _days(rung: Rung) -> WorkingDaysField:
    side = "before" if rung.at.side == "before" else "after"
    what = "It goes up" if rung.escalates else "A reminder"
    return WorkingDaysField(
        f"{what}, in working days {side} the day it is due",
        description=f"From {rung.least} to {rung.most}. Usually {rung.at.working_days}",
        validators=[needed("Enter a number of working days")],
    )


def _hearers(ladder: Ladder, rung: Rung) -> ChoicesField:
    return ChoicesField(
        "To whom it goes up" if rung.escalates else "Who hears it",
        choices=offered((role, sentence_case(role_words(role))) for role in rung.may_hear),
        description=f"Usually {whom_in_words(rung.to)}{_who_stays(ladder, rung)}",
    )


def _who_stays(ladder: Ladder, rung: Rung) -> str:
    """Return who may not be left out, and why, as the end of a sentence; nothing where a board chooses freely."""
    if rung.stays:
        return f". {sentence_case(whom_in_words(rung.stays))} stays, because it is theirs to do"
    stays = "This one stays" if len(rung.to) == 1 else "One of these stays"
    return f". {stays}, because the limit is the guidance’s" if ladder.statutory else ""
