"""The forms of an administrator."""

import re
import secrets
from collections.abc import Iterable

from wtforms import EmailField, SelectField, StringField, ValidationError

from models.agency import Board
from models.people import Person
from models.role_words import role_words
from webapp.accounts.forms import why_not
from webapp.fields import DayField, OneOfField, needed, offered, stripped
from webapp.forms import PageForm
from webapp.wording import sentence_case
from workflows.roles import ADMINISTRATOR, AGENCY_LEAD, BOARD_MEMBER, ROLES

BOARD_KINDS = [
    ("lscb", "Safeguarding children board"),
    ("partnership", "Safeguarding partnership"),
    ("panel", "Child death overview panel"),
]
EASILY_READ = "abcdefghjkmnpqrstuvwxyz23456789"


def first_password_field() -> StringField:
    """Return the box for a password to hand over, which its owner replaces."""
    return StringField(
        "First password",
        description="Note it now, it is not shown again. Tell it to them in person or by telephone; they are asked to"
        " choose their own.",
        validators=[needed("Enter a first password")],
    )


def refuse_easily_guessed(field: StringField, email: str) -> None:
    """Raise ValidationError, saying why, where what was typed will not do as a password for the account of `email`."""
    if problem := why_not(field.data or "", email):
        raise ValidationError(problem.replace("New", "First"))


class PersonForm(PageForm):
    """What somebody with an account is called, and where they are written to."""

    name = StringField("Full name", filters=[stripped], validators=[needed("Enter their full name")])
    email = EmailField(
        "E-mail address",
        description="They sign in with it, and mail goes to it.",
        validators=[needed("Enter their e-mail address")],
    )

    def validate_email(self, field: EmailField) -> None:
        if not is_an_address(field.data or ""):
            raise ValidationError("Enter an e-mail address such as name@example.org")


class NewPersonForm(PersonForm):
    """A new account."""

    first_password = first_password_field()

    def validate_first_password(self, field: StringField) -> None:
        refuse_easily_guessed(field, self.email.data or "")


class FirstPasswordForm(PageForm):
    """Another first password, for somebody who has an account."""

    first_password = first_password_field()

    def __init__(self, person: Person) -> None:
        super().__init__(first_password=password_to_hand_over())
        self.person = person

    def validate_first_password(self, field: StringField) -> None:
        refuse_easily_guessed(field, self.person.email)


class AppointmentForm(PageForm):
    """A role, where it is held, and from when to when."""

    role = SelectField("Role", validators=[needed("Choose a role")])
    board = SelectField("Board or panel", description="Leave this open for an appointment to one case alone.")
    reference = StringField(
        "Case reference", description="Only for an appointment to one case. For example, BEX-2012-003."
    )
    agency = SelectField(
        "Agency", description="For an agency lead, and for a board member who stands for an agency and no other."
    )
    from_on = DayField("First day", validators=[needed("Enter the first day")])
    until_on = DayField("Last day", description="Leave this empty if no end has been agreed.")

    def offer(self, boards: Iterable[Board]) -> None:
        """Offer every role, board and agency to choose from."""
        known = list(boards)
        roles = [(key, sentence_case(role_words(key))) for key in ROLES]
        agencies = [
            (str(agency.id), f"{agency.name} ({board.short_name})") for board in known for agency in board.agencies
        ]
        self.role.choices = offered([("", "Choose a role"), *roles])
        self.board.choices = offered([("", "No board"), *((board.reference_prefix, board.name) for board in known)])
        self.agency.choices = offered([("", "No agency"), *agencies])

    def validate_board(self, field: SelectField) -> None:
        places = [place for place in (field.data, self.reference.data) if place]
        if self.role.data == ADMINISTRATOR and places:
            raise ValidationError("An administrator is appointed to no board and no case")
        if self.role.data != ADMINISTRATOR and len(places) != 1:
            raise ValidationError("Choose a board or enter a case reference, one of the two")

    def validate_agency(self, field: SelectField) -> None:
        if self.role.data == AGENCY_LEAD and self.board.data and not field.data:
            raise ValidationError("Choose the agency they lead on safeguarding for")
        if self.role.data not in (AGENCY_LEAD, BOARD_MEMBER) and field.data:
            raise ValidationError("Only an agency lead or a board member is appointed for an agency")

    def validate_until_on(self, field: DayField) -> None:
        if field.on and self.from_on.on and field.on < self.from_on.on:
            raise ValidationError("The last day must be on or after the first")


class EndForm(PageForm):
    """When an appointment ends."""

    until_on = DayField("Last day", validators=[needed("Enter the last day")])


class BoardForm(PageForm):
    """What is known of a board."""

    name = StringField("Full name", filters=[stripped], validators=[needed("Enter the full name of the board")])
    short_name = StringField(
        "Short name",
        description="As lists show it, such as Bexley",
        filters=[stripped],
        validators=[needed("Enter a short name")],
    )
    kind = OneOfField("Kind", choices=offered(BOARD_KINDS), validators=[needed("Choose what kind of board it is")])
    telephone = StringField(
        "Telephone of its office",
        description="Shown to whoever notifies a child’s death without an account",
        filters=[stripped],
    )
    new_arrangements_start = DayField(
        "Day the area’s safeguarding partners took over",
        description="Decides which guidance new cases are under, and by when those open then had to end.",
    )


class NewBoardForm(BoardForm):
    """A new board, and the beginning of its case references, which never changes."""

    reference_prefix = StringField(
        "Beginning of case references",
        description="Two to eight capital letters and figures, such as BEX. It cannot be changed later.",
        validators=[needed("Enter what case references begin with")],
    )

    def validate_reference_prefix(self, field: StringField) -> None:
        if not re.fullmatch(r"[A-Z][A-Z0-9]{1,7}", field.data or ""):
            raise ValidationError("Case references must begin with two to eight capital letters and figures")


class AgencyForm(PageForm):
    """A new agency of a board."""

    name = StringField("Name of the agency", filters=[stripped], validators=[needed("Enter the name of the agency")])


def is_an_address(written: str) -> bool:
    """Return whether something is written as an e-mail address is."""
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", written.strip()) is not None


def password_to_hand_over() -> str:
    """Return a password that can be read out over the telephone."""
    return "-".join("".join(secrets.choice(EASILY_READ) for _ in range(4)) for _ in range(4))
