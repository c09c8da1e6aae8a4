"""The form on which somebody is named to stand in."""

from collections.abc import Iterable

from wtforms import SelectField, StringField, ValidationError

from models.agency import Board
from models.naming_deputies import DeputyRefused
from models.people import Person
from webapp.fields import DayField, needed, offered, stripped
from webapp.forms import PageForm

BOXES = {"deputy": "deputy", "board": "board", "case": "reference", "from_on": "from_on", "until_on": "until_on"}


class DeputyForm(PageForm):
    """Who stands in, from when to when, and for what."""

    deputy = SelectField("Who stands in?", validators=[needed("Choose who stands in")])
    from_on = DayField("First day", validators=[needed("Enter the first day")])
    until_on = DayField("Last day", validators=[needed("Enter the last day")])
    board = SelectField("For what?", description="Leave this as it is unless it is for one board or one case only.")
    reference = StringField(
        "Case reference",
        description="Only for one case. For example, BEX-2012-003.",
        filters=[stripped],
    )

    def offer(self, people: Iterable[Person], boards: Iterable[Board]) -> None:
        """Offer those who may stand in, and the boards it may be for."""
        named = [(str(person.public_id), person.name) for person in people]
        self.deputy.choices = offered([("", "Choose from the list"), *named])
        everything = ("", "Everything")
        self.board.choices = offered([everything, *((each.reference_prefix, each.name) for each in boards)])

    def validate_reference(self, field: StringField) -> None:
        if field.data and self.board.data:
            raise ValidationError("Choose a board or enter a case reference, not both")

    def refuse(self, refused: DeputyRefused) -> None:
        """Say beside the answer that is to be changed why nobody can stand in so."""
        self[BOXES[refused.box]].errors = [str(refused)]
