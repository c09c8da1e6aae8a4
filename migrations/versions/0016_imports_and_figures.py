"""Imports, how far each has come, and decisions to publish figures as they are.

Progress is stored with the rows it speaks of, in one transaction, so that a run stopped in the middle goes on without
doubles.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id"), nullable=False),
        sa.Column("file_digest", sa.LargeBinary, nullable=False),
        sa.Column("started_by", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows_read", sa.Integer, nullable=False),
        sa.Column("recorded", sa.Integer, nullable=False),
        sa.Column("already_there", sa.Integer, nullable=False),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("octet_length(file_digest) = 32", name="file_digest_is_sha_256"),
    )
    op.create_index(None, "import_run", ["board_id", "started_at"])
    op.create_table(
        "import_refusal",
        sa.Column("run_id", sa.BigInteger, sa.ForeignKey("import_run.id"), primary_key=True),
        sa.Column("row_number", sa.Integer, primary_key=True),
        sa.Column("column", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "figures_decision",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id"), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("decided_on", sa.Date, nullable=False),
        sa.Column("decided_by", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
    )
    op.create_index(None, "figures_decision", ["board_id", "year"])
    op.execute("GRANT SELECT, INSERT, UPDATE ON import_run, figures_decision TO reviews_app")
    op.execute("GRANT SELECT, INSERT ON import_refusal TO reviews_app")


def downgrade() -> None:
    op.drop_table("figures_decision")
    op.drop_table("import_refusal")
    op.drop_table("import_run")
