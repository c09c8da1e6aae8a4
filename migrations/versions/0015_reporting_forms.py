"""What agencies answer to the reports asked of them.

Kept as they go, question by question, with what is unknown and why.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "reporting_form",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id"), nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("answers", postgresql.JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("unknown", postgresql.JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("on_paper", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("answered_by", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("returned_at", sa.DateTime(timezone=True)),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(returned_at IS NULL) OR (unknown IS NOT NULL)", name="returned_says_what_is_unknown"),
        sa.UniqueConstraint("case_id", "agency", "form"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON reporting_form TO reviews_app")


def downgrade() -> None:
    op.drop_table("reporting_form")
