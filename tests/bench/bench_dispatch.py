"""A thousand messages, sent over TLS to a mail server on loopback by one process.

The figure to reach is a thousand a minute. The mail server runs in the same process and takes its share of the time.
"""

from __future__ import annotations

import random
import time
from datetime import timedelta

from sqlalchemy import Engine

from models.database import make_sessions
from notifications.addressing import address_waiting
from notifications.dispatch import send_waiting
from notifications.facts import Site
from notifications.office import Office
from tests.bench.conftest import BenchDatabase
from tests.notifications.killing import Killings, real_clock
from workflows.calendar import england

MESSAGES = 1_000
A_MINUTE = timedelta(minutes=1).total_seconds()


def test_a_thousand_messages_are_sent_in_a_minute(bench_database: BenchDatabase, bench_engine: Engine, mail_server):
    server = mail_server()
    post = Killings(bench_database.url, server, random.Random(1))
    post.add_messages(MESSAGES)
    sessions = make_sessions(bench_engine)
    office = Office(sessions, server.sender(), real_clock, Site("https://reviews.example.org"), england, "bench")

    began = time.perf_counter()
    assert address_waiting(sessions, real_clock(), england()) == MESSAGES
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
    post.engine.dispose()
