"""Who may record what, and from where, as text to be reviewed. Run as a program it writes the files anew."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from workflows.definition import Procedure, Step, Workflow
from workflows.registry import workflows
from workflows.roles import ROLES

FOLDER = Path(__file__).parents[1] / "expected" / "permissions"


def permissions_of(workflow: Workflow) -> str:
    """Return the tables of a kind of review: steps by role, then states by step, each edition that differs named."""
    lines = [workflow.title, "", "Who may record each step", ""]
    lines += _steps_by_role(workflow)
    lines += [
        "",
        "What can be recorded in each state (a hold state lies over another, whose steps that move nothing stay)",
        "",
    ]
    lines += _steps_by_state(workflow)
    return "\n".join(lines) + "\n"


def _steps_by_role(workflow: Workflow) -> Iterator[str]:
    roles = [role for role in ROLES if any(role in step.by for step, _ in _steps(workflow))]
    width = max(len(step.key) for step, _ in _steps(workflow))
    for number, role in enumerate(roles):
        yield f"{'':{width}}  {'|  ' * number}{role}"
    for step, editions in _steps(workflow):
        marks = "  ".join("x" if role in step.by else "." for role in roles)
        yield f"{step.key:{width}}  {marks}  {editions}".rstrip()


def _steps_by_state(workflow: Workflow) -> Iterator[str]:
    for procedure, editions in _distinct(workflow):
        if editions:
            yield f"[{editions}]"
        for state in procedure.states:
            steps = [step for step in procedure.steps if state.key in step.before]
            yield state.key
            told = " ".join(f"{step.key}>{step.after}" if step.after else step.key for step in steps)
            yield from wrap(told, 116, initial_indent="    ", subsequent_indent="    ")


def _steps(workflow: Workflow) -> list[tuple[Step, str]]:
    """Return each step once for each way an edition has it, with the editions where not all have it so."""
    seen: dict[tuple[str, tuple[str, ...]], tuple[Step, list[str]]] = {}
    for regime, procedure in workflow.procedures.items():
        for step in procedure.steps:
            seen.setdefault((step.key, step.by), (step, []))[1].append(regime)
    everywhere = len(workflow.procedures)
    return [(step, "" if len(regimes) == everywhere else " ".join(regimes)) for step, regimes in seen.values()]


def _distinct(workflow: Workflow) -> list[tuple[Procedure, str]]:
    """Return the procedures that differ in what can be recorded where, with their editions where there are several."""
    seen: dict[tuple[tuple[str, tuple[str, ...], str | None], ...], tuple[Procedure, list[str]]] = {}
    for regime, procedure in workflow.procedures.items():
        ways = tuple((step.key, step.before, step.after) for step in procedure.steps)
        seen.setdefault(ways, (procedure, []))[1].append(regime)
    return [(procedure, " ".join(regimes) if len(seen) > 1 else "") for procedure, regimes in seen.values()]


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for workflow in workflows().values():
        (FOLDER / f"{workflow.key}.txt").write_text(permissions_of(workflow), encoding="utf-8")


if __name__ == "__main__":
    main()
