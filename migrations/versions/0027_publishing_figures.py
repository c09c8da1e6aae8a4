"""What it takes to publish figures: a decision’s scheme, what was published, and how many children there are.

A year is published once under one scheme; whatever else is published of it needs a decision, so each is recorded.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("figures_decision", sa.Column("scheme", sa.Text, nullable=False, server_default="as_they_are"))
    op.create_table(
        "figures_release",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id"), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision_id", sa.BigInteger, sa.ForeignKey("figures_decision.id")),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("octet_length(digest) = 32", name="digest_is_sha_256"),
    )
    op.create_index(None, "figures_release", ["board_id", "year"])
    op.create_table(
        "child_population",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id"), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("children", sa.Integer, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("entered_by", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("children > 0", name="somebody_lived_there"),
    )
    op.create_index(None, "child_population", ["board_id", "year", "recorded_at"])
    op.execute("GRANT SELECT, INSERT ON figures_release, child_population TO reviews_app")


def downgrade() -> None:
    op.drop_table("child_population")
    op.drop_table("figures_release")
    op.drop_column("figures_decision", "scheme")
