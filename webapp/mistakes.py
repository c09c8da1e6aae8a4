"""What is wrong with a form that was sent, each with where it can be mended: what the error summary lists."""

from dataclasses import dataclass

from wtforms import Field
from wtforms.form import BaseForm


@dataclass(frozen=True, slots=True)
class Mistake:
    """One sentence, and the address of the box, page or step where it can be mended.

    `href` is empty where nothing on the site mends it; the sentence is then shown without a link.
    """

    words: str
    href: str = ""


def mistakes_in(form: BaseForm | None) -> list[Mistake]:
    """Return every mistake of a form: those of its fields in their order, then those of the form as a whole.

    An entry of `form_errors` may be a sentence, or a `Mistake` that says where to go.
    """
    if form is None:
        return []
    of_fields = [Mistake(str(words), f"#{first_box(field)}") for field in form for words in field.errors]
    of_form = [
        mistake if isinstance(mistake, Mistake) else Mistake(str(mistake))
        for mistake in getattr(form, "form_errors", ())
    ]
    return of_fields + of_form


def first_box(field: Field) -> str:
    """Return the id of the box to go to first: for a date, the first of its boxes that is wrong."""
    return str(getattr(field, "first_wrong_box", field.id))
