"""Going on with uploaded files: each batch of rows looked through or recorded in a transaction of its own.

`go_on` is called by a tick of the scheduler process. How far it has come is stored with each batch, so that any process
can go on where another stopped, whenever that was, and no row is done twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice

from sqlalchemy import insert, or_, select, tuple_
from sqlalchemy.orm import Session, sessionmaker

from models.agency import Board
from models.casework import Actor
from models.child_deaths.child import ChildDeath
from models.child_deaths.import_file import Row
from models.child_deaths.import_run import ImportRemark, ImportRun, ImportUpload
from models.child_deaths.importing import (
    ACTS_AS,
    ROWS_AT_A_TIME,
    Earlier,
    Examined,
    ImportedElsewhere,
    examine,
    finish,
    keep_refusals,
    progress_of,
    record_rows,
)
from models.child_deaths.uploaded_imports import (
    Upload,
    earlier_than,
    forget_old_uploads,
    remove_file,
    rows_of,
    upload_of,
)

DIFFERS = "There already, and not from this row. Nothing is changed: correct the case if this row is right."
ALIKE = (
    "A death of this board under another reference has the same dates of birth and death. Look whether it is the same "
    "child before you import this row."
)


class GivenUp(Exception):
    """Somebody gave the import up. What it had recorded stays."""


def look_through(
    session: Session, run_id: int, rows: Sequence[Row], earlier: Earlier, *, at: int, now: datetime
) -> None:
    """Note what the next rows would do, `at` being how many come before them; or, where none come, that all is noted.

    Raises GivenUp, and ImportedElsewhere where another process has gone on.
    """
    upload = _open_still(session, run_id)
    file = upload.file
    if file.examined_at or file.rows_examined != at:
        raise ImportedElsewhere("The file is being looked through by another process")
    if not rows:
        file.examined_at = now
        return
    board = session.get_one(Board, upload.run.board_id)
    examined = examine(session, board, rows, now=now, earlier=earlier)
    refused = [each for each in examined if each.wrong]
    keep_refusals(session, run_id, refused)
    _keep_remarks(session, upload.run, examined)
    file.rows_examined += len(rows)
    file.would_refuse += len(refused)
    file.already_there += sum(each.is_there for each in examined)
    file.would_record += sum(each.whole is not None for each in examined)


def _open_still(session: Session, run_id: int) -> Upload:
    """Return an upload, kept from others until the transaction ends. Raises GivenUp."""
    upload = upload_of(session, run_id, locked=True)
    if upload.stage == "given_up":
        raise GivenUp("The import was given up")
    return upload


def _keep_remarks(session: Session, run: ImportRun, examined: Sequence[Examined]) -> None:
    differing = [(each.row.number, "differs", DIFFERS) for each in examined if each.differs]
    alike = [(number, "alike", ALIKE) for number in _alike(session, run.board_id, examined)]
    remarks = [
        {"run_id": run.id, "row_number": number, "kind": kind, "words": words}
        for number, kind, words in (*differing, *alike)
    ]
    if remarks:
        session.execute(insert(ImportRemark), remarks)


def _alike(session: Session, board_id: int, examined: Sequence[Examined]) -> list[int]:
    """Return the numbers of the new rows whose child was born and died on the days of another death of the board."""
    days = {each.row.number: (each.row.day("born_on"), each.row.day("died_on")) for each in examined if each.whole}
    there = select(ChildDeath.born_on, ChildDeath.died_on).where(
        ChildDeath.board_id == board_id, tuple_(ChildDeath.born_on, ChildDeath.died_on).in_(list(days.values()))
    )
    known = {(born_on, died_on) for born_on, died_on in session.execute(there)} if days else set()
    return [number for number, both in days.items() if both in known]


# --- Recording, and going on ------------------------------------------------


def record_next(session: Session, run_id: int, rows: Sequence[Row], *, at: int, now: datetime) -> None:
    """Record the next rows, `at` being how many come before them; or, where none come, end the run and remove its file.

    Raises GivenUp, and ImportedElsewhere where another process has gone on.
    """
    run = _open_still(session, run_id).run
    if run.finished_at or run.rows_read != at:
        raise ImportedElsewhere("The file is being recorded by another process")
    if rows:
        record_rows(session, progress_of(run), rows, Actor(run.started_by, ACTS_AS), now)
    else:
        finish(session, progress_of(run), run.started_by, now)
        remove_file(session, run_id)


def do_at_once(session: Session, upload: Upload, *, now: datetime) -> bool:
    """Do what an upload waits for, if it has no more rows than one batch; return whether it did.

    The file of a year has fewer, so that nobody waits for the scheduler process with it.
    """
    rows = list(islice(rows_of(session, upload.run.id), ROWS_AT_A_TIME + 1))
    if len(rows) > ROWS_AT_A_TIME or upload.stage not in ("looking_through", "recording"):
        return False
    batches: list[tuple[list[Row], int]] = [*([(rows, 0)] if rows else []), ([], len(rows))]
    if upload.stage == "looking_through":
        for batch, at in batches:
            look_through(session, upload.run.id, batch, {}, at=at, now=now)
    else:
        for batch, at in batches:
            record_next(session, upload.run.id, batch, at=at, now=now)
    session.flush()
    return True


def go_on(
    sessions: sessionmaker[Session],
    *,
    clock: Callable[[], datetime],
    until: datetime,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Go on with the uploads that wait, the oldest first, until none waits, `until` has come or the process stops.

    Returns whether any still waits. It may be called again at any time, by any process.
    """

    def goes_on() -> bool:
        return clock() < until and not stopping()

    with sessions.begin() as session:
        forget_old_uploads(session, clock())
    while goes_on():
        with sessions() as session:
            waiting = _first_waiting(session)
            if waiting is None:
                return False
            with suppress(GivenUp, ImportedElsewhere):
                _go_on_with(session, sessions, waiting, clock, goes_on)
    return True


def _first_waiting(session: Session) -> Upload | None:
    waits = or_(ImportUpload.examined_at.is_(None), ImportUpload.confirmed_at.is_not(None))
    open_still = ImportUpload.cancelled_at.is_(None), ImportRun.finished_at.is_(None)
    both = select(ImportUpload, ImportRun).join(ImportRun, ImportRun.id == ImportUpload.run_id)
    found = session.execute(both.where(waits, *open_still).order_by(ImportRun.id).limit(1)).one_or_none()
    return Upload(found[0], found[1]) if found else None


def _go_on_with(
    reading: Session,
    sessions: sessionmaker[Session],
    upload: Upload,
    clock: Callable[[], datetime],
    goes_on: Callable[[], bool],
) -> None:
    """Do one batch after another, each in a transaction of its own; the file is read in a session beside."""
    run_id, recording = upload.run.id, upload.stage == "recording"
    at = upload.run.rows_read if recording else upload.file.rows_examined
    rows = rows_of(reading, run_id)
    earlier = earlier_than(reading, run_id, islice(rows, at)) if not recording else {}
    if recording:
        deque(islice(rows, at), maxlen=0)
    while goes_on():
        batch = list(islice(rows, ROWS_AT_A_TIME))
        with sessions.begin() as session:
            if recording:
                record_next(session, run_id, batch, at=at, now=clock())
            else:
                look_through(session, run_id, batch, earlier, at=at, now=clock())
        if not batch:
            return
        at += len(batch)
