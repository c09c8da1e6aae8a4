"""That a report will not come is a step of the review, and no longer a mark on its form (ADR 72).

Nothing is carried over, because no version in service had the mark.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

MARKS = ("not_coming_because", "not_coming_by", "not_coming_at")


def upgrade() -> None:
    op.drop_constraint("not_coming_says_why", "reporting_form", type_="check")
    for column in MARKS:
        op.drop_column("reporting_form", column)


def downgrade() -> None:
    op.add_column("reporting_form", sa.Column("not_coming_because", sa.Text))
    op.add_column("reporting_form", sa.Column("not_coming_at", sa.DateTime(timezone=True)))
    op.add_column("reporting_form", sa.Column("not_coming_by", sa.BigInteger, sa.ForeignKey("person.id")))
    op.create_check_constraint(
        "not_coming_says_why", "reporting_form", "num_nonnulls(not_coming_because, not_coming_at) IN (0, 2)"
    )
