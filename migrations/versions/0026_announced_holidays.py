"""Bank holidays announced after the list was published, and how far the cases have been stood again for each.

An announcement is only added. One that was a mistake is taken back by another row, so that what dates were reckoned
with on any day can be asked again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "announced_holiday",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("takes_back", sa.BigInteger, sa.ForeignKey("announced_holiday.id"), unique=True),
        sa.Column("reason", sa.Text),
        sa.CheckConstraint("(takes_back IS NULL) = (reason IS NULL)", name="is_taken_back_with_a_reason"),
        sa.CheckConstraint("takes_back < id", name="takes_back_an_earlier_one"),
    )
    op.create_table(
        "restanding",
        sa.Column(
            "change_id", sa.BigInteger, sa.ForeignKey("announced_holiday.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("last_case_id", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("gone_through", sa.Integer, nullable=False, server_default="0"),
        sa.Column("changed", sa.Integer, nullable=False, server_default="0"),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("gone_through >= 0 AND changed >= 0", name="counts"),
    )
    op.execute("GRANT SELECT, INSERT ON announced_holiday TO reviews_app")
    op.execute("GRANT SELECT, INSERT, UPDATE ON restanding TO reviews_app")


def downgrade() -> None:
    op.drop_table("restanding")
    op.drop_table("announced_holiday")
