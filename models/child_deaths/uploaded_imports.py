"""Files of child deaths uploaded in the browser: kept, shown, confirmed, given up.

A file tells of children. It is kept in the database in parts, from the upload until it is recorded or given up and no
longer than `DAYS_KEPT`. Whatever takes long is done in batches by `models.child_deaths.upload_batches`.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import IO

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models import audit
from models.agency import Board
from models.child_deaths.child import squeezed
from models.child_deaths.import_file import Row, check_beginning, read_rows
from models.child_deaths.import_run import ImportRefusal, ImportRun, ImportUpload, ImportUploadPart
from models.child_deaths.importing import (
    Earlier,
    Examined,
    There,
    examine,
)
from workflows.dates import london_day

LARGEST_FILE = 32 * 1024 * 1024
"""Bytes: several times 50,000 rows."""
PART_BYTES = 256 * 1024
DAYS_KEPT = 7
"""A local rule: a file nobody confirms is not kept for longer."""


class TooLarge(Exception):
    """The file is larger than any that is taken. The words say what to do."""


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file and the run that records it."""

    file: ImportUpload
    run: ImportRun

    @property
    def stage(self) -> str:
        """Return where it stands: looking_through, to_confirm, recording, finished or given_up."""
        if self.file.cancelled_at:
            return "given_up"
        if self.run.finished_at:
            return "finished"
        if self.file.confirmed_at:
            return "recording"
        return "to_confirm" if self.file.examined_at else "looking_through"


# --- Keeping the file -------------------------------------------------------


def keep_upload(
    session: Session, file: IO[bytes], *, board_id: int, person_id: int, now: datetime, largest: int = LARGEST_FILE
) -> Upload:
    """Store a file in parts, to be looked through.

    Raises NotTheFile and TooLarge; roll back then.
    """
    check_beginning(file)
    digest, size = sha256(), 0
    run = ImportRun(board_id=board_id, file_digest=bytes(32), started_by=person_id, started_at=now)
    session.add(run)
    session.flush()
    session.add(ImportUpload(run_id=run.id, forget_on=london_day(now) + timedelta(days=DAYS_KEPT)))
    session.flush()
    for number, content in enumerate(iter(lambda: file.read(PART_BYTES), b"")):
        size += len(content)
        if size > largest:
            raise TooLarge("This file is larger than 32 MB. Divide it, with the heading at the top of each part")
        digest.update(content)
        session.execute(insert(ImportUploadPart), {"run_id": run.id, "number": number, "content": content})
    run.file_digest = digest.digest()
    detail = {"run": run.id, "board": board_id, "bytes": size}
    audit.record(session, "child_deaths_uploaded", at=now, person_id=person_id, detail=detail)
    session.flush()
    return upload_of(session, run.id)


class _Parts(io.RawIOBase):
    """The parts of a file, read one after the other."""

    def __init__(self, session: Session, run_id: int) -> None:
        self.session, self.run_id = session, run_id
        self.number, self.left = 0, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self.left:
            part = ImportUploadPart.run_id == self.run_id, ImportUploadPart.number == self.number
            self.left = self.session.scalar(select(ImportUploadPart.content).where(*part)) or b""
            self.number += 1
        taken = min(len(buffer), len(self.left))
        buffer[:taken], self.left = self.left[:taken], self.left[taken:]
        return taken


def rows_of(session: Session, run_id: int) -> Iterator[Row]:
    """Yield the rows of an uploaded file, a part in memory at a time; none once it is removed."""
    file = io.BufferedReader(_Parts(session, run_id))
    return read_rows(file) if file.peek(1) else iter(())


def upload_of(session: Session, run_id: int, *, locked: bool = False) -> Upload:
    """Return an upload, and with `locked` keep others from going on with it until the transaction ends."""
    file = session.get_one(ImportUpload, run_id, with_for_update=locked, populate_existing=True)
    return Upload(file, session.get_one(ImportRun, run_id, populate_existing=True))


def upload_for(session: Session, run_id: int, board_ids: Collection[int]) -> Upload | None:
    """Return an upload if it is for one of these boards; nothing for any other, or for a run of the command."""
    is_theirs = ImportRun.id == run_id, ImportRun.board_id.in_(sorted(board_ids))
    both = select(ImportUpload, ImportRun).join(ImportRun, ImportRun.id == ImportUpload.run_id)
    found = session.execute(both.where(*is_theirs)).one_or_none()
    return Upload(found[0], found[1]) if found else None


def uploads_for(session: Session, board_ids: Collection[int], limit: int = 20) -> list[Upload]:
    """Return the latest uploads for these boards, the newest first."""
    both = select(ImportUpload, ImportRun).join(ImportRun, ImportRun.id == ImportUpload.run_id)
    newest = both.where(ImportRun.board_id.in_(sorted(board_ids))).order_by(ImportRun.id.desc()).limit(limit)
    return [Upload(file, run) for file, run in session.execute(newest)]


# --- What it would do -------------------------------------------------------


def rows_shown(session: Session, upload: Upload, *, first: int, count: int, now: datetime) -> list[Examined]:
    """Return what some of the rows would do, from the place `first` on (the first row being 0). Nothing is written."""
    board = session.get_one(Board, upload.run.board_id)
    rows = rows_of(session, upload.run.id)
    earlier = earlier_than(session, upload.run.id, islice(rows, first))
    return examine(session, board, islice(rows, count), now=now, earlier=earlier)


def earlier_than(session: Session, run_id: int, rows: Iterator[Row]) -> Earlier:
    """Return what these rows would have recorded: all but those found to be refused."""
    refused = set(session.scalars(select(ImportRefusal.row_number).where(ImportRefusal.run_id == run_id).distinct()))
    earlier: Earlier = {}
    for row in rows:
        if row.number not in refused and row.reference:
            earlier.setdefault(squeezed(row.reference), There(row.reference, row.digest))
    return earlier


# --- What is done with it ---------------------------------------------------


def confirm(session: Session, upload: Upload, *, person_id: int, now: datetime) -> bool:
    """Let the rows be recorded, by this person; return whether it was for them to say: once looked through, and once.

    What was found to be refused is found again as the rows are recorded.
    """
    upload = upload_of(session, upload.run.id, locked=True)
    if upload.stage != "to_confirm":
        return False
    upload.file.confirmed_at = now
    upload.run.started_by, upload.run.started_at = person_id, now
    session.execute(delete(ImportRefusal).where(ImportRefusal.run_id == upload.run.id))
    detail = {"run": upload.run.id}
    audit.record(session, "child_deaths_import_confirmed", at=now, person_id=person_id, detail=detail)
    session.flush()
    return True


def give_up(session: Session, upload: Upload, *, person_id: int | None, now: datetime) -> bool:
    """End an import and remove its file; what it has recorded stays. Return whether there was anything to end."""
    upload = upload_of(session, upload.run.id, locked=True)
    if upload.stage in ("finished", "given_up"):
        return False
    upload.file.cancelled_at = now
    remove_file(session, upload.run.id)
    detail = {"run": upload.run.id, "recorded": upload.run.recorded}
    audit.record(session, "child_deaths_import_given_up", at=now, person_id=person_id, detail=detail)
    session.flush()
    return True


def remove_file(session: Session, run_id: int) -> None:
    """Remove an uploaded file; what is known of its import stays."""
    session.execute(delete(ImportUploadPart).where(ImportUploadPart.run_id == run_id))


def forget_old_uploads(session: Session, now: datetime) -> int:
    """Give up the uploads whose last day has come, and return how many."""
    due = (
        ImportUpload.forget_on <= london_day(now),
        ImportUpload.cancelled_at.is_(None),
        ImportRun.finished_at.is_(None),
    )
    old = select(ImportUpload.run_id).join(ImportRun, ImportRun.id == ImportUpload.run_id).where(*due)
    runs = session.scalars(old.order_by(ImportUpload.run_id)).all()
    return sum(give_up(session, upload_of(session, run_id), person_id=None, now=now) for run_id in runs)
