"""`reviews replay`: run case scripts against a database of their own and say whether they hold."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from webapp.running import own_database
from webapp.scripts import Script, ScriptUnreadable, read_script

if TYPE_CHECKING:
    from webapp.replaying import Replayed


@click.command(name="replay")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(files: tuple[Path, ...], form: str) -> None:
    """Replay case scripts and say of each whether every expectation holds.

    Exits with 1 if any expectation fails, and with 2 if a file cannot be read.
    """
    scripts = _read(files)
    from models.database import make_engine, make_sessions
    from webapp.replaying import replay

    replayed: list[Replayed] = []
    with own_database() as server:
        engine = make_engine(server.application_url)
        sessions = make_sessions(engine)
        for script in scripts:
            with sessions() as session:
                # Nothing is kept, so that what one script says of its board is not there for the next.
                replayed.append(replay(session, script))
                session.rollback()
        engine.dispose()
    if form == "json":
        click.echo(json.dumps([_as_data(each) for each in replayed], ensure_ascii=False, indent=1))
    else:
        for each in replayed:
            _print(each)
    sys.exit(0 if all(each.holds for each in replayed) else 1)


def _read(files: tuple[Path, ...]) -> list[Script]:
    """Return every script; say of each that cannot be read what is wrong, and exit with 2."""
    scripts, unreadable = [], []
    for path in files:
        try:
            scripts.append(read_script(path))
        except ScriptUnreadable as wrong:
            unreadable.append(str(wrong))
    for words in unreadable:
        click.echo(words, err=True)
    if unreadable:
        sys.exit(2)
    return scripts


def _as_data(replayed: "Replayed") -> dict[str, object]:
    return {
        "file": replayed.script.file,
        "title": replayed.script.title,
        "holds": replayed.holds,
        "failures": [{"line": each.line, "words": each.words} for each in replayed.failures],
        "standings": replayed.standings,
    }


def _print(replayed: "Replayed") -> None:
    script = replayed.script
    verdict = "holds" if replayed.holds else "does not hold"
    click.echo(f"{script.file}: {script.title}: {len(script.expectations)} expectations: {verdict}")
    for failure in replayed.failures:
        click.echo(f"  {script.file}: line {failure.line}: {failure.words}")
