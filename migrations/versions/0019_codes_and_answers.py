"""Codes that can be asked for again, why a notification was refused, and reports that will not come.

A notification whose address was never confirmed may be removed, and no other: a trigger holds that for everybody.
The telephone of a board stands where a page cannot take a notification.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("board", sa.Column("telephone", sa.Text))
    _let_codes_be_asked_for_again()
    _keep_what_was_confirmed()
    _let_a_report_not_come()


def downgrade() -> None:
    op.drop_constraint("not_coming_says_why", "reporting_form", type_="check")
    for column in ("not_coming_because", "not_coming_by", "not_coming_at"):
        op.drop_column("reporting_form", column)
    op.execute("DROP TRIGGER keep_confirmed ON public_notification")
    op.execute("DROP FUNCTION keep_confirmed_notification")
    op.execute("REVOKE DELETE ON public_notification FROM reviews_app")
    op.drop_index("ix_public_notification_code_asked_at", "public_notification")
    op.drop_index("ix_public_notification_board_id_created_at", "public_notification")
    op.drop_constraint("refused_says_why", "public_notification", type_="check")
    for column in ("reason", "code_asked_at", "codes_asked"):
        op.drop_column("public_notification", column)
    op.drop_column("board", "telephone")


def _let_codes_be_asked_for_again() -> None:
    op.add_column("public_notification", sa.Column("codes_asked", sa.Integer, nullable=False, server_default="1"))
    op.add_column("public_notification", sa.Column("code_asked_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE public_notification SET code_asked_at = created_at")
    op.alter_column("public_notification", "code_asked_at", nullable=False)
    op.add_column("public_notification", sa.Column("reason", sa.Text))
    op.execute("UPDATE public_notification SET reason = 'Not given' WHERE decision = 'refused'")
    op.create_check_constraint(
        "refused_says_why", "public_notification", "(decision IS DISTINCT FROM 'refused') OR reason IS NOT NULL"
    )
    op.create_index(None, "public_notification", ["board_id", "created_at"])
    op.create_index(
        "ix_public_notification_code_asked_at",
        "public_notification",
        ["code_asked_at"],
        postgresql_where=sa.text("confirmed_at IS NULL"),
    )


def _keep_what_was_confirmed() -> None:
    op.execute(
        "CREATE FUNCTION keep_confirmed_notification() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'A confirmed notification is kept'; END $$"
    )
    op.execute(
        "CREATE TRIGGER keep_confirmed BEFORE DELETE ON public_notification FOR EACH ROW "
        "WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION keep_confirmed_notification()"
    )
    op.execute("GRANT DELETE ON public_notification TO reviews_app")


def _let_a_report_not_come() -> None:
    op.add_column("reporting_form", sa.Column("not_coming_because", sa.Text))
    op.add_column("reporting_form", sa.Column("not_coming_at", sa.DateTime(timezone=True)))
    op.add_column("reporting_form", sa.Column("not_coming_by", sa.BigInteger, sa.ForeignKey("person.id")))
    op.create_check_constraint(
        "not_coming_says_why", "reporting_form", "num_nonnulls(not_coming_because, not_coming_at) IN (0, 2)"
    )
