"""The figures that pages had a moment ago, kept so that their charts are drawn from the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

from flask import current_app

from models.figures.book import Book, Wanted

KEPT_FOR = timedelta(seconds=30)
"""How long a page's charts may be drawn from the figures that the page had."""
MOST_KEPT = 32
"""How many a process keeps at most: what many people ask for at once must not fill its memory. A local default."""


class JustMade:
    """Figures by what was asked for. Several threads may keep and take at once."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._kept: dict[Wanted, tuple[datetime, Book]] = {}

    def keep(self, wanted: Wanted, made: Book, now: datetime) -> None:
        """Keep figures made now, and let go of those that are old or, where there are too many, made first."""
        with self._turn:
            self._kept.pop(wanted, None)
            fresh = [(each, kept) for each, kept in self._kept.items() if _is_fresh(kept[0], now)]
            self._kept = dict([*fresh, (wanted, (now, made))][-MOST_KEPT:])

    def taken(self, wanted: Wanted, now: datetime) -> Book | None:
        """Return the figures kept of this, if they were made a moment ago."""
        with self._turn:
            made_at, made = self._kept.get(wanted, (None, None))
        return made if made_at is not None and _is_fresh(made_at, now) else None

    def __len__(self) -> int:
        return len(self._kept)


def _is_fresh(made_at: datetime, now: datetime) -> bool:
    return abs(now - made_at) <= KEPT_FOR


def just_made() -> JustMade:
    """Return what this process keeps."""
    kept: JustMade = current_app.extensions.setdefault("figures_just_made", JustMade())
    return kept
