"""The forms by which figures are published, and what that needs is recorded."""

from wtforms import BooleanField, IntegerField, StringField, TextAreaField, ValidationError

from models.figures.disclosure import AS_THEY_ARE, SCHEMES
from webapp import clock
from webapp.fields import DayField, OneOfField, needed, offered, stripped
from webapp.forms import PageForm

MOST_CHILDREN = 3_000_000
GUARDED = [(scheme.key, scheme.title) for scheme in SCHEMES.values() if scheme.withholds]
ALL = [*GUARDED, (AS_THEY_ARE.key, "As they are, with small numbers shown")]


class PublishForm(PageForm):
    """Which scheme guards what is published, and that somebody looked."""

    scheme = OneOfField(
        "How are small numbers guarded?",
        choices=offered(ALL),
        validators=[needed("Choose how small numbers are guarded")],
    )
    looked = BooleanField("I have looked at the figures as this scheme shows them")

    def validate_looked(self, field: BooleanField) -> None:
        if not field.data:
            raise ValidationError("Look at the figures first, and say that you have")


class DecisionForm(PageForm):
    """That figures are published with small numbers shown, or once more, with the day and the reasons."""

    scheme = OneOfField(
        "What is to be published?", choices=offered(ALL), validators=[needed("Choose what is to be published")]
    )
    decided_on = DayField("When was it decided?", validators=[needed("Enter the day of the decision")])
    reasons = TextAreaField(
        "Why",
        description="What is gained by it, and why nobody can be recognised. Name nobody.",
        filters=[stripped],
        validators=[needed("Enter the reasons")],
    )

    def validate_decided_on(self, field: DayField) -> None:
        if field.on and field.on > clock.today():
            raise ValidationError("“When was it decided?” must be today or earlier")


class ChildrenForm(PageForm):
    """How many children lived there in a year, and where the number is from."""

    children = IntegerField("Children under 18 who lived there", validators=[needed("Enter the number of children")])
    source = StringField(
        "Where the number is from",
        description="For example, mid-year population estimates of 2017",
        filters=[stripped],
        validators=[needed("Enter where the number is from")],
    )

    def validate_children(self, field: IntegerField) -> None:
        if field.data is not None and not 0 < field.data <= MOST_CHILDREN:
            raise ValidationError("The number of children must be from 1 to 3 million")
