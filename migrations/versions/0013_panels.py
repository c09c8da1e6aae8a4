"""Panels, the boards they serve, their members, meetings, interests and actions.

An interest, once declared, is never taken away: the case stays withheld.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    _create_panel()
    _create_panel_board()
    _create_panel_member()
    _create_panel_meeting()
    _create_panel_meeting_case()
    _create_panel_attendance()
    _create_declared_interest()
    _create_panel_action()
    op.execute("GRANT SELECT, INSERT, UPDATE ON panel, panel_member, panel_meeting, panel_action TO reviews_app")
    op.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON panel_board, panel_meeting_case, panel_attendance TO reviews_app"
    )
    op.execute("GRANT SELECT, INSERT ON declared_interest TO reviews_app")


def downgrade() -> None:
    op.drop_table("panel_action")
    op.drop_table("declared_interest")
    op.drop_table("panel_attendance")
    op.drop_table("panel_meeting_case")
    op.drop_table("panel_meeting")
    op.drop_table("panel_member")
    op.drop_table("panel_board")
    op.drop_table("panel")


def _create_panel() -> None:
    op.create_table(
        "panel",
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id"), primary_key=True),
        sa.Column("quorum_roles", postgresql.ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("quorum_minimum", sa.Integer, nullable=False, server_default="2"),
        sa.Column("areas", postgresql.ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
        sa.CheckConstraint("quorum_minimum BETWEEN 2 AND 12", name="quorum_minimum"),
    )


def _create_panel_board() -> None:
    op.create_table(
        "panel_board",
        sa.Column("panel_id", sa.BigInteger, sa.ForeignKey("panel.board_id"), primary_key=True),
        sa.Column("board_id", sa.BigInteger, sa.ForeignKey("board.id"), primary_key=True),
    )
    op.create_index(None, "panel_board", ["board_id"])


def _create_panel_member() -> None:
    op.create_table(
        "panel_member",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("panel_id", sa.BigInteger, sa.ForeignKey("panel.board_id"), nullable=False),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("agency", sa.Text),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("until_on", sa.Date),
        sa.CheckConstraint("until_on >= from_on", name="ends_after_it_starts"),
        sa.UniqueConstraint("panel_id", "person_id", "from_on"),
    )


def _create_panel_meeting() -> None:
    op.create_table(
        "panel_meeting",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("panel_id", sa.BigInteger, sa.ForeignKey("panel.board_id"), nullable=False),
        sa.Column("held_on", sa.Date, nullable=False),
        sa.Column("theme", sa.Text),
        sa.Column("minutes", sa.Text),
        sa.Column("minutes_approved_on", sa.Date),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("panel_id", "held_on"),
    )


def _create_panel_meeting_case() -> None:
    op.create_table(
        "panel_meeting_case",
        sa.Column("meeting_id", sa.BigInteger, sa.ForeignKey("panel_meeting.id"), primary_key=True),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id"), primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
    )
    op.create_index(None, "panel_meeting_case", ["case_id"])


def _create_panel_attendance() -> None:
    op.create_table(
        "panel_attendance",
        sa.Column("meeting_id", sa.BigInteger, sa.ForeignKey("panel_meeting.id"), primary_key=True),
        sa.Column("member_id", sa.BigInteger, sa.ForeignKey("panel_member.id"), primary_key=True),
    )


def _create_declared_interest() -> None:
    op.create_table(
        "declared_interest",
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id"), primary_key=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_sequence", sa.Integer),
    )
    op.create_index(None, "declared_interest", ["case_id"])


def _create_panel_action() -> None:
    op.create_table(
        "panel_action",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("meeting_id", sa.BigInteger, sa.ForeignKey("panel_meeting.id"), nullable=False),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id")),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("done_on", sa.Date),
        sa.Column("outcome", sa.Text),
    )
    op.create_index(None, "panel_action", ["meeting_id"])
    op.create_index(
        "ix_panel_action_open", "panel_action", ["due_on", "id"], postgresql_where=sa.text("done_on IS NULL")
    )
