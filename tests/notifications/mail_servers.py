"""Certificates made for the run, and a mail server on loopback that does as it is told."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from asyncio import AbstractServer, WriteTransport
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from notifications.senders.smtp import Server, SmtpSender

SENDER = "reviews@example.org"


@dataclass(frozen=True)
class Certificates:
    """A certificate for localhost, and the file that says who is trusted."""

    server: ssl.SSLContext
    trusted: Path


@pytest.fixture(scope="session")
def certificates(tmp_path_factory) -> Certificates:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    trusted = tmp_path_factory.mktemp("trust") / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    return Certificates(context, trusted)


@dataclass
class Box:
    """What a mail server does with letters: keeps them, or answers as told. A handler of aiosmtpd."""

    taken: list[Envelope] = field(default_factory=list)
    to_recipient: str = ""
    to_text: str = ""
    hang_up_after_text: bool = False
    hang_up_at_recipient: bool = False
    drips_for_seconds: float = 0
    """For how long it goes on answering the text in lines that never end."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.hang_up_at_recipient:
            hang_up(_server)
        if not self.to_recipient:
            envelope.rcpt_tos.append(address)
        return self.to_recipient or "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.hang_up_after_text:
            hang_up(server)
            return "250 never heard"
        until = time.monotonic() + self.drips_for_seconds
        while time.monotonic() < until:
            await server.push("250-and")
            await asyncio.sleep(0.1)
        if not self.to_text:
            self.taken.append(envelope)
        return self.to_text or "250 OK"


def hang_up(server: SMTP) -> None:
    """Break the connection off, so that no answer is heard."""
    assert isinstance(server.transport, WriteTransport)
    server.transport.abort()


@dataclass(frozen=True)
class MailServer:
    """A running server, its box, and how it is reached."""

    box: Box
    port: int
    trusted: Path

    def sender(self, **other: object) -> SmtpSender:
        told = {
            "host": "localhost",
            "port": self.port,
            "encryption": "starttls",
            "sender": SENDER,
            "trust": str(self.trusted),
            "timeout_seconds": 30,
        }
        return SmtpSender(Server(**(told | other)), clock=lambda: datetime(2014, 3, 3, 9, 30, tzinfo=UTC))  # type: ignore[arg-type]


@contextmanager
def port_kept_free() -> Iterator[int]:
    """Give a port of loopback that nobody answers at and nobody else can take meanwhile."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        yield kept.getsockname()[1]


class EndedServer(Controller):
    """A server on a port of its own that can break off every conversation, so that none is left open at its end."""

    def __init__(self, box: Box, **named: Any) -> None:
        self.conversations: list[SMTP] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        super().__init__(box, "127.0.0.1", self._socket.getsockname()[1], **named)

    def _create_server(self) -> Coroutine[Any, Any, AbstractServer]:
        """Answer at the socket there is. A port that is only known to be free may be another's by then."""
        return self.loop.create_server(self._factory_invoker, sock=self._socket, ssl=self.ssl_context)

    def factory(self) -> SMTP:
        conversation: SMTP = super().factory()
        self.conversations.append(conversation)
        return conversation

    def hang_up(self) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(30)

    async def _hang_up(self) -> None:
        for each in self.conversations:
            if each.transport is not None:
                hang_up(each)
        # Breaking off is done by the loop, one step for what is encrypted and one for what carries it.
        for _ in range(3):
            await asyncio.sleep(0)


@contextmanager
def running_mail_server(
    box: Box, certificates: Certificates, *, implicit: bool = False, encrypted: bool = True, **smtp: Any
) -> Iterator[MailServer]:
    """Run a server with this box that insists on STARTTLS, unless told otherwise."""
    context = certificates.server if encrypted and not implicit else None
    controller = EndedServer(
        box,
        ssl_context=certificates.server if implicit else None,
        tls_context=context,
        require_starttls=context is not None,
        ready_timeout=60,
        **smtp,
    )
    controller.start()
    try:
        yield MailServer(box, controller.port, certificates.trusted)
    finally:
        controller.hang_up()
        controller.stop(no_assert=True)


@pytest.fixture
def mail_server(certificates) -> Iterator[Callable[..., MailServer]]:
    """Start servers, each with a box of its own."""
    with ExitStack() as running:
        yield lambda **told: running.enter_context(running_mail_server(Box(), certificates, **told))
