"""Drop the index on the day a deadline is due soon: the sweep asks for the next day something is to be said instead.

Nothing else asked for it, and every deadline that is spoken of would be put into it again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.drop_index("ix_deadline_unmet_due_soon_on", "deadline")


def downgrade() -> None:
    unmet = sa.text("met_first IS NULL AND voided_on IS NULL AND NOT not_before")
    op.create_index("ix_deadline_unmet_due_soon_on", "deadline", ["due_soon_on", "id"], postgresql_where=unmet)
