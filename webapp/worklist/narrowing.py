"""What the worklist can be narrowed to, and what its address asks for."""

import uuid
from collections.abc import Iterator, Sequence

from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField, StringField

from models.agency import Board
from models.people import Person
from models.queries.worklist import Narrowing
from webapp.fields import offered
from webapp.lists import ANY, Addresses, board_asked, ended_asked, only_asked, states_of, words_asked
from workflows.definition import Procedure
from workflows.registry import workflows

ADDRESS = Addresses("worklist.show", ("only", "words", "kind", "stage", "state", "board", "person", "ended"))


class NarrowForm(Form):
    """The boxes at the side of the list. They are sent by GET, so that the address keeps them."""

    words = StringField("Reference or pseudonym")
    kind = SelectField("Kind", validate_choice=False)
    board = SelectField("Board", validate_choice=False)
    stage = SelectField("Stage", validate_choice=False)
    state = SelectField("Where it stands", validate_choice=False)
    person = SelectField("Person appointed to the case", validate_choice=False)
    ended = SelectField("Open or ended", choices=offered([("", "Open"), ("yes", "Ended")]), validate_choice=False)


def form_for(told: "MultiDict[str, str]", boards: Sequence[Board], people: Sequence[Person]) -> NarrowForm:
    """Return the boxes, filled as the address says, offering only what the person may see."""
    form = NarrowForm(told)
    form.kind.choices = offered([ANY, *((each.key, each.title) for each in workflows().values())])
    form.board.choices = offered([ANY, *((board.reference_prefix, board.name) for board in boards)])
    form.stage.choices = offered([ANY, *_by_words(_stages())])
    form.state.choices = offered([ANY, *_by_words(_states())])
    form.person.choices = offered([ANY, *((str(person.public_id), person.name) for person in people)])
    return form


def narrowing_of(told: "MultiDict[str, str]", boards: Sequence[Board]) -> Narrowing:
    """Return what the address asks for. What it cannot mean is passed over, as if it had not been asked."""
    return Narrowing(
        only=only_asked(told),
        words=words_asked(told),
        workflow=told.get("kind", "") if told.get("kind") in workflows() else "",
        stage=told.get("stage", "") if told.get("stage") in _stages() else "",
        state=told.get("state", "") if told.get("state") in _states() else "",
        board_id=board_asked(told, boards),
        person=_identity(told.get("person", "")),
        ended=ended_asked(told, _procedures()),
    )


def _stages() -> dict[str, str]:
    return {stage.key: stage.words for procedure in _procedures() for stage in procedure.stages if stage.key != "ended"}


def _states() -> dict[str, str]:
    return states_of(_procedures())


def _procedures() -> Iterator[Procedure]:
    return (each for workflow in workflows().values() for each in workflow.procedures.values())


def _by_words(words_by_key: dict[str, str]) -> list[tuple[str, str]]:
    """Return keys with their words in the order of the alphabet, since each kind of review has an order of its own."""
    return sorted(words_by_key.items(), key=lambda each: each[1].casefold())


def _identity(written: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(written)
    except ValueError:
        return None
