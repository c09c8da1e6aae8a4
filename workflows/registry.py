"""Finds the declarations: every kind of review, and its procedure for a case."""

import importlib
import pkgutil
from collections.abc import Mapping
from datetime import date
from functools import cache

from workflows import reviews
from workflows.dates import PartialDate
from workflows.definition import Procedure, Workflow
from workflows.errors import UnknownWorkflow
from workflows.regimes import regime_for


@cache
def workflows() -> Mapping[str, Workflow]:
    """Return every kind of review declared in `workflows.reviews`, by key."""
    modules = (
        importlib.import_module(f"{reviews.__name__}.{each.name}") for each in pkgutil.iter_modules(reviews.__path__)
    )
    found = (value for module in modules for value in vars(module).values() if isinstance(value, Workflow))
    return {workflow.key: workflow for workflow in found}


def workflow(key: str) -> Workflow:
    """Return the kind of review of this key. Raises UnknownWorkflow naming those there are."""
    try:
        return workflows()[key]
    except KeyError:
        raise UnknownWorkflow(f"There is no “{key}”. Choose one of: {', '.join(workflows())}") from None


def procedure(workflow_key: str, regime_key: str) -> Procedure:
    """Return the procedure of a kind of review under an edition of the guidance."""
    return workflow(workflow_key).procedure(regime_key)


def procedure_on(workflow_key: str, opened_on: PartialDate, new_arrangements_start: date | None) -> Procedure:
    """Return the procedure in force for a case opened on that day in an area (R-0). Raises NoRegime when none was."""
    kind = workflow(workflow_key)
    return kind.procedure(regime_for(workflow_key, opened_on, new_arrangements_start).key)
