"""How the code reads, where it can be counted."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.code import ROOT, Module, modules

LONGEST_FUNCTION = 45

# A list of steps or of columns is read from top to bottom, and is as long as the law or the table is.
DECLARATIONS = ("workflows/reviews/", "migrations/versions/")

# Put together from halves, so that this file does not find itself.
NOT_LEFT_BEHIND = (
    "pragma: " + "no cover",
    "mark." + "skip",
    "mark." + "xfail",
    "pytest." + "skip",
    "pytest." + "xfail",
    "import" + "orskip",
)


def test_no_function_is_longer_than_a_screen():
    """Counted from the first statement after the docstring to the last line, so that words cost nothing."""
    long = [where for module in modules() for where in _long_functions(module)]

    assert long == []


def _long_functions(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = _length(node)
            if lines > LONGEST_FUNCTION and not module.name.startswith(DECLARATIONS):
                yield f"{module.at(node)} {node.name} has {lines} lines"


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    statements = function.body[1:] if ast.get_docstring(function) else function.body
    if not statements:
        return 0
    return (statements[-1].end_lineno or 0) - statements[0].lineno + 1


@pytest.mark.parametrize("words", NOT_LEFT_BEHIND)
def test_nothing_is_passed_over(words):
    """A test that cannot run says so by failing; code that is not covered is covered or removed."""
    found = [module.name for module in modules() if words in _text(module)]
    found += [module.name for module in modules("tests") if words in _text(module)]

    assert found == []


def test_no_module_is_named_for_nothing_in_particular():
    vague = re.compile(r"(^|_)(utils?|helpers?|managers?|common|misc)(_|\.py$)")

    assert [module.name for module in modules() if vague.search(module.name.rpartition("/")[2])] == []


def _text(module: Module) -> str:
    return (ROOT / module.name).read_text(encoding="utf-8")
