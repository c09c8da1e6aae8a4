"""Every route of the site, and who may reach it: reviewed as text."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from webapp.access import reached_by

EXPECTED = Path(__file__).resolve().parent.parent / "expected" / "routes.txt"


def test_every_route_is_listed_with_who_may_reach_it(app):
    """A new route fails until a person has written it down, with who may reach it, in `tests/expected/routes.txt`."""
    assert routes_of(app) == EXPECTED.read_text(encoding="utf-8").splitlines()


def test_nothing_is_changed_by_fetching_a_page(app):
    """A route that takes a form takes it by POST; those that change something at once take nothing else."""
    methods = {method for rule in app.url_map.iter_rules() for method in rule.methods or ()}

    assert methods <= {"GET", "HEAD", "OPTIONS", "POST"}


def routes_of(app: Flask) -> list[str]:
    """Return a line for each route: how it is asked for, its address, and who may reach it."""
    return sorted(
        f"{_methods(rule.methods or set()):<10}{rule.rule:<70}{reached_by(app, rule.endpoint)}"
        for rule in app.url_map.iter_rules()
    )


def _methods(methods: set[str]) -> str:
    return " ".join(sorted(methods & {"GET", "POST"}))
