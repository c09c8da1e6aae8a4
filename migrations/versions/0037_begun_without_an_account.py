"""A notification begun without an account is kept page by page until it is sent, for an hour at most.

One long form was lost when its tab was. What is kept identifies a child, so the application may remove it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.create_table(
        "public_draft",
        sa.Column("token", sa.Uuid, primary_key=True),
        sa.Column("typed", postgresql.JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("sent_from", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index(None, "public_draft", ["sent_from", "created_at"])
    op.create_index(None, "public_draft", ["updated_at"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON public_draft TO reviews_app")


def downgrade() -> None:
    op.drop_table("public_draft")
