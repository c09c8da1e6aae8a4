"""A short, stable mark of what a procedure declares, kept with each event recorded under it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from workflows.definition import Procedure


@cache
def fingerprint(procedure: Procedure) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of everything the procedure declares.

    Conditions count by the name of their guard or clock and by their compiled expression, so that a change of rule
    changes the mark and a change of layout does not.
    """
    text = json.dumps(_plain(procedure), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, frozenset):
        return sorted(_plain(each) for each in value)
    return _expression(value) if isinstance(value, Callable) else value  # type: ignore[arg-type]


def _expression(function: Callable[..., Any]) -> list[Any]:
    """Return what a condition names and compares; bytecode is left out because it differs between Python releases."""
    code = function.__code__
    said = function.__doc__
    constants = [each for each in code.co_consts if isinstance(each, str | int | tuple) and each != said]
    return ["condition", list(code.co_names), json.loads(json.dumps(constants, default=str))]
