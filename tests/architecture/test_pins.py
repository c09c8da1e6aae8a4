"""What is installed is what was chosen: every pin is exact, hashed, in range, and names no place to fetch it from."""

import json
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.architecture.code import ROOT

RUNTIME = "requirements.lock"
DEVELOPMENT = "requirements-dev.lock"
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?P<rest>(?:.*\\\n)*.*)$", re.MULTILINE)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins(lock: str) -> dict[str, set[Version]]:
    """Return the versions pinned for each name; more than one where Python's own version decides."""
    found: dict[str, set[Version]] = {}
    for pin in PIN.finditer(_text(lock)):
        found.setdefault(canonicalize_name(pin["name"]), set()).add(Version(pin["version"]))
    return found


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT])
def test_every_pin_has_a_hash(lock):
    assert [pin["name"] for pin in PIN.finditer(_text(lock)) if "--hash=sha256:" not in pin["rest"]] == []


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT, "webapp/frontend/package-lock.json"])
def test_a_lock_names_no_place_to_fetch_from(lock):
    """Each installation may have a mirror of its own; the hash is what says that the file is the right one."""
    assert not re.search(r"--index-url|--find-links|file://|\"resolved\"", _text(lock))


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        (RUNTIME, PROJECT["dependencies"]),
        (DEVELOPMENT, PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]),
    ],
    ids=["runtime", "development"],
)
def test_the_pins_are_what_the_project_asks_for(lock, asked):
    pinned = pins(lock)
    outside = [
        str(requirement)
        for requirement in map(Requirement, asked)
        if not pinned.get(canonicalize_name(requirement.name))
        or not all(version in requirement.specifier for version in pinned[canonicalize_name(requirement.name)])
    ]

    assert outside == [], "run make lock"


def test_what_is_tested_is_what_runs():
    development = pins(DEVELOPMENT)

    assert {name: versions for name, versions in pins(RUNTIME).items() if development.get(name) != versions} == {}


def test_the_front_end_is_pinned_exactly_and_with_hashes():
    asked = json.loads(_text("webapp/frontend/package.json"))
    locked = json.loads(_text("webapp/frontend/package-lock.json"))["packages"]

    for name, version in (asked["dependencies"] | asked["devDependencies"]).items():
        assert locked[f"node_modules/{name}"]["version"] == version, "run make lock"
    assert [name for name, package in locked.items() if name and "integrity" not in package] == []


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")
