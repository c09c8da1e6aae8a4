"""Files uploaded to be imported: kept in parts until they are recorded, given up or too old, then removed.

What an upload would do is shown before anybody confirms it, and the scheduler process carries it out, so that what it
is to do is stored beside the run. References are compared without spaces and capitals, so that one written otherwise
is noticed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_index(
        "ix_child_death_reference",
        "child_death",
        ["board_id", sa.text(r"lower(regexp_replace(cdop_ref, '\s'::text, ''::text, 'g'::text))")],
    )
    op.create_table(
        "import_upload",
        sa.Column("run_id", sa.BigInteger, sa.ForeignKey("import_run.id"), primary_key=True),
        sa.Column("rows_examined", sa.Integer, nullable=False),
        sa.Column("would_record", sa.Integer, nullable=False),
        sa.Column("already_there", sa.Integer, nullable=False),
        sa.Column("would_refuse", sa.Integer, nullable=False),
        sa.Column("examined_at", sa.DateTime(timezone=True)),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("cancelled_at", sa.DateTime(timezone=True)),
        sa.Column("forget_on", sa.Date, nullable=False),
    )
    op.create_index("ix_import_upload_forget_on", "import_upload", ["forget_on"])
    op.create_table(
        "import_upload_part",
        sa.Column("run_id", sa.BigInteger, sa.ForeignKey("import_upload.run_id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "import_remark",
        sa.Column("run_id", sa.BigInteger, sa.ForeignKey("import_run.id"), primary_key=True),
        sa.Column("row_number", sa.Integer, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("words", sa.Text, nullable=False),
        sa.CheckConstraint("kind IN ('differs', 'alike')", name="kind"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON import_upload TO reviews_app")
    op.execute("GRANT SELECT, INSERT, DELETE ON import_upload_part, import_remark TO reviews_app")
    op.execute("GRANT DELETE ON import_refusal TO reviews_app")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON import_refusal FROM reviews_app")
    op.drop_table("import_remark")
    op.drop_table("import_upload_part")
    op.drop_table("import_upload")
    op.drop_index("ix_child_death_reference", "child_death")
