"""YAML as people write it in case scripts: words stay words, days stay as they are written, and every key has its line.

Only true, false, null and plain whole numbers are anything but text, so that yes and no, 2012-06, 1.10 and 17:30 are
what whoever wrote them meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml


class YamlUnreadable(ValueError):
    """The text is no YAML, or says something twice. `line` is where, counted from 1."""

    def __init__(self, line: int, words: str) -> None:
        super().__init__(words)
        self.line = line


class Told(dict[str, Any]):
    """A mapping that knows the line it begins on, and that of each of its keys."""

    def __init__(self, content: Mapping[str, Any], line: int, lines: Mapping[str, int]) -> None:
        super().__init__(content)
        self.line = line
        self.lines = dict(lines)

    def line_of(self, key: str) -> int:
        """Return the line of a key, or of the mapping where it does not have it."""
        return self.lines.get(key, self.line)


class _Loader(yaml.SafeLoader):
    """Reads what the module says, and nothing that could run anything."""


_RESOLVED = (
    ("bool", "true|false", "tf"),
    ("null", "~|null|", ("~", "n", "")),
    ("int", "0|-?[1-9][0-9]*", "-0123456789"),
    ("merge", "<<", "<"),
)
_Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in _RESOLVED:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> Iterator[Told]:
    lines: dict[str, int] = {}
    told = Told({}, node.start_mark.line + 1, lines)
    yield told
    for key, _ in node.value:
        if key.value in told.lines:
            raise yaml.constructor.ConstructorError(None, None, f"“{key.value}” is said twice", key.start_mark)
        told.lines[str(key.value)] = key.start_mark.line + 1
    told.update({str(key): value for key, value in loader.construct_mapping(node, deep=True).items()})


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(text: str) -> Any:
    """Return what the text says. Raises YamlUnreadable."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        raise YamlUnreadable(mark.line + 1 if mark else 1, _problem(wrong)) from wrong
    except (ValueError, RecursionError) as wrong:
        raise YamlUnreadable(1, "this cannot be read as YAML") from wrong


def _problem(wrong: yaml.YAMLError) -> str:
    return str(getattr(wrong, "problem", None) or "this is not YAML")
