"""The forms of an account: signing in, and choosing a password."""

from wtforms import EmailField, HiddenField, PasswordField, ValidationError

from models.passwords import password_opens
from models.people import Person
from webapp.fields import needed
from webapp.forms import PageForm

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
FEWEST_DIFFERENT_SIGNS = 5


class SignInForm(PageForm):
    """Who somebody is, and where they wanted to go."""

    email = EmailField("E-mail address", validators=[needed("Enter your e-mail address")])
    password = PasswordField("Password", validators=[needed("Enter your password")])
    to = HiddenField()


class PasswordForm(PageForm):
    """The password somebody has, and the one they choose instead, typed once: it can be shown while typing."""

    old_password = PasswordField("Password you have now", validators=[needed("Enter the password you have now")])
    new_password = PasswordField("New password", validators=[needed("Enter a new password")])

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.person = person

    def validate_old_password(self, field: PasswordField) -> None:
        if not password_opens(self.person, field.data or ""):
            raise ValidationError("This is not the password you have now")

    def validate_new_password(self, field: PasswordField) -> None:
        if problem := why_not(field.data or "", self.person.email):
            raise ValidationError(problem)


def why_not(password: str, email: str) -> str:
    """Return why a password will not do for the account of `email`, or nothing.

    Long and hard to guess is what counts, not which signs it has.
    """
    name = email.partition("@")[0].strip().lower()
    if len(password) < SHORTEST_PASSWORD:
        return f"New password must be {SHORTEST_PASSWORD} characters or more"
    if len(password) > LONGEST_PASSWORD:
        return f"New password must be {LONGEST_PASSWORD} characters or fewer"
    if (name and name in password.lower()) or len(set(password)) < FEWEST_DIFFERENT_SIGNS:
        return "New password must be harder to guess"
    return ""
