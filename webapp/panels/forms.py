"""The forms about a panel, its members and its meetings."""

from collections.abc import Iterable
from datetime import date, datetime

from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField, TextAreaField, ValidationError

from models.agency import Board
from models.panels.meetings import seat_words
from models.panels.panel import Panel
from webapp.cases.boxes import SuggestedField
from webapp.fields import ChoicesField, DayField, LinesField, OneOfField, needed, offered, stripped
from webapp.forms import PageForm
from workflows.child_death_codes import PANEL_ROLES, THEMES

SEATS = (("chair", "Chair"), *((option.key, option.words) for option in PANEL_ROLES))
SIZES = [(str(number), str(number)) for number in range(2, 13)]


class NewPanelForm(PageForm):
    """Which board is to be a panel."""

    board = SelectField("Board", validators=[needed("Choose a board")])

    def offer(self, boards: Iterable[Board]) -> None:
        choices = [(board.reference_prefix, board.name) for board in boards]
        self.board.choices = offered([("", "Choose a board"), *choices])


class PanelForm(PageForm):
    """What is asked about a panel by its coordinator; which boards it serves is for an administrator."""

    areas = LinesField("Areas it reviews deaths of", description="As notifications name them, one on each line")
    quorum_roles = ChoicesField(
        "Who must be there beside health and the local authority", choices=offered([(k, w) for k, w in SEATS[1:]])
    )
    quorum_minimum = SelectField("How many must be there in all", choices=offered(SIZES))

    @classmethod
    def about(cls, panel: Panel) -> "PanelForm":
        """Return the form as sent, or filled with what is known of the panel."""
        return cls(
            areas=panel.areas, quorum_roles=panel.quorum_roles, quorum_minimum=str(panel.quorum_minimum)
        )  # fmt: skip


class ServedForm(PageForm):
    """Which boards a panel serves."""

    boards = ChoicesField("Boards it serves", description="It sees the deaths of each. Each board sees its own alone")

    def offer(self, boards: Iterable[Board]) -> None:
        self.boards.choices = offered([(board.reference_prefix, board.name) for board in boards])


class MemberForm(PageForm):
    """Somebody who sits on a panel, for what, and from when to when."""

    email = EmailField(
        "E-mail address of their account", description="Without an account, ask an administrator to open one",
        validators=[needed("Enter the e-mail address of their account")],
    )  # fmt: skip
    role = SelectField(
        "What they stand for",
        choices=offered([("", "Choose"), *SEATS]),
        validators=[needed("Choose what they stand for")],
    )
    agency = StringField("Agency", description="As attendance is counted by", filters=[stripped])
    from_on = DayField("First day", validators=[needed("Enter the first day")])
    until_on = DayField("Last day (optional)", description="Leave this empty if no end has been agreed")

    def validate_until_on(self, field: DayField) -> None:
        if field.on and self.from_on.on and field.on < self.from_on.on:
            raise ValidationError("The last day must be on or after the first")


class EndForm(PageForm):
    """The last day of somebody's place on a panel."""

    until_on = DayField("Last day", validators=[needed("Enter the last day")])


class MeetingForm(PageForm):
    """A day on which a panel meets."""

    held_on = DayField("Day of the meeting", validators=[needed("Enter the day of the meeting")])
    theme = SuggestedField(
        "Theme (optional)", suggestions=THEMES, description="Only for a themed panel", filters=[stripped]
    )  # fmt: skip


class AttendanceForm(PageForm):
    """Who came to a meeting, of those invited."""

    came = ChoicesField("Who came")

    def offer(self, people: Iterable[tuple[str, str]]) -> None:
        self.came.choices = offered(people)


class DeferForm(PageForm):
    """Why a case is not taken at this meeting, and until when."""

    reasons = TextAreaField(
        "Why is it deferred?", description="What the minutes will say. Name nobody", filters=[stripped],
        validators=[needed("Say why the case is deferred")],
    )  # fmt: skip
    until = DayField("Until when (optional)", month_allowed=True)


class ChairForm(PageForm):
    """Who takes the chair for one case."""

    member = OneOfField("Who takes the chair for this case?", validators=[needed("Choose who takes the chair")])

    def offer(self, members: Iterable[tuple[str, str]]) -> None:
        self.member.choices = offered([("none", "The chair of the panel"), *members])


class InterestForm(PageForm):
    """What a member's interest in a case is."""

    interest = TextAreaField(
        "What is your interest?",
        description="For instance that you or your team cared for the child, or know the family. Name nobody",
        filters=[stripped], validators=[needed("Say what your interest is")],
    )  # fmt: skip
    sure = BooleanField("I understand that the case will be withheld from me, and that I cannot undo this")

    def validate_sure(self, field: BooleanField) -> None:
        if not field.data:
            raise ValidationError("Confirm that you understand what follows")


class InterestOfForm(PageForm):
    """Somebody else's interest in a case, recorded for them."""

    member = SelectField("Whose interest?", validators=[needed("Choose whose interest it is")])
    interest = TextAreaField(
        "What is it?", description="Name nobody", filters=[stripped], validators=[needed("Say what the interest is")]
    )

    def offer(self, members: Iterable[tuple[str, str]]) -> None:
        self.member.choices = offered([("", "Choose"), *members])


class LiftForm(PageForm):
    """Why a declaration was a mistake."""

    reason = TextAreaField(
        "Why was it a mistake?", description="The reason stays in the history", filters=[stripped],
        validators=[needed("Say why it was a mistake")],
    )  # fmt: skip


class SummaryForm(PageForm):
    """The summary of a case as members will read it."""

    summary = TextAreaField("Summary as members will read it")


class ReleaseForm(PageForm):
    """That the pack may go to members."""

    read = BooleanField("I have read every page, and nothing in it tells who the child is")

    def validate_read(self, field: BooleanField) -> None:
        if not field.data:
            raise ValidationError("Confirm that you have read every page")


class ActionForm(PageForm):
    """Something that is to be done, by whom, and by when."""

    action = TextAreaField("What is to be done?", filters=[stripped], validators=[needed("Say what is to be done")])
    owner = StringField(
        "Who does it?", description="The post, not a person’s name", filters=[stripped],
        validators=[needed("Say which post does it")],
    )  # fmt: skip
    hears = SelectField(
        "Who is reminded of it?",
        description="They are told five working days before, on the day and once it is late. They see what is to be "
        "done, so do not name the child in it",
    )
    due_on = DayField("By when?", validators=[needed("Enter the day it is due")])
    case = SelectField("About which case?")

    def offer(self, cases: Iterable[tuple[str, str]], hearers: Iterable[tuple[str, str]]) -> None:
        """Offer the cases of the meeting, and those who may be reminded."""
        self.case.choices = offered([("", "No one case"), *cases])
        self.hears.choices = offered([("", "The coordinator of the panel"), *hearers])


class DoneForm(PageForm):
    """That an action is done, and what came of it."""

    done_on = DayField("When was it done?", validators=[needed("Enter the day it was done")])
    outcome = TextAreaField("What came of it?", filters=[stripped], validators=[needed("Say what came of it")])

    def has_been(self, today: date) -> bool:
        """Return whether the day is one that has been; otherwise the form says so."""
        if self.done_on.day <= today:
            return True
        self.done_on.errors = ["The day must be one that has been"]
        return False


class CorrectMinutesForm(PageForm):
    """Why approved minutes are corrected."""

    because = TextAreaField(
        "What is to be put right?", filters=[stripped], validators=[needed("Say what is to be put right")]
    )


class ApproveForm(PageForm):
    """That the draft of the minutes is approved. `read` is when what was read had been written."""

    read = HiddenField()

    def has_read(self, written_at: datetime) -> bool:
        """Return whether the draft, written then, is the one that was read."""
        return str(self.read.data) == written_at.isoformat()


class JustSend(PageForm):
    """A form that is a button."""


def seat_choice(role: str, agency: str | None, name: str) -> str:
    """Return a member as a list names them: 'Police, Metropolitan Police – Peter Vaughan'."""
    return f"{seat_words(role)}{f', {agency}' if agency else ''} – {name}"
