"""What was typed on the public pages, in words, to be checked before it is sent."""

from dataclasses import dataclass

from wtforms import Field
from wtforms.fields.choices import SelectFieldBase

from webapp.fields import ChoicesField, DayField, LinesField
from webapp.public_notifications.forms import PAGES, NotificationForm, PublicPage
from workflows.dates import PartialDate

NOTHING = "Not entered"


@dataclass(frozen=True, slots=True)
class Line:
    """A question in short, and what was answered."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was told on one page."""

    page: PublicPage
    lines: tuple[Line, ...]


def checked(whole: NotificationForm) -> list[Checked]:
    """Return everything that was told, page by page."""
    asked = [page for page in PAGES if any(box in whole for box in page.boxes)]
    return [Checked(page, tuple(_line(whole[box]) for box in page.boxes)) for page in asked]


def _line(field: Field) -> Line:
    return Line(str(field.label.text).removesuffix(" (optional)"), _value(field) or NOTHING)


def _value(field: Field) -> str:
    if isinstance(field, DayField):
        return field.data.words() if isinstance(field.data, PartialDate) else " ".join(field.boxes.values()).strip()
    if isinstance(field, LinesField | ChoicesField):
        return "; ".join(field.data or ())
    if isinstance(field, SelectFieldBase):
        return next((str(each.label) for each in field.iter_choices() if each.value and each.value == field.data), "")
    return str(field.data or "")
