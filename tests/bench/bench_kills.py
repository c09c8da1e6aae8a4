"""Two hundred times `kill -9` of a scheduler that sends: every message once, or shown as unknown."""

import random

from tests.bench.conftest import BenchDatabase
from tests.notifications.killing import Killings, assert_sent_once_or_unknown

pytest_plugins = ["tests.notifications.senders.conftest"]

KILLS = 200
# A run differs from the one before; its seed is printed, so that it can be had again.
SEED = random.SystemRandom().randrange(1_000_000)


def test_two_hundred_kills_send_nothing_twice_and_lose_nothing(bench_database: BenchDatabase, mail_server):
    killings = Killings(bench_database.url, mail_server(), random.Random(SEED))

    killings.kill(KILLS)
    killings.finish(within_seconds=600)

    print(f"\n{KILLS} kills (seed {SEED}): {dict(killings.outcomes())}, {len(killings.keys_taken())} letters taken")
    assert_sent_once_or_unknown(killings)
    killings.engine.dispose()
