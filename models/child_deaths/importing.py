"""Importing child deaths: each row of a file becomes a case with its whole history, or is refused with reasons.

No row is refused because of another, and nothing of a refused row is kept. Rows are recorded a batch at a time, each
in one transaction with the progress of the run: a run stopped in the middle goes on where it stopped, and a file read
twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import file_digest
from io import BufferedIOBase
from itertools import islice

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session, sessionmaker

from models import audit
from models.agency import Board
from models.bank_holidays import calendar_in_force
from models.casework import Actor, open_whole_cases
from models.child_deaths.child import REFERENCE_SQUEEZED, ChildDeath, squeezed
from models.child_deaths.import_file import Row, check_beginning, read_rows
from models.child_deaths.import_rows import RowRefused, StepOfRow, Wrong, checked, refusal, steps_of
from models.child_deaths.import_run import ImportRefusal, ImportRun, ImportUpload
from models.whole_case import RefusedAt, WholeCase, judge
from workflows import registry
from workflows.calendar import Calendar
from workflows.dates import PartialDate, london_day
from workflows.errors import NoRegime
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.roles import CDOP_CHAIR, CDOP_COORDINATOR, DESIGNATED_DOCTOR

ROWS_AT_A_TIME = 250

ACTS_AS = frozenset({CDOP_COORDINATOR, CDOP_CHAIR, DESIGNATED_DOCTOR})
"""Whoever imports records, for the office, what the coordinator, the chair and the designated doctor did."""

DIGEST = "imported_row"

WRITTEN_OTHERWISE = Wrong(
    "cdop_ref",
    "The board has a death under this reference already, written with other capitals or spaces. If it is the same, "
    "leave this row out; if not, give it a reference of its own",
)


@dataclass(frozen=True, slots=True)
class Examined:
    """What a row would do: the case it amounts to, or what is wrong with it, or that it is there already.

    `differs` says that what is there came from another row, or has none; it is left as it is.
    """

    row: Row
    steps: tuple[StepOfRow, ...] = ()
    whole: WholeCase | None = None
    wrong: tuple[Wrong, ...] = ()
    is_there: bool = False
    differs: bool = False

    def reasons_by_column(self) -> dict[str, list[str]]:
        """Return what is wrong, gathered by column; what belongs to none is under the empty name."""
        reasons: dict[str, list[str]] = {}
        for wrong in self.wrong:
            reasons.setdefault(wrong.column, []).append(wrong.reason)
        return reasons


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come. `refusals` and `differing` are those of the last batch, so that memory does not grow."""

    run_id: int
    rows_read: int
    recorded: int
    already_there: int
    refused: int
    refusals: tuple[Examined, ...] = ()
    differing: tuple[Examined, ...] = ()
    finished: bool = False


@dataclass(frozen=True, slots=True)
class There:
    """A reference that is there already, with the mark of the row it came from, if it came from one."""

    reference: str
    digest: str


Earlier = dict[str, There]
"""What the rows before these would have recorded, by their squeezed reference; grown by those that are examined."""


def examine(
    session: Session,
    board: Board,
    rows: Iterable[Row],
    *,
    now: datetime,
    calendar: Calendar | None = None,
    earlier: Earlier | None = None,
) -> list[Examined]:
    """Return what each of these rows would do, in their order. Nothing is written."""
    rows, earlier = list(rows), {} if earlier is None else earlier
    calendar = calendar or calendar_in_force(session)
    known = _known(session, board, rows)
    examined = []
    for row in rows:
        key = squeezed(row.reference)
        there = known.get(key) or earlier.get(key)
        if there and there.reference == row.reference:
            examined.append(Examined(row, is_there=True, differs=there.digest != row.digest))
        elif there:
            examined.append(Examined(row, wrong=(WRITTEN_OTHERWISE,)))
        else:
            examined.append(_judged(row, board, now, calendar))
            if examined[-1].whole:
                earlier[key] = There(row.reference, row.digest)
    return examined


def _known(session: Session, board: Board, rows: Sequence[Row]) -> dict[str, There]:
    """Return what the board has already under these references, however they are written."""
    references = {squeezed(row.reference) for row in rows if row.reference}
    there = select(ChildDeath.cdop_ref, ChildDeath.details[DIGEST].astext).where(
        ChildDeath.board_id == board.id, REFERENCE_SQUEEZED.in_(sorted(references))
    )
    in_order = session.execute(there.order_by(ChildDeath.cdop_ref))
    found = [There(reference, digest or "") for reference, digest in in_order if reference]
    written = {row.reference for row in rows}
    # The one written as in the file comes last, and is the one that counts.
    return {squeezed(each.reference): each for each in sorted(found, key=lambda each: each.reference in written)}


def _judged(row: Row, board: Board, now: datetime, calendar: Calendar) -> Examined:
    steps: list[StepOfRow] = []
    try:
        row = checked(row, london_day(now))
        steps = steps_of(row, with_meeting=_has_meeting(row, board))
        told = [each.step for each in steps]
        area_start = board.new_arrangements_start
        whole = judge(CHILD_DEATH_REVIEW, area_start, told, roles=ACTS_AS, now=now, calendar=calendar)
    except RefusedAt as refused:
        return Examined(row, tuple(steps), wrong=refusal(steps, refused).wrong)
    except RowRefused as refused:
        return Examined(row, wrong=refused.wrong)
    return Examined(row, tuple(steps), whole)


def _has_meeting(row: Row, board: Board) -> bool:
    """Return whether the edition the death falls under has a meeting before the panel; none where none applies."""
    with suppress(NoRegime):
        notified_on = PartialDate.parse(row.cells["notified_on"])
        procedure = registry.procedure_on(CHILD_DEATH_REVIEW, notified_on, board.new_arrangements_start)
        return "hold_review_meeting" in procedure.steps_by_key
    return False


class ImportedElsewhere(Exception):
    """The same run is going on in another process. What it has recorded stays."""


def import_child_deaths(
    sessions: sessionmaker[Session],
    file: BufferedIOBase,
    *,
    board_id: int,
    person_id: int | None,
    clock: Callable[[], datetime],
    at_a_time: int = ROWS_AT_A_TIME,
) -> Generator[Progress, None, None]:
    """Record the rows of a file, and yield the progress after each batch is committed, and once more at the end.

    A run of the same file for the same board that was stopped goes on after the rows it finished. `clock` gives the
    moment at which each batch is recorded. Raises NotTheFile before anything is written, and ImportedElsewhere.
    """
    check_beginning(file)
    with sessions.begin() as session:
        run = _run(session, board_id, person_id, file_digest(file, "sha256").digest(), clock())
        progress = progress_of(run)
    file.seek(0)
    rows = islice(read_rows(file), progress.rows_read, None)
    while batch := list(islice(rows, at_a_time)):
        with sessions.begin() as session:
            progress = record_rows(session, progress, batch, Actor(person_id, ACTS_AS), clock())
        yield progress
    with sessions.begin() as session:
        yield finish(session, progress, person_id, clock())


def progress_of(run: ImportRun) -> Progress:
    """Return how far a run has come."""
    return Progress(run.id, run.rows_read, run.recorded, run.already_there, run.refused)


def _run(session: Session, board_id: int, person_id: int | None, digest: bytes, now: datetime) -> ImportRun:
    """Return the unfinished run of this file for this board, or a new one."""
    unfinished = select(ImportRun).where(
        ImportRun.board_id == board_id,
        ImportRun.file_digest == digest,
        ImportRun.finished_at.is_(None),
        ImportRun.id.not_in(select(ImportUpload.run_id)),
    )
    run = session.scalars(unfinished.order_by(ImportRun.id.desc()).limit(1)).one_or_none()
    if run is None:
        run = ImportRun(board_id=board_id, file_digest=digest, started_by=person_id, started_at=now)
        session.add(run)
        session.flush()
    return run


def record_rows(session: Session, before: Progress, batch: Sequence[Row], actor: Actor, now: datetime) -> Progress:
    """Record the next rows of a run, and return how far it has come. Raises ImportedElsewhere."""
    run = session.get_one(ImportRun, before.run_id, with_for_update=True)
    if run.rows_read != before.rows_read:
        raise ImportedElsewhere("The same file is being imported for this board by somebody else. Wait until it ends")
    # One import a board at a time: no reference can appear between the look and the insert.
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('import ' || :board, 0))"), {"board": run.board_id}
    )
    board = session.get_one(Board, run.board_id)
    examined = examine(session, board, batch, now=now)
    _open(session, board, [each for each in examined if each.whole], actor, now)
    refused = [each for each in examined if each.wrong]
    keep_refusals(session, run.id, refused)
    run.rows_read += len(batch)
    run.already_there += sum(each.is_there for each in examined)
    run.refused += len(refused)
    run.recorded = run.rows_read - run.already_there - run.refused
    differing = tuple(each for each in examined if each.differs)
    return Progress(
        run.id, run.rows_read, run.recorded, run.already_there, run.refused, tuple(refused), differing
    )  # fmt: skip


def _open(session: Session, board: Board, examined: Sequence[Examined], actor: Actor, now: datetime) -> None:
    if not examined:
        return
    wholes = [each.whole for each in examined if each.whole]
    case_ids = open_whole_cases(
        session, workflow_key=CHILD_DEATH_REVIEW, board=board, wholes=wholes, actor=actor, now=now
    )
    details = [
        {
            "case_id": case_id,
            "board_id": board.id,
            "cdop_ref": each.row.reference,
            "born_on": each.row.day("born_on"),
            "died_on": each.row.day("died_on"),
            "details": {DIGEST: each.row.digest},
            "updated_at": now,
        }
        for case_id, each in zip(case_ids, examined, strict=True)
    ]
    session.execute(insert(ChildDeath), details)


def keep_refusals(session: Session, run_id: int, refused: Sequence[Examined]) -> None:
    """Store what is wrong with these rows, with nothing of what they held."""
    rows = [
        {"run_id": run_id, "row_number": each.row.number, "column": column, "reason": " ".join(reasons)}
        for each in refused
        for column, reasons in each.reasons_by_column().items()
    ]
    if rows:
        session.execute(insert(ImportRefusal), rows)


def finish(session: Session, progress: Progress, person_id: int | None, now: datetime) -> Progress:
    """End a run, and record in the audit what became of its rows."""
    run = session.get_one(ImportRun, progress.run_id)
    run.finished_at = now
    counts = {"recorded": run.recorded, "already_there": run.already_there, "refused": run.refused}
    audit.record(session, "child_deaths_imported", at=now, person_id=person_id, detail={"run": run.id, **counts})
    return replace(progress, refusals=(), differing=(), finished=True)
