"""The next day something is to be said of a deadline, in a narrow table, and due days that went unspoken of.

Beside a deadline's dates the day had to be put into every index of `deadline` whenever a reminder was recorded. What
writes a deadline writes its row here in the same statement, so that no trigger is needed, and says since when its due
day has been known and when it was over, which was asked of the history at each sweep.

Few messages are for one person and not for a role: the index on the person leaves the others out.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

TO_RECKON = sa.text("'0001-01-01'")
SOMETHING_TO_SAY = sa.text("falls_on IS NOT NULL")
TO_ONE_PERSON = sa.text("recipient_person_id IS NOT NULL")
DATES = ("starts_on", "due_first", "due_last", "not_before", "met_first", "met_last", "voided_on")


def upgrade() -> None:
    op.create_table(
        "next_rung",
        sa.Column("deadline_id", sa.BigInteger, sa.ForeignKey("deadline.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("falls_on", sa.Date, server_default=TO_RECKON),
        sa.Column("known_on", sa.Date, nullable=False),
        sa.Column("over_on", sa.Date),
    )
    op.execute(_FILL)
    op.create_index(
        "ix_next_rung_falls_on", "next_rung", ["falls_on", "deadline_id"], postgresql_where=SOMETHING_TO_SAY
    )
    _create_former_due_day()
    op.execute("DROP TRIGGER deadline_reckon_next_rung ON deadline")
    op.execute("DROP FUNCTION deadline_reckon_next_rung()")
    op.drop_index("ix_deadline_next_rung_on", "deadline")
    op.drop_column("deadline", "next_rung_on")
    op.execute("GRANT SELECT, INSERT, UPDATE ON next_rung TO reviews_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON former_due_day TO reviews_app")
    _index_the_person(where=TO_ONE_PERSON)


def downgrade() -> None:
    _index_the_person(where=None)
    op.add_column("deadline", sa.Column("next_rung_on", sa.Date, server_default=TO_RECKON))
    op.execute("UPDATE deadline SET next_rung_on = falls_on FROM next_rung WHERE deadline_id = deadline.id")
    op.create_index(
        "ix_deadline_next_rung_on",
        "deadline",
        ["next_rung_on", "id"],
        postgresql_where=sa.text("next_rung_on IS NOT NULL"),
    )
    op.execute("""
        CREATE FUNCTION deadline_reckon_next_rung() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.next_rung_on := '0001-01-01';
            RETURN NEW;
        END $$
    """)
    old, new = (", ".join(f"{row}.{column}" for column in DATES) for row in ("OLD", "NEW"))
    op.execute(f"""
        CREATE TRIGGER deadline_reckon_next_rung BEFORE UPDATE ON deadline FOR EACH ROW
        WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION deadline_reckon_next_rung()
    """)
    op.drop_table("former_due_day")
    op.drop_table("next_rung")


# A correction keeps the place of what it corrects, and is the newest of what was recorded of it.
_RECORDED = """
SELECT max(recorded_at AT TIME ZONE 'Europe/London')::date FROM case_event AS event
WHERE event.case_id = deadline.case_id AND (explanation->>'{what}')::integer IN (event.sequence, event.supersedes)"""

_FILL = f"""
INSERT INTO next_rung (deadline_id, falls_on, known_on, over_on)
SELECT deadline.id, next_rung_on, coalesce(({_RECORDED.format(what="started")}), review.created_at::date),
       CASE WHEN met_first IS NOT NULL THEN coalesce(({_RECORDED.format(what="met")}), review.updated_at::date)
            ELSE voided_on END
FROM deadline JOIN review_case AS review ON review.id = deadline.case_id
WHERE due_last IS NOT NULL"""  # noqa: S608 - the names of our own columns


def _index_the_person(where: sa.TextClause | None) -> None:
    name = "ix_outbox_message_recipient_person_id_id"
    op.drop_index(name, "outbox_message")
    op.create_index(name, "outbox_message", ["recipient_person_id", "id"], postgresql_where=where)


def _create_former_due_day() -> None:
    op.create_table(
        "former_due_day",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id"), nullable=False),
        sa.Column("clock_key", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date),
        sa.Column("due_first", sa.Date, nullable=False),
        sa.Column("due_last", sa.Date, nullable=False),
        sa.Column("next_falls_on", sa.Date, nullable=False),
        sa.Column("known_on", sa.Date, nullable=False),
        sa.Column("over_on", sa.Date, nullable=False),
        sa.Column("moved_to", sa.Date),
    )
