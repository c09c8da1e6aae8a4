"""People with accounts and their appointments.

Neither is ever deleted: an account is closed and an appointment ended, so
that the history can go on naming who acted and in what capacity.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _create_person()
    _create_appointment()
    op.execute("GRANT SELECT, INSERT, UPDATE ON person, appointment TO reviews_app")


def downgrade() -> None:
    op.drop_table("appointment")
    op.drop_table("person")


def _create_person() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("public_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False, unique=True),
        sa.Column("password_hash", sa.Text),
        sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("password_changed_at", sa.DateTime(timezone=True)),
        sa.Column("last_signed_in_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("email = lower(email)", name="email_is_lower_case"),
    )


def _create_appointment() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id")),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id")),
        sa.Column("agency_id", sa.BigInteger, sa.ForeignKey("agency.id")),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("until_on", sa.Date),
        sa.Column("appointed_by", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint(
            "num_nonnulls(board_id, case_id) = 1 OR (role = 'administrator' AND num_nonnulls(board_id, case_id) = 0)",
            name="on_one_board_or_case",
        ),
        sa.CheckConstraint("until_on >= from_on", name="ends_after_it_starts"),
        sa.ForeignKeyConstraint(["agency_id", "board_id"], ["agency.id", "agency.board_id"]),
    )
    op.create_index(None, "appointment", ["person_id", "from_on"])
    op.create_index(None, "appointment", ["board_id", "role"], postgresql_where=sa.text("board_id IS NOT NULL"))
    op.create_index(None, "appointment", ["case_id", "role"], postgresql_where=sa.text("case_id IS NOT NULL"))
