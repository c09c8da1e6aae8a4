"""The seal on a history: each event's hash covers what it says and the hash of the event before.

The canonical form is set out in docs/history-format.md, so that a history can be checked without this program.
It is never changed; another form would be another `FORMAT`, used for events from then on.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from workflows.history import Event

FORMAT = 1

FIRST_PREVIOUS = bytes(32)
"""What stands for the hash before the first event."""


def seal(previous_hash: bytes, reference: str, event: Event, actor_id: int | None, on_behalf_of: int | None) -> bytes:
    """Return the SHA-256 of the hash before and of the event in canonical form."""
    return hashlib.sha256(previous_hash + canonical(reference, event, actor_id, on_behalf_of)).digest()


def canonical(reference: str, event: Event, actor_id: int | None, on_behalf_of: int | None) -> bytes:
    """Return the event as JSON in UTF-8 with sorted keys and no spaces: the same for the same content, always."""
    content = {
        "format": FORMAT,
        "case": reference,
        "sequence": event.sequence,
        "kind": event.kind,
        "step": event.step,
        "happened": [
            event.happened_on.first.isoformat(),
            event.happened_on.last.isoformat(),
            event.happened_on.precision,
        ],
        "recorded_at": _moment(event.recorded_at),
        "actor": actor_id,
        "on_behalf_of": on_behalf_of,
        "role": event.role,
        "answers": _plain(event.answers),
        "supersedes": event.supersedes,
        "reason": event.reason,
        "procedure": event.fingerprint,
    }
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _moment(at: datetime) -> str:
    """Return a moment in UTC to the microsecond, which is what the database keeps."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _plain(value: Any) -> Any:
    """Return the value with whole numbers written as such: the database reads 2.0e1 and keeps 20."""
    if isinstance(value, float) and value.is_integer():
        return int(Decimal(repr(value)))
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
