"""What the application is told from outside, and how it refuses to start without it."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from webapp.settings import Settings, SettingsRefused, settings_from

SECRET = "a secret that nobody could ever guess"


def test_in_service_a_secret_is_needed_and_asked_for_by_name():
    with pytest.raises(SettingsRefused, match="SECRET_KEY must be set"):
        settings_from({})


def test_a_short_secret_is_refused_without_being_repeated():
    with pytest.raises(SettingsRefused) as refused:
        settings_from({"SECRET_KEY": "hunter2"})

    assert "hunter2" not in str(refused.value)


def test_everything_that_is_wrong_is_said_at_once():
    wrong = {"DEMONSTRATION": "maybe", "SESSION_IDLE_MINUTES": "0", "TRUSTED_PROXIES": "-1", "DATABASE_URL": "x"}

    with pytest.raises(SettingsRefused) as refused:
        settings_from(wrong)

    for name in ("SECRET_KEY", "DEMONSTRATION", "SESSION_IDLE_MINUTES", "TRUSTED_PROXIES", "DATABASE_OWNER_URL"):
        assert name in str(refused.value)


def test_what_is_not_said_is_right_for_service():
    settings = settings_from({"SECRET_KEY": SECRET})

    assert settings.https_only
    assert not settings.demonstration
    assert settings.idle_limit == timedelta(minutes=30)
    assert settings.absolute_limit == timedelta(hours=12)


def test_a_demonstration_makes_its_own_secret_and_keeps_it_to_itself(tmp_path: Path):
    environment = {"DEMONSTRATION": "yes", "VAR_FOLDER": str(tmp_path / "var")}

    first, second = settings_from(environment), settings_from(environment)

    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "var" / "secret-key").stat().st_mode) == 0o600
    assert not first.https_only


def test_secrets_are_not_shown_with_the_settings():
    settings = Settings(secret_key=SECRET, database_url="postgresql://reviews_app:password@host/reviews")

    assert SECRET not in repr(settings)
    assert "password" not in repr(settings)
