"""What a panel owes can be seen and put off as a date of a case can (ADR 77).

Whoever was reminded of an action, a pack or minutes could say nothing to it, so that it went up although it was seen.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.create_table(
        "duty_answer",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("duty", sa.Text, nullable=False),
        sa.Column("action_id", sa.BigInteger, sa.ForeignKey("panel_action.id")),
        sa.Column("meeting_id", sa.BigInteger, sa.ForeignKey("panel_meeting.id")),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("until_on", sa.Date),
        sa.Column("reason", sa.Text),
        sa.CheckConstraint("kind IN ('seen', 'snoozed')", name="kind"),
        sa.CheckConstraint("(kind = 'snoozed') = (until_on IS NOT NULL)", name="ends_when_snoozed"),
        sa.CheckConstraint("kind = 'seen' OR coalesce(reason, '') <> ''", name="snoozed_for_a_reason"),
        sa.CheckConstraint("until_on >= from_on", name="ends_after_it_starts"),
        sa.CheckConstraint("duty IN ('action', 'pack', 'minutes', 'reading')", name="duty"),
        sa.CheckConstraint("num_nonnulls(action_id, meeting_id) = 1", name="is_of_an_action_or_a_meeting"),
    )
    op.create_index(None, "duty_answer", ["action_id"])
    op.create_index(None, "duty_answer", ["meeting_id"])
    op.execute("GRANT SELECT, INSERT ON duty_answer TO reviews_app")


def downgrade() -> None:
    op.drop_table("duty_answer")
