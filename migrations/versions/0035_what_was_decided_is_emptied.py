"""What a public notification told is removed long after it was decided on; and drafts are found by their age.

The decision stays. A row is emptied only once it is decided, and then whole.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.add_column("public_notification", sa.Column("emptied_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        "emptied_once_decided",
        "public_notification",
        "emptied_at IS NULL OR (decision IS NOT NULL AND answers = '{}' AND details = '{}' AND email = '')",
    )
    op.create_index(None, "draft", ["updated_at"])


def downgrade() -> None:
    op.drop_index("ix_draft_updated_at", "draft")
    op.drop_constraint("emptied_once_decided", "public_notification", type_="check")
    op.drop_column("public_notification", "emptied_at")
