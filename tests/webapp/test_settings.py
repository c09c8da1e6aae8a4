"""What the application is told from outside, and how it refuses to start without it."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from models.retention import KeptFor
from webapp.settings import Settings, SettingsRefused, post_settings_from, settings_from

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


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("SESSION_IDLE_MINUTES", "99999999999999"),
        ("SESSION_HOURS", "9" * 5_000),
        ("TRUSTED_PROXIES", "1000"),
        ("SESSION_HOURS", "²"),
    ],
)
def test_a_number_that_cannot_be_meant_is_refused_by_its_name(name, written):
    """A slip of the finger is no fault of the program, which could not reckon with it."""
    with pytest.raises(SettingsRefused, match=f"^{name} must be a whole number from "):
        settings_from({"SECRET_KEY": SECRET, name: written})


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


SMTP = {"MAIL_CHANNEL": "smtp", "SITE_ADDRESS": "https://reviews.example.org/", "MAIL_FROM": "reviews@example.org"}


def test_what_sends_is_told_by_name_what_it_lacks():
    with pytest.raises(SettingsRefused) as refused:
        post_settings_from({"MAIL_CHANNEL": "notify"})

    named = str(refused.value)
    assert all(f"{name} must be set" in named for name in ("SITE_ADDRESS", "NOTIFY_API_KEY", "NOTIFY_TEMPLATE_ID"))
    assert "SMTP_HOST" not in named


def test_in_service_nothing_is_only_said_to_be_sent():
    """Letters that are kept and sent to nobody would look like letters that were sent."""
    with pytest.raises(SettingsRefused, match="MAIL_CHANNEL must be smtp or notify"):
        post_settings_from({**SMTP, "MAIL_CHANNEL": "log"})

    assert post_settings_from({**SMTP, "MAIL_CHANNEL": "log"}, demonstration=True).channel == "log"


def test_mail_is_encrypted_whatever_is_said():
    settings = post_settings_from({**SMTP, "SMTP_HOST": "mail.example.org"})

    assert (settings.smtp_encryption, settings.smtp_port) == ("starttls", 587)
    assert settings.site_address == "https://reviews.example.org"
    with pytest.raises(SettingsRefused, match="SMTP_TLS must be starttls or implicit"):
        post_settings_from({**SMTP, "SMTP_HOST": "mail.example.org", "SMTP_TLS": "none"})


def test_a_name_without_a_password_is_refused_and_neither_is_shown():
    with pytest.raises(SettingsRefused, match="SMTP_USER and SMTP_PASSWORD must be set together"):
        post_settings_from({**SMTP, "SMTP_HOST": "mail.example.org", "SMTP_USER": "reviews"})

    told = {**SMTP, "SMTP_HOST": "mail.example.org", "SMTP_USER": "reviews", "SMTP_PASSWORD": "hunter2"}
    assert "hunter2" not in repr(post_settings_from(told))


def test_how_long_things_are_kept_is_a_local_choice_in_whole_days():
    smtp = {**SMTP, "SMTP_HOST": "mail.example.org"}
    assert post_settings_from(smtp).kept_for == KeptFor(timedelta(days=90), timedelta(days=90))

    told = post_settings_from({**smtp, "KEEP_DECIDED_NOTIFICATIONS_DAYS": "30", "KEEP_DRAFTS_DAYS": "14"})
    assert told.kept_for == KeptFor(timedelta(days=30), timedelta(days=14))

    with pytest.raises(SettingsRefused, match="KEEP_DRAFTS_DAYS must be a whole number from 1 to 36,500"):
        post_settings_from({**smtp, "KEEP_DRAFTS_DAYS": "0"})
