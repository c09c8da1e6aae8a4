"""What axe-core finds wrong with a page for people who see, hear or move differently."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path("webapp/frontend/node_modules/axe-core/axe.min.js")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
FIND = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']}).then(found => found.violations)"


def violations(page: Page) -> list[str]:
    """Return a line for each element that breaks a rule of WCAG 2.2 AA or good practice, empty when none does.

    The script is evaluated by the browser's own debugger, so the page's content
    security policy stands as it is in service.
    """
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    return [line for found in page.evaluate(FIND, list(RULES)) for line in _lines(found)]


@cache
def _script() -> str:
    root = Path(__file__).parents[2]
    return (root / AXE).read_text(encoding="utf-8")


def _lines(found: dict[str, Any]) -> list[str]:
    return [f"{found['id']}: {found['help']}: {node['html']}" for node in found["nodes"]]
