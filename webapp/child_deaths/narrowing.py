"""What the list of child deaths can be narrowed to, and what its address asks for."""

from collections.abc import Sequence

from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField, StringField

from models.agency import Board
from models.queries.worklist import Narrowing
from webapp.fields import offered
from webapp.lists import ANY, Addresses, board_asked, ended_asked, only_asked, states_of, words_asked
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.registry import workflow

ADDRESS = Addresses("child_deaths.show", ("only", "words", "board", "state", "awaiting", "ended"))


class NarrowForm(Form):
    """The boxes at the side of the list. They are sent by GET, so that the address keeps them."""

    words = StringField("Reference")
    board = SelectField("Board", validate_choice=False)
    state = SelectField("Where it stands", validate_choice=False)
    awaiting = SelectField("Awaiting a report from", validate_choice=False)
    ended = SelectField("Open or ended", choices=offered([("", "Open"), ("yes", "Ended")]), validate_choice=False)


def form_for(told: "MultiDict[str, str]", boards: Sequence[Board], agencies: Sequence[str]) -> NarrowForm:
    """Return the boxes, filled as the address says, offering only what the person may see."""
    form = NarrowForm(told)
    form.board.choices = offered([ANY, *((board.reference_prefix, board.name) for board in boards)])
    form.state.choices = offered([ANY, *states().items()])
    form.awaiting.choices = offered([ANY, *((name, name) for name in agencies)])
    return form


def narrowing_of(told: "MultiDict[str, str]", boards: Sequence[Board]) -> Narrowing:
    """Return what the address asks for. What it cannot mean is passed over, as if it had not been asked."""
    return Narrowing(
        only=only_asked(told),
        words=words_asked(told),
        workflow=CHILD_DEATH_REVIEW,
        state=told.get("state", "") if told.get("state") in states() else "",
        board_id=board_asked(told, boards),
        awaiting=told.get("awaiting", "").strip()[:200],
        ended=ended_asked(told, workflow(CHILD_DEATH_REVIEW).procedures.values()),
    )


def states() -> dict[str, str]:
    """Return every state of a child death review with its words, in the order they are come to."""
    return states_of(workflow(CHILD_DEATH_REVIEW).procedures.values())
