"""`reviews load`: add case scripts to the database in use, for a demonstration."""

import sys
from pathlib import Path

import click

from webapp.scripts import ScriptUnreadable, read_script


@click.command(name="load")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def command(files: tuple[Path, ...]) -> None:
    """Add case scripts to the database in use. A case that is there already is left as it is."""
    from webapp.loading import load_script
    from webapp.running import sessions_in_use

    try:
        scripts = [read_script(path) for path in files]
    except ScriptUnreadable as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(2)
    failed = False
    with sessions_in_use() as sessions:
        for script in scripts:
            with sessions() as session:
                outcome = load_script(session, script)
                session.commit()
            click.echo(f"{script.file}: {outcome.words}")
            failed = failed or not outcome.loaded
    sys.exit(1 if failed else 0)
