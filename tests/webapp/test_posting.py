"""What the process that sends is put together from."""

from datetime import timedelta
from threading import Event

from sqlalchemy import text

from webapp.posting import works_for
from webapp.settings import PostSettings, Settings


def test_a_scheduler_frozen_in_a_transaction_keeps_what_it_locked_for_less_than_a_minute(committed_database, tmp_path):
    """Its connection stays open, and whoever takes over needs the same rows."""
    settings = Settings(
        secret_key="invented " * 6, database_url=committed_database.url,
        database_owner_url=committed_database.owner_url, demonstration=True, var=tmp_path,
    )  # fmt: skip
    works = works_for(settings, PostSettings(channel="log", site_address="https://reviews.example.org"), Event())

    with works.engine.connect() as connection:
        asked = text("SELECT current_setting('idle_in_transaction_session_timeout')::interval")
        assert timedelta() < connection.execute(asked).scalar_one() < timedelta(seconds=30)
    works.engine.dispose()
