"""A thousand messages, sent over TLS to a mail server on loopback by one process.

The figure to reach is a thousand a minute. The mail server runs in the same process and takes its share of the time.
"""

from __future__ import annotations

import time
from datetime import timedelta

from sqlalchemy import Engine

from models.delivery import MessageChoice
from notifications.dispatch import send_waiting
from tests.notifications.conftest import Post
from workflows.roles import SUBGROUP_CHAIR

MESSAGES = 1_000
A_MINUTE = timedelta(minutes=1).total_seconds()


def test_a_thousand_messages_are_sent_in_a_minute(bench_engine: Engine, mail_server):
    server, post = mail_server(), Post(bench_engine)
    _be_told_at_once(post, post.appoint(SUBGROUP_CHAIR))
    for _ in range(MESSAGES):
        post.message()
    office = post.office(sender=server.sender())

    began = time.perf_counter()
    assert post.address() == MESSAGES
    addressed, worked = time.perf_counter(), time.process_time()
    assert send_waiting(office) == MESSAGES
    sent, worked = time.perf_counter(), time.process_time() - worked

    print(
        f"\n{MESSAGES:,} messages addressed in {addressed - began:.1f} s and sent in {sent - addressed:.1f} s, ", end=""
    )
    print(f"of which this process worked {worked:.1f} s")
    assert len(server.box.taken) == MESSAGES
    assert sent - addressed <= A_MINUTE
    office.sender.close()


def _be_told_at_once(post: Post, person_id: int) -> None:
    choice = {"channel": "mail", "timing": "at_once", "quiet_from": 0, "quiet_until": 0, "on_days_off": True}
    with post.sessions.begin() as session:
        session.add(MessageChoice(person_id=person_id, changed_at=post.clock(), **choice))
