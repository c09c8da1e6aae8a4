"""The next day something is to be said of each deadline, and the due days that went while something was to be said.

Not of the history: no rebuild compares them. Whatever writes a deadline writes them in the same statement, with the
parts here; `notifications.reminders` reads them and keeps them.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identifier

TO_RECKON = date(1, 1, 1)
"""In `NextRung.falls_on`: the day has to be reckoned, at the next sweep."""

# Spelt once: a partial index serves only a query whose predicate is spelt the same way.
SOMETHING_TO_SAY = text("falls_on IS NOT NULL")


class NextRung(Base):
    """When something is next to be said of a deadline: a narrow table, because every reminder changes its row.

    `falls_on` is null when nothing is to be said any more. `known_on` is the day since which its due day has been
    known here, and `over_on` the day on which it was recorded that it is met or void.
    """

    __tablename__ = "next_rung"
    __table_args__ = (Index("ix_next_rung_falls_on", "falls_on", "deadline_id", postgresql_where=SOMETHING_TO_SAY),)

    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id", ondelete="CASCADE"), primary_key=True)
    falls_on: Mapped[date | None] = mapped_column(server_default=text("'0001-01-01'"))
    known_on: Mapped[date]
    over_on: Mapped[date | None]


class FormerDueDay(Base):
    """A day something was due until that was recorded otherwise, when a rung of it had fallen and nobody had swept.

    The sweep says in the ledger what was missed, and takes the row away. `next_falls_on` is what `NextRung` had;
    `moved_to` is the day it was due instead, null where the deadline is gone.
    """

    __tablename__ = "former_due_day"

    id: Mapped[Identifier]
    case_id: Mapped[int] = mapped_column(ForeignKey("review_case.id"))
    clock_key: Mapped[str]
    subject: Mapped[str]
    title: Mapped[str]
    starts_on: Mapped[date | None]
    due_first: Mapped[date]
    due_last: Mapped[date]
    next_falls_on: Mapped[date]
    known_on: Mapped[date]
    over_on: Mapped[date]
    moved_to: Mapped[date | None]


# --- Beside the deadlines that a statement writes ----------------------------

RETURNING = "RETURNING id, due_last, met_first IS NOT NULL OR voided_on IS NOT NULL AS is_over"

_FORMER = (
    "INSERT INTO former_due_day (case_id, clock_key, subject, title, starts_on, due_first, due_last, next_falls_on,"
    " known_on, over_on, moved_to)"
    " SELECT was.case_id, was.clock_key, was.subject, was.title, was.starts_on, was.due_first, was.due_last,"
    " rung.falls_on, rung.known_on, coalesce(rung.over_on, %(today)s)"
)
_SOMETHING_FELL = "JOIN next_rung AS rung ON rung.deadline_id = was.id AND rung.falls_on <= %(today)s"

# A part of a statement sees what there was before the statement: `was` is the deadline before it was put.
PARTS = {
    "moved_away": f"{_FORMER}, put.due_last FROM deadlines AS put JOIN deadline AS was ON was.id = put.id"
    f" AND was.due_last <> put.due_last {_SOMETHING_FELL}",
    "to_reckon": """
INSERT INTO next_rung AS kept (deadline_id, known_on, over_on)
SELECT put.id, coalesce(CASE WHEN was.due_last = put.due_last THEN rung.known_on END, %(today)s),
       CASE WHEN put.is_over THEN coalesce(rung.over_on, %(today)s) END
FROM deadlines AS put LEFT JOIN deadline AS was ON was.id = put.id LEFT JOIN next_rung AS rung ON deadline_id = put.id
ON CONFLICT (deadline_id) DO UPDATE
SET falls_on = DEFAULT, known_on = EXCLUDED.known_on, over_on = EXCLUDED.over_on""",
}
"""What goes with a part `deadlines` that puts deadlines and ends in RETURNING; `today` is when it is recorded."""


def putting(put: str) -> str:
    """Return the statement that puts deadlines, with all that goes with it."""
    parts = {"deadlines": f"{put} {RETURNING}"} | PARTS
    return f"WITH {', '.join(f'{name} AS ({part})' for name, part in parts.items())} SELECT"


def removing(delete: str) -> str:
    """Return the statement that removes deadlines, with what they leave behind."""
    return f"WITH was AS ({delete} RETURNING kept.*) {_FORMER}, NULL FROM was {_SOMETHING_FELL}"
