"""Cases and the links between them.

The columns after `state` are a projection of the history, kept here so that
a worklist is one range of one index and its counts are counts over ranges.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

LIVE = sa.text("ended_on IS NULL")


def upgrade() -> None:
    op.create_table("review_case", *_identity_columns(), *_projection_columns(), *_case_checks())
    _index_cases()
    op.create_table(
        "linked_case",
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id"), primary_key=True),
        sa.Column("other_case_id", sa.BigInteger, sa.ForeignKey("review_case.id"), primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.CheckConstraint("case_id <> other_case_id", name="links_two_cases"),
    )
    op.create_index(None, "linked_case", ["other_case_id"])
    op.execute("GRANT SELECT, INSERT, UPDATE ON review_case TO reviews_app")
    op.execute("GRANT SELECT, INSERT ON linked_case TO reviews_app")


def downgrade() -> None:
    op.drop_table("linked_case")
    op.drop_table("review_case")


def _identity_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("reference", sa.Text, nullable=False, unique=True),
        sa.Column("workflow_key", sa.Text, nullable=False),
        sa.Column("regime_key", sa.Text, nullable=False),
        sa.Column("procedure_fingerprint", sa.Text, nullable=False),
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id"), nullable=False),
        sa.Column("pseudonym", sa.Text, nullable=False),
        sa.Column("opened_on", sa.Date, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("history_length", sa.Integer, nullable=False),
        sa.Column("last_event_hash", sa.LargeBinary),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _projection_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("held", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("ended_on", sa.Date),
        sa.Column("bites_on", sa.Date),
        sa.Column("bites_key", sa.Text),
        sa.Column("unexplained_bites_on", sa.Date),
        sa.Column("explained_bites_on", sa.Date),
        sa.Column("due_soon_on", sa.Date),
        sa.Column("next_step", sa.Text),
        sa.Column("next_roles", postgresql.ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
    ]


def _case_checks() -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint("octet_length(last_event_hash) = 32", name="last_event_hash_is_sha_256"),
        sa.CheckConstraint("history_length >= 0", name="history_length"),
    ]


def _index_cases() -> None:
    for name, column in (
        ("worklist", "bites_on"),
        ("unexplained", "unexplained_bites_on"),
        ("explained", "explained_bites_on"),
        ("due_soon", "due_soon_on"),
    ):
        op.create_index(f"ix_review_case_{name}", "review_case", ["board_id", column, "id"], postgresql_where=LIVE)
    held, ended = sa.text("held AND ended_on IS NULL"), sa.text("ended_on IS NOT NULL")
    op.create_index("ix_review_case_held", "review_case", ["board_id", "bites_on", "id"], postgresql_where=held)
    op.create_index("ix_review_case_ended", "review_case", ["board_id", "ended_on"], postgresql_where=ended)
    op.create_index(
        "ix_review_case_next_roles", "review_case", ["next_roles"], postgresql_using="gin", postgresql_where=LIVE
    )
    op.create_index(None, "review_case", ["board_id", "workflow_key", "state"])
