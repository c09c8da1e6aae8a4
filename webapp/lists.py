"""What long lists of cases share: which page is asked for, what they are narrowed to, and the addresses of both.

What a list can be narrowed to is in the address, so that it can be kept, sent and gone back to.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast, get_args

from flask import abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from wtforms import Form

from models.agency import Board
from models.queries.worklist import Only, Page
from webapp.components import Filter
from workflows.definition import Procedure

LINES_A_PAGE = 25
LAST_PAGE = 100_000
ANY = ("", "Any")


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of one list: its endpoint, and the names under which it is narrowed."""

    endpoint: str
    names: tuple[str, ...]

    def __call__(self, endpoint: str = "", *, without: str = "", **changes: Any) -> str:
        """Return the address of the list as it is narrowed now, `without` one thing and with these changes.

        A change to None takes something away. Another `endpoint` shows the same list in another form.
        """
        now = {name: request.args[name] for name in self.names if request.args.get(name) and name != without}
        told = {name: value for name, value in {**now, **changes}.items() if value}
        return url_for(endpoint or self.endpoint, **told)

    def of_page(self, number: int) -> str:
        return self(page=number if number > 1 else None)

    def in_force(self, form: Form) -> list[Filter]:
        """Return the boxes in force, each with the address of the list without it."""
        return [
            Filter(f"{field.label.text}: {_chosen(field)}", self(without=field.name)) for field in form if field.data
        ]

    def shown(self, found: Page, number: int, form: Form) -> Mapping[str, Any]:
        """Return what the page of a list is made with, beside its lines and its counts. Aborts beyond the last page."""
        last = last_page(found.total, LINES_A_PAGE)
        lead_to_the_last(number, last, self.of_page)
        return {
            "total": found.total,
            "number": number,
            "last": last,
            "narrow": form,
            "filters": self.in_force(form),
            "address": self,
            "address_of_page": self.of_page,
        }


def told_in_address() -> "MultiDict[str, str]":
    """Return what the address says, without characters that no page can show."""
    return MultiDict({name: "".join(filter(str.isprintable, value)) for name, value in request.args.items()})


def page_asked() -> int:
    """Return the number of the page that the address asks for; the first where it says nothing that can be."""
    return min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)


def last_page(total: int, size: int) -> int:
    """Return the number of the last page; a list with nothing in it has one page."""
    return max(-(-total // size), 1)


def lead_to_the_last(number: int, last: int, address: Callable[[int], str]) -> None:
    """Abort with the way to the last page where a later one is asked for: a list grows shorter after it was left."""
    if number > last:
        abort(redirect(address(last), 303))


def only_asked(told: "MultiDict[str, str]") -> Only | None:
    """Return the count at the top that the list is narrowed to."""
    only = told.get("only")
    return cast(Only, only) if only in get_args(Only) else None


def board_asked(told: "MultiDict[str, str]", boards: Sequence[Board]) -> int | None:
    """Return the board that the list is narrowed to, of those that may be."""
    return next((board.id for board in boards if board.reference_prefix == told.get("board")), None)


def words_asked(told: "MultiDict[str, str]") -> str:
    return told.get("words", "").strip()[:100]


def states_of(procedures: Iterable[Procedure]) -> dict[str, str]:
    """Return every state of these procedures with its words, in the order they are come to."""
    return {state.key: state.words for procedure in procedures for state in procedure.states}


def ended_asked(told: "MultiDict[str, str]", procedures: Iterable[Procedure]) -> bool:
    """Return whether ended cases are asked for: in so many words, or by a place to stand at that is an end."""
    ends = {state.key for procedure in procedures for state in procedure.states if state.ended}
    return told.get("ended") == "yes" or told.get("state") in ends


def _chosen(field: Any) -> str:
    choices = getattr(field, "choices", ())
    return next((str(choice.label) for choice in choices if choice.value == field.data), str(field.data))
