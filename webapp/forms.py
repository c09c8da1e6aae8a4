"""What every form of the site is made from."""

from flask_wtf import FlaskForm

from webapp.keeping import offered_again


class PageForm(FlaskForm):
    """A form on a page of its own. Ask `sent`, not `validate_on_submit`."""

    def sent(self) -> bool:
        """Return whether the form was sent and nothing is wrong with it, so that it is to be acted on.

        A form that was kept through a time-out is first shown again as it was, and acted on when sent from there.
        """
        return self.is_submitted() and not offered_again() and self.validate()
