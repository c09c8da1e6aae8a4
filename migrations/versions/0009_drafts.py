"""What was typed and not yet recorded, one draft for a person, case and form.

Null stands for a case not yet opened and counts as a value, so that there
also a person has one draft of a form and not many.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id")),
        sa.Column("form_key", sa.Text, nullable=False),
        sa.Column("answers", postgresql.JSONB, nullable=False),
        sa.Column("opened_at_length", sa.Integer, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("person_id", "case_id", "form_key", postgresql_nulls_not_distinct=True),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON draft TO reviews_app")


def downgrade() -> None:
    op.drop_table("draft")
