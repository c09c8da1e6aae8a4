"""Reminders: what was said of which deadline, what people answered, and the next day something is to be said.

`deadline.next_rung_on` is indexed, so that a sweep costs what is newly due and
not what is open. The first of January of the year 1 means that it has to be
reckoned; a trigger puts it back whenever a date of the deadline changes,
whoever changes it. Null means that nothing is to be said any more.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

TO_RECKON = "'0001-01-01'"
DATES = ("starts_on", "due_first", "due_last", "not_before", "met_first", "met_last", "voided_on")


def upgrade() -> None:
    op.add_column("deadline", sa.Column("next_rung_on", sa.Date, server_default=sa.text(TO_RECKON)))
    op.create_index(
        "ix_deadline_next_rung_on",
        "deadline",
        ["next_rung_on", "id"],
        postgresql_where=sa.text("next_rung_on IS NOT NULL"),
    )
    _reckon_again_when_a_date_changes()
    op.create_table("reminder", *_reminder_columns(), *_reminder_constraints())
    op.create_index(
        "ix_reminder_to_go_up", "reminder", ["goes_up_on", "id"], postgresql_where=sa.text("goes_up_on IS NOT NULL")
    )
    op.create_table("reminder_answer", *_answer_columns(), *_answer_constraints())
    op.create_index(None, "reminder_answer", ["case_id", "clock_key"])
    _create_ladder_adjustment()
    _create_reminder_basis()
    op.execute("GRANT SELECT, INSERT, UPDATE ON reminder, reminder_basis, ladder_adjustment TO reviews_app")
    op.execute("GRANT DELETE ON ladder_adjustment TO reviews_app")
    op.execute("GRANT SELECT, INSERT ON reminder_answer TO reviews_app")


def downgrade() -> None:
    for table in ("reminder_basis", "ladder_adjustment", "reminder_answer", "reminder"):
        op.drop_table(table)
    op.execute("DROP TRIGGER deadline_reckon_next_rung ON deadline")
    op.execute("DROP FUNCTION deadline_reckon_next_rung()")
    op.drop_index("ix_deadline_next_rung_on", "deadline")
    op.drop_column("deadline", "next_rung_on")


def _reckon_again_when_a_date_changes() -> None:
    old, new = (", ".join(f"{row}.{column}" for column in DATES) for row in ("OLD", "NEW"))
    op.execute(f"""
        CREATE FUNCTION deadline_reckon_next_rung() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.next_rung_on := {TO_RECKON};
            RETURN NEW;
        END $$
    """)
    op.execute(f"""
        CREATE TRIGGER deadline_reckon_next_rung BEFORE UPDATE ON deadline FOR EACH ROW
        WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION deadline_reckon_next_rung()
    """)


def _reminder_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id"), nullable=False),
        sa.Column("clock_key", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("rung", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("notice_key", sa.Text, nullable=False),
        sa.Column("falls_on", sa.Date, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("because", sa.Text),
        sa.Column("late", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("by_law", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("goes_up_on", sa.Date),
    ]


def _reminder_constraints() -> list[sa.Constraint]:
    return [
        sa.UniqueConstraint("case_id", "clock_key", "subject", "due_on", "rung", "role"),
        sa.CheckConstraint("outcome IN ('told', 'overtaken', 'no_longer_true')", name="outcome"),
        sa.CheckConstraint("(outcome = 'told') = (because IS NULL)", name="says_why_it_was_not_told"),
    ]


def _answer_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id"), nullable=False),
        sa.Column("clock_key", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("until_on", sa.Date),
        sa.Column("reason", sa.Text),
    ]


def _answer_constraints() -> list[sa.Constraint]:
    return [
        sa.CheckConstraint("kind IN ('seen', 'snoozed')", name="kind"),
        sa.CheckConstraint("(kind = 'snoozed') = (until_on IS NOT NULL)", name="ends_when_snoozed"),
        sa.CheckConstraint("kind = 'seen' OR coalesce(reason, '') <> ''", name="snoozed_for_a_reason"),
        sa.CheckConstraint("until_on >= from_on", name="ends_after_it_starts"),
    ]


def _create_ladder_adjustment() -> None:
    op.create_table(
        "ladder_adjustment",
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id"), primary_key=True),
        sa.Column("workflow_key", sa.Text, primary_key=True),
        sa.Column("clock_key", sa.Text, primary_key=True),
        sa.Column("rung", sa.Text, primary_key=True),
        sa.Column("working_days", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.CheckConstraint("working_days BETWEEN 0 AND 60", name="working_days"),
    )


def _create_reminder_basis() -> None:
    op.create_table(
        "reminder_basis",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("began_on", sa.Date, nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
