"""The audit: who did or read what, each entry chained to the one before.

The database chains them because only it sees every writer. A chain is locked
by locking the row it belongs to: the case, which a step has locked already,
or the person. So writers on different cases never wait for each other, and
no lock is held that could run out however many cases one transaction touches.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

HASH = """
CREATE FUNCTION audit_entry_hash(entry audit_entry) RETURNS bytea LANGUAGE sql STABLE
RETURN sha256(entry.previous_hash || convert_to(jsonb_build_array(
    entry.chain, entry.position, (extract(epoch FROM entry.at) * 1000000)::bigint, entry.person_id, entry.role,
    entry.action, entry.case_id, entry.event_sequence, entry.detail)::text, 'UTF8'))
"""
CHAIN = """
CREATE FUNCTION chain_audit_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before audit_entry;
BEGIN
    IF NEW.case_id IS NOT NULL THEN
        NEW.chain := 'case:' || NEW.case_id;
        PERFORM 1 FROM review_case WHERE id = NEW.case_id FOR NO KEY UPDATE;
    ELSIF NEW.person_id IS NOT NULL THEN
        NEW.chain := 'person:' || NEW.person_id;
        PERFORM 1 FROM person WHERE id = NEW.person_id FOR NO KEY UPDATE;
    ELSE
        NEW.chain := 'system';
        PERFORM pg_advisory_xact_lock(hashtextextended('audit_entry system', 0));
    END IF;
    SELECT * INTO before FROM audit_entry WHERE chain = NEW.chain ORDER BY position DESC LIMIT 1;
    NEW.position := coalesce(before.position, 0) + 1;
    NEW.previous_hash := coalesce(before.hash, decode(repeat('00', 32), 'hex'));
    NEW.hash := audit_entry_hash(NEW);
    RETURN NEW;
END
$$
"""


def upgrade() -> None:
    op.create_table("audit_entry", *_columns(), *_constraints())
    for owner in ("case_id", "person_id"):
        op.create_index(None, "audit_entry", [owner, "at"], postgresql_where=sa.text(f"{owner} IS NOT NULL"))
    op.execute(HASH)
    op.execute(CHAIN)
    op.execute("CREATE TRIGGER chained BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION chain_audit_entry()")
    op.execute(
        "CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("GRANT SELECT, INSERT ON audit_entry TO reviews_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION audit_entry_hash(audit_entry)")
    op.drop_table("audit_entry")
    op.execute("DROP FUNCTION chain_audit_entry()")


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("role", sa.Text),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id")),
        sa.Column("event_sequence", sa.Integer),
        sa.Column("detail", postgresql.JSONB, nullable=False),
        sa.Column("chain", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("previous_hash", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    ]


def _constraints() -> list[sa.Constraint]:
    return [
        # Two entries in one place would be a fork; refused even if a lock were missed.
        sa.UniqueConstraint("chain", "position"),
        sa.CheckConstraint("octet_length(previous_hash) = 32 AND octet_length(hash) = 32", name="hashes_are_sha_256"),
    ]
