"""Letters are found by their key.

A server says by it, days later, that it could not deliver one it had taken, and is asked every few minutes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

IN_A_LETTER = sa.text("letter_key IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_delivery_letter_key", "delivery", ["letter_key"], postgresql_where=IN_A_LETTER)


def downgrade() -> None:
    op.drop_index("ix_delivery_letter_key", "delivery")
