"""By how much the clock of a demonstration is moved.

Kept in the database because web workers and the scheduler must both find it. In service nobody looks.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "moved_clock",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("ahead_by", sa.Interval, nullable=False),
        sa.Column("moved_by", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.CheckConstraint("id = 1", name="there_is_one"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON moved_clock TO reviews_app")


def downgrade() -> None:
    op.drop_table("moved_clock")
