"""A mail server with the moods of real ones, which remembers when it took what."""

from __future__ import annotations

import email
import email.policy
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from random import Random

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.notifications.mail_servers import Box, hang_up

REFERENCE = re.compile(r"[A-Z]{3}-\d{4}-\d+")


@dataclass(frozen=True)
class Received:
    """A letter the server took, whether or not it could say so."""

    at: datetime
    to: str
    key: str
    references: tuple[str, ...]
    raw: str
    """All of it, headers and text, as whoever gets it reads it."""


@dataclass
class MoodyBox(Box):
    """Takes most letters; greylists, refuses, and is lost before or after it has kept one, each now and then."""

    chance: Random = field(default_factory=Random)
    clock: Callable[[], datetime] = datetime.now
    moods: Counter[str] = field(default_factory=Counter)
    kept: list[tuple[datetime, Envelope]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        drawn = self.chance.random()
        if drawn < 0.02:
            return self._mood("greylisted", "451 4.7.1 Try again later")
        if drawn < 0.024:
            return self._mood("refused for good", "550 5.1.1 No such mailbox")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        drawn = self.chance.random()
        if drawn < 0.004:
            hang_up(server)
            return self._mood("lost before it was kept", "250 never heard")
        if drawn < 0.008:
            return self._mood("no room", "452 4.3.1 No room")
        self.kept.append((self.clock(), envelope))
        if drawn < 0.014:
            hang_up(server)
            return self._mood("lost after it was kept", "250 never heard")
        return "250 OK"

    def received(self) -> list[Received]:
        """Return every letter taken, in order."""
        return [_read(at, envelope) for at, envelope in self.kept]

    def _mood(self, mood: str, answer: str) -> str:
        self.moods[mood] += 1
        return answer


def _read(at: datetime, envelope: Envelope) -> Received:
    assert isinstance(envelope.content, bytes)
    letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert isinstance(letter, EmailMessage)
    text = letter.get_content()
    key = str(letter["Message-ID"]).strip("<>").rpartition("@")[0]
    headers = "\n".join(f"{name}: {value}" for name, value in letter.items())
    found = dict.fromkeys(REFERENCE.findall(f"{letter['Subject']}\n{text}"))
    return Received(at, envelope.rcpt_tos[0], key, tuple(found), f"{headers}\n\n{text}")
