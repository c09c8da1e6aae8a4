"""Who is reminded of what a panel owes and no case does: owners of actions, and each reminder once (ADR 59).

An action was owned by a post in words, which nobody can be told; and a reminder belonged to a case, which a meeting,
its pack and its minutes do not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.add_column("panel_action", sa.Column("owner_person_id", sa.BigInteger, sa.ForeignKey("person.id")))
    op.add_column("panel_action", sa.Column("owner_agency_id", sa.BigInteger, sa.ForeignKey("agency.id")))
    op.add_column("panel_action", sa.Column("done_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        "is_heard_of_by_one", "panel_action", "num_nonnulls(owner_person_id, owner_agency_id) <= 1"
    )
    op.create_table(
        "duty_reminder",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("panel_id", sa.BigInteger, sa.ForeignKey("panel.board_id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("action_id", sa.BigInteger, sa.ForeignKey("panel_action.id")),
        sa.Column("meeting_id", sa.BigInteger, sa.ForeignKey("panel_meeting.id")),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("rung", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("falls_on", sa.Date, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("because", sa.Text),
        sa.Column("late", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("escalated", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.UniqueConstraint(
            "kind", "action_id", "meeting_id", "due_on", "rung", "role", "person_id",
            name="uq_duty_reminder_once", postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint("kind IN ('action', 'pack', 'minutes', 'reading')", name="kind"),
        sa.CheckConstraint("num_nonnulls(action_id, meeting_id) = 1", name="is_of_an_action_or_a_meeting"),
        sa.CheckConstraint("outcome IN ('told', 'overtaken', 'no_longer_true')", name="outcome"),
        sa.CheckConstraint("(outcome = 'told') = (because IS NULL)", name="says_why_it_was_not_told"),
    )  # fmt: skip
    op.create_index("ix_duty_reminder_panel_id_id", "duty_reminder", ["panel_id", "id"])
    op.execute("GRANT SELECT, INSERT ON duty_reminder TO reviews_app")


def downgrade() -> None:
    op.drop_table("duty_reminder")
    op.drop_constraint("is_heard_of_by_one", "panel_action", type_="check")
    for column in ("done_at", "owner_agency_id", "owner_person_id"):
        op.drop_column("panel_action", column)
