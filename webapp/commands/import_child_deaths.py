"""`reviews import-child-deaths`: record the deaths of a file as cases with their histories."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

    from models.child_deaths.importing import Progress


class BoardMistyped(Exception):
    """There is no board of that name, and one whose name is nearly the same. The words say what to do."""


@click.command(name="import-child-deaths")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--board", required=True, help="The board whose deaths these are. It is added if there is none like it.")
@click.option("--new-board", is_flag=True, help="The board is a new one, though its name is like another’s.")
def command(file: Path, board: str, new_board: bool) -> None:
    """Record each row of FILE as a case with its history; one that is there already is left as it is.

    FILE is CSV in UTF-8 with the heading that docs/import.md describes. A run that was stopped goes on where it
    stopped. Exits with 1 if any row was refused, with 2 if the file cannot be
    read, and with 3 if the database goes away.
    """
    from models.child_deaths.import_file import NotTheFile, check_beginning
    from models.child_deaths.importing import ImportedElsewhere, import_child_deaths
    from webapp.moved_clock import clock_in_use
    from webapp.running import sessions_in_use

    progress: Progress | None = None
    try:
        with file.open("rb") as opened, sessions_in_use() as sessions:
            check_beginning(opened)
            board_id = _board(sessions, board, is_new=new_board)
            for progress in import_child_deaths(
                sessions, opened, board_id=board_id, person_id=None, clock=clock_in_use(sessions)
            ):
                _show(progress)
            if progress:
                _sum_up(sessions, progress)
    except (NotTheFile, ImportedElsewhere, BoardMistyped) as wrong:
        click.echo(f"{file}: {wrong}", err=True)
        sys.exit(2)
    except OSError as wrong:
        click.echo(f"{file}: {wrong.strerror or 'cannot be read'}", err=True)
        sys.exit(2)
    sys.exit(1 if progress and progress.refused else 0)


def _board(sessions: "sessionmaker[Session]", name: str, *, is_new: bool) -> int:
    """Return the id of the board of this name, adding it if there is none. Raises BoardMistyped."""
    from models.agency import add_board, board_meant, board_named

    with sessions.begin() as session:
        board = board_named(session, name)
        meant = None if board or is_new else board_meant(session, name)
        if meant:
            raise BoardMistyped(
                f"Nothing was imported: there is no board “{name}”, and there is one of nearly the same name, "
                f"“{meant.name}”. Give that name, or add --new-board if this is another board"
            )
        if board is None:
            board = add_board(session, name)
            click.echo(f"There was no board “{name}”: it has been added.", err=True)
        return board.id


def _show(progress: "Progress") -> None:
    for each in progress.differing:
        click.echo(
            f"Row {each.row.number}: there already, and not from this row. Nothing was changed: correct the case.",
            err=True,
        )
    if not progress.finished:
        click.echo(f"{progress.rows_read:,} rows read, {progress.refused:,} refused", err=True)


def _sum_up(sessions: "sessionmaker[Session]", progress: "Progress") -> None:
    """Say what became of the rows, and of each refused its number, column and reason."""
    from models.child_deaths.import_run import refusals

    click.echo(
        f"{progress.rows_read:,} rows: {progress.recorded:,} recorded, {progress.already_there:,} already there, "
        f"{progress.refused:,} refused."
    )
    with sessions() as session:
        for refusal in refusals(session, progress.run_id):
            column = f", {refusal.column}" if refusal.column else ""
            click.echo(f"Row {refusal.row_number}{column}: {refusal.reason}")
