"""Who may reach for what, where import-linter cannot say it; layers and sole importers are in pyproject.toml."""

import ast
import re
import sys
from collections.abc import Iterator

from tests.architecture.code import Module, imported, modules, names_in

BESIDE_THE_STANDARD_LIBRARY = {
    "workflows/machine.py": {"transitions"},
    "workflows/calendar.py": {"holidays"},
}
READS_THE_ENVIRONMENT = "webapp/settings.py"
WRITES_HISTORIES = "models/casework.py"
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb"}


def test_the_law_needs_the_standard_library_alone():
    """Transitions has one wrapper and the bank holidays one reader; everything else can be read with bare Python."""
    strangers = [
        f"{module.at(node)} imports {name}"
        for module in modules("workflows")
        for node, name in imported(module.tree)
        if name not in sys.stdlib_module_names
        and name != "workflows"
        and name not in BESIDE_THE_STANDARD_LIBRARY.get(module.name, set())
    ]

    assert strangers == []


def test_only_the_settings_read_the_environment():
    readers = [where for module in modules() if module.name != READS_THE_ENVIRONMENT for where in _reads(module)]

    assert readers == []


def _reads(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "os" and node.attr in ENVIRONMENT:
            yield module.at(node)
        if (
            isinstance(node, ast.ImportFrom)
            and node.module == "os"
            and {name.name for name in node.names} & ENVIRONMENT
        ):
            yield module.at(node)


def test_only_casework_adds_to_a_history_or_moves_a_case():
    writers = [where for module in modules() if module.name != WRITES_HISTORIES for where in _writes(module)]

    assert writers == []


def _writes(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and (_makes_a_row(node) or _changes_rows(node)):
            yield module.at(node)
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and _moves_a_case(node):
            yield module.at(node)


def _makes_a_row(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in {"Case", "CaseEvent"}


# The words that would write these tables, as text of a statement or as `models.rows` is asked for one.
WRITES_A_HISTORY = re.compile(r"(insert into|update|delete from)\s+(review_case|case_event)\b", re.IGNORECASE)
ASKS_FOR_A_STATEMENT = {"rows.insert", "rows.put", "rows.update", "rows.delete"}
MAY_WORD_IT = {
    # Only the rows and statements, which casework runs; and what is stored beside a history, told by casework.
    "models/recording.py": {"case_event", "review_case"},
    "models/differences.py": {"review_case"},
}


def test_only_casework_has_statements_that_write_histories_or_move_cases():
    wording = [
        f"{module.at(node)} writes {table}"
        for module in modules()
        if module.name != WRITES_HISTORIES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.expr)
        for table in _tables_written(node)
        if table not in MAY_WORD_IT.get(module.name, set())
    ]
    running = [
        f"{module.at(node)} imports {name}"
        for module in modules()
        if module.name not in {WRITES_HISTORIES, "models/queries/integrity.py"}
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for name in (f"{node.module}.{each.name}" for each in node.names)
        if name.startswith(("models.recording", "models.differences"))
    ]

    assert (wording, running) == ([], [])


def _tables_written(node: ast.expr) -> set[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {table for _, table in WRITES_A_HISTORY.findall(node.value)}
    if not isinstance(node, ast.Call) or ast.unparse(node.func) not in ASKS_FOR_A_STATEMENT:
        return set()
    named = {argument.value for argument in node.args[:1] if isinstance(argument, ast.Constant)}
    return {table for table in ("case_event", "review_case") if table in named}


def _changes_rows(call: ast.Call) -> bool:
    """Whether this is insert, update or delete of cases or their events, as a function or as a method of the table."""
    verbs = {"insert", "update", "delete"}
    if isinstance(call.func, ast.Name) and call.func.id in verbs:
        return any(names_in(argument) & {"Case", "CaseEvent"} for argument in call.args)
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr in verbs
        and bool(names_in(call.func.value) & {"Case", "CaseEvent"})
    )


def _moves_a_case(node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(
        isinstance(target, ast.Attribute)
        and target.attr in {"state", "stage"}
        and isinstance(target.value, ast.Name)
        and "case" in target.value.id
        for target in targets
    )


def test_whatever_reckons_a_date_asks_for_the_calendar_in_force():
    """P25: the published calendar alone would miss a bank holiday announced since. ADR 0049."""
    # The second reckons nothing: it asks whether a day is one for which working days are known at all.
    may = {"models/bank_holidays.py", "models/child_deaths/public_notifications.py"}
    askers = {
        module.name
        for module in modules()
        if not module.name.startswith("workflows/")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "england"
    }

    assert askers <= may
