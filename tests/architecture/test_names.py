"""The packages have plain names, so nothing else that is installed may have the same."""

import importlib.util
from importlib.metadata import distributions
from pathlib import Path

import pytest

from tests.architecture.code import PACKAGES, ROOT

OURS = "safeguarding-reviews"


@pytest.mark.parametrize("name", [*PACKAGES, "tests"])
def test_no_other_distribution_claims_the_name(name):
    """A loose folder of that name, which some leave behind, hides nothing: a package of ours comes before it."""
    package = {f"{name}/__init__.py", f"{name}.py"}
    others = [distribution for distribution in distributions() if distribution.name != OURS]

    assert [other.name for other in others if package & {file.as_posix() for file in other.files or ()}] == []


@pytest.mark.parametrize("name", [*PACKAGES, "tests"])
def test_the_name_means_the_folder_of_this_project(name):
    found = importlib.util.find_spec(name)

    assert found is not None
    assert found.origin is not None
    assert Path(found.origin) == ROOT / name / "__init__.py"
