"""What a panel's meeting needs beyond its list of cases: who came, the pack as released, who chairs, the minutes.

Minutes are kept in versions, each in parts of which one is about one case, so that the part about a case is withheld
with it. An approved version is never changed: a trigger refuses it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"

REFUSE = """
CREATE FUNCTION refuse_change_of_approved_minutes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.approved_at IS NOT NULL THEN
        RAISE EXCEPTION 'Approved minutes are not changed: a correction is another version';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$
"""


def upgrade() -> None:
    _widen_meetings()
    _create_panel_minutes()
    op.execute("GRANT DELETE ON declared_interest TO reviews_app")
    op.execute("GRANT SELECT, INSERT, UPDATE ON panel_minutes TO reviews_app")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON declared_interest FROM reviews_app")
    op.drop_table("panel_minutes")
    op.execute("DROP FUNCTION refuse_change_of_approved_minutes()")
    op.drop_column("panel_action", "created_at")
    op.drop_column("panel_attendance", "interests_considered_at")
    op.execute("DELETE FROM panel_attendance WHERE attended IS NOT TRUE")
    op.drop_column("panel_attendance", "attended")
    for column in ("page", "summary", "chaired_by_id", "listed_at"):
        op.drop_column("panel_meeting_case", column)
    for column in ("packs_destroyed_at", "pack_released_by", "pack_released_at"):
        op.drop_column("panel_meeting", column)
    op.add_column("panel_meeting", sa.Column("minutes", sa.Text))
    op.add_column("panel_meeting", sa.Column("minutes_approved_on", sa.Date))


def _widen_meetings() -> None:
    op.drop_column("panel_meeting", "minutes")
    op.drop_column("panel_meeting", "minutes_approved_on")
    op.add_column("panel_meeting", sa.Column("pack_released_at", sa.DateTime(timezone=True)))
    op.add_column("panel_meeting", sa.Column("pack_released_by", sa.BigInteger, sa.ForeignKey("person.id")))
    op.add_column("panel_meeting", sa.Column("packs_destroyed_at", sa.DateTime(timezone=True)))
    now = sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())
    op.add_column("panel_meeting_case", now)
    op.add_column("panel_meeting_case", sa.Column("chaired_by_id", sa.BigInteger, sa.ForeignKey("panel_member.id")))
    op.add_column("panel_meeting_case", sa.Column("summary", sa.Text))
    op.add_column("panel_meeting_case", sa.Column("page", postgresql.JSONB))
    op.add_column("panel_attendance", sa.Column("attended", sa.Boolean))
    # Until now a row said that the member was there.
    op.execute("UPDATE panel_attendance SET attended = true")
    op.add_column("panel_attendance", sa.Column("interests_considered_at", sa.DateTime(timezone=True)))
    op.add_column(
        "panel_action",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )


def _create_panel_minutes() -> None:
    op.create_table(
        "panel_minutes",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("meeting_id", sa.BigInteger, sa.ForeignKey("panel_meeting.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("parts", postgresql.JSONB, nullable=False),
        sa.Column("because", sa.Text),
        sa.Column("written_by", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.BigInteger, sa.ForeignKey("person.id")),
        sa.Column("approved_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("meeting_id", "version"),
    )
    op.execute(REFUSE)
    op.execute(
        "CREATE TRIGGER approved_is_never_changed BEFORE UPDATE OR DELETE ON panel_minutes"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_approved_minutes()"
    )
