"""Who stands in for whom while somebody is away: for everything, for one board, or for one case.

A span is never removed. One ended early says when and by whom, because steps recorded in it name both people.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "deputyship",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("absent_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("deputy_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id")),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id")),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("until_on", sa.Date, nullable=False),
        sa.Column("named_by", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_by", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.CheckConstraint("absent_id <> deputy_id", name="is_somebody_else"),
        sa.CheckConstraint("named_by <> deputy_id", name="is_not_named_by_the_deputy"),
        sa.CheckConstraint("num_nonnulls(board_id, case_id) <= 1", name="for_one_board_or_case_or_everything"),
        sa.CheckConstraint("num_nonnulls(ended_at, ended_by) IN (0, 2)", name="ended_by_somebody"),
        sa.CheckConstraint("until_on >= from_on", name="ends_after_it_starts"),
    )
    standing = sa.text("ended_at IS NULL")
    op.create_index("ix_deputyship_absent", "deputyship", ["absent_id", "until_on"], postgresql_where=standing)
    op.create_index("ix_deputyship_deputy", "deputyship", ["deputy_id", "until_on"], postgresql_where=standing)
    op.execute("GRANT SELECT, INSERT, UPDATE ON deputyship TO reviews_app")


def downgrade() -> None:
    op.drop_table("deputyship")
