"""The forms of a bank holiday announced late, and of taking one back."""

from wtforms import StringField, TextAreaField

from webapp.fields import DayField, needed, stripped
from webapp.forms import PageForm


class HolidayForm(PageForm):
    """The day, what it is called, and where it was announced."""

    day = DayField("Which day is it?", validators=[needed("Enter the day")])
    name = StringField(
        "What is it called?",
        description="Such as State Funeral of Queen Elizabeth II. It is printed where dates are explained.",
        filters=[stripped],
        validators=[needed("Enter what it is called")],
    )
    source = StringField(
        "Where was it announced?",
        description="Such as Proclamation of 10 September 2022, London Gazette",
        filters=[stripped],
        validators=[needed("Enter where it was announced")],
    )


class TakeBackForm(PageForm):
    """Why a bank holiday is taken back."""

    reason = TextAreaField(
        "Why is it taken back?",
        filters=[stripped],
        validators=[needed("Say why it is taken back")],
    )
