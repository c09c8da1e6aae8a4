"""The seal on an event, as docs/history-format.md describes it."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.hashing import FIRST_PREVIOUS, canonical, seal
from workflows.dates import PartialDate
from workflows.history import Event

EVENT = Event(
    sequence=2,
    step="recommend",
    happened_on=PartialDate.month(2014, 3),
    recorded_at=datetime(2014, 4, 1, 9, 30, 0, 5, UTC),
    role="subgroup_chair",
    answers={"reasons": "It’s so", "recommendation": "review"},
    fingerprint="0123456789abcdef",
)
WRITTEN = (
    '{"actor":7,"answers":{"reasons":"It’s so","recommendation":"review"},"case":"ANY-2014-001","format":1,'
    '"happened":["2014-03-01","2014-03-31","month"],"kind":"step","on_behalf_of":null,"procedure":"0123456789abcdef",'
    '"reason":"","recorded_at":"2014-04-01T09:30:00.000005Z","role":"subgroup_chair","sequence":2,"step":"recommend",'
    '"supersedes":null}'
)


def sealed(
    event: Event = EVENT, previous: bytes = FIRST_PREVIOUS, reference: str = "ANY-2014-001", actor: int = 7
) -> bytes:
    return seal(previous, reference, event, actor, None)


def test_the_canonical_form_is_written_so():
    assert canonical("ANY-2014-001", EVENT, 7, None).decode() == WRITTEN


def test_the_seal_is_the_hash_before_and_the_canonical_form():
    previous = bytes(range(32))

    assert sealed(previous=previous) == hashlib.sha256(previous + WRITTEN.encode()).digest()


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": 3},
        {"step": "decide_to_review"},
        {"happened_on": PartialDate.on(date(2014, 3, 1))},
        {"recorded_at": EVENT.recorded_at + timedelta(microseconds=1)},
        {"role": "board_chair"},
        {"answers": {"recommendation": "review"}},
        {"kind": "correction", "supersedes": 1, "reason": "It was misread"},
        {"fingerprint": "fedcba9876543210"},
    ],
)
def test_whatever_an_event_says_is_sealed(change):
    assert sealed(replace(EVENT, **change)) != sealed()


def test_an_event_cannot_be_moved_to_another_case_or_person():
    assert len({sealed(), sealed(reference="ANY-2014-002"), sealed(actor=8)}) == 3


def test_a_moment_is_the_same_in_any_zone():
    elsewhere = EVENT.recorded_at.astimezone(timezone(timedelta(hours=5)))

    assert sealed(replace(EVENT, recorded_at=elsewhere)) == sealed()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=ANYTHING)
def test_what_the_database_gives_back_has_the_same_seal(session, answer):
    """PostgreSQL keeps numbers by their value and keys in an order of its own."""
    connection = session.connection()
    kept = connection.exec_driver_sql("SELECT %s::jsonb", (json.dumps({"answer": answer}),)).scalar_one()

    assert sealed(replace(EVENT, answers=kept)) == sealed(replace(EVENT, answers={"answer": answer}))
