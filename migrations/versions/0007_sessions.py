"""Being signed in, kept on the server, and the failures that limit trying passwords.

Shared by every worker, which a limit kept in memory would not be.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    _create_web_session()
    _create_sign_in_attempt()
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON web_session TO reviews_app")
    op.execute("GRANT SELECT, INSERT, DELETE ON sign_in_attempt TO reviews_app")


def downgrade() -> None:
    op.drop_table("sign_in_attempt")
    op.drop_table("web_session")


def _create_web_session() -> None:
    op.create_table(
        "web_session",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("data", postgresql.JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name="token_hash_is_sha_256"),
        sa.CheckConstraint("octet_length(data::text) <= 4096", name="data_is_small"),
    )
    live = sa.text("ended_at IS NULL")
    op.create_index(None, "web_session", ["person_id"], postgresql_where=live)
    op.create_index(None, "web_session", ["expires_at"])


def _create_sign_in_attempt() -> None:
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("identifier_hash", sa.LargeBinary, nullable=False),
        sa.Column("address_hash", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded", sa.Boolean, nullable=False),
    )
    failed = sa.text("NOT succeeded")
    op.create_index(None, "sign_in_attempt", ["identifier_hash", "at"], postgresql_where=failed)
    op.create_index(None, "sign_in_attempt", ["address_hash", "at"], postgresql_where=failed)
    op.create_index(None, "sign_in_attempt", ["at"])
