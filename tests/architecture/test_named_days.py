"""A day named by its weekday in a test is that day, so that a reader can check a calendar instead of the test."""

import ast
import re
from collections.abc import Iterator
from datetime import date

from tests.architecture.code import modules

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NAMED = re.compile(rf"^({'|'.join(WEEKDAYS)})_(\d+)_({'|'.join(MONTHS)})(?:_(\d{{4}}))?$", re.IGNORECASE)


def test_every_day_named_by_its_weekday_is_that_day():
    named = [
        (where, name, day) for module in modules("tests") for where, name, day in _named_days(module.tree, module.name)
    ]
    wrong = [f"{where} {name} is {day:%A %d %B %Y}" for where, name, day in named if not _is(name, day)]

    assert wrong == []
    assert named, "no test names a day by its weekday"


def _named_days(tree: ast.Module, module: str) -> Iterator[tuple[str, str, date]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from ((f"{module}:{node.lineno}", name, day) for name, day in _pairs(target, node.value))


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, date]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for each, its_value in zip(target.elts, value.elts, strict=False):
            yield from _pairs(each, its_value)
    elif isinstance(target, ast.Name) and NAMED.match(target.id) and (day := _date(value)):
        yield target.id, day


def _date(value: ast.expr) -> date | None:
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "date":
        return date(*(ast.literal_eval(argument) for argument in value.args))
    return None


def _is(name: str, day: date) -> bool:
    found = NAMED.match(name)
    assert found is not None
    weekday, number, month, year = found.groups()
    return (weekday.lower(), int(number), month.lower(), int(year or day.year)) == (
        WEEKDAYS[day.weekday()], day.day, MONTHS[day.month - 1], day.year
    )  # fmt: skip
