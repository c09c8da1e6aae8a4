"""Private calendar feeds, and what was published under each.

A program that shows a calendar must be told that an entry moved or is gone, so the feed remembers what it gave last.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("last_read_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("octet_length(token_hash) = 32", name="token_hash_is_sha_256"),
    )
    op.create_index(
        "uq_calendar_feed_person_id",
        "calendar_feed",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "published_entry",
        sa.Column("feed_id", sa.BigInteger, sa.ForeignKey("calendar_feed.id"), primary_key=True),
        sa.Column("uid", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False, server_default="0"),
        sa.Column("cancelled", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sequence >= 0", name="sequence"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON calendar_feed, published_entry TO reviews_app")


def downgrade() -> None:
    op.drop_table("published_entry")
    op.drop_table("calendar_feed")
