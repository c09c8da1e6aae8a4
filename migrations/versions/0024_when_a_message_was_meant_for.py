"""When a delivery should have been sent, so that what comes late can say so.

No delivery has been made before this migration.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("delivery", sa.Column("meant_for", sa.DateTime(timezone=True), nullable=False))


def downgrade() -> None:
    op.drop_column("delivery", "meant_for")
