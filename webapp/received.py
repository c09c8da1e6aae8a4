"""What a browser sent, without the characters that nothing can keep and no page can show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask, Request, abort, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import IntegerConverter, Map

# Word processors put these between lines.
BETWEEN_LINES = "\v\f"
LARGEST_NUMBER = 2**63 - 1
"""The largest that PostgreSQL keeps in a bigint."""

KEPT = "\t\n\r"
WITHOUT_CONTROLS: Mapping[int, str] = {
    number: "\n" if chr(number) in BETWEEN_LINES else "" for number in (*range(0x20), 0x7F) if chr(number) not in KEPT
}


class Typed(ImmutableMultiDict[str, Any]):
    """What boxes and addresses hold by name. No database keeps the character nought, and no page shows a control."""

    def __init__(self, told: Any = None) -> None:
        super().__init__([(_cleared(name), _cleared(value)) for name, value in _items(told)])


def _items(told: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(told, MultiDict):
        return list(told.items(multi=True))
    return told.items() if isinstance(told, Mapping) else told or ()


def _cleared(value: Any) -> Any:
    return value.translate(WITHOUT_CONTROLS) if isinstance(value, str) else value


class Numbered(IntegerConverter):
    """A number in an address that a row can have; a larger one is of nothing, and is not asked for."""

    def __init__(self, of: Map, *told: Any, **more: Any) -> None:
        super().__init__(of, *told, **{"max": LARGEST_NUMBER} | more)


class ReceivedRequest(Request):
    """A request whose form and whose query are cleared as they are read, wherever they are read."""

    parameter_storage_class = Typed


def clear_what_is_received(app: Flask) -> None:
    """Let `app` read everything it is sent through this module; an address with such a character leads nowhere."""
    app.request_class = ReceivedRequest
    app.url_map.converters["int"] = Numbered
    app.before_request(_refuse_an_address_with_controls)


def _refuse_an_address_with_controls() -> None:
    if _cleared(request.path) != request.path:
        abort(404)
