"""Boards and their agencies, and the serial numbers boards give to cases.

A serial is kept in a row of its own, because counting the cases of a year
gives two cases opened at once the same number.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_board()
    _create_agency()
    op.create_table(
        "reference_serial",
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id"), primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True),
        sa.Column("last_serial", sa.Integer, nullable=False),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON board, agency, reference_serial TO reviews_app")
    # Lets a process refuse to start on a database of another version.
    op.execute("GRANT SELECT ON alembic_version TO reviews_app")


def downgrade() -> None:
    op.drop_table("reference_serial")
    op.drop_table("agency")
    op.drop_table("board")


def _create_board() -> None:
    op.create_table(
        "board",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("short_name", sa.Text, nullable=False),
        sa.Column("reference_prefix", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("new_arrangements_start", sa.Date),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("kind IN ('lscb', 'partnership', 'panel')", name="kind"),
        sa.CheckConstraint("reference_prefix ~ '^[A-Z][A-Z0-9]{1,7}$'", name="reference_prefix"),
    )


def _create_agency() -> None:
    op.create_table(
        "agency",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.UniqueConstraint("board_id", "name"),
        sa.UniqueConstraint("id", "board_id"),
    )
