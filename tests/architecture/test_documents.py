"""What the documents at the top say is so."""

import re

from tests.architecture.code import ROOT


def test_the_readme_lists_every_setting():
    settings = (ROOT / "webapp" / "settings.py").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    read = set(re.findall(r'"([A-Z][A-Z_]+[A-Z])"', settings))

    assert {name for name in read if f"`{name}`" not in readme} == set()


def test_every_target_of_make_that_the_documents_name_is_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs" / "adr").glob("*.md"))]
    named = {
        (document.name, target)
        for document in documents
        for target in re.findall(r"(?:`|^)make ([a-z-]+)", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    }

    assert {(document, target) for document, target in named if target not in targets} == set()


def test_decisions_are_numbered_once():
    numbers = [path.name[:4] for path in (ROOT / "docs" / "adr").glob("[0-9]*.md")]

    assert sorted(numbers) == sorted(set(numbers))
