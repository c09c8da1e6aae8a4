"""Histories: the events of cases, which nobody changes or removes.

The application may add and read them and nothing else. The trigger stops the
owner as well, so that a slip in a migration or at a prompt is refused; lifting
it takes a deliberate `ALTER TABLE … DISABLE TRIGGER`, which the server logs
where statements are logged.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', HINT = 'Add an event or entry that supersedes the one in error.';
END
$$
"""
ONLY_ADDED_TO = """
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON case_event
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    op.create_table("case_event", *_columns(), *_constraints())
    op.create_index(
        "uq_case_event_idempotency_key",
        "case_event",
        ["case_id", "idempotency_key"],
        unique=True,
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
    )
    op.execute(REFUSE_CHANGE)
    op.execute(ONLY_ADDED_TO)
    op.execute("GRANT SELECT, INSERT ON case_event TO reviews_app")


def downgrade() -> None:
    op.drop_table("case_event")
    op.execute("DROP FUNCTION refuse_change()")


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id"), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("happened_first", sa.Date, nullable=False),
        sa.Column("happened_last", sa.Date, nullable=False),
        sa.Column("happened_precision", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("on_behalf_of", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("answers", postgresql.JSONB, nullable=False),
        sa.Column("supersedes", sa.Integer),
        sa.Column("reason", sa.Text),
        sa.Column("procedure_fingerprint", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("idempotency_key", sa.Uuid),
    ]


def _constraints() -> list[sa.Constraint]:
    return [
        sa.UniqueConstraint("case_id", "sequence"),
        sa.ForeignKeyConstraint(["case_id", "supersedes"], ["case_event.case_id", "case_event.sequence"]),
        sa.CheckConstraint("sequence > 0", name="sequence"),
        sa.CheckConstraint("supersedes < sequence", name="supersedes_an_earlier_event"),
        sa.CheckConstraint("kind IN ('step', 'correction', 'strike_out')", name="kind"),
        sa.CheckConstraint("(kind = 'step') = (supersedes IS NULL)", name="supersedes_when_it_corrects"),
        sa.CheckConstraint("kind = 'step' OR coalesce(reason, '') <> ''", name="corrects_with_a_reason"),
        sa.CheckConstraint("happened_precision IN ('day', 'month')", name="happened_precision"),
        sa.CheckConstraint("happened_first <= happened_last", name="happened_in_order"),
        sa.CheckConstraint("octet_length(previous_hash) = 32 AND octet_length(hash) = 32", name="hashes_are_sha_256"),
    ]
