"""`reviews docs`: make the reference pages from the declarations."""

import sys
from pathlib import Path

import click

FOLDER = Path("docs/reference")


@click.command(name="docs")
@click.option("--check", is_flag=True, help="Change nothing: say which pages are not current.")
def command(*, check: bool) -> None:
    """Make the reference pages in docs/reference from the declarations."""
    from workflows.reference import pages

    made = {FOLDER / name: text for name, text in pages().items()}
    stale = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    left_over = [path for path in FOLDER.glob("*.md") if path not in made]
    if check:
        for path in stale + left_over:
            click.echo(f"{path} is not current. Run: make docs", err=True)
        sys.exit(1 if stale or left_over else 0)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in left_over:
        path.unlink()
    for path in stale:
        path.write_text(made[path], encoding="utf-8")
    click.echo(f"{len(stale)} pages made, {len(made) - len(stale)} were current.")
