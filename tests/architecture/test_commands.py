"""The commands the documents name are there to be run."""

import re

import click

from tests.architecture.code import ROOT
from webapp.cli import main


def test_every_command_that_the_documents_name_is_there():
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    named = {name for path in documents for name in re.findall(r"`reviews ([a-z-]+)", path.read_text(encoding="utf-8"))}

    assert named <= set(main.list_commands(click.Context(main)))
