"""How Alembic runs the migrations. `models.migrate` hands over an open connection of the owner's."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, MetaData, text

APPLICATION_ROLE = "reviews_app"
ONE_AT_A_TIME = 0x_5EED
"""The advisory lock by which the second of two processes migrating at once waits for the first."""

# As in models/base.py: a constraint that a migration leaves unnamed gets the name it has there.
NAMING = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}


def run(connection: Connection) -> None:
    """Run the migrations on a connection whose transaction the caller commits."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
    if not connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": APPLICATION_ROLE}):
        raise RuntimeError(
            f"The database has no role {APPLICATION_ROLE}. Create it before migrating: "
            f"the migrations say what it may do, and cannot create roles."
        )
    context.configure(connection=connection, target_metadata=MetaData(naming_convention=NAMING))
    context.run_migrations()


run(context.config.attributes["connection"])
