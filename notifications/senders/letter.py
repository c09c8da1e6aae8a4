"""A letter to one address, and what may become of it when it is handed to a server.

Every channel keeps this protocol: it returns a receipt once a server has taken the letter, says that the letter was
not taken, or says that nobody can know. It never says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{7,119}")
ONE_LINE = re.compile(r"[^\r\n\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent to one address. `key` makes it the same letter as another: a server told twice can tell."""

    to: str
    subject: str
    text: str
    key: str

    def __post_init__(self) -> None:
        """Refuse what could end one header and begin another, and a key that no server would keep."""
        if not ONE_LINE.fullmatch(self.to) or not ONE_LINE.fullmatch(self.subject):
            raise ValueError("An address and a subject are one line each")
        if not KEY.fullmatch(self.key):
            raise ValueError("A key is 8 to 120 letters, digits, hyphens and stops")


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a server has taken a letter, with what it said about it."""

    words: str


class DeliveryFailed(Exception):
    """The letter was not taken, and nobody has received it. The words never repeat the letter or its address.

    `permanent` says that trying again is useless; `everyone` that no letter to anyone would be taken now.
    """

    def __init__(self, because: str, *, permanent: bool, everyone: bool = False) -> None:
        super().__init__(because)
        self.permanent = permanent
        self.everyone = everyone


class FateUnknown(Exception):
    """The server was lost after the letter had been handed over: it may or may not be on its way."""


class Sender(Protocol):
    """A way letters leave."""

    name: str
    """What the ledger calls it: `smtp`, `notify`, `log`."""

    def send(self, letter: Letter) -> Receipt:
        """Hand the letter over. Raises DeliveryFailed and FateUnknown."""
        ...

    def close(self) -> None:
        """Let go of the server."""
        ...


@runtime_checkable
class CanBeAsked(Protocol):
    """A way letters leave whose server can be asked later what became of one."""

    def fate_of(self, key: str) -> Receipt | None:
        """Return the receipt of the letter of this key; None where the server knows of none or cannot say.

        Raises DeliveryFailed where the server took it and could not deliver it.
        """
        ...


@runtime_checkable
class TellsFailures(Protocol):
    """A way letters leave whose server says later which of those it took could not be delivered."""

    def failed_later(self) -> Mapping[str, str]:
        """Return by the key of each such letter why it failed, in words, as far back as the server knows."""
        ...
