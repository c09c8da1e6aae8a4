"""Letters by SMTP, encrypted, to a server whose certificate is checked.

The conversation is held step by step, because it decides what is known when it breaks off: before the server has
asked for the text nothing was taken; once the text is under way, only its answer says.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from threading import Lock, Timer
from typing import Literal

from notifications.senders.letter import DeliveryFailed, FateUnknown, Letter, Receipt

Encryption = Literal["starttls", "implicit"]

TIMEOUT_SECONDS = 20
"""How long to wait for each answer: a local default."""
CONVERSATION_SECONDS = 120
"""How long a letter may take in all, of a server that answers a byte at a time: less than a claim holds."""
LETTERS_A_CONNECTION = 100
START_TEXT, TAKEN, GOING_AWAY = 354, 250, 421


@dataclass(frozen=True, slots=True)
class Server:
    """Where letters are handed over, and who hands them over. `trust` names a file of certificates to trust instead."""

    host: str
    port: int
    encryption: Encryption
    sender: str
    user: str | None = None
    password: str | None = None
    trust: str | None = None
    timeout_seconds: float = TIMEOUT_SECONDS
    conversation_seconds: float = CONVERSATION_SECONDS


class SmtpSender:
    """Hands letters over by SMTP, several on one connection."""

    name = "smtp"

    def __init__(self, server: Server, clock: Callable[[], datetime]) -> None:
        self._server = server
        self._clock = clock
        self._connection: smtplib.SMTP | None = None
        self._handed_over = 0
        self._turns = Lock()

    def send(self, letter: Letter) -> Receipt:
        """Hand the letter over. Raises DeliveryFailed and FateUnknown. Two threads take turns."""
        with self._turns, self._bounded():
            return self._send(letter)

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        """Break the conversation off when it takes too long in all, wherever it is."""
        too_long = Timer(self._server.conversation_seconds, self._break_off)
        too_long.daemon = True
        too_long.start()
        try:
            yield
        finally:
            too_long.cancel()

    def _break_off(self) -> None:
        """Let whoever waits for an answer have none, from another thread."""
        connection = self._connection
        if connection is not None and connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    def _send(self, letter: Letter) -> Receipt:
        connection = self._ready()
        try:
            self._address(connection, letter)
        except (OSError, smtplib.SMTPException) as lost:
            self.close()
            raise DeliveryFailed("The mail server was lost before it took the letter", permanent=False) from lost
        return self._hand_over(connection, self._written(letter))

    def close(self) -> None:
        """Take leave of the server, if it is still there."""
        connection, self._connection, self._handed_over = self._connection, None, 0
        if connection is not None:
            connection.close()

    def _ready(self) -> smtplib.SMTP:
        """Return a connection that answers: the one in use, or a new one."""
        if self._connection is not None and self._handed_over < LETTERS_A_CONNECTION and _answers(self._connection):
            return self._connection
        self.close()
        try:
            return self._connected()
        except smtplib.SMTPAuthenticationError as refused:
            raise self._unavailable(f"The mail server does not let us in ({refused.smtp_code})") from refused
        except ssl.SSLError as wrong:
            raise self._unavailable("The mail server’s certificate is not one we trust") from wrong
        except (OSError, smtplib.SMTPException) as lost:
            raise self._unavailable(f"The mail server cannot be reached ({type(lost).__name__})") from lost

    def _unavailable(self, because: str) -> DeliveryFailed:
        return DeliveryFailed(because, permanent=False, everyone=True)

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        context = ssl.create_default_context(cafile=server.trust)
        if server.encryption == "implicit":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout_seconds, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
        self._connection = connection
        try:
            self._introduce(connection, context)
        except (OSError, smtplib.SMTPException):
            self.close()
            raise
        return connection

    def _introduce(self, connection: smtplib.SMTP, context: ssl.SSLContext) -> None:
        """Encrypt the conversation where it is not yet, and say who we are."""
        if self._server.encryption == "starttls":
            # Raises where the server does not offer it: a letter never goes in the clear.
            connection.starttls(context=context)
        if self._server.user:
            connection.login(self._server.user, self._server.password or "")

    def _address(self, connection: smtplib.SMTP, letter: Letter) -> None:
        """Say from whom, to whom, and that the text follows. Raises DeliveryFailed where it is not wanted."""
        connection.ehlo_or_helo_if_needed()
        self._expect(connection.mail(self._server.sender), TAKEN, from_us=True)
        self._expect(connection.rcpt(letter.to), TAKEN)
        self._expect(connection.docmd("DATA"), START_TEXT)

    def _expect(self, answer: tuple[int, bytes], expected: int, *, from_us: bool = False) -> None:
        code = answer[0]
        if code == expected:
            return
        self.close()
        gone = code == GOING_AWAY or from_us
        permanent = code >= 500 and not gone
        raise DeliveryFailed(f"The mail server answered {code}", permanent=permanent, everyone=gone)

    def _hand_over(self, connection: smtplib.SMTP, text: bytes) -> Receipt:
        """Send the text and wait for the answer. From here on, no answer means that nobody knows."""
        try:
            connection.send(text)
            code, _ = connection.getreply()
        except (OSError, smtplib.SMTPException) as lost:
            self.close()
            raise FateUnknown("The mail server was lost after the letter had been handed over") from lost
        self._handed_over += 1
        if code == TAKEN:
            return Receipt(f"The mail server took it ({code})")
        self.close()
        raise DeliveryFailed(f"The mail server answered {code} to the letter", permanent=code >= 500)

    def _written(self, letter: Letter) -> bytes:
        """Return the letter as it goes over the line, its last line the one that ends it."""
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = self._server.sender, letter.to, letter.subject
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = f"<{letter.key}@{self._server.sender.rpartition('@')[2]}>"
        # So that nobody’s holiday reply answers a reminder (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text, cte="quoted-printable")
        lines = message.as_bytes().split(b"\r\n")
        dotted = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
        return dotted.removesuffix(b"\r\n") + b"\r\n.\r\n"


def _answers(connection: smtplib.SMTP) -> bool:
    try:
        return connection.noop()[0] == TAKEN
    except (OSError, smtplib.SMTPException):
        return False
