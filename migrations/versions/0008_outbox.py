"""Messages to be sent, written in the transaction that causes them.

A message without an outcome is still to be dealt with; the partial index
holds those alone, so that what was sent long ago costs a claim nothing.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table("outbox_message", *_columns(), *_constraints())
    op.create_index(
        "ix_outbox_message_to_send", "outbox_message", ["not_before", "id"], postgresql_where=sa.text("outcome IS NULL")
    )
    op.create_index(None, "outbox_message", ["case_id", "id"])
    op.create_index(None, "outbox_message", ["recipient_person_id", "id"])
    op.execute("GRANT SELECT, INSERT, UPDATE ON outbox_message TO reviews_app")


def downgrade() -> None:
    op.drop_table("outbox_message")


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id")),
        sa.Column("event_sequence", sa.Integer),
        sa.Column("notice_key", sa.Text, nullable=False),
        sa.Column("recipient_role", sa.Text),
        sa.Column("recipient_person_id", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("payload", postgresql.JSONB, nullable=False),
        sa.Column("dedupe_key", sa.Text, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        sa.Column("claimed_by", sa.Text),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("failed_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.Text),
        sa.Column("last_error", sa.Text),
    ]


def _constraints() -> list[sa.Constraint]:
    return [
        sa.CheckConstraint("num_nonnulls(recipient_role, recipient_person_id) >= 1", name="has_a_recipient"),
        sa.CheckConstraint("outcome IN ('sent', 'failed', 'suppressed', 'unknown')", name="outcome"),
        sa.CheckConstraint("num_nonnulls(claimed_at, claimed_by, lease_until) IN (0, 3)", name="claimed_with_a_lease"),
    ]
