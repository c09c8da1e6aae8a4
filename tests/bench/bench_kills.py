"""Two hundred times `kill -9` of a scheduler that sends: every message once, or shown as unknown."""

import random

import pytest

from tests.bench.conftest import BenchDatabase
from tests.notifications.killing import Killings, assert_sent_once_or_unknown

# In parts, because a test that takes five minutes is taken for one that hangs.
PARTS, KILLS_A_PART = 5, 40
# A run differs from the one before; its seed is printed, so that it can be had again.
SEED = random.SystemRandom().randrange(1_000_000)


@pytest.mark.parametrize("part", range(PARTS))
def test_two_hundred_kills_send_nothing_twice_and_lose_nothing(bench_database: BenchDatabase, mail_server, part):
    killings = Killings(bench_database.url, mail_server(), random.Random(SEED + part))

    killings.kill(KILLS_A_PART)
    killings.finish()

    print(f"\n{KILLS_A_PART} kills (seed {SEED + part}): {dict(killings.outcomes())}, ", end="")
    print(f"{killings.keys_taken().total()} letters taken")
    assert_sent_once_or_unknown(killings)
    killings.engine.dispose()
