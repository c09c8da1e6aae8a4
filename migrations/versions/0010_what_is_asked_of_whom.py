"""The agency a deadline asks something of, and answers that identify somebody kept apart from histories.

An agency may be asked for several things, so what tells its deadlines apart is
no longer its name alone; whoever leads it finds what is asked by this column,
however the name was capitalised.

An answer that identifies somebody is stored beside the history, which keeps a
salted hash of it. So histories, packs and figures are made without it, and it
can be taken away where the law demands without breaking a seal.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("deadline", sa.Column("agency", sa.Text))
    op.drop_index("ix_deadline_subject", "deadline")
    op.create_index(
        "ix_deadline_agency",
        "deadline",
        [sa.text("lower(agency)"), "case_id"],
        postgresql_where=sa.text("agency IS NOT NULL"),
    )
    op.create_table(
        "answer_kept_apart",
        sa.Column("case_id", sa.BigInteger, sa.ForeignKey("review_case.id"), primary_key=True),
        sa.Column("event_sequence", sa.Integer, primary_key=True),
        sa.Column("question", sa.Text, primary_key=True),
        sa.Column("answer", postgresql.JSONB, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["case_id", "event_sequence"], ["case_event.case_id", "case_event.sequence"]),
        sa.CheckConstraint("octet_length(salt) = 16", name="salt_is_of_16_bytes"),
    )
    op.execute("GRANT SELECT, INSERT, DELETE ON answer_kept_apart TO reviews_app")


def downgrade() -> None:
    op.drop_table("answer_kept_apart")
    op.drop_index("ix_deadline_agency", "deadline")
    named = sa.text("subject <> ''")
    op.create_index("ix_deadline_subject", "deadline", ["subject", "case_id"], postgresql_where=named)
    op.drop_column("deadline", "agency")
