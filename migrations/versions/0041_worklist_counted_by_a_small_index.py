"""The open cases somebody sees are counted by an index of their own, which holds nothing but what sight depends on.

The index of the worklist had the kind of review beside its dates, and was so wide that the database took reading every
row to be as cheap: over 50,000 child deaths the page took six times as long as its plain statements.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"

TABLE, LIVE = "review_case", sa.text("ended_on IS NULL")
WORKLIST, COLUMNS = "ix_review_case_worklist", ["board_id", "bites_on", "id"]
COUNTED = "ix_review_case_counted"


def upgrade() -> None:
    op.create_index(COUNTED, TABLE, ["board_id", "workflow_key"], postgresql_where=LIVE)
    op.drop_index(WORKLIST, TABLE)
    op.create_index(WORKLIST, TABLE, COLUMNS, postgresql_where=LIVE)


def downgrade() -> None:
    op.drop_index(WORKLIST, TABLE)
    op.create_index(WORKLIST, TABLE, COLUMNS, postgresql_where=LIVE, postgresql_include=["workflow_key"])
    op.drop_index(COUNTED, TABLE)
