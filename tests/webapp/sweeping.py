"""What a sweep is given in a test of pages, so that its pages show what it recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.orm import Session


class InTheTest:
    """What a sweep opens its transactions on: the connection of the test."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        yield self.session.connection()
