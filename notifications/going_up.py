"""What went up and nobody saw in time: it goes up once more, while what it is about is still owed."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from notifications import recording
from notifications.chosen import ladders_of
from notifications.recording import Line, Swept
from notifications.rungs import REMINDER_ESCALATED, Ladder
from workflows.dates import london_day

UNSEEN = "_unseen"
"""What the key of a rung ends in when it is told again, one higher, because nobody had seen it."""

_UNANSWERED = """
SELECT reminder.id, reminder.clock_key, reminder.rung, reminder.role, reminder.goes_up_on, review.workflow_key,
       review.board_id,
       EXISTS (SELECT FROM deadline WHERE deadline.case_id = reminder.case_id
                  AND deadline.clock_key = reminder.clock_key AND deadline.subject = reminder.subject
                  AND deadline.due_last = reminder.due_on AND met_first IS NULL AND voided_on IS NULL) AS is_open,
       EXISTS (SELECT FROM reminder_answer AS answer WHERE answer.case_id = reminder.case_id
                  AND answer.clock_key = reminder.clock_key AND answer.subject = reminder.subject
                  AND answer.due_on = reminder.due_on AND answer.kind = 'seen'
                  AND answer.answered_at >= reminder.recorded_at) AS is_seen,
       ARRAY(SELECT role FROM reminder AS other WHERE other.case_id = reminder.case_id
                AND other.clock_key = reminder.clock_key AND other.subject = reminder.subject
                AND other.due_on = reminder.due_on AND other.notice_key = reminder.notice_key
                AND other.outcome = 'told') AS roles_told
FROM reminder JOIN review_case AS review ON review.id = reminder.case_id
WHERE reminder.goes_up_on <= %(today)s AND reminder.goes_up_on IS NOT NULL
ORDER BY reminder.goes_up_on, reminder.id LIMIT %(at_once)s
FOR UPDATE OF reminder SKIP LOCKED
"""

_SEND_UP = recording.statement(
    about="(SELECT id, case_id, clock_key, subject, title, due_on FROM reminder)",
    settle="UPDATE reminder SET goes_up_on = NULL FROM jsonb_to_recordset(%(settled)s::jsonb) AS given(ids bigint[])"
    " WHERE reminder.id = ANY(given.ids)",
)


def send_up_what_is_unseen(connection: Connection, now: datetime, at_once: int) -> tuple[int, Swept]:
    """Send up once more each escalation nobody has seen in time; return how many were looked at, and what was recorded.

    Nobody is told again who was already told because it had gone up (P19).
    """
    today = london_day(now)
    found = connection.exec_driver_sql(_UNANSWERED, {"today": today, "at_once": at_once}).all()
    if not found:
        return 0, Swept()
    ladders = ladders_of(connection, {row.board_id for row in found})
    lines = defaultdict[Line, list[int]](list)
    for row in found:
        ladder = ladders(row.board_id, row.workflow_key, row.clock_key)
        role = ladder.above(row.role) if row.is_open and not row.is_seen else None
        if role is not None and role not in row.roles_told:
            lines[_one_higher(row, ladder, role, today)].append(row.id)
    return len(found), recording.record(connection, _SEND_UP, lines, {None: [row.id for row in found]}, now)


def _one_higher(row: Row[Any], ladder: Ladder, role: str, today: date) -> Line:
    """Return what tells the next role up; it is the last of its kind and asks for no answer."""
    return Line(
        rung=f"{row.rung}{UNSEEN}",
        role=role,
        notice_key=REMINDER_ESCALATED,
        falls_on=row.goes_up_on,
        outcome="told",
        because=None,
        late=today > row.goes_up_on,
        by_law=ladder.statutory,
        goes_up_on=None,
    )
