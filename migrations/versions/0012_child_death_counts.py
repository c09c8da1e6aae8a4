"""How each death is counted, so that a year’s figures are one range of one index.

Both tables are rebuilt from the histories at will. The index on the moment recorded finds the few cases in which
something was recorded since a day, for figures as they were known then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "counted_death",
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id"), primary_key=True),
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id"), nullable=False),
        sa.Column("notified_on", sa.Date, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("left_on", sa.Date),
        sa.Column("left_as", sa.Text),
        sa.Column("first_reviewed_on", sa.Date),
        sa.Column("reopened", sa.Boolean, nullable=False),
        sa.CheckConstraint("left_as IN ('transferred', 'not_in_scope')", name="left_as"),
        sa.CheckConstraint("(left_as IS NULL) = (left_on IS NULL)", name="left_as_and_on"),
    )
    op.create_index(
        "ix_counted_death_notified",
        "counted_death",
        ["board_id", "year"],
        postgresql_include=["left_on", "left_as", "case_id"],
    )
    op.create_index(
        "ix_counted_death_open",
        "counted_death",
        ["board_id", "notified_on"],
        postgresql_include=["first_reviewed_on", "reopened", "left_on", "case_id"],
    )
    op.create_table(
        "counted_review",
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("counted_death.case_id"), primary_key=True),
        sa.Column("ordinal", sa.Integer, primary_key=True),
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id"), nullable=False),
        sa.Column("reviewed_on", sa.Date, nullable=False),
        sa.Column("reopened_on", sa.Date),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("counts", sa.Boolean, nullable=False),
        sa.Column("from_notification", sa.Text, nullable=False),
        sa.Column("from_death", sa.Text, nullable=False),
        sa.Column("sex", sa.Text, nullable=False),
        sa.Column("ethnicity", sa.Text, nullable=False),
        sa.Column("category", sa.Integer),
        sa.Column("preventability", sa.Text),
        sa.Column("age", sa.Text, nullable=False),
        sa.Column("expected", sa.Text, nullable=False),
    )
    op.create_index(
        "ix_counted_review_year",
        "counted_review",
        ["board_id", "year"],
        postgresql_include=[
            "from_notification",
            "from_death",
            "sex",
            "ethnicity",
            "category",
            "preventability",
            "age",
            "expected",
            "case_id",
        ],
        postgresql_where=sa.text("counts"),
    )
    op.create_index(None, "case_event", ["recorded_at", "case_id"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON counted_death, counted_review TO reviews_app")


def downgrade() -> None:
    op.drop_index("ix_case_event_recorded_at_case_id", "case_event")
    op.drop_table("counted_review")
    op.drop_table("counted_death")
