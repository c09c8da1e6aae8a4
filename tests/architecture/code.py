"""The application's own files, read as text and as syntax trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("workflows", "models", "notifications", "webapp", "migrations")


@dataclass(frozen=True)
class Module:
    """One file of Python. `name` is its path from the root, as `models/casework.py`."""

    name: str
    tree: ast.Module

    def at(self, node: ast.expr | ast.stmt) -> str:
        """Return where `node` stands, as an editor opens it."""
        return f"{self.name}:{node.lineno}"


def modules(*folders: str) -> Iterator[Module]:
    """Yield every module under `folders`, or of the whole application when none is named."""
    for folder in folders or PACKAGES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "node_modules" not in path.parts:
                yield _read(path)


@cache
def _read(path: Path) -> Module:
    return Module(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8")))


def imported(tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
    """Yield each import with the top-level name it reaches, wherever in the file it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, (node.module or "").partition(".")[0]


def names_in(node: ast.AST) -> set[str]:
    """Return every bare name and attribute mentioned anywhere in `node`."""
    return {
        found.id if isinstance(found, ast.Name) else found.attr
        for found in ast.walk(node)
        if isinstance(found, ast.Name | ast.Attribute)
    }
