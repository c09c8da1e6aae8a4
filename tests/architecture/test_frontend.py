"""The macros, the styles and the scripts are of one version, and carry nothing that belongs to GOV.UK alone."""

import json
import re
from importlib.metadata import distribution, version

import pytest

from tests.architecture.code import ROOT

BUILT = ROOT / "webapp" / "static" / "build"
MACROS = "govuk-frontend-jinja"


@pytest.fixture(scope="module")
def expected() -> str:
    """The version of GOV.UK Frontend that the installed macros say they were made for."""
    told = re.search(
        rf"^\| \[{re.escape(version(MACROS))}\]\([^)]*\) *\| \[([0-9.]+)\]", _description(), flags=re.MULTILINE
    )
    assert told, f"{MACROS} {version(MACROS)} does not say which GOV.UK Frontend it is for"
    return told[1]


def test_the_package_installed_is_the_one_the_macros_are_for(expected):
    asked = json.loads((ROOT / "webapp" / "frontend" / "package.json").read_text(encoding="utf-8"))

    assert asked["dependencies"]["govuk-frontend"] == expected


def test_the_stylesheet_is_of_the_same_version(expected):
    assert re.findall(r'--govuk-frontend-version: ?"([^"]+)"', _built("site.css")) == [expected]


def test_the_script_is_of_the_same_version(expected):
    assert f'"{expected}"' in _built("govuk-frontend.min.js")


@pytest.mark.parametrize("theirs", ["GDS Transport", "crest", "@font-face", "url("])
def test_the_styles_refer_to_no_crown_and_no_font(theirs):
    """The typeface and the crown may be used on GOV.UK alone, and nothing is fetched to show a page."""
    assert theirs not in _built("site.css")


def _built(name: str) -> str:
    return (BUILT / name).read_text(encoding="utf-8")


def _description() -> str:
    return distribution(MACROS).read_text("METADATA") or ""
