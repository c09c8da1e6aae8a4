"""Who hears a rung of a ladder, where a board has chosen: one row a role.

Apart from the days of a rung, because a board may choose either and because a role is heard from a day of its own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "ladder_hearer",
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id"), primary_key=True),
        sa.Column("workflow_key", sa.Text, primary_key=True),
        sa.Column("clock_key", sa.Text, primary_key=True),
        sa.Column("rung", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, primary_key=True),
        sa.Column("from_on", sa.Date),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger, sa.ForeignKey("person.id")),
    )
    op.execute("GRANT SELECT, INSERT, DELETE ON ladder_hearer TO reviews_app")


def downgrade() -> None:
    op.drop_table("ladder_hearer")
