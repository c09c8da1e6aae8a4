"""What the worklist is narrowed to, read from the address and written back into addresses."""

import uuid
from collections.abc import Sequence
from typing import Any, cast, get_args

from flask import request, url_for
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField, StringField

from models.agency import Board
from models.people import Person
from models.queries.worklist import Narrowing, Only
from webapp.components import Filter
from webapp.fields import offered
from workflows.registry import workflows

NAMES = ("only", "words", "kind", "stage", "state", "board", "person", "ended")
ANY = ("", "Any")


class NarrowForm(Form):
    """The boxes at the side of the list. They are sent by GET, so that the address keeps them."""

    words = StringField("Reference or pseudonym")
    kind = SelectField("Kind", validate_choice=False)
    board = SelectField("Board", validate_choice=False)
    stage = SelectField("Stage", validate_choice=False)
    state = SelectField("Where it stands", validate_choice=False)
    person = SelectField("Person appointed to the case", validate_choice=False)
    ended = SelectField("Open or ended", choices=offered([("", "Open"), ("yes", "Ended")]), validate_choice=False)


def told_in_address() -> "MultiDict[str, str]":
    """Return what the address says, without characters that no page can show."""
    return MultiDict({name: "".join(filter(str.isprintable, value)) for name, value in request.args.items()})


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
    only = told.get("only")
    return Narrowing(
        only=cast(Only, only) if only in get_args(Only) else None,
        words=told.get("words", "").strip()[:100],
        workflow=told.get("kind", "") if told.get("kind") in workflows() else "",
        stage=told.get("stage", "") if told.get("stage") in _stages() else "",
        state=told.get("state", "") if told.get("state") in _states() else "",
        board_id=next((board.id for board in boards if board.reference_prefix == told.get("board")), None),
        person=_identity(told.get("person", "")),
        ended=told.get("ended") == "yes",
    )


def address(endpoint: str = "worklist.show", *, without: str = "", **changes: Any) -> str:
    """Return the address of the list as it is narrowed now, `without` one thing and with these changes.

    A change to None takes something away.
    """
    now = {name: request.args[name] for name in NAMES if request.args.get(name) and name != without}
    return url_for(endpoint, **{name: value for name, value in {**now, **changes}.items() if value})


def in_force(form: NarrowForm) -> list[Filter]:
    """Return the boxes in force, each with the address of the list without it."""
    return [
        Filter(f"{field.label.text}: {_chosen(field)}", address(without=field.name)) for field in form if field.data
    ]


def _chosen(field: Any) -> str:
    choices = getattr(field, "choices", ())
    return next((str(choice.label) for choice in choices if choice.value == field.data), str(field.data))


def _stages() -> dict[str, str]:
    procedures = (each for workflow in workflows().values() for each in workflow.procedures.values())
    return {stage.key: stage.words for procedure in procedures for stage in procedure.stages if stage.key != "ended"}


def _states() -> dict[str, str]:
    procedures = (each for workflow in workflows().values() for each in workflow.procedures.values())
    return {state.key: state.words for procedure in procedures for state in procedure.states}


def _by_words(words_by_key: dict[str, str]) -> list[tuple[str, str]]:
    """Return keys with their words in the order of the alphabet, since each kind of review has an order of its own."""
    return sorted(words_by_key.items(), key=lambda each: each[1].casefold())


def _identity(written: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(written)
    except ValueError:
        return None
