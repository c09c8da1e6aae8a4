"""Notifications from the public page, and pairs of cases that may be one.

The application decides about them and never removes them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    _create_public_notification()
    _create_possible_duplicate()
    op.execute("GRANT SELECT, INSERT, UPDATE ON public_notification, possible_duplicate TO reviews_app")


def downgrade() -> None:
    op.drop_table("possible_duplicate")
    op.drop_table("public_notification")


def _create_public_notification() -> None:
    op.create_table(
        "public_notification",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("token", sa.Uuid, nullable=False, unique=True),
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id"), nullable=False),
        sa.Column("answers", postgresql.JSONB, nullable=False),
        sa.Column("details", postgresql.JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("code_sent_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("sent_from", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("decision", sa.Text),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id")),
        sa.CheckConstraint("decision IS NULL OR confirmed_at IS NOT NULL", name="confirmed_before_it_is_decided"),
        sa.CheckConstraint("num_nonnulls(decision, decided_at, decided_by) IN (0, 3)", name="decided_by_somebody"),
        sa.CheckConstraint("decision IN ('accepted', 'merged', 'refused')", name="decision"),
        sa.CheckConstraint("decision IS NULL OR decision = 'refused' OR case_id IS NOT NULL", name="leads_to_a_case"),
    )
    op.create_index(None, "public_notification", ["sent_from", "created_at"])
    op.create_index(
        "ix_public_notification_waiting",
        "public_notification",
        ["board_id", "confirmed_at", "id"],
        postgresql_where=sa.text("confirmed_at IS NOT NULL AND decision IS NULL"),
    )


def _create_possible_duplicate() -> None:
    op.create_table(
        "possible_duplicate",
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id"), primary_key=True),
        sa.Column("other_case_id", sa.BigInteger, sa.ForeignKey("review_case.id"), primary_key=True),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.Text),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("reason", sa.Text),
        sa.Column("merged", postgresql.JSONB),
        sa.CheckConstraint("(verdict = 'merged') = (merged IS NOT NULL)", name="a_merge_can_be_undone"),
        sa.CheckConstraint("num_nonnulls(verdict, decided_at) IN (0, 2)", name="decided_at"),
        sa.CheckConstraint("case_id < other_case_id", name="each_pair_once"),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        sa.CheckConstraint("verdict IN ('not_the_same', 'merged')", name="verdict"),
    )
    op.create_index(None, "possible_duplicate", ["other_case_id"])
    op.create_index(
        "ix_possible_duplicate_undecided", "possible_duplicate", ["score"], postgresql_where=sa.text("verdict IS NULL")
    )
