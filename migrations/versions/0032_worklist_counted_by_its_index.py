"""The worklist's index says which kind of review a case is, so that the cases somebody sees are counted from it alone.

Who sees a case depends on its kind. Without it the count read every row of a board: over 50,000 child deaths that was
most of what the first page took.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

NAME, TABLE, COLUMNS = "ix_review_case_worklist", "review_case", ["board_id", "bites_on", "id"]
LIVE = sa.text("ended_on IS NULL")


def upgrade() -> None:
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, COLUMNS, postgresql_where=LIVE, postgresql_include=["workflow_key"])


def downgrade() -> None:
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, COLUMNS, postgresql_where=LIVE)
