"""Deadlines and holds as the histories leave them.

Both are rebuilt from the histories at will, so the application may delete
them. The partial indexes let a sweep find what is newly due at the same cost
however many deadlines are open.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

UNMET = sa.text("met_first IS NULL AND voided_on IS NULL AND NOT not_before")


def upgrade() -> None:
    op.create_table("deadline", *_deadline_columns(), sa.UniqueConstraint("case_id", "clock_key", "subject"))
    op.create_index("ix_deadline_unmet_due_last", "deadline", ["due_last", "id"], postgresql_where=UNMET)
    op.create_index("ix_deadline_unmet_due_soon_on", "deadline", ["due_soon_on", "id"], postgresql_where=UNMET)
    named = sa.text("subject <> ''")
    op.create_index("ix_deadline_subject", "deadline", ["subject", "case_id"], postgresql_where=named)

    op.create_table("hold", *_hold_columns(), sa.UniqueConstraint("case_id", "event_sequence"))
    active = sa.text("released_first IS NULL")
    op.create_index("ix_hold_active_review_on", "hold", ["review_on", "id"], postgresql_where=active)
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON deadline, hold TO reviews_app")


def downgrade() -> None:
    op.drop_table("hold")
    op.drop_table("deadline")


def _deadline_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id"), nullable=False),
        sa.Column("clock_key", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False, server_default=""),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date),
        sa.Column("starts_last", sa.Date),
        sa.Column("due_first", sa.Date),
        sa.Column("due_last", sa.Date),
        sa.Column("due_soon_on", sa.Date),
        sa.Column("not_before", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("met_first", sa.Date),
        sa.Column("met_last", sa.Date),
        sa.Column("met_uncertain", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("met_late", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("voided_on", sa.Date),
        sa.Column("explained", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.Column("explanation", postgresql.JSONB),
    ]


def _hold_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id"), nullable=False),
        sa.Column("event_sequence", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("authorised_first", sa.Date, nullable=False),
        sa.Column("authorised_last", sa.Date, nullable=False),
        sa.Column("review_on", sa.Date),
        sa.Column("released_first", sa.Date),
        sa.Column("released_last", sa.Date),
        sa.Column("requested_by", sa.Text, nullable=False),
    ]
