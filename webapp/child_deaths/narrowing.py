"""What the list of child deaths is narrowed to, read from the address and written back into addresses."""

from collections.abc import Sequence
from typing import Any, cast, get_args

from flask import request, url_for
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField, StringField

from models.agency import Board
from models.queries.worklist import Narrowing, Only
from webapp.components import Filter
from webapp.fields import offered
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.registry import workflow

NAMES = ("only", "words", "board", "state", "awaiting", "ended")
ANY = ("", "Any")


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
    only = told.get("only")
    return Narrowing(
        only=cast(Only, only) if only in get_args(Only) else None,
        words=told.get("words", "").strip()[:100],
        workflow=CHILD_DEATH_REVIEW,
        state=told.get("state", "") if told.get("state") in states() else "",
        board_id=next((board.id for board in boards if board.reference_prefix == told.get("board")), None),
        awaiting=told.get("awaiting", "").strip()[:200],
        ended=told.get("ended") == "yes",
    )


def address(endpoint: str = "child_deaths.show", *, without: str = "", **changes: Any) -> str:
    """Return the address of the list as it is narrowed now, `without` one thing and with these changes."""
    now = {name: request.args[name] for name in NAMES if request.args.get(name) and name != without}
    return url_for(endpoint, **{name: value for name, value in {**now, **changes}.items() if value})


def in_force(form: NarrowForm) -> list[Filter]:
    """Return the boxes in force, each with the address of the list without it."""
    return [
        Filter(f"{field.label.text}: {_chosen(field)}", address(without=field.name)) for field in form if field.data
    ]


def states() -> dict[str, str]:
    """Return every state of a child death review with its words, in the order they are come to."""
    procedures = workflow(CHILD_DEATH_REVIEW).procedures.values()
    return {state.key: state.words for procedure in procedures for state in procedure.states}


def _chosen(field: Any) -> str:
    choices = getattr(field, "choices", ())
    return next((str(choice.label) for choice in choices if choice.value == field.data), str(field.data))
