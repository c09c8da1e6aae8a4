"""Notifications of a death that are not recorded yet, page by page.

They identify a child, so unlike other drafts they have a table of their own, from which the application may remove
them: when they are recorded, given up, or left for longer than they are kept.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "unfinished_notification",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("public_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id"), nullable=False),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id")),
        sa.Column("told", postgresql.JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("opened_at_length", sa.Integer, nullable=False, server_default="0"),
        sa.Column("details_as_of", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    for column in ("person_id", "board_id", "updated_at"):
        op.create_index(None, "unfinished_notification", [column])
    op.create_index(
        "uq_unfinished_notification_change",
        "unfinished_notification",
        ["case_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON unfinished_notification TO reviews_app")


def downgrade() -> None:
    op.drop_table("unfinished_notification")
