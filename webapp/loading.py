"""Adding case scripts to the database in use. What is there already is left as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import audit
from models.audit import AuditEntry
from models.case import Case
from models.outbox import UNSETTLED, OutboxMessage
from webapp.replaying import moment_of, replay
from webapp.scripts import Script

LOADED = "script_loaded"
FROM_A_SCRIPT = "The case was loaded from a script"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a script: whether its case is in the database, and in words how."""

    loaded: bool
    words: str
    reference: str | None = None


def load_script(session: Session, script: Script, actor_ids: Mapping[str, int] | None = None) -> Loaded:
    """Add the case a script tells, in a savepoint: all of it, or nothing when a step is not as the script says."""
    mark = sha256(f"{script.board}\n{script.title}".encode()).hexdigest()
    known = select(AuditEntry.id).where(AuditEntry.action == LOADED, AuditEntry.detail["script"].astext == mark)
    if session.scalar(known.limit(1)) is not None:
        return Loaded(loaded=True, words="is there already")
    savepoint = session.begin_nested()
    replayed = replay(session, script, actor_ids)
    wrong = [failure for failure in replayed.failures if failure.line in {step.line for step in script.steps}]
    if wrong or replayed.case is None:
        savepoint.rollback()
        reasons = "; ".join(f"line {failure.line}: {failure.words}" for failure in wrong)
        return Loaded(loaded=False, words=f"was not added. {reasons or 'No step opens the case'}")
    _settle_messages(session, replayed.case)
    now = moment_of(script.steps[-1].recorded_on)
    audit.record(session, LOADED, at=now, case_id=replayed.case.id, detail={"script": mark})
    savepoint.commit()
    return Loaded(loaded=True, words=f"added as {replayed.case.reference}", reference=replayed.case.reference)


def _settle_messages(session: Session, case: Case) -> None:
    """Send nobody a message about what a script tells: it happened long ago, or never."""
    unsent = update(OutboxMessage).where(OutboxMessage.case_id == case.id, UNSETTLED)
    settled = {"outcome": "suppressed", "settled_at": OutboxMessage.created_at}
    session.execute(unsent.values(**settled, last_error=FROM_A_SCRIPT))
