"""Histories and the audit are only ever added to, by whoever is connected."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

# None of these needs a row: each is refused before it looks for one.
CHANGES = (
    "UPDATE {table} SET role = 'auditor'",
    "UPDATE {table} SET role = 'auditor' WHERE false",
    "DELETE FROM {table}",
    "TRUNCATE {table} CASCADE",
)
WAYS_ROUND = (
    "DROP TABLE {table} CASCADE",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "SET session_replication_role = replica",
)


@pytest.mark.parametrize("table", ["case_event", "audit_entry"])
@pytest.mark.parametrize("change", [*CHANGES, *WAYS_ROUND])
def test_the_application_may_not_change_them(database, table, change):
    with database.connect() as connection, pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        connection.execute(text(change.format(table=table)))


@pytest.mark.parametrize("table", ["case_event", "audit_entry"])
@pytest.mark.parametrize("change", CHANGES)
def test_nor_may_their_owner(owner_engine, table, change):
    with owner_engine.connect() as connection, pytest.raises(DBAPIError, match="is only ever added to"):
        connection.execute(text(change.format(table=table)))


@pytest.mark.parametrize("table", ["review_case", "person", "appointment", "board", "outbox_message"])
def test_nothing_the_record_rests_on_can_be_deleted(database, table):
    with database.connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
        connection.execute(text(f"DELETE FROM {table}"))


@pytest.mark.parametrize("column", ["scheme", "reasons", "decided_on", "decided_by", "role", "year"])
def test_of_a_decision_to_publish_nothing_can_be_changed_but_that_it_is_withdrawn(database, column):
    with database.connect() as connection:
        connection.execute(text("UPDATE figures_decision SET withdrawn_at = now() WHERE false"))
        with pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text(f"UPDATE figures_decision SET {column} = NULL WHERE false"))
