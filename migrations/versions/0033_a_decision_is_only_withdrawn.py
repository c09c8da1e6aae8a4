"""The application may withdraw a decision to publish figures, and change nothing else of it.

Who decided, when, for which scheme and why is what a publication rests on, and is printed in it.
"""

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.execute("REVOKE UPDATE ON figures_decision FROM reviews_app")
    op.execute("GRANT UPDATE (withdrawn_at) ON figures_decision TO reviews_app")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (withdrawn_at) ON figures_decision FROM reviews_app")
    op.execute("GRANT UPDATE ON figures_decision TO reviews_app")
