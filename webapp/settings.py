"""What the application is told from outside: read from the environment here and nowhere else, then handed down."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeVar

from flask import current_app

from models.retention import USUAL, KeptFor

YES_OR_NO = {"yes": True, "no": False}
SHORTEST_SECRET = 32
A_HUNDRED_YEARS = 36_500
"""In days: more than anything kept beside the cases is kept for."""

Channel = Literal["smtp", "notify", "log"]
Encryption = Literal["starttls", "implicit"]
Word = TypeVar("Word", bound=str)
CHANNELS: tuple[Channel, ...] = ("log", "smtp", "notify")
ENCRYPTIONS: tuple[Encryption, ...] = ("starttls", "implicit")

WHAT_IT_SAYS = {
    "SITE_ADDRESS": "It is where the links in messages lead, such as https://reviews.example.gov.uk",
    "MAIL_FROM": "It is the address that mail comes from.",
    "SMTP_HOST": "It is the mail server that letters are handed to.",
    "NOTIFY_API_KEY": "It is a key made on the page of your service at GOV.UK Notify.",
    "NOTIFY_TEMPLATE_ID": "It is the template with ((subject)) and ((message)) at GOV.UK Notify.",
}


class SettingsRefused(Exception):
    """The environment is not fit to start with. The words name every setting to mend and what to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that differs from one installation to another.

    A default is right in service and harmless when public. With no `database_url`
    the server kept in `var` is used.
    """

    secret_key: str = field(repr=False)
    database_url: str | None = field(default=None, repr=False)
    database_owner_url: str | None = field(default=None, repr=False)
    demonstration: bool = False
    var: Path = Path("var")
    idle_limit: timedelta = timedelta(minutes=30)
    absolute_limit: timedelta = timedelta(hours=12)
    trusted_proxies: int = 0
    """How many proxies of our own stand in front, each adding the address it was reached from."""
    metrics_token: str | None = field(default=None, repr=False)
    """What whoever asks for the metrics must say; without one they are given to nobody."""

    @property
    def https_only(self) -> bool:
        """Whether cookies and pages insist on HTTPS: always, except on the machine of someone trying it out."""
        return not self.demonstration


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSettings:
    """What the process that sends is told besides: how letters leave, from whom, and where their links lead."""

    channel: Channel
    site_address: str
    mail_from: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_encryption: Encryption = "starttls"
    smtp_user: str | None = None
    smtp_password: str | None = field(default=None, repr=False)
    smtp_trust: str | None = None
    """A file of certificates to trust instead of those the system trusts."""
    notify_api_key: str = field(default="", repr=False)
    notify_template_id: str = ""
    notify_url: str = ""
    heartbeat_url: str | None = field(default=None, repr=False)
    kept_for: KeptFor = USUAL


def read_settings() -> Settings:
    """Return the settings of this process. Raises SettingsRefused."""
    return settings_from(os.environ)


def read_post_settings(settings: Settings) -> PostSettings:
    """Return the settings of this process for sending. Raises SettingsRefused."""
    return post_settings_from(os.environ, demonstration=settings.demonstration)


def database_settings() -> Settings:
    """Return the settings a command needs that answers no pages, and so needs no secret. Raises SettingsRefused."""
    return settings_from({**os.environ, "SECRET_KEY": os.environ.get("SECRET_KEY") or "not used " * 4})


def demonstration_environment(site_address: str) -> dict[str, str]:
    """Return the environment in which the processes of a demonstration at this address are started."""
    return {**os.environ, "DEMONSTRATION": "yes", "SITE_ADDRESS": site_address, "MAIL_CHANNEL": "log"}


def current_settings() -> Settings:
    """Return the settings that the application answering this request was made with."""
    settings: Settings = current_app.extensions["settings"]
    return settings


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Return the settings that `environment` states. Raises SettingsRefused with everything that is wrong with it."""
    reading = _Reading(environment)
    demonstration = reading.yes_or_no("DEMONSTRATION")
    var = Path(reading.text("VAR_FOLDER") or "var")
    settings = Settings(
        secret_key=reading.secret(var if demonstration else None),
        database_url=reading.text("DATABASE_URL"),
        database_owner_url=reading.text("DATABASE_OWNER_URL"),
        demonstration=demonstration,
        var=var,
        idle_limit=timedelta(minutes=reading.number("SESSION_IDLE_MINUTES", 1, 24 * 60, default=30)),
        absolute_limit=timedelta(hours=reading.number("SESSION_HOURS", 1, 7 * 24, default=12)),
        trusted_proxies=reading.number("TRUSTED_PROXIES", 0, 10, default=0),
        metrics_token=reading.text("METRICS_TOKEN"),
    )
    reading.both_or_neither("DATABASE_URL", "DATABASE_OWNER_URL")
    if reading.problems:
        raise SettingsRefused("\n".join(reading.problems))
    return settings


def post_settings_from(environment: Mapping[str, str], *, demonstration: bool = False) -> PostSettings:
    """Return the settings for sending. Raises SettingsRefused with everything that is wrong or missing.

    Letters are kept and sent to nobody only in a demonstration: in service that would look like sending.
    """
    reading = _Reading(environment)
    channel = reading.one_of("MAIL_CHANNEL", CHANNELS if demonstration else ("smtp", "notify"))
    by_smtp, by_notify = channel == "smtp", channel == "notify"
    settings = PostSettings(
        channel=channel,
        site_address=reading.needed("SITE_ADDRESS").rstrip("/"),
        mail_from=reading.needed("MAIL_FROM", when=by_smtp),
        smtp_host=reading.needed("SMTP_HOST", when=by_smtp),
        smtp_port=reading.number("SMTP_PORT", 1, 65_535, default=587),
        smtp_encryption=reading.one_of("SMTP_TLS", ENCRYPTIONS, default="starttls"),
        smtp_user=reading.text("SMTP_USER"),
        smtp_password=reading.text("SMTP_PASSWORD"),
        smtp_trust=reading.text("SMTP_TRUST"),
        notify_api_key=reading.needed("NOTIFY_API_KEY", when=by_notify),
        notify_template_id=reading.needed("NOTIFY_TEMPLATE_ID", when=by_notify),
        notify_url=reading.text("NOTIFY_URL") or "https://api.notifications.service.gov.uk",
        heartbeat_url=reading.text("HEARTBEAT_URL"),
        kept_for=KeptFor(
            decided_notifications=reading.days("KEEP_DECIDED_NOTIFICATIONS_DAYS", USUAL.decided_notifications),
            drafts=reading.days("KEEP_DRAFTS_DAYS", USUAL.drafts),
        ),
    )
    reading.both_or_neither("SMTP_USER", "SMTP_PASSWORD", otherwise="for a server that asks for no name")
    if reading.problems:
        raise SettingsRefused("\n".join(reading.problems))
    return settings


def kept_secret(var: Path) -> str:
    """Return the secret kept in `var`, making it at first use and readable by this account alone."""
    path = var / "secret-key"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        _write_once(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


def _write_once(path: Path, text: str) -> None:
    """Write the whole file unless another process does so first; nobody ever reads half of it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


class _Reading:
    """Reads settings by name and gathers what is wrong, so that all of it can be mended at once.

    No message repeats a value: a secret may be in the wrong place.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.problems: list[str] = []

    def text(self, name: str) -> str | None:
        return self.environment.get(name, "").strip() or None

    def yes_or_no(self, name: str) -> bool:
        written = (self.text(name) or "no").lower()
        if written not in YES_OR_NO:
            self.problems.append(f"{name} must be yes or no.")
        return YES_OR_NO.get(written, False)

    def number(self, name: str, least: int, most: int, *, default: int) -> int:
        written = self.text(name) or str(default)
        is_a_number = written.isascii() and written.isdecimal() and len(written) <= len(str(most))
        if not is_a_number or not least <= int(written) <= most:
            self.problems.append(f"{name} must be a whole number from {least:,} to {most:,}.")
            return default
        return int(written)

    def days(self, name: str, default: timedelta) -> timedelta:
        return timedelta(days=self.number(name, 1, A_HUNDRED_YEARS, default=default.days))

    def secret(self, var: Path | None) -> str:
        """Return SECRET_KEY, or the one kept in `var` where that is allowed."""
        written = self.text("SECRET_KEY")
        if written is None and var is not None:
            return kept_secret(var)
        if written is None or len(written) < SHORTEST_SECRET:
            self.problems.append(
                f"SECRET_KEY must be set to at least {SHORTEST_SECRET} characters that nobody can guess. "
                "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        return written or ""

    def needed(self, name: str, *, when: bool = True) -> str:
        written = self.text(name)
        if written is None and when:
            self.problems.append(f"{name} must be set. {WHAT_IT_SAYS[name]}")
        return written or ""

    def one_of(self, name: str, allowed: tuple[Word, ...], *, default: Word | None = None) -> Word:
        written = self.text(name)
        chosen = next((each for each in allowed if each == written), default if written is None else None)
        if chosen is None:
            self.problems.append(f"{name} must be {' or '.join(allowed)}.")
        return chosen or allowed[0]

    def both_or_neither(self, one: str, other: str, *, otherwise: str = "to use the server kept in var") -> None:
        if (self.text(one) is None) != (self.text(other) is None):
            self.problems.append(f"{one} and {other} must be set together, or neither {otherwise}.")
